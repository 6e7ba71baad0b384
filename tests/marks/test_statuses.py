from __future__ import annotations

import base64
import json
import zlib
from datetime import date, timedelta

import pytest
from joserfc import jws

from gi_registry.core import clock
from gi_registry.core.errors import NotReady
from gi_registry.core.revision import revision
from gi_registry.marks import keys, statuses, tokens
from gi_registry.marks.actions import record_announced, take_step, withdraw_step
from gi_registry.marks.states import Basis, State
from gi_registry.parties.permissions import Role
from tests import make

pytestmark = pytest.mark.django_db

ADDRESS = "https://gi.example.cn"
NOW = clock.now()


def unpacked(token):
    """Head and claims of a list whose signature is ours."""
    key = keys.signing().opened()
    signed = jws.deserialize_compact(token, key, algorithms=["Ed25519"])
    return signed.headers(), json.loads(signed.payload)


def said(lst):
    """The status at each place, read as the draft has it: the first place in the lowest bits."""
    held = zlib.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)))
    return [byte >> shift & 3 for byte in held for shift in (0, 2, 4, 6)]


def authorise(number, state="active", **values):
    party = make.producer(f"示例{number}号有限公司", uscc="")
    return make.authorisation(party, make.product(), state, index=number, code=f"TEST{number:05d}", **values)


def test_without_a_key_there_is_one_clear_sentence():
    with pytest.raises(NotReady, match="rotate_key"):
        statuses.status_list(NOW, revision(), ADDRESS)


def test_the_list_is_signed_and_says_what_it_is_and_how_old():
    key = keys.rotate(NOW)

    head, claims = unpacked(statuses.status_list(NOW, revision(), ADDRESS))
    lst = claims["status_list"].pop("lst")
    at = int(NOW.timestamp()) // 600 * 600
    assert head == {"alg": "Ed25519", "kid": key.kid, "typ": "statuslist+jwt"}
    assert claims == {
        "sub": "https://gi.example.cn/status/1",
        "iat": at,
        "exp": at + 30 * 24 * 3600,
        "ttl": 600,
        "status_list": {"bits": 2},
    }
    assert said(lst) == [0] * 8192


def test_each_place_says_whether_the_mark_may_be_used_today():
    keys.rotate(NOW)
    for number, state in enumerate(["active", "suspended", "cancelled", "change_review", "rectify", "cancel_proposed"]):
        authorise(number, state)
    authorise(6, "lapsed", basis="member")
    authorise(7, valid_until=clock.today())
    authorise(8, valid_until=clock.today() + timedelta(days=1))

    _head, claims = unpacked(statuses.status_list(NOW, revision(), ADDRESS))
    assert said(claims["status_list"]["lst"])[:10] == [0, 2, 1, 0, 0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("ended", ["product", "certification"])
def test_of_a_product_that_is_protected_no_more_no_place_is_valid(ended):
    authorise(0)
    authorise(1, "suspended")
    authorise(2, basis="licensee")
    make.protection(make.product(), regime=ended, valid_until=clock.today())

    assert statuses.places(clock.today()) == ({0: 1, 1: 1} if ended == "product" else {1: 2, 2: 1})
    assert statuses.places(clock.today() - timedelta(days=1)) == {1: 2}


@pytest.mark.parametrize("basis", [Basis.ANNOUNCED, Basis.LICENSEE])
def test_what_was_public_by_mistake_is_invalid_in_the_list_and_where_the_register_judges(basis):
    """Recorded at once, or on the long way; the code on a label that was printed meanwhile goes on being asked for."""
    keys.rotate(NOW)
    market, day = make.person(Role.MARKET), date(2025, 6, 2)
    for regime in ("product", "certification"):
        make.protection(make.product(), regime=regime)
    announcement = make.announcement("第650号", day)
    used = authorise(0, "filed", basis=basis) if basis == Basis.LICENSEE else None
    if used is None:
        used = record_announced(make.producer(), make.product(), basis, by=market, announcement=announcement)
    else:
        take_step(used, State.ACTIVE, by=market, announcement=announcement)
    used.refresh_from_db()
    token = tokens.issue(used, NOW, ADDRESS)
    assert tokens.verify(token, NOW).judgement == tokens.Judgement.GENUINE

    withdraw_step(used.steps.last(), by=market, reason="误记")
    assert statuses.places(clock.today()) == {used.index: 1}
    assert tokens.verify(token, NOW).judgement == tokens.Judgement.REVOKED


def test_the_list_tells_nothing_of_applications_under_way():
    empty = statuses.packed(statuses.places(clock.today()), statuses.length())
    for number, state in enumerate(["draft", "verification", "refused", "abandoned", "registered"], 3):
        authorise(number, state)

    assert statuses.packed(statuses.places(clock.today()), statuses.length()) == empty


def test_a_hundred_thousand_places_take_less_than_20_kilobytes():
    ended = {place: 1 + place % 2 for place in range(0, 100_000, 7)}
    assert len(statuses.packed(ended, 106_496)) < 20_000


def test_the_example_of_the_draft():
    """draft-ietf-oauth-status-list, 4.1: statuses 1 2 0 3 0 1 0 1 1 2 3 3 in two bits make c9 44 f9."""
    places = dict(enumerate([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]))
    held = zlib.decompress(base64.urlsafe_b64decode(statuses.packed(places, 12) + "=="))

    assert held.hex() == "c944f9"


def test_a_list_is_made_once_for_each_revision_and_ten_minutes(django_assert_num_queries):
    keys.rotate(NOW)
    authorise(0, "cancelled", on=date(2024, 3, 1))
    at = revision()
    statuses.status_list(NOW, at, ADDRESS)

    with django_assert_num_queries(0):
        assert statuses.status_list(NOW, at, ADDRESS) == statuses.status_list(NOW, at, ADDRESS)
