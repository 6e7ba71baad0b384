from __future__ import annotations

import pytest

from gi_registry.opendata.texts import guarded


@pytest.mark.parametrize(
    "code",
    [
        "120118102",
        "007",
        "12345678901234567890",
        "1E5",
        "2010-12",
        "3/4",
        "2021年",
        "3月1日",
        "12:30",
        "1,5",
        "50%",
        "TRUE",
    ],
)
def test_what_a_spreadsheet_would_read_as_a_value_begins_with_a_tab(code):
    assert guarded(code) == f"\t{code}"
    assert guarded(code).strip() == code


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "＝1", "-5"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["独流老醋", "2010年第163号", "GB/T 19461-2008", "duliu-laocu", "120118102；120118103", "—"]
)
def test_other_texts_stand_as_they_are(text):
    assert guarded(text) == text
