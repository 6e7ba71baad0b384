from __future__ import annotations

import json
import stat
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from gi_registry.core import clock
from gi_registry.core.errors import NotReady
from gi_registry.marks import keys

NOW = clock.now()


def kids(found):
    return [key.kid for key in found]


def test_without_a_key_nothing_is_signed_and_nothing_verifies():
    with pytest.raises(NotReady, match="还没有签名密钥"):
        keys.signing()
    assert keys.jwks(NOW) == {"keys": []}


def test_a_key_lies_in_a_file_that_nobody_else_can_read(settings):
    key = keys.rotate(NOW)

    path = settings.KEYS_DIR / f"{key.kid}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.KEYS_DIR.stat().st_mode) == 0o700
    assert keys.signing() == key


def test_only_public_halves_are_published():
    key = keys.rotate(NOW)

    public = {"kty": "OKP", "crv": "Ed25519", "x": key.jwk["x"], "kid": key.kid, "use": "sig", "alg": "Ed25519"}
    assert keys.jwks(NOW) == {"keys": [public]}


def test_a_new_key_signs_and_the_old_one_goes_on_verifying_without_its_private_half(settings):
    old = keys.rotate(NOW - timedelta(days=1))
    new = keys.rotate(NOW)

    assert keys.signing().kid == new.kid
    assert kids(keys.published(NOW)) == [old.kid, new.kid]
    assert [key.signs for key in keys.kept()] == [False, True]
    assert "d" not in json.loads((settings.KEYS_DIR / f"{old.kid}.json").read_text())["jwk"]


def test_an_old_key_retires_when_nothing_that_it_signed_can_hold_any_more():
    old, new = keys.rotate(NOW - timedelta(days=1)), keys.rotate(NOW)

    assert kids(keys.published(NOW + keys.KEPT - timedelta(seconds=1))) == [old.kid, new.kid]
    assert kids(keys.published(NOW + keys.KEPT)) == [new.kid]


def test_a_key_that_was_given_away_is_not_believed_any_more():
    keys.rotate(NOW - timedelta(days=1))
    new = keys.rotate(NOW, distrust=True)

    assert kids(keys.kept()) == [new.kid]


def test_the_command_makes_the_first_key_once():
    said = StringIO()
    call_command("rotate_key", "--if-none", stdout=said)
    call_command("rotate_key", "--if-none", stdout=said)

    assert len(keys.kept()) == 1
    assert "已有签名密钥，没有更换。" in said.getvalue()


def test_the_command_rotates_and_distrusts():
    call_command("rotate_key", stdout=StringIO())
    call_command("rotate_key", stdout=StringIO())
    assert len(keys.published(clock.now())) == 2

    call_command("rotate_key", "--distrust", stdout=StringIO())
    assert len(keys.published(clock.now())) == 1


def test_the_command_never_prints_a_private_half():
    said = StringIO()
    call_command("rotate_key", stdout=said)

    assert keys.signing().jwk["d"] not in said.getvalue()
