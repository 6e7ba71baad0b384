from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotReady
from gi_registry.marks import keys, tokens
from gi_registry.marks.tokens import Judgement
from tests import make, tampered
from tests.tampered import ADDRESS

pytestmark = pytest.mark.django_db

CODE = "7KQM2X4HD"


@pytest.fixture
def key():
    return keys.rotate(clock.now())


def authorisation(state="active", **values):
    return make.authorisation(make.producer(), make.product(), state, code=CODE, **values)


def issued(**values):
    return tokens.issue(authorisation(**values), clock.now(), ADDRESS)


def test_a_token_says_only_what_anybody_may_read_in_the_register():
    made = authorisation(valid_until=date(2027, 1, 1))

    assert tokens.claims_of(made, date(2026, 11, 24), ADDRESS) == {
        "sub": CODE,
        "name": "示例酿造有限公司",
        "uscc": "91120118MA0000007K",
        "product": "独流老醋",
        "basis": "announced",
        "number": "第590号",
        "nbf": 1709222400,  # 2024-03-01 in China
        "exp": 1798732800,  # 2027-01-01 in China
        "status": {"status_list": {"idx": made.index, "uri": "https://gi.example.cn/status/1"}},
    }


def test_a_token_without_a_term_holds_three_years_and_the_last_day_whole():
    made = authorisation()

    assert tokens.claims_of(made, date(2024, 2, 29), ADDRESS)["exp"] == tokens.first_second(date(2027, 3, 1))
    assert tokens.claims_of(made, date(2026, 11, 24), ADDRESS)["exp"] == tokens.first_second(date(2029, 11, 25))


def test_a_licensee_is_found_by_the_number_of_the_trade_mark():
    made = authorisation(basis="licensee", trademark_number="4409718")

    assert tokens.claims_of(made, date(2026, 11, 24), ADDRESS)["number"] == "4409718"


def test_the_same_day_gives_the_same_token(key):
    made = authorisation()
    assert tokens.issue(made, clock.now(), ADDRESS) == tokens.issue(made, clock.now(), ADDRESS)


@pytest.mark.parametrize("state", ["draft", "verification", "registered", "suspended", "cancelled", "refused"])
def test_who_may_not_use_the_mark_today_gets_no_token(key, state):
    with pytest.raises(BadInput, match="只有当日可以使用"):
        issued(state=state)


def test_without_a_key_there_is_one_clear_sentence():
    with pytest.raises(NotReady, match="rotate_key"):
        issued()


def test_each_way_to_change_or_forge_a_token_is_told_apart(key):
    found = tampered.corpus(authorisation())

    judged = {name: tokens.verify(token, clock.now(), code=CODE).judgement for name, (token, _) in found.items()}
    assert judged == {name: judgement for name, (_, judgement) in found.items()}


def test_claims_are_given_only_where_the_signature_is_ours(key):
    found = tampered.corpus(authorisation())

    named = {name for name, (token, _) in found.items() if tokens.verify(token, clock.now(), code=CODE).claims}
    assert named == {"genuine", "of another code", "not yet", "expired"}


def test_every_single_changed_character_is_noticed(key):
    token = issued()

    accepted = [
        at
        for at, character in enumerate(token)
        if character != "."
        and tokens.verify(token[:at] + tampered.another(character) + token[at + 1 :], clock.now(), code=CODE).judgement
        == Judgement.GENUINE
    ]
    assert accepted == []


def test_a_token_is_read_from_the_whole_address_too(key):
    verdict = tokens.verify(f" {ADDRESS}/v/{CODE}#{issued()}\n", clock.now())
    assert (verdict.judgement, verdict.kid) == (Judgement.GENUINE, key.kid)


@pytest.mark.parametrize(("state", "judgement"), [("suspended", Judgement.SUSPENDED), ("cancelled", Judgement.REVOKED)])
def test_what_no_longer_holds_is_told_apart_from_what_was_never_ours(key, state, judgement):
    made = authorisation()
    token = tokens.issue(made, clock.now(), ADDRESS)
    ended = (clock.today() - timedelta(days=1)).isoformat()
    make.row(type(made), {"pk": made.pk}, state=state, course=[["2024-03-01", ended, "valid"], [ended, None, state]])

    assert tokens.verify(token, clock.now(), code=CODE).judgement == judgement


def test_a_term_that_was_cut_short_revokes(key):
    made = authorisation()
    token = tokens.issue(made, clock.now(), ADDRESS)
    make.row(type(made), {"pk": made.pk}, valid_until=clock.today())

    assert tokens.verify(token, clock.now(), code=CODE).judgement == Judgement.REVOKED


def test_with_the_protection_of_its_product_a_token_is_revoked_and_none_is_given(key):
    made = authorisation()
    token = tokens.issue(made, clock.now(), ADDRESS)
    make.protection(made.product, valid_until=clock.today())

    assert tokens.verify(token, clock.now(), code=CODE).judgement == Judgement.REVOKED
    with pytest.raises(BadInput, match="只有当日可以使用"):
        tokens.issue(type(made).objects.get(), clock.now(), ADDRESS)


def test_a_token_expires_with_its_day(key):
    token = issued()
    until = tokens.verify(token, clock.now()).claims["exp"]
    after = clock.now() + timedelta(seconds=until - clock.now().timestamp() + 1)

    assert tokens.verify(token, after).judgement == Judgement.EXPIRED
    assert tokens.verify(token, after - timedelta(seconds=2)).judgement == Judgement.GENUINE


def test_tokens_of_a_replaced_key_go_on_verifying(key):
    token = issued()
    keys.rotate(clock.now() + timedelta(seconds=1))

    assert tokens.verify(token, clock.now()).judgement == Judgement.GENUINE


def test_tokens_of_a_distrusted_key_do_not(key):
    token = issued()
    keys.rotate(clock.now() + timedelta(seconds=1), distrust=True)

    assert tokens.verify(token, clock.now()).judgement == Judgement.UNKNOWN_KEY


def test_the_name_of_a_natural_person_is_masked(key):
    made = make.authorisation(make.producer("张建国", kind="person", uscc=""), make.product(), code=CODE)

    assert "建国" not in json.dumps(tokens.claims_of(made, clock.today(), ADDRESS), ensure_ascii=False)
