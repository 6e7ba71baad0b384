from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from gi_registry.assurance.judging import Verdict, judged_reports
from gi_registry.assurance.models import Limit, QualityRecord, Round, Standard, TestReport
from gi_registry.assurance.rounds import intact
from gi_registry.assurance.systems import Status, answer
from gi_registry.core.revision import revision
from gi_registry.products.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, "printed for everybody"


@pytest.fixture
def loaded(jinghai, capsys):
    call_command("demo_accounts")
    call_command("demo_systems")
    return capsys.readouterr().out.splitlines()[-1]


def test_every_state_of_a_clause_is_there_to_look_at(loaded):
    found = answer(Product.objects.get(slug="duliu-laocu"))

    assert loaded == "示例体系材料：已载入，均为虚构"
    assert {one.status for one in found.clauses} == set(Status)


def test_one_line_failed_and_was_tested_again_and_some_cannot_be_compared(loaded):
    lines = [line for _report, lines in judged_reports(Product.objects.get(slug="duliu-laocu").pk) for line in lines]

    assert {line.verdict for line in lines} == set(Verdict)


def test_everything_is_visibly_fictional_and_real_standards_keep_unknown_limits(loaded):
    assert all("示例" in record.title for record in QualityRecord.objects.all())
    assert all("示例" in report.number for report in TestReport.objects.all())
    assert {limit.standard.number for limit in Limit.objects.all()} == {"T/SHILI 001-2020"}
    assert "示例" in Standard.objects.get(number="T/SHILI 001-2020").title
    assert intact(Round.objects.get())


def test_loading_again_changes_nothing(loaded, capsys):
    before = revision()

    call_command("demo_systems")

    assert capsys.readouterr().out.splitlines()[-1] == "示例体系材料：已有，没有改动"
    assert revision() == before


def test_it_is_for_trials_only(jinghai, settings):
    with pytest.raises(CommandError, match="demo_accounts"):
        call_command("demo_systems")
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG=1"):
        call_command("demo_systems")
