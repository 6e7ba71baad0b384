from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from gi_registry.applications.docket import docket
from gi_registry.applications.reminders import tell, untold
from gi_registry.core import clock
from gi_registry.core.models import Reminder
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(monkeypatch):
    """An application whose reply is due; `due(left)` lets the day come on which so many days are left."""
    file = make.application(make.product(), state="reply_due", on=clock.today())
    (card,) = docket(clock.today()).cards
    last = card.due.deadline.day

    def days_left(left):
        monkeypatch.setattr(clock, "today", lambda: last - timedelta(days=left))

    days_left.file = file
    return days_left


def remind():
    said = StringIO()
    call_command("remind", stdout=said)
    return said.getvalue()


def told():
    """How often something was printed, and to whom mails went."""
    return "2025-0001" in remind(), [message.to[0] for message in mail.outbox]


def test_nothing_is_said_of_what_is_far_off(due):
    make.person("agriculture", email="wangmin@example.cn")
    due(31)

    assert remind() == "没有新的到期事项。\n"
    assert mail.outbox == []


def test_each_mark_is_told_once_and_a_second_run_tells_nothing(due):
    make.person("agriculture", email="wangmin@example.cn")
    marks = []
    for left in (31, 30, 30, 29, 8, 7, 7, 6, 2, 1, 1, 0):
        due(left)
        mail.outbox.clear()
        printed, mailed = told()
        assert printed == bool(mailed)
        marks.append((left, len(mailed)))

    assert marks == [(31, 0), (30, 1), (30, 0), (29, 0), (8, 0), (7, 1), (7, 0), (6, 0), (2, 0), (1, 1), (1, 0), (0, 0)]


def test_a_day_without_a_run_is_made_up_for(due):
    due(5)

    assert "还有 5 天" in remind()


def test_the_mail_says_who_acts_the_article_and_what_follows(due, settings):
    make.person("agriculture", email="wangmin@example.cn")
    settings.REGISTER_ADDRESS = "https://gi.example.cn"
    due(7)
    remind()

    (message,) = mail.outbox
    assert message.subject == "静海区地理标志登记簿：1 项期限将到"
    assert "还有 7 天" in message.body
    for part in (
        "独流老醋 2025-0001",
        "该谁办：申请人",
        "第十三条",
        "不予受理",
        "https://gi.example.cn/desk/applications/2025-0001/",
    ):
        assert part in message.body


def test_only_those_who_act_on_the_product_are_written_to(due):
    make.person("agriculture", "agri", email="agri@example.cn")
    make.person("market", "market", email="market@example.cn")
    make.person("auditor", "auditor", email="auditor@example.cn")
    make.person("association", "association", email="association@example.cn")  # keeps no product
    make.person("agriculture", "mute")
    due(7)
    remind()

    assert sorted(message.to[0] for message in mail.outbox) == ["agri@example.cn", "market@example.cn"]


def test_what_could_not_be_sent_is_sent_the_next_time(due, settings):
    make.person("agriculture", email="wangmin@example.cn")
    due(7)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    with pytest.raises(CommandError, match="没有发出，下次运行再发：wangmin"):
        remind()
    assert list(Reminder.objects.values_list("to", flat=True)) == [""]

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert told() == (False, ["wangmin@example.cn"])


def test_a_step_taken_ends_the_reminders_of_the_step_before(due):
    make.step(due.file, "replied", clock.today())
    due(7)

    assert remind() == "没有新的到期事项。\n"


def test_of_two_runs_at_once_one_tells(due):
    due(7)
    (told,) = untold()  # both runs have looked
    sent = []

    assert [tell(told, sent.append) for _run in range(2)] == [True, False]
    assert sent == [told]


# --- The three systems -----------------------------------------------------------------------------------------------


@pytest.fixture
def lapsing(monkeypatch):
    """A product whose plan for testing (T1) ends on a day; `lapsing(left)` lets the day come before it."""
    product = make.product()
    make.protection(product)
    last = clock.today() + timedelta(days=90)
    make.quality_record(product, "plan_testing", made_on=clock.today() - timedelta(days=400), valid_until=last)

    def days_left(left):
        monkeypatch.setattr(clock, "today", lambda: last - timedelta(days=left))

    days_left.product = product
    return days_left


def test_what_lapses_is_told_60_30_and_7_days_before_and_never_twice(lapsing):
    make.person("agriculture", email="wangmin@example.cn")
    marks = []
    for left in (61, 60, 60, 59, 31, 30, 30, 8, 7, 7, 1, 0):
        lapsing(left)
        mail.outbox.clear()
        assert ("独流老醋，T1" in remind()) == bool(mail.outbox)
        marks.append((left, len(mail.outbox)))

    assert [left for left, told in marks if told] == [60, 30, 7]


def test_the_mail_of_what_lapses_says_what_restores_it_and_where(lapsing, settings):
    make.person("market", email="wangmin@example.cn")
    settings.REGISTER_ADDRESS = "https://gi.example.cn"
    lapsing(30)
    remind()

    (message,) = mail.outbox
    assert message.subject == "静海区地理标志登记簿：1 条体系要求将到期"
    for part in (
        "还有 30 天",
        "检测体系规划文件",
        "该谁办：政府",
        "https://gi.example.cn/desk/systems/duliu-laocu/#T1",
    ):
        assert part in message.body


def test_only_those_who_answer_for_the_clauses_of_the_product_are_told_what_lapses(lapsing):
    make.person("agriculture", "agri", email="agri@example.cn")
    make.person("auditor", "auditor", email="auditor@example.cn")
    make.person("association", "association", email="association@example.cn")  # keeps no product
    lapsing(60)
    remind()

    assert [message.to[0] for message in mail.outbox] == ["agri@example.cn"]


def test_associations_are_told_what_lapses_of_their_own_products(lapsing):
    keeper = make.producer("示例协会", make.USCC[2])
    make.row(make.Part, {"product": lapsing.product, "party": keeper, "part": "association"}, **make.sourced())
    make.person("association", "own", email="own@example.cn", party=keeper)
    lapsing(60)
    remind()

    assert [message.to[0] for message in mail.outbox] == ["own@example.cn"]


def test_a_renewal_ends_the_reminders_of_what_it_renews(lapsing):
    lapsing(30)
    make.quality_record(lapsing.product, "plan_testing", made_on=clock.today(), title="示例新规划")

    assert remind() == "没有新的到期事项。\n"
