from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from gi_registry.core import clock
from gi_registry.core.models import Reminder
from gi_registry.marks.models import UseReport
from gi_registry.marks.reminders import tell, untold
from tests import make

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 31)


@pytest.fixture
def left(monkeypatch):
    """`left(days)` lets the day come on which so many days are left to report 2025."""

    def days_left(days):
        monkeypatch.setattr(clock, "today", lambda: DUE - timedelta(days=days))

    days_left(10)
    return days_left


@pytest.fixture
def user(left):
    return make.authorisation(make.producer(), make.product(), code="TEST00001")


def remind():
    said = StringIO()
    call_command("remind_use_reports", stdout=said)
    return said.getvalue()


def test_each_stage_is_told_once_and_a_second_run_tells_nothing(user, left):
    make.person("market", email="wangmin@example.cn")
    told = []
    for days in (89, 89, 40, 30, 29, 8, 7, 7, 0, -1, -2, -200):
        left(days)
        mail.outbox.clear()
        printed = "TEST00001" in remind()
        assert printed == bool(mail.outbox)
        told.append((days, len(mail.outbox)))

    assert [days for days, mails in told if mails] == [89, 30, 7, -1]


def test_a_day_without_a_run_is_made_up_for(user, left):
    left(5)
    assert "本区定的报送期到 2026-03-31 为止，还有 5 天。" in remind()

    left(-5)
    assert "本区定的报送期到 2026-03-31 为止，已经过了。" in remind()


def test_nothing_is_said_once_the_report_is_in(user):
    make.row(UseReport, {"authorisation": user, "year": 2025}, filed_on=clock.today(), by="测试")

    assert remind() == "没有新的缺报。\n"


def test_producers_are_told_of_their_own_and_offices_of_all(user):
    rival = make.producer("示例对手有限公司", make.USCC[1])
    make.authorisation(rival, make.product("b", "乙"), code="TEST00002")
    make.person("market", "market", email="market@example.cn")
    make.person("producer", "own", email="own@example.cn", party=user.producer)
    make.person("producer", "rival", email="rival@example.cn", party=rival)
    make.person("auditor", "auditor", email="auditor@example.cn")
    make.person("market", "mute")
    remind()

    named = {message.to[0]: [f"TEST0000{n}" in message.body for n in (1, 2)] for message in mail.outbox}
    assert named == {
        "market@example.cn": [True, True],
        "own@example.cn": [True, False],
        "rival@example.cn": [False, True],
    }


def test_the_mail_names_the_rule_and_the_page(user, settings):
    settings.REGISTER_ADDRESS = "https://gi.example.cn"
    make.person("market", email="wangmin@example.cn")
    remind()

    (message,) = mail.outbox
    assert message.subject == "静海区地理标志登记簿：2025 年专用标志使用情况还有 1 件没有报送"
    for part in (
        "公告第三五四号",
        "独流老醋：示例酿造有限公司（TEST00001）",
        "https://gi.example.cn/desk/reports/2025/",
    ):
        assert part in message.body


def test_what_could_not_be_sent_is_sent_the_next_time(user, settings):
    make.person("market", email="wangmin@example.cn")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    with pytest.raises(CommandError, match="没有发出，下次运行再发：wangmin"):
        remind()
    assert list(Reminder.objects.values_list("to", flat=True)) == [""]

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert remind() == ""
    assert [message.to for message in mail.outbox] == [["wangmin@example.cn"]]


def test_of_two_runs_at_once_one_tells(user):
    (told,) = untold()  # both runs have looked
    sent = []

    assert [tell(told, sent.append) for _run in range(2)] == [True, False]
    assert sent == [told]
