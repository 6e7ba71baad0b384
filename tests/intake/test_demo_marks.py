from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from gi_registry.core import clock
from gi_registry.core.revision import revision
from gi_registry.marks.ledger import balance_of
from gi_registry.marks.models import Authorisation, Batch, OriginCheck, Rectification, UseReport
from gi_registry.marks.permissions import authorisations_within_reach
from gi_registry.parties.models import FormerParticulars, Party, User
from gi_registry.parties.permissions import Act
from gi_registry.parties.validators import read_uscc

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, "printed for everybody"


@pytest.fixture
def loaded(jinghai, capsys):
    call_command("demo_accounts")
    call_command("demo_marks")
    return capsys.readouterr().out.splitlines()[-1]


def test_all_standings_are_there_and_each_is_visibly_fictional(loaded):
    users = list(Authorisation.objects.with_names())

    assert loaded == "示例使用人：新增 9 个，均为虚构"
    assert Counter(one.standing_on(clock.today()) for one in users) == {
        "valid": 5,
        "suspended": 1,
        "cancelled": 1,
        "expired": 1,
        None: 1,
    }
    assert [one.producer.name for one in users if "示例" not in one.producer.name] == []
    assert [str(one.announcement) for one in users if one.announcement and "示例" not in str(one.announcement)] == []
    assert {one.announcement.grade for one in users if one.announcement} == {"unverified"}
    assert [read_uscc(one.producer.uscc).understood for one in users] == [()] * 9
    assert [str(row) for row in FormerParticulars.objects.all()] == ["示例酿造厂"]


def test_each_demo_producer_has_its_own_and_sees_nothing_of_the_other(loaded):
    reached = {
        name: sorted(str(one) for one in authorisations_within_reach(User.objects.get(username=name), Act.OWN_USE))
        for name in ("producer", "rival")
    }

    assert reached == {
        "producer": ["示例合作社 台头西瓜", "示例合作社 独流老醋"],
        "rival": ["示例同业合作社 独流老醋"],
    }


def test_the_demo_association_has_users_and_prints_of_a_product_of_its_own(loaded):
    reached = authorisations_within_reach(User.objects.get(username="association"), Act.PRINTS)

    assert {str(one) for one in reached if "西瓜" in str(one)} >= {"示例瓜菜合作社 台头西瓜"}
    assert [batch.quantity for batch in Batch.objects.filter(authorisation__in=reached)] == [5_000]


def test_marks_sites_reports_and_a_rectification_are_there(loaded):
    assert {batch.printer for batch in Batch.objects.all()} == {"示例印刷厂"}
    assert sorted(balance_of(batch).left for batch in Batch.objects.all()) == [1_250, 5_000, 10_000]
    assert [report.year for report in UseReport.objects.all()] == [clock.today().year - 1]
    assert OriginCheck.objects.exclude(verdict="").count() == 8
    assert Rectification.objects.get().closed_on is None


def test_loaded_again_nothing_changes_whatever_became_of_a_sample(loaded, capsys):
    Party.objects.filter(name="示例合作社").update(name="示例改名合作社")
    then = revision()
    call_command("demo_marks")

    assert (revision(), capsys.readouterr().out) == (then, "示例使用人：新增 0 个，均为虚构\n")


def test_without_debug_or_accounts_nothing_is_made(settings):
    with pytest.raises(CommandError, match="还没有试用账号：请先运行 demo_accounts。"):
        call_command("demo_marks")
    settings.DEBUG = False
    with pytest.raises(CommandError, match="只能在 DEBUG=1 时载入"):
        call_command("demo_marks")
    assert Authorisation.objects.count() == 0
