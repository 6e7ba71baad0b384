from __future__ import annotations

from datetime import date

import pytest
from icalendar import Calendar

from gi_registry.applications.calendar import feed
from gi_registry.applications.docket import docket
from gi_registry.applications.subscriptions import key_of, owner_of, renew
from gi_registry.core.errors import NotInRegister
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 2)


def written():
    return feed(docket(DAY).cards, "登记簿", lambda card: f"https://gi.example.cn/{card.file_number}")


def test_every_deadline_with_a_day_is_an_event_of_one_day():
    product = make.product()
    make.application(product, state="reply_due", on=date(2025, 3, 3))
    make.application(product, state="technical")  # without a limit

    (event,) = Calendar.from_ical(written()).walk("VEVENT")

    assert {name: event[name].to_ical().decode() for name in ("uid", "dtstart", "dtend", "summary", "url")} == {
        "uid": "2025-0001-R80-13-2025-03-03@gi-registry",
        "dtstart": "20250703",
        "dtend": "20250704",
        "summary": "独流老醋：答复形式审查意见到期（申请人）",
        "url": "https://gi.example.cn/2025-0001",
    }
    assert "第十三条" in event["description"]


def test_lines_are_folded_and_end_as_the_standard_asks():
    make.application(make.product(), state="reply_due", on=date(2025, 3, 3))

    lines = written().split(b"\r\n")

    assert max(len(line) for line in lines) <= 75
    assert lines[0] == b"BEGIN:VCALENDAR"


def test_each_opposition_has_an_event_of_its_own():
    file = make.application(make.product(), "trademark", state="published", on=date(2025, 3, 3))
    for _number in range(2):
        make.opposition(file, state="adjudication")

    uids = [str(event["uid"]) for event in Calendar.from_ical(written()).walk("VEVENT")]

    assert (len(uids), len(set(uids))) == (5, 5)  # the window, and for each the defence and the decision
    assert [uid for uid in uids if "异议人" in uid] == []


def test_an_address_stays_until_it_is_renewed():
    person = make.person("agriculture")
    key = key_of(person)
    assert (key_of(person), owner_of(key)) == (key, person)

    renew(person)

    assert owner_of(key_of(person)) == person
    with pytest.raises(NotInRegister):
        owner_of(key)


def test_who_may_not_sign_in_any_more_has_no_calendar():
    person = make.person("agriculture")
    key = key_of(person)
    person.is_active = False
    person.save()

    with pytest.raises(NotInRegister):
        owner_of(key)
