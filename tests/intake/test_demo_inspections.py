from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from gi_registry.core.revision import revision
from gi_registry.inspections import redraw
from gi_registry.inspections.models import Draw, Order, Plan, Record, Target, Task
from gi_registry.parties.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trial(settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, "printed for everybody"


@pytest.fixture
def loaded(jinghai, capsys):
    for name in ("demo_accounts", "demo_marks", "demo_inspections"):
        call_command(name)
    return capsys.readouterr().out.splitlines()[-1]


def test_plans_of_every_kind_made_by_hand_are_there_to_look_at(loaded):
    assert loaded == "示例检查：已载入，均为虚构"
    assert {(plan.kind, plan.state) for plan in Plan.objects.all()} == {
        ("random", "running"),
        ("random", "published"),
        ("special", "running"),
        ("report", "preparing"),
    }


def test_draws_agree_with_what_was_published(loaded):
    drawn = Draw.objects.exclude(seed="")

    assert [draw.number for draw in drawn] == [1, 2]
    assert [redraw.differences(draw.published) for draw in drawn] == [[], []]


def test_results_are_public_whole_corrected_and_ordered_to_be_mended(loaded):
    assert {record.outcome for record in Record.objects.public()} == {"pass", "rectify"}
    assert Record.objects.waiting().count() == 0
    assert Record.objects.filter(corrects__isnull=False).count() == 1
    assert Order.objects.count() == 1


def test_of_both_verdicts_some_agree_and_one_does_not(loaded):
    agree = [record.device_verdict == record.verdict for record in Record.objects.exclude(device_verdict="")]

    assert sorted(agree) == [False, True, True, True]


def test_inspectors_have_tasks_left_to_take_along(loaded):
    inspector = User.objects.get(username="inspector")

    assert Task.objects.standing().filter(inspectors=inspector, records=None, plan__state="running").exists()


def test_everything_is_visibly_fictional(loaded):
    assert all("示例" in plan.title for plan in Plan.objects.all())
    assert all("示例" in target.who for target in Target.objects.all())


def test_loading_again_changes_nothing(loaded, capsys):
    before = revision()

    call_command("demo_inspections")

    assert capsys.readouterr().out.splitlines()[-1] == "示例检查：已有，没有改动"
    assert revision() == before


def test_it_is_for_trials_only(jinghai, settings):
    with pytest.raises(CommandError, match="demo_accounts"):
        call_command("demo_inspections")
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("demo_inspections")
