"""Many companies checked at once: a file with a column of 统一社会信用代码, answered row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput
from gi_registry.core.text import plain
from gi_registry.marks.answers import Answer, by_usccs
from gi_registry.marks.states import Standing
from gi_registry.parties.validators import read_uscc

MOST_ROWS = 10_000
LONGEST_SHOWN = 60  # characters of an unreadable cell that are given back
HEADINGS = frozenset({"统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "uscc", "creditcode"})
SEPARATORS = ",\t;"
ENCODINGS = ("utf-8-sig", "gb18030")


class Result(models.TextChoices):
    """What a row comes to: the best standing of its authorisations, or why there is none."""

    VALID = Standing.VALID.value, Standing.VALID.label
    SUSPENDED = Standing.SUSPENDED.value, Standing.SUSPENDED.label
    NOT_YET = Standing.NOT_YET.value, Standing.NOT_YET.label
    EXPIRED = Standing.EXPIRED.value, Standing.EXPIRED.label
    UNPROTECTED = Standing.UNPROTECTED.value, Standing.UNPROTECTED.label
    CANCELLED = Standing.CANCELLED.value, Standing.CANCELLED.label
    NOT_FOUND = "not_found", _("登记簿没有收录")
    UNREADABLE = "unreadable", _("代码读不出来")


BEST_FIRST = list(Result)


class Asked(NamedTuple):
    """One cell of the file; `row` counts as spreadsheets do, the heading being row 1."""

    row: int
    given: str


class Checked(NamedTuple):
    """One cell with what was made of it; `note` says what had to be understood, what is odd, or what is wrong."""

    row: int
    given: str
    uscc: str
    note: str
    result: Result
    answers: list[Answer]

    @property
    def best(self) -> list[Answer]:
        """The authorisations on which the result rests."""
        return [answer for answer in self.answers if answer.standing.value == self.result.value]


# --- Reading ---------------------------------------------------------------------------------------------------------


def read_codes(content: bytes) -> list[Asked]:
    """The codes of a CSV in UTF-8 or GB18030, from the column headed so, else the first; empty cells are left out.

    Raises BadInput: another encoding, no CSV, no codes, more than MOST_ROWS.
    """
    text = decoded(content)
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count), strict=True)
    found: list[Asked] = []
    try:
        for asked in cells(rows):
            found.append(asked)
            if len(found) > MOST_ROWS:
                raise BadInput(f"一次最多 {MOST_ROWS:,} 行：请分几次送。")
    except csv.Error:
        raise BadInput("这不是 CSV：请送一列统一社会信用代码，每行一个。") from None
    if not found:
        raise BadInput("文件里没有统一社会信用代码：请送一列代码，每行一个，有没有标题行都可以。")
    return found


def decoded(content: bytes) -> str:
    """The text. Raises BadInput where it is in neither encoding, or no text at all."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadInput("文件读不出来：请存成 UTF-8 或 GB18030（GBK）编码的 CSV，不要直接送 Excel 文件。")


def cells(rows: Iterator[list[str]]) -> Iterator[Asked]:
    """The cells of the column of codes, without its heading."""
    column = 0
    for number, row in enumerate(rows, 1):
        if number == 1 and (heads := [at for at, cell in enumerate(row) if plain(cell) in HEADINGS]):
            column = heads[0]
            continue
        given = row[column].strip() if len(row) > column else ""
        is_heading = number == 1 and not any(map(str.isdigit, given))  # there is a digit in every code
        if given and not is_heading:
            yield Asked(number, given[:LONGEST_SHOWN])


# --- Checking --------------------------------------------------------------------------------------------------------


def check(asked: list[Asked], day: date, product: str | None = None) -> list[Checked]:
    """What the register says of each on the day, for one product where its slug is given. A query for 500 codes."""
    read = [(row, *reading(row.given)) for row in asked]
    answers = by_usccs([uscc for _row, uscc, _note in read], day, product)
    return [checked(row, uscc, note, answers.get(uscc, [])) for row, uscc, note in read]


def reading(given: str) -> tuple[str, str]:
    """The code, "" where it cannot be read, and what is to be said of it."""
    try:
        code, understood, warning = read_uscc(given)
    except BadInput as refusal:
        return "", refusal.sentence
    said = [f"{'；'.join(understood)}。"] if understood else []
    return code, "".join([*said, warning])


def checked(asked: Asked, uscc: str, note: str, answers: list[Answer]) -> Checked:
    """One row with its result."""
    results = [Result(answer.standing.value) for answer in answers]
    nothing = Result.NOT_FOUND if uscc else Result.UNREADABLE
    return Checked(*asked, uscc, note, min(results, key=BEST_FIRST.index, default=nothing), answers)
