from __future__ import annotations

import pytest

from gi_registry.inspections.states import LEADS, PLANS, Kind, LeadState, PlanState

P = PlanState


@pytest.mark.parametrize("kind", Kind)
def test_every_plan_begins_in_preparation_and_can_end(kind):
    table = PLANS[kind]

    reached, ways = {P.PREPARING}, [P.PREPARING]
    while ways:
        ways = [state for before in ways for state in table[before] if state not in reached]
        reached |= set(ways)
    assert reached == set(table)
    assert all(P.CLOSED in table[state] or state == P.CLOSED for state in table)


def test_only_a_random_plan_draws_and_only_a_draw_goes_back_to_what_is_published():
    drawing = {kind for kind, table in PLANS.items() if any(P.DRAWN in following for following in table.values())}
    back = {before for before, following in PLANS[Kind.RANDOM].items() if P.PUBLISHED in following}

    assert (drawing, back) == ({Kind.RANDOM}, {P.PREPARING, P.DRAWN})


def test_a_transfer_is_reported_and_approved_first():
    assert {before for before, following in LEADS.items() if LeadState.TRANSFERRED in following} == {LeadState.APPROVED}
    assert {before for before, following in LEADS.items() if LeadState.APPROVED in following} == {LeadState.REPORTED}
    assert {state for state, following in LEADS.items() if not following} == {LeadState.ANSWERED}
