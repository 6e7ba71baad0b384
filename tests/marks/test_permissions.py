from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from gi_registry.core.errors import NotAllowed
from gi_registry.marks.permissions import authorisations_within_reach, require, require_step, require_to_open
from gi_registry.marks.states import State
from gi_registry.parties.permissions import MAY, Act, Reach, Role
from gi_registry.products.models import Part
from gi_registry.products.models import Role as PartyRole
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def users():
    """Two producers of two units, each with an authorisation for a product of its own."""
    vinegar, cabbage = make.product(), make.product("chenguantun-dongcai", "陈官屯冬菜", "vegetable")
    maker = make.producer(unit=make.place("120118102"))
    rival = make.producer("示例同业合作社", make.USCC[1], unit=make.place("120118103"))
    return make.authorisation(maker, vinegar), make.authorisation(rival, cabbage, "draft")


def cast(users):
    """Somebody of each role; association, liaison and producer are near the first authorisation."""
    first, _second = users
    association = make.row(make.Party, {"name": "示例协会"}, kind="association", **make.sourced())
    key = {"product": first.product, "party": association, "part": Part.ASSOCIATION}
    make.row(PartyRole, key, valid_from=date(2000, 1, 1), **make.sourced())
    near = {
        Role.ASSOCIATION: {"party": association},
        Role.LIAISON: {"unit": first.producer.unit},
        Role.PRODUCER: {"party": first.producer},
    }
    return {role: make.person(role, role.value, **near.get(role, {})) for role in Role}


@pytest.mark.parametrize("act", [Act.DESK, Act.AUTHORISATIONS, Act.PRINTS, Act.OWN_USE])
def test_reach_is_everything_ones_own_or_nothing(users, act):
    expected = {Reach.ALL: list(users), Reach.OWN: [users[0]], None: []}

    reached = {
        role: sorted(authorisations_within_reach(person, act), key=lambda row: row.pk)
        for role, person in cast(users).items()
    }

    assert reached == {role: expected[MAY[act].get(role)] for role in Role}


def test_strangers_and_people_without_party_or_unit_reach_nothing(users):
    nobodys = [AnonymousUser(), *(make.person(role, f"lone-{role.value}") for role in (Role.PRODUCER, Role.LIAISON))]

    for person in nobodys:
        assert [list(authorisations_within_reach(person, act)) for act in Act] == [[] for _act in Act]


def test_a_producer_with_a_unit_reaches_no_products_of_the_unit(users):
    first, second = users
    person = make.person(Role.PRODUCER, "maker", party=first.producer, unit=second.producer.unit)

    assert list(authorisations_within_reach(person, Act.PRINTS)) == [first]


def test_of_two_roles_each_gives_its_own(users):
    first, second = users
    person = make.person(Role.PRODUCER, "both", party=first.producer, unit=second.producer.unit)
    person.groups.add(Group.objects.get(name=Role.LIAISON.label))

    assert list(authorisations_within_reach(person, Act.DESK)) == [second]
    assert list(authorisations_within_reach(person, Act.PRINTS)) == [first]


def test_who_may_not_is_told_in_a_sentence(users):
    rival = make.person(Role.PRODUCER, "rival", party=users[1].producer)

    with pytest.raises(NotAllowed) as refused:
        require(rival, Act.PRINTS, users[0])
    assert refused.value.sentence == "您不能对这一使用人办理“记专用标志的印制与使用”。"


def test_a_producer_takes_only_its_own_steps(users):
    person = make.person(Role.PRODUCER, "maker", party=users[0].producer)
    taken = set()
    for state in State:
        try:
            require_step(person, state, users[0])
            taken.add(state)
        except NotAllowed:
            pass

    assert taken == {State.INTAKE, State.ABANDONED, State.FILED, State.CHANGE_REVIEW}


def test_a_producer_opens_for_itself_and_only_what_is_its_own_to_open(users):
    first, second = users
    person = make.person(Role.PRODUCER, "maker", party=first.producer)

    require_to_open(person, first.producer, itself=True)
    for producer, itself in [(first.producer, False), (second.producer, True)]:
        with pytest.raises(NotAllowed, match=f"您不能替“{producer}”办理专用标志。"):
            require_to_open(person, producer, itself=itself)
