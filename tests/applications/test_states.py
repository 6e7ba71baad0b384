from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from gi_registry.applications.actions import handle_opposition, take_step
from gi_registry.applications.states import (
    ABOUT_A_PROTECTION,
    DECIDED,
    MACHINES,
    NEGOTIATED,
    OPPOSITIONS,
    VOID,
    Agricultural,
    Objection,
    Procedure,
)
from gi_registry.core.errors import BadInput
from gi_registry.gazette.papers import Rests
from gi_registry.parties.permissions import Role
from tests import make

FROM_EVERY_STATE = [(procedure, state) for procedure, machine in MACHINES.items() for state in machine.states.values]


def paper(machine, state, on=date(2025, 9, 1)):
    """What a step to the state rests on."""
    match machine.rests[state]:
        case Rests.ANNOUNCEMENT:
            return {"announcement": make.announcement(issued_on=on)}
        case Rests.NOTICE:
            return {"document": make.document(published_on=on)}
    return {"on": on}


def outcome(act):
    """ "" where the act is done, else the sentence of its refusal; nothing is left behind either way."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except BadInput as refused:
        return refused.sentence
    return ""


@pytest.mark.django_db
@pytest.mark.parametrize(("procedure", "state"), FROM_EVERY_STATE)
def test_from_a_state_go_exactly_the_steps_of_the_table(procedure, state):
    machine, person = MACHINES[procedure], make.person(Role.ADMINISTRATOR)
    product = make.product()
    if procedure in ABOUT_A_PROTECTION:
        make.protection(product)
    year = 2023 if procedure == Procedure.PRODUCT_2005 else 2025  # while its law holds
    application = make.complete(make.application(product, procedure, state, on=date(year, 3, 3)))

    def go(target):
        if state == machine.window and target == machine.denied:
            make.opposition(application, Objection.UPHELD, filed_on=date(year, 3, 20))
        if target == Agricultural.MIGRATED and procedure == Procedure.AGRICULTURAL:
            application.protection = make.protection(product, regime="agricultural")
            application.save()
            make.application(product, "product_2024", "recognised", predecessor=application.protection)
        take_step(application, target, by=person, **paper(machine, target, date(year, 9, 1)))

    found = {target: outcome(lambda target=target: go(target)) for target in machine.states.values}

    forbidden = {
        target: f"“{machine.states(state).label}”之后不能是“{machine.states(target).label}”。"
        for target in machine.states.values
        if target not in machine.next[state]
    }
    assert found == dict.fromkeys(machine.next[state], "") | forbidden


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", OPPOSITIONS)
@pytest.mark.parametrize("state", Objection)
def test_from_a_state_of_an_opposition_go_exactly_the_steps_of_its_table(procedure, state):
    machine, person = MACHINES[procedure], make.person(Role.ADMINISTRATOR)
    opposition = make.opposition(make.application(make.product(), procedure, machine.window), state)
    notice = make.document(published_on=date(2025, 4, 1))

    found = {
        target: outcome(lambda target=target: handle_opposition(opposition, target, by=person, document=notice))
        for target in Objection
    }

    allowed = OPPOSITIONS[procedure][state]
    assert found == {
        target: "" if target in allowed else f"异议“{state.label}”之后不能是“{target.label}”。" for target in Objection
    }


@pytest.mark.parametrize("procedure", Procedure)
def test_every_state_is_reached_from_the_start(procedure):
    machine = MACHINES[procedure]
    seen, ahead = set(), [str(machine.start)]
    while ahead:
        state = ahead.pop()
        if state not in seen:
            seen.add(state)
            ahead += machine.next[state]

    unused = {"preliminary"} if procedure == Procedure.MINOR_CHANGE else set()  # a minor change is not opposed
    assert seen == set(machine.states.values) - unused - {VOID}


@pytest.mark.parametrize("procedure", Procedure)
def test_every_state_says_what_it_rests_on_and_its_clocks_begin_in_states_of_the_table(procedure):
    machine = MACHINES[procedure]
    begun = {start for clocks in machine.clocks.values() for _clock, start in clocks}

    assert set(machine.rests) == set(machine.states.values)
    assert begun | set(machine.clocks) <= set(machine.states.values)


def test_the_orders_of_2005_and_2024_differ_in_the_place_of_the_opposition():
    old, new = MACHINES[Procedure.PRODUCT_2005], MACHINES[Procedure.PRODUCT_2024]

    assert (old.window, old.success) == ("accepted", "technical")
    assert (new.window, new.success) == ("preliminary", "recognised")


@pytest.mark.parametrize("procedure", Procedure)
def test_what_the_state_grants_or_takes_rests_on_an_announcement(procedure):
    machine = MACHINES[procedure]

    assert machine.rests[machine.result] == Rests.ANNOUNCEMENT


def test_only_order_80_has_both_sides_negotiate():
    negotiated = {procedure for procedure, table in OPPOSITIONS.items() if table == NEGOTIATED}

    assert negotiated == {Procedure.PRODUCT_2024, Procedure.MAJOR_CHANGE}
    assert {procedure for procedure, table in OPPOSITIONS.items() if table == DECIDED} == set(OPPOSITIONS) - negotiated


@pytest.mark.parametrize(
    ("procedure", "day", "opens"),
    [
        (Procedure.PRODUCT_2024, "2024-01-31", False),
        (Procedure.PRODUCT_2024, "2024-02-01", True),
        (Procedure.PRODUCT_2005, "2005-07-14", False),
        (Procedure.PRODUCT_2005, "2024-01-31", True),
        (Procedure.PRODUCT_2005, "2024-02-01", False),
        (Procedure.TRADEMARK, "2026-12-31", True),
        (Procedure.TRADEMARK, "2027-01-01", True),
        (Procedure.AGRICULTURAL, "2008-01-31", False),
        (Procedure.AGRICULTURAL, "2022-02-28", True),
        (Procedure.AGRICULTURAL, "2022-03-01", False),
        (Procedure.MAJOR_CHANGE, "2023-06-01", False),
        (Procedure.REVOCATION, "2024-02-01", True),
    ],
)
def test_a_procedure_is_open_while_its_law_holds(procedure, day, opens):
    assert MACHINES[procedure].open_on(date.fromisoformat(day)) == opens
