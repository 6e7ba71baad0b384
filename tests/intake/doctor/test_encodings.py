from __future__ import annotations

import pytest

from gi_registry.intake.doctor.encodings import UNSAID, Declared, codec_of, examine, readable

NAMES = ["獨流鎮", "臺頭鎮"]  # in all three encodings


def said(declared: Declared, codec: str) -> tuple[str, bool]:
    encoding = examine(declared, [name.encode(codec) for name in NAMES], [])
    return encoding.guess, encoding.needs_choice


@pytest.mark.parametrize(
    ("cpg", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("65001", "utf-8"),
        ("GBK", "gb18030"),
        ("GB2312\r\n", "gb18030"),
        ("936", "gb18030"),
        ("OEM 936", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("cp936", "gb18030"),
        ("950", "big5"),
        ("ISO-8859-1", "iso-8859-1"),
        ("1252", "iso-8859-1"),
        ("nonsense", ""),
        ("", ""),
        ("\u00ff\u00fe", ""),
    ],
)
def test_a_cpg_names_an_encoding_in_many_ways(cpg, codec):
    assert codec_of(cpg) == codec


@pytest.mark.parametrize(
    ("declared", "really", "expected"),
    [
        (UNSAID, "utf-8", ("utf-8", False)),
        (UNSAID, "gbk", ("gb18030", False)),
        (Declared("cpg", "gb18030"), "gbk", ("gb18030", False)),
        (Declared("ldid", "gb18030"), "gbk", ("gb18030", False)),
        (Declared("cpg", "big5"), "big5", ("big5", False)),
        (Declared("cpg", "utf-8"), "gbk", ("gb18030", True)),
        (Declared("cpg", "iso-8859-1"), "gbk", ("gb18030", False)),
        (Declared("cpg", ""), "gbk", ("gb18030", False)),
    ],
)
def test_what_is_declared_counts_only_where_all_text_can_be_read_so(declared, really, expected):
    assert said(declared, really) == expected


def test_text_that_is_nothing_is_for_the_person_to_decide():
    encoding = examine(UNSAID, [b"\xff\xff\xff"], [])
    assert (encoding.guess, encoding.needs_choice) == ("gb18030", True)
    assert [candidate.fits for candidate in encoding.candidates] == [False, False]


def test_sample_rows_stand_before_and_after():
    row = [name.encode("gbk") for name in ("独流镇", "台头镇")]
    encoding = examine(UNSAID, row, [row])
    assert [(one.key, one.rows) for one in encoding.candidates] == [
        ("gb18030", (("¶ÀÁ÷Õò | Ì¨Í·Õò", "独流镇 | 台头镇"),)),
        ("utf-8", (("¶ÀÁ÷Õò | Ì¨Í·Õò", "������ | ̨ͷ��"),)),
    ]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_half_a_character_at_the_end_is_told_and_left_out(codec):
    assert readable("独流".encode(codec)[:-1], codec) == ("独", True)
