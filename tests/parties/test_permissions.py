from __future__ import annotations

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import Group

from gi_registry.parties.permissions import RegisterBackend, Role, roles_of
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = {"username": "demo", "password": "printed for everybody"}


@pytest.mark.parametrize("debug", [True, False])
def test_a_demo_account_signs_in_only_while_debug_is_on(client, settings, debug):
    make.demo_account()
    settings.DEBUG = debug

    assert client.login(**PASSWORD) == debug


def test_the_session_of_a_demo_account_ends_when_debug_goes_off(client, settings):
    make.demo_account(is_staff=True, is_superuser=True)
    settings.DEBUG = True
    client.login(**PASSWORD)
    assert client.get("/admin/").status_code == 200

    settings.DEBUG = False
    assert client.get("/admin/").status_code == 302
    assert get_user(client).is_anonymous


def test_another_account_signs_in_either_way(client, settings, django_user_model):
    django_user_model.objects.create_user(**PASSWORD)

    assert client.login(**PASSWORD)


def test_an_account_that_is_off_does_not_sign_in(client, settings):
    settings.DEBUG = True
    make.demo_account(is_active=False)

    assert not client.login(**PASSWORD)


def test_a_person_and_their_roles_cost_one_question(client, django_assert_num_queries):
    person = make.person("agriculture")
    person.groups.add(Group.objects.get(name=Role.AUDITOR.label))

    with django_assert_num_queries(1):
        found = RegisterBackend().get_user(person.pk)
        assert (found, roles_of(found)) == (person, {Role.AGRICULTURE, Role.AUDITOR})


def test_nobody_has_the_number_of_a_person_who_is_gone(client):
    assert RegisterBackend().get_user(0) is None
