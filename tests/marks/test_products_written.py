from __future__ import annotations

import pytest

from gi_registry.marks.products_written import is_written_in, most_like
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def products():
    make.product("taitou-xigua", "台头西瓜")
    make.product()


@pytest.mark.parametrize(
    ("text", "written", "near"),
    [
        ("独流老醋", True, "独流老醋"),
        ("独流（老）醋 500ml", True, "独流老醋"),
        ("独流陈醋", False, "独流老醋"),
        ("台头甜瓜", False, "台头西瓜"),
        ("苹果", False, ""),
        ("", False, ""),
    ],
)
def test_a_name_on_a_label_is_one_of_the_registers_or_near_one(text, written, near):
    assert (is_written_in(text), most_like(text)) == (written, near)
