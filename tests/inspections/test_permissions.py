from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from gi_registry.inspections.leads import open_lead
from gi_registry.inspections.models import Lead, Origin
from gi_registry.inspections.permissions import (
    leads_within_reach,
    may_inspect,
    records_within_reach,
    tasks_within_reach,
)
from gi_registry.parties.permissions import MAY, Act, Reach, Role
from tests import make

pytestmark = pytest.mark.django_db


def test_reach_is_everything_ones_own_or_nothing():
    [product] = make.register(1)
    user = make.authorisation(make.producer(), product)
    cast = {role: make.person(role, role.value) for role in Role}
    own = make.task(make.plan(), user, [cast[Role.INSPECTOR], make.person("inspector", "lisi")])
    other = make.task(make.plan(), user, [make.person("inspector", name) for name in ("wu", "liu")])
    records = [make.arrived(task, task.inspectors.first()) for task in (own, other)]
    leads = [open_lead(Origin.OTHER, by=cast[Role.MARKET], title="示例", text="示例") for _time in range(2)]
    Lead.objects.filter(pk=leads[0].pk).update(assignee=cast[Role.INSPECTOR])

    reached = {
        role: [set(rows(person)) for rows in (tasks_within_reach, records_within_reach, leads_within_reach)]
        for role, person in cast.items()
    }
    whole = {Reach.ALL: [own, other], Reach.OWN: [own], None: []}
    counted = {Reach.ALL: 2, Reach.OWN: 1, None: 0}
    for role in Role:
        inspects, follows = MAY[Act.INSPECT].get(role), MAY[Act.LEADS].get(role)
        expected = [set(whole[inspects]), set(records[: counted[inspects]]), set(leads[: counted[follows]])]
        assert reached[role] == expected


def test_strangers_reach_nothing_and_only_inspectors_are_inspectors():
    nobody = AnonymousUser()

    assert [list(rows(nobody)) for rows in (tasks_within_reach, records_within_reach, leads_within_reach)] == [[]] * 3
    assert {role for role in Role if may_inspect(make.person(role, role.value))} == {Role.INSPECTOR}
