from __future__ import annotations

from datetime import date, timedelta

import pytest

from gi_registry.applications.docket import PHASES, Phase, Wanted, chosen, docket, falling_due, phase_of
from gi_registry.applications.states import MACHINES
from tests import make

DAY = date(2025, 6, 2)


def test_every_state_that_something_follows_has_a_column_of_its_own():
    over = {"registered", "changed", "renewed"}  # protected; only a later change, or its end, is still to come
    running = {
        (procedure, state)
        for procedure, machine in MACHINES.items()
        for state in machine.states.values
        if machine.next[state] and state not in over
    }
    assert running - set(PHASES) == set()


def test_every_state_that_nothing_follows_is_over():
    ends = {(procedure, state) for procedure, machine in MACHINES.items() for state in machine.ends}
    reachable = {(p, s) for p, s in ends if any(s in following for following in MACHINES[p].next.values())}

    assert {phase_of(*end) for end in reachable} == {Phase.DONE}


@pytest.fixture
def cards(db):
    """Six applications of one product, each in another state, as they stood on 2025-06-02."""
    product = make.product()
    for state, on in {
        "draft": date(2025, 5, 1),
        "reply_due": date(2025, 2, 3),
        "provincial": date(2025, 3, 3),
        "technical": date(2025, 3, 3),
        "preliminary": date(2025, 3, 3),
        "recognised": date(2025, 3, 3),
    }.items():
        make.application(product, state=state, on=on)
    return docket(DAY).cards


def test_the_most_urgent_stands_first_and_each_says_who_acts(cards):
    assert [(card.state, card.left, card.who, card.overdue) for card in cards] == [
        ("reply_due", 1, "申请人", False),
        ("provincial", 1, "省级知识产权管理部门", False),
        ("preliminary", -27, "主管机关", False),
        ("draft", None, "申请人", False),
        ("technical", None, "国家知识产权局", False),
        ("recognised", None, "", False),
    ]


def test_what_somebody_let_pass_is_overdue(db):
    make.application(make.product(), state="reply_due", on=date(2025, 1, 2))

    assert [card.overdue for card in docket(DAY).cards] == [True]


def test_the_docket_is_worked_out_again_when_the_register_or_the_day_moves(cards, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert docket(DAY).cards is cards
    assert docket(DAY + timedelta(days=1)).cards is not cards
    make.application(make.product("taitou-xigua", "台头西瓜"))
    assert len(docket(DAY).cards) == 7


def test_what_falls_due_is_told_from_the_last_day_backward(cards):
    assert [(one.card.state, one.left) for one in falling_due(cards, 1)] == [("reply_due", 1), ("provincial", 1)]
    assert falling_due(cards, 0) == []


@pytest.mark.parametrize(
    ("wanted", "states"),
    [
        (Wanted(), 6),
        (Wanted(phase="window"), 1),
        (Wanted(procedure="trademark"), 0),
        (Wanted(who="申请人"), 2),
        (Wanted(overdue=True), 0),
        (Wanted(q="2025-0003"), 1),
        (Wanted(q="独流"), 6),
    ],
)
def test_the_cards_that_were_asked_for(cards, wanted, states):
    assert len(chosen(cards, wanted)) == states


def test_the_term_of_a_mark_that_may_have_been_renewed_is_nobodys_failure(db):
    make.application(make.product(), "trademark", "registered", on=date(2010, 1, 5))

    (card,) = docket(DAY).cards
    assert (card.phase, card.who, card.overdue) == (Phase.DONE, "", False)
    assert chosen([card], Wanted(overdue=True)) == []
