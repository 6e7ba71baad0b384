from __future__ import annotations

import pytest

from gi_registry.core.models import Change
from gi_registry.web.templatetags.desk import Difference, differences
from tests import make, shapes

pytestmark = pytest.mark.django_db


def test_a_line_of_history_is_written_in_chinese():
    product = make.product()
    make.protection(product, stage="candidate", regime="collective")

    line = {d.label: (d.before, d.after) for d in differences(Change.objects.first())}
    assert (line["保护制度"], line["阶段"], line["起始日"]) == (
        ("—", "集体商标"),
        ("—", "候选"),
        ("—", "2000-01-01"),
    )


def test_a_shape_is_named_and_not_written_out():
    make.area(make.product(), shapes.islands(116.8, 38.8, 0.1))

    written = {d.label: d.after for d in differences(Change.objects.first())}
    assert written["界线"] == "（界线，367 字节）"


def test_a_column_that_is_gone_keeps_its_name():
    change = Change(thing="nothing.here:1", before={"old": True}, after={"old": ["甲", "乙"]})

    assert differences(change) == [Difference("old", "是", "甲、乙")]
