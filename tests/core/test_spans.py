from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from gi_registry.core.errors import BadInput
from gi_registry.gazette.models import LawVersion
from tests import make

EVE, DAY, NEXT = date(2010, 12, 23), date(2010, 12, 24), date(2010, 12, 25)

# from, until, attested, asked: may hold, is certain
CASES = [
    (None, None, None, DAY, True, False),
    (DAY, None, None, EVE, False, False),
    (DAY, None, None, DAY, True, True),
    (DAY, NEXT, None, EVE, False, False),
    (DAY, NEXT, None, DAY, True, True),
    (DAY, NEXT, None, NEXT, False, False),
    (None, NEXT, None, DAY, True, False),
    (None, NEXT, None, NEXT, False, False),
    (None, None, DAY, EVE, True, False),
    (None, None, DAY, DAY, True, True),
    (None, NEXT, EVE, DAY, True, True),
    (None, NEXT, EVE, NEXT, False, False),
    (DAY, None, NEXT, DAY, True, True),
]


def law(**span):
    named = {"law": "地理标志产品保护办法", "version": "2023年"}
    return make.row(LawVersion, named, issuer="国家知识产权局", **span, **make.sourced())


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end", "attested", "asked", "holds", "certain"), CASES)
def test_the_database_and_python_say_the_same_of_a_day(start, end, attested, asked, holds, certain):
    row = law(valid_from=start, valid_until=end, attested_on=attested)

    assert (row.holds_on(asked), LawVersion.objects.on(asked).exists()) == (holds, holds)
    assert row.certain_on(asked) == certain


@pytest.mark.django_db
@pytest.mark.parametrize("end", [EVE, DAY])
def test_a_span_that_ends_before_it_begins_is_refused_with_a_sentence(end):
    with pytest.raises(BadInput, match=r"^截止日必须晚于起始日。$"):
        law(valid_from=DAY, valid_until=end)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_span_out_of_order():
    law(valid_from=DAY)

    with pytest.raises(IntegrityError, match="span_in_order"), transaction.atomic():
        LawVersion.objects.update(valid_until=EVE)
