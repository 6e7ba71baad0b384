"""Tokens as people change and forge them, each with what it must be taken for, on the server and in the browser."""

from __future__ import annotations

import base64
import json
import warnings

from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from gi_registry.core import clock
from gi_registry.marks import keys, tokens

ADDRESS = "https://gi.example.cn"
A_DAY = 24 * 3600


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(claims: dict, key=None, **head: str) -> str:
    """A token of ours with these claims; `head` replaces parts of its head."""
    head = {"alg": "Ed25519", "kid": keys.signing().kid, "typ": tokens.TYPE} | head
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc warns of what is forged here on purpose
        return jws.serialize_compact(
            head, json.dumps(claims).encode(), key or keys.signing().opened(), algorithms=[head["alg"]]
        )


def another(character: str) -> str:
    return "A" if character != "A" else "B"


def with_other_bit(token: str, part: int) -> str:
    """One character of head, body or signature is another, in the middle, where each bit counts."""
    parts = token.split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + another(parts[part][middle]) + parts[part][middle + 1 :]
    return ".".join(parts)


def with_claims(token: str, **claims) -> str:
    """Other claims under the old signature."""
    head, body, signature = token.split(".")
    old = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return ".".join([head, encoded(json.dumps(old | claims).encode()), signature])


def unsigned(claims: dict) -> str:
    """`none`, the oldest of the tricks."""
    return (
        f"{encoded(json.dumps({'alg': 'none', 'typ': tokens.TYPE}).encode())}.{encoded(json.dumps(claims).encode())}."
    )


def corpus(authorisation) -> dict[str, tuple[str, str]]:
    """By name: the token, and the judgement on it on the page of `authorisation`."""
    now = clock.now()
    genuine = tokens.issue(authorisation, now, ADDRESS)
    claims = tokens.claims_of(authorisation, clock.today(), ADDRESS)
    public = keys.signing().public["x"]
    stranger = OKPKey.generate_key("Ed25519")
    unnamed = OKPKey.import_key({name: keys.signing().jwk[name] for name in ("kty", "crv", "x", "d")})
    at = int(now.timestamp())
    return {
        "genuine": (genuine, "genuine"),
        "a bit of the name changed": (with_other_bit(genuine, 1), "changed"),
        "a bit of the signature changed": (with_other_bit(genuine, 2), "changed"),
        "another product under the old signature": (with_claims(genuine, product="别的产品"), "changed"),
        "signed by a stranger under our key's name": (signed(claims, stranger), "changed"),
        "signed by a stranger": (signed(claims, stranger, kid="stranger"), "unknown_key"),
        "without a key's name": (signed(claims, stranger, kid=""), "unknown_key"),
        "alg none": (unsigned(claims), "other_algorithm"),
        "HS256 over our public key": (
            signed(claims, OctKey.import_key(public), alg="HS256"),
            "other_algorithm",
        ),
        "EdDSA by its old name": (signed(claims, unnamed, alg="EdDSA"), "other_algorithm"),
        "of another type": (signed(claims, typ="statuslist+jwt"), "broken"),
        "without some claims": (signed({"sub": authorisation.code}), "broken"),
        "two parts": (genuine.rpartition(".")[0], "broken"),
        "no base64": ("*.*.*", "broken"),
        "no JSON": (f"{encoded(b'x')}.{encoded(b'x')}.{encoded(b'x')}", "broken"),
        "a head that is a list": (f"{encoded(b'[]')}.{encoded(b'{}')}.AAAA", "broken"),
        "empty": ("..", "broken"),
        "huge": (f"{genuine}{'A' * 100_000}", "too_long"),
        "of another code": (signed(claims | {"sub": "TE5T0000E"}), "other_code"),
        "not yet": (signed(claims | {"nbf": at + A_DAY}), "not_yet"),
        "expired": (signed(claims | {"exp": at - A_DAY}), "expired"),
    }
