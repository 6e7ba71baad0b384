"""Signed tokens that a QR code carries: what the register says of one authorisation, to be verified without asking it.

A token is a compact JWS (RFC 7515) with Ed25519 (RFC 9864). Its status stands in a Token Status List (IETF). The same
judgement is made in the browser by `static/js/proof/token.js`; both are tested with the same tokens.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.marks.keys import ALGORITHM, Key, published, signing
from gi_registry.marks.models import Authorisation
from gi_registry.marks.states import Basis, Standing

TYPE = "gi+jwt"  # so that nothing else we sign can pass for a token (RFC 8725, 3.11)
LIFE_YEARS = 3
LONGEST = 2_000  # characters; a QR code with error correction Q holds 1,663 bytes
STATUS_PATH = "/status/1"
IN_A_TOKEN = re.compile(r"#?([\w-]*\.[\w-]*\.[\w-]*)$", re.ASCII)
CLAIMS = {"sub": str, "name": str, "uscc": str, "product": str, "basis": str, "number": str, "nbf": int, "exp": int}


class Judgement(models.TextChoices):
    """What a token turns out to be; the first that fits."""

    TOO_LONG = "too_long", _("内容太长，不是本登记簿的二维码")
    BROKEN = "broken", _("内容不完整，不是本登记簿的二维码")
    OTHER_ALGORITHM = "other_algorithm", _("签名方式不对，不予承认")
    UNKNOWN_KEY = "unknown_key", _("不是用本登记簿现行的密钥签的")
    CHANGED = "changed", _("内容被改动过，或签名是伪造的")
    OTHER_CODE = "other_code", _("签名是真的，但属于另一个编码")
    NOT_YET = "not_yet", _("签名是真的，还没有到可以使用的日子")
    EXPIRED = "expired", _("签名是真的，二维码已过有效期")
    REVOKED = "revoked", _("签名是真的，使用资格已注销、已到期，或产品的保护已终止")
    SUSPENDED = "suspended", _("签名是真的，使用资格已停止")
    GENUINE = "genuine", _("签名是真的，今天可以使用")


@dataclass(frozen=True)
class Verdict:
    """What was found of a token; `claims` only where its signature is ours."""

    judgement: Judgement
    kid: str = ""
    claims: dict[str, Any] = field(default_factory=dict)


# --- Made ------------------------------------------------------------------------------------------------------------


def issue(authorisation: Authorisation, now: datetime, address: str) -> str:
    """A token for one who may use the mark today, of a register at `address` (https://host).

    Made twice on one day it is the same. It ends with the term of the authorisation, after `LIFE_YEARS` at the latest.
    Raises BadInput where the mark may not be used today, NotReady without a key.
    """
    from joserfc import jws  # noqa: PLC0415 -- takes 0.1 s: only where something is signed or verified

    day = clock.legal_time(now).date()
    if authorisation.standing_on(day) != Standing.VALID:
        raise BadInput("只有当日可以使用专用标志的，才能签发二维码和证明。")
    key = signing()
    head = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    body = json.dumps(claims_of(authorisation, day, address), ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(head, body, key.opened(), algorithms=[ALGORITHM])


def claims_of(authorisation: Authorisation, day: date, address: str) -> dict[str, Any]:
    """What the token says: only what anybody may read in the register."""
    latest = years_on(day, LIFE_YEARS)
    return {
        "sub": authorisation.code,
        "name": authorisation.producer.public_name,
        "uscc": authorisation.producer.uscc,
        "product": authorisation.product.common_name,
        "basis": authorisation.basis,
        "number": number_of(authorisation),
        "nbf": first_second(authorisation.valid_from or day),
        "exp": first_second(min(authorisation.valid_until or latest, latest)),
        "status": {"status_list": {"idx": authorisation.index, "uri": address + STATUS_PATH}},
    }


def number_of(authorisation: Authorisation) -> str:
    """The number by which others find it, as short as it is printed: of the trade mark, or of the announcement."""
    if authorisation.basis in {Basis.MEMBER, Basis.LICENSEE} and authorisation.trademark_number:
        return authorisation.trademark_number
    return authorisation.announcement.number if authorisation.announcement else ""


def first_second(day: date) -> int:
    """The instant at which a legal day begins, as RFC 7519 writes instants."""
    return int(datetime.combine(day, time.min, clock.LEGAL_ZONE).timestamp())


def years_on(day: date, years: int) -> date:
    """The day after the same day so many years later, so that the last day counts whole."""
    last = date(day.year + years, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + years)
    return last + timedelta(days=1)


# --- Judged ----------------------------------------------------------------------------------------------------------


def verify(text: str, now: datetime, *, code: str = "") -> Verdict:
    """What somebody's token is worth, given as such or at the end of the address that the QR code holds.

    `code` is that of the page it came with, where there is one. The status is asked of the register itself.
    """
    found = IN_A_TOKEN.search(text[-LONGEST:].strip())
    token = found[1] if found else ""
    head = part(token.partition(".")[0]) or {}
    key = next((key for key in published(now) if key.kid == head.get("kid")), None)
    wrong = wrong_before(text, head)
    if wrong or key is None:
        return Verdict(wrong or Judgement.UNKNOWN_KEY)
    claims = signed_claims(token, key)
    if claims is None:
        return Verdict(Judgement.CHANGED)
    return Verdict(judged(claims, now, code), key.kid, claims) if complete(claims) else Verdict(Judgement.BROKEN)


def wrong_before(text: str, head: dict[str, Any]) -> Judgement | None:
    """What is wrong with a token before its signature is looked at."""
    if len(text) > LONGEST:
        return Judgement.TOO_LONG
    if not head:
        return Judgement.BROKEN
    if head.get("alg") != ALGORITHM:
        return Judgement.OTHER_ALGORITHM
    return Judgement.BROKEN if head.get("typ") != TYPE else None


def part(text: str) -> dict[str, Any] | None:
    """One part of a token; None where it is no JSON object in base64url."""
    from joserfc.util import json_b64decode  # noqa: PLC0415 -- as above

    try:
        held = json_b64decode(text.encode())
    except (ValueError, RecursionError):
        return None
    return held if isinstance(held, dict) else None


def signed_claims(token: str, key: Key) -> dict[str, Any] | None:
    """The claims, where the key signed exactly these."""
    from joserfc import jws  # noqa: PLC0415 -- as above
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        jws.deserialize_compact(token, key.opened(), algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        return None
    return part(token.split(".")[1]) or {}


def complete(claims: dict[str, Any]) -> bool:
    """Whether all the claims are there, each of its kind."""
    return "status" in claims and all(isinstance(claims.get(name), kind) for name, kind in CLAIMS.items())


def judged(claims: dict[str, Any], now: datetime, code: str) -> Judgement:
    """What genuine claims are worth at this instant."""
    if code and claims["sub"] != code:
        return Judgement.OTHER_CODE
    if now.timestamp() < claims["nbf"]:
        return Judgement.NOT_YET
    if now.timestamp() >= claims["exp"]:
        return Judgement.EXPIRED
    day = clock.legal_time(now).date()
    found = Authorisation.objects.filter(code=claims["sub"]).select_related("product").first()
    return STANDS_FOR[found.standing_on(day) if found else None]


STANDS_FOR = {
    Standing.VALID: Judgement.GENUINE,
    Standing.SUSPENDED: Judgement.SUSPENDED,
    Standing.NOT_YET: Judgement.NOT_YET,
    Standing.CANCELLED: Judgement.REVOKED,
    Standing.EXPIRED: Judgement.REVOKED,
    Standing.UNPROTECTED: Judgement.REVOKED,
    None: Judgement.REVOKED,
}
