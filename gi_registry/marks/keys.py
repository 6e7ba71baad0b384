"""The keys that sign: one file each in `settings.KEYS_DIR`, never in the repository, the database or a dump of it.

The newest signs. One that was replaced loses its private half at once and goes on verifying for as long as anything
that it signed may hold (`KEPT`); then it is named no more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

from gi_registry.core.errors import NotReady

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"  # RFC 9864: the algorithm and the curve in one name
KEPT = timedelta(days=3 * 366)  # longer than the longest life of a token (tokens.LIFE_YEARS)
NO_KEY = "登记簿还没有签名密钥，暂时不能签发二维码：请管理员运行 manage.py rotate_key。"
KID_LENGTH = 8  # characters of the thumbprint (RFC 7638): 48 bits tell the few keys of one register apart


@dataclass(frozen=True)
class Key:
    """One key: its name, when it was made, its JWK as it lies in the file (shown in no message of an error)."""

    kid: str
    made_at: datetime
    jwk: Mapping[str, str] = field(repr=False, hash=False)

    @property
    def signs(self) -> bool:
        """Whether the private half is there."""
        return "d" in self.jwk

    @property
    def public(self) -> dict[str, str]:
        """As it is published: RFC 7517 and 8037."""
        return {name: self.jwk[name] for name in ("kty", "crv", "x", "kid", "use", "alg")}

    def opened(self) -> OKPKey:
        """As joserfc takes it."""
        from joserfc.jwk import OKPKey  # noqa: PLC0415 -- takes 0.1 s: only where something is signed or verified

        return OKPKey.import_key({**self.jwk})


def kept() -> list[Key]:
    """All that were not thrown away, oldest first."""
    return sorted(map(read, Path(settings.KEYS_DIR).glob("*.json")), key=lambda key: (key.made_at, key.kid))


def read(path: Path) -> Key:
    """The key in a file. Raises ValueError and KeyError where it is no file of ours."""
    held = json.loads(path.read_text(encoding="ascii"))
    return Key(held["jwk"]["kid"], datetime.fromisoformat(held["made_at"]), held["jwk"])


def published(now: datetime) -> list[Key]:
    """Those that verify at this instant, oldest first: each until `KEPT` after its successor was made."""
    known = kept()
    replaced = [older for older, newer in pairwise(known) if now < newer.made_at + KEPT]
    return [*replaced, *known[-1:]]


def signing() -> Key:
    """The key that signs. Raises NotReady where there is none yet."""
    known = kept()
    if not known or not known[-1].signs:
        raise NotReady(NO_KEY)
    return known[-1]


def jwks(now: datetime) -> dict[str, list[dict[str, str]]]:
    """The public halves as RFC 7517 has them; empty where there is no key."""
    return {"keys": [key.public for key in published(now)]}


def rotate(now: datetime, *, distrust: bool = False) -> Key:
    """Make a new key, which signs from now on, and throw away the private halves of the others.

    With `distrust`, whatever the others have signed is not believed any more: for a key that was given away.
    """
    from joserfc.jwk import OKPKey  # noqa: PLC0415 -- as above

    before = kept()
    drawn = OKPKey.generate_key("Ed25519")
    named = {"kid": drawn.thumbprint()[:KID_LENGTH], "use": "sig", "alg": ALGORITHM}
    new = Key(named["kid"], now, cast("dict[str, str]", drawn.as_dict(private=True)) | named)
    write(new)
    for old in before:
        if distrust:
            path_of(old).unlink()
        elif old.signs:
            write(Key(old.kid, old.made_at, old.public))
    return new


def write(key: Key) -> None:
    """Put the key in its file, whole or not at all, readable by nobody else."""
    held: dict[str, Any] = {"made_at": key.made_at.isoformat(), "jwk": {**key.jwk}}
    path = path_of(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump(held, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def path_of(key: Key) -> Path:
    return Path(settings.KEYS_DIR) / f"{key.kid}.json"
