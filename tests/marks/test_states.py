from __future__ import annotations

import pytest

from gi_registry.gazette.papers import Rests
from gi_registry.marks.models import OVER
from gi_registry.marks.states import ROUTES, STANDINGS, Basis, Standing, State

ROUTE = pytest.mark.parametrize("basis", Basis)


@ROUTE
def test_every_state_of_a_route_but_its_start_is_reached(basis):
    route = ROUTES[basis]

    reached = {state for following in route.next.values() for state in following}
    assert reached | {route.start} == set(route.next) == set(route.rests)


@ROUTE
def test_the_state_alone_lets_somebody_use_the_mark_and_ends_it(basis):
    route = ROUTES[basis]
    decided = {
        route.rests_of(before, after)
        for before, following in route.next.items()
        for after in following
        if after in {State.REGISTERED, State.CANCELLED, State.LAPSED}
        or (after == State.ACTIVE and before not in STANDINGS)
    }

    assert decided == {Rests.ANNOUNCEMENT}


@ROUTE
def test_back_in_use_only_by_the_office_that_stopped_it(basis):
    route = ROUTES[basis]

    assert {
        before: route.rests_of(before, State.ACTIVE)
        for before in STANDINGS
        if State.ACTIVE in route.next.get(before, ())
    } == {
        State.CHANGE_REVIEW: Rests.NOTICE,
        State.RECTIFY: Rests.OURS,
        State.SUSPENDED: Rests.NOTICE,
        State.CANCEL_PROPOSED: Rests.NOTICE,
    }


def test_what_is_over_is_the_ends_of_all_routes_and_what_was_withdrawn():
    assert set(OVER) == {
        State.ABANDONED,
        State.NOT_ACCEPTED,
        State.VERIFY_FAILED,
        State.PROVINCE_FAILED,
        State.REFUSED,
        State.CANCELLED,
        State.LAPSED,
        State.VOID,
    }


def test_the_mark_may_be_used_while_faults_are_mended_changes_reviewed_and_a_cancelling_is_only_proposed():
    assert {state for state, standing in STANDINGS.items() if standing == Standing.VALID} == {
        State.ACTIVE,
        State.CHANGE_REVIEW,
        State.RECTIFY,
        State.CANCEL_PROPOSED,
    }
