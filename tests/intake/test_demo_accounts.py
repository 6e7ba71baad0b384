from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from gi_registry.core.revision import revision
from gi_registry.parties.models import Party, User
from gi_registry.parties.permissions import Role, roles_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, "printed for everybody"


ROLES = {
    "agri": {Role.AGRICULTURE},
    "market": {Role.MARKET},
    "association": {Role.ASSOCIATION},
    "inspector": {Role.INSPECTOR},
    "inspector2": {Role.INSPECTOR},
    "inspector3": {Role.INSPECTOR},
    "producer": {Role.PRODUCER},
    "rival": {Role.PRODUCER},
    "liaison": {Role.LIAISON},
    "auditor": {Role.AUDITOR},
    "admin": {Role.ADMINISTRATOR},
}


def test_the_command_makes_one_account_of_each_role_and_again_changes_nothing(jinghai, capsys):
    call_command("demo_accounts")
    first, revision_then = list(User.objects.order_by("pk").values()), revision()
    call_command("demo_accounts")

    assert (list(User.objects.order_by("pk").values()), revision()) == (first, revision_then)
    assert {user.username: roles_of(user) for user in User.objects.all()} == ROLES
    assert all(user.is_demo and user.check_password("printed for everybody") for user in User.objects.all())
    assert capsys.readouterr().out == f"试用账号：{' '.join(ROLES)}\n" * 2


def test_the_accounts_belong_to_sample_parties_and_to_a_unit(jinghai):
    call_command("demo_accounts")

    belong = {u.username: (u.party and u.party.name, u.unit and u.unit.code) for u in User.objects.all()}
    assert {name: where for name, where in belong.items() if any(where)} == {
        "association": ("示例协会", None),
        "producer": ("示例合作社", None),
        "rival": ("示例同业合作社", None),
        "liaison": (None, "120118102"),
    }
    assert all("示例" in party.name for party in Party.objects.filter(source__key="demo-sample"))


def test_a_new_password_takes_the_place_of_the_old(settings):
    call_command("demo_accounts")
    settings.DEMO_PASSWORD = "another"
    call_command("demo_accounts")

    assert all(user.check_password("another") for user in User.objects.all())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [("DEBUG", False, "试用账号只能在 DEBUG=1 时建立。"), ("DEMO_PASSWORD", "", "缺少环境变量 DEMO_PASSWORD。")],
)
def test_without_debug_or_password_nothing_is_made(settings, name, value, sentence):
    setattr(settings, name, value)

    with pytest.raises(CommandError) as refused:
        call_command("demo_accounts")

    assert (str(refused.value), User.objects.count()) == (sentence, 0)


def test_a_real_account_is_never_turned_into_a_demo_account():
    real = User.objects.create_superuser("admin", password="a secret of its own")

    with pytest.raises(CommandError, match="已有正式账号 admin"):
        call_command("demo_accounts")

    assert User.objects.get() == real
    real.refresh_from_db()
    assert (real.is_demo, real.check_password("a secret of its own")) == (False, True)
