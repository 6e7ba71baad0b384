from __future__ import annotations

import pytest

from gi_registry.assurance.numbers import Kind, kind_of, normal, read_standard, same
from gi_registry.core.errors import BadInput


@pytest.mark.parametrize(
    ("text", "shown", "kind"),
    [
        ("GB/T 17924-2008", "GB/T 17924-2008", Kind.NATIONAL),
        ("GB/T17924—2008", "GB/T 17924-2008", Kind.NATIONAL),
        ("ＧＢ／Ｔ　１７９２４－２００８", "GB/T 17924-2008", Kind.NATIONAL),
        ("gbt 17924–2008", "GB/T 17924-2008", Kind.NATIONAL),
        ("GB/Z 21922-2008", "GB/Z 21922-2008", Kind.NATIONAL),
        ("GB 19461-2004", "GB 19461-2004", Kind.NATIONAL_MANDATORY),
        ("GB 5009.7", "GB 5009.7", Kind.NATIONAL_MANDATORY),
        ("DB12/T 412-2009", "DB12/T 412-2009", Kind.LOCAL),
        ("DB3716/T 88—2025", "DB3716/T 88-2025", Kind.LOCAL),
        ("DB12/412-2009", "DB12 412-2009", Kind.LOCAL),
        ("DB12 412-2009", "DB12 412-2009", Kind.LOCAL),
        ("DBS12/ 001-2020", "DBS12 001-2020", Kind.LOCAL),
        ("DB22/T2171-2014", "DB22/T 2171-2014", Kind.LOCAL),
        ("T/CAI 134-2021", "T/CAI 134-2021", Kind.GROUP),
        ("T/HNTI08-2019", "T/HNTI 08-2019", Kind.GROUP),
        ("NY/T 1234.1-2008", "NY/T 1234.1-2008", Kind.INDUSTRY),
        ("Q/TLDL 0001S-2020", "Q/TLDL 0001S-2020", Kind.COMPANY),
    ],
)
def test_a_number_is_read_however_it_is_written(text, shown, kind):
    number = read_standard(text)

    assert (str(number), number.kind) == (shown, kind)


@pytest.mark.parametrize(
    "text", ["", "17924-2008", "独流老醋", "GB", "GB/T", "DB/T 412-2009", "GB/X 1-2008", "Q/", "GB/T 17924-0000"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(BadInput):
        read_standard(text)


def test_a_year_of_two_digits_is_refused_with_what_to_write():
    with pytest.raises(BadInput, match="年份只有两位"):
        read_standard("GB 5009-85")


def test_text_that_is_no_number_stays_itself():
    assert (normal("原产地 规范"), kind_of("原产地 规范")) == ("原产地 规范", Kind.OTHER)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("GB/T 17924—2008", "gb/t17924-2008", True),
        ("GB/T 17924", "GB/T 17924-2008", True),
        ("GB/T 17924-2008", "GB/T 17924-2025", False),
        ("GB 12456", "GB/T 12456-2008", False),
        ("GB 5009.7", "GB 5009.8", False),
    ],
)
def test_two_writings_of_one_standard_are_the_same(one, other, alike):
    assert same(one, other) == alike
