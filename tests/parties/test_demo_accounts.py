from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from gi_registry.parties.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, "printed for everybody"


def test_the_command_makes_one_administrator_and_again_changes_nothing(capsys):
    call_command("demo_accounts")
    first = User.objects.values().get()
    call_command("demo_accounts")

    admin = User.objects.get()
    assert User.objects.values().get() == first
    assert (admin.username, admin.is_demo, admin.is_staff, admin.is_superuser) == ("admin", True, True, True)
    assert admin.check_password("printed for everybody")
    assert capsys.readouterr().out == "试用账号：admin\n" * 2


def test_a_new_password_takes_the_place_of_the_old(settings):
    call_command("demo_accounts")
    settings.DEMO_PASSWORD = "another"
    call_command("demo_accounts")

    assert User.objects.get().check_password("another")


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

    real.refresh_from_db()
    assert (real.is_demo, real.check_password("a secret of its own")) == (False, True)
