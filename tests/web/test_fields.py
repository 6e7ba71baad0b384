"""Fields that the forms of the desk share."""

from __future__ import annotations

from datetime import date

from gi_registry.applications.models import Survey
from gi_registry.web.forms.fields import announcement_field, own_fields
from tests import make


def test_announcements_are_offered_newest_first_under_the_numbers_they_have(db):
    make.announcement("第1号", date(2024, 3, 1))
    make.announcement("第2号", date(2025, 3, 1))

    offered = announcement_field().choices

    assert [value for value, _name in offered] == ["", "2", "1"]
    assert "第2号（2025-03-01）" in offered[1][1]


def test_nothing_chosen_looks_the_same_in_every_list(db):
    field = own_fields(Survey, ["category"], {})["category"]

    assert [name for value, name in field.choices if not value] == ["—"]
