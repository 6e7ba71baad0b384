"""Texts that spreadsheets leave alone: none becomes a number, a day or a formula."""

from __future__ import annotations

import re

STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
LOOKS_LIKE_A_VALUE = re.compile(r"[\d.,:/%\s年月日时分秒eE+-]*\d[\d.,:/%\s年月日时分秒eE+-]*|(?i:true|false)")


def guarded(text: str) -> str:
    """A text that a spreadsheet leaves alone.

    What would be run as a formula gets an apostrophe before it. What would be read as a number or a day, such as a
    code, gets a tab, which spreadsheets do not show and programs trim; no text of a release begins with one by itself.
    """
    if text.startswith(STARTS_A_FORMULA):
        return f"'{text}"
    return f"\t{text}" if LOOKS_LIKE_A_VALUE.fullmatch(text) else text
