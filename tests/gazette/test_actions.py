from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.core.history import Outcome, changes_of
from gi_registry.core.models import Change
from gi_registry.gazette.actions import NewSource, add_source, keep, proposed_key, stored
from gi_registry.gazette.models import Announcement, Source
from gi_registry.gazette.validators import HandedIn
from tests import make

pytestmark = pytest.mark.django_db


def test_a_key_is_proposed_from_the_title_and_never_twice():
    first = add_source(values={"title": "静海县志（1995）", "grade": "secondary"}, by="王敏")
    second = add_source(values={"title": "静海县志 1995", "grade": "secondary"}, by="王敏")

    assert (first.key, second.key) == ("jinghaixianzhi1995", "jinghaixianzhi1995-2")


@pytest.mark.parametrize(("title", "key"), [("←→", "source"), ("县志" * 40, "xianzhi" * 8 + "xian")])
def test_a_key_is_proposed_for_any_title(title, key):
    assert proposed_key(title) == key


def test_a_key_that_is_taken_is_refused():
    make.source("plan")

    with pytest.raises(BadInput, match="标识"):
        add_source(values={"key": "plan", "title": "别的规划", "grade": "primary"}, by="王敏")

    assert Source.objects.count() == 1


ACT = {
    "issuer": "国家知识产权局",
    "number": "1",
    "issued_on": date(2024, 1, 1),
    "title": "",
    "grade": "primary",
    "note": "",
}


def test_an_announcement_is_made_with_its_source_in_one_go():
    values = ACT | {"source": NewSource({"title": "公报", "grade": "primary"})}

    row, outcome = keep(Announcement, None, values=values, day=ACT["issued_on"], by="王敏")

    assert (outcome, row.source.key) == (Outcome.MADE, "gongbao")
    line = changes_of(row).get()
    assert (line.by, line.day, line.source) == ("王敏", date(2024, 1, 1), "gongbao")


def test_a_refused_announcement_takes_its_new_source_with_it():
    values = ACT | {"issuer": "", "source": NewSource({"title": "公报", "grade": "primary"})}

    with pytest.raises(BadInput, match="发布机关"):
        keep(Announcement, None, values=values, by="王敏")

    assert (Source.objects.count(), Change.objects.count()) == (0, 0)


def test_the_very_same_announcement_is_not_made_twice():
    values = ACT | {"source": make.source()}
    keep(Announcement, None, values=values, by="王敏")

    with pytest.raises(BadInput, match="没有重复登记"):
        keep(Announcement, None, values=values, by="王敏")

    assert Announcement.objects.count() == 1


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_stays_where_what_follows_is_done(settings):
    with stored(HandedIn("公告.pdf", "application/pdf", b"content")) as name:
        pass

    assert [path.read_bytes() for path in files_in(settings.PRIVATE_DIR)] == [b"content"]
    assert (settings.PRIVATE_DIR / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("interruption", [BadInput("不行。"), OSError("disk full"), KeyboardInterrupt()])
def test_a_file_goes_where_what_follows_is_undone(settings, interruption):
    with pytest.raises(type(interruption)), stored(HandedIn("公告.pdf", "application/pdf", b"content")):
        raise interruption

    assert files_in(settings.PRIVATE_DIR) == []
