from __future__ import annotations

import pytest
from django.http import QueryDict

from gi_registry.core.errors import BadInput
from gi_registry.products.register import Filters
from gi_registry.products.validators import filters


def test_filters_are_read_and_empty_values_ask_for_everything():
    assert filters(QueryDict("q= 老醋 &stage=protected&stage=candidate&regime=&category=fruit")) == Filters(
        "老醋", frozenset({"protected", "candidate"}), frozenset(), frozenset({"fruit"})
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("stage=gone", "阶段“gone”不存在：可选 protected、in_procedure、candidate、ended。"),
        ("regime=eu", "保护制度“eu”不存在：可选 product、collective、certification、agricultural。"),
        ("category=cars", "类别“cars”不存在：可选 condiment、fruit、livestock、vegetable、other。"),
        (f"q={'x' * 61}", "搜索词太长：请在 60 个字以内。"),
    ],
)
def test_a_filter_that_names_nothing_is_refused_in_one_sentence(query, sentence):
    with pytest.raises(BadInput) as refused:
        filters(QueryDict(query))

    assert refused.value.sentence == sentence
