"""Keys for bulk checks: a secret shown once to whoever made it, of which the register keeps only the digest."""

from __future__ import annotations

import hashlib
import secrets
from typing import cast

from django.db import models

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister, NotKnown
from gi_registry.marks.models import ApiKey
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, RegisterBackend, reach

PREFIX = "gi_"  # so that a key that leaked into a file is recognised as one
MOST_KEYS = 20  # of one person at a time
MAY_HAVE = Act.AUTHORISATIONS
HANDLE = 12  # hexadecimal digits of the digest by which a key is named on pages


def make(person: User, label: str) -> str:
    """A new key for what `label` says, with 256 random bits; it is never to be had again.

    Raises NotAllowed; BadInput without a label, with one too long, or where the person has too many keys.
    """
    if reach(person, MAY_HAVE) is None:
        raise NotAllowed(f"您的账号不能{MAY_HAVE.label}，没有接口密钥可用。")
    use, longest = label.strip(), ApiKey._meta.get_field("label").max_length
    if not 0 < len(use) <= cast("int", longest):
        raise BadInput(f"请写明密钥给谁、做什么用，不超过 {longest} 个字。")
    if ApiKey.objects.filter(person=person, revoked_at=None).count() >= MOST_KEYS:
        raise BadInput(f"您已有 {MOST_KEYS} 个在用的密钥：请先作废不用的。")
    key = PREFIX + secrets.token_urlsafe(32)
    ApiKey.objects.create(person=person, label=use, digest=digest_of(key), made_at=clock.now())
    return key


def keys_of(person: User) -> models.QuerySet[ApiKey]:
    """The keys that a person may see: their own, of an administrator all; those in use first."""
    own = ApiKey.objects.all() if reach(person, Act.PEOPLE) is not None else ApiKey.objects.filter(person=person)
    return own.select_related("person").order_by(models.F("revoked_at").desc(nulls_first=True), "-made_at")


def handle_of(row: ApiKey) -> str:
    """How pages name a key, which tells nothing of the key itself."""
    return row.digest[:HANDLE]


def revoke(handle: str, *, by: User) -> ApiKey:
    """The key with this handle answers no more. Raises NotInRegister where it is not one that the person sees."""
    found = keys_of(by).filter(digest__startswith=handle).first() if len(handle) == HANDLE else None
    if found is None:
        raise NotInRegister("没有这个密钥，或它不是您的。")
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        found.save(update_fields=["revoked_at"])
    return found


def key_in(authorization: str) -> str:
    """The key of the header `Authorization: Bearer …` (RFC 6750). Raises NotKnown."""
    scheme, _space, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotKnown("批量核验要有接口密钥：请在请求头里写 Authorization: Bearer 密钥。")
    return key.strip()


def owner_of(key: str) -> User:
    """Whose key it is. Every digest in use is compared, each in constant time, so that none is found piece by piece.

    Raises NotKnown where it is nobody's, was revoked, or its owner may not sign in or may not do this any more.
    """
    given = digest_of(key)
    in_use = ApiKey.objects.filter(revoked_at=None).select_related("person")
    found = [row.person for row in in_use if secrets.compare_digest(row.digest, given)]
    if not found or not RegisterBackend().user_can_authenticate(found[0]) or reach(found[0], MAY_HAVE) is None:
        raise NotKnown("接口密钥不对、已经作废，或它的主人不再有权使用：请登录后在“接口密钥”里重新生成。")
    return found[0]


def digest_of(key: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()
