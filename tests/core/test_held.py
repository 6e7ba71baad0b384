from __future__ import annotations

import pytest

from gi_registry.core.held import Held, changes_since
from gi_registry.gazette.models import Announcement, Source
from tests import make

pytestmark = pytest.mark.django_db


def test_what_is_held_is_read_again_only_when_its_table_was_written():
    readings = []
    held = Held(lambda: readings.append(0) or len(readings), Announcement)
    seen = [held.now(), held.now()]
    make.source("another")
    seen.append(held.now())
    make.announcement()
    seen.append(held.now())
    held.forget()
    seen.append(held.now())

    assert seen == [1, 1, 1, 2, 3]


def test_changes_are_those_of_the_tables_after_the_revision():
    first = make.source("first")
    revision = changes_since(0, (Source,)).latest("id").id
    make.announcement()
    make.source("second")

    assert [change.row for change in changes_since(revision, (Source,)).order_by("id")] == [
        "来源 gazette",
        "来源 second",
    ]
    assert str(first) == "来源 first"
