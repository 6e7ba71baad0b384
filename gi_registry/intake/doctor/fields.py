"""The fields of a layer as people see them, and which of them hold the units' names and codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from gi_registry.intake.doctor.encodings import readable, shown
from gi_registry.intake.doctor.reading import Column, Reading

SAMPLES = 5
GUESSED_FROM = 200  # rows
MOSTLY = 0.8
CODE = re.compile(r"\d{9}(?:\d{3})?(?:\.0)?\Z")
UNIT = re.compile(r".{1,20}(镇|乡|街道|村|社区|农场|开发区|园区|办事处|区|县)\Z")
NAME_TITLES = re.compile(r"名称|乡镇|街道|村名|^(xz|xiang|zhen)?.?(name|mc|qmc)$|xzqmc|^名$", re.IGNORECASE)
SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+?\d{2}\Z")


@dataclass(frozen=True)
class Field:
    """`stored` is the name as a reader shows it that knows no encoding; `name` as it should be read."""

    stored: str
    name: str
    kind: str
    cut: str
    samples: tuple[str, ...]


def names_of(columns: list[Column], codec: str) -> list[str]:
    """The names under the encoding, without half characters; those that are empty or twice there get a number."""
    names: list[str] = []
    for number, column in enumerate(columns, 1):
        name = shown(column.raw, codec).strip() or f"字段{number}"
        names.append(name if name not in names else f"{name}_{number}")
    return names


def cut(column: Column, codec: str) -> str:
    """ "yes" where the name ends within a character, "maybe" where it fills all ten bytes, else empty."""
    try:
        return "yes" if column.cut and readable(column.raw, codec)[1] else column.cut
    except UnicodeDecodeError:
        return column.cut


def text_of(value: object, codec: str | None) -> str:
    """One cell for people; `codec` decodes what still stands as bytes."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or str(value) == "NaT":
        return ""
    if isinstance(value, str):
        return shown(value.encode("latin-1"), codec) if codec else value
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def samples_of(column: Column, codec: str | None) -> tuple[str, ...]:
    """The first values that are not empty and not the same."""
    texts = (text_of(value, codec) for value in column.values[:GUESSED_FROM])
    return tuple(dict.fromkeys(text for text in texts if text))[:SAMPLES]


def described(reading: Reading, names: list[str], codec: str) -> tuple[Field, ...]:
    unread = codec if reading.undecoded else None
    return tuple(
        Field(
            column.raw.decode("latin-1") if reading.undecoded else name,
            name,
            column.kind,
            cut(column, codec),
            samples_of(column, unread),
        )
        for column, name in zip(reading.columns, names, strict=True)
    )


def guessed(reading: Reading, names: list[str], codec: str) -> tuple[str | None, str | None]:
    """The columns with the units' names and their 9-digit codes, where there are such."""
    unread = codec if reading.undecoded else None
    texts = [[text_of(value, unread) for value in column.values[:GUESSED_FROM]] for column in reading.columns]
    codes = [share(column, CODE.match) for column in texts]
    units = [
        share(column, UNIT.match) + bool(NAME_TITLES.search(name)) for column, name in zip(texts, names, strict=True)
    ]
    text = [column.kind == "text" for column in reading.columns]
    return (
        best(
            [
                score if is_text and any(column) else 0.0
                for score, is_text, column in zip(units, text, texts, strict=True)
            ],
            names,
        ),
        best(codes, names),
    )


def share(texts: list[str], fits: Callable[[str], object]) -> float:
    """Which part of the cells that are not empty fits."""
    full = [text for text in texts if text]
    return sum(bool(fits(text)) for text in full) / len(full) if full else 0.0


def best(scores: list[float], names: list[str]) -> str | None:
    """The name with the highest score that is mostly right, the first of equals."""
    top = max(scores, default=0.0)
    return names[scores.index(top)] if top >= MOSTLY else None


def raw_texts(columns: Iterable[Column]) -> Iterator[bytes]:
    """All names, and the text values that are not plain ASCII, each once, as bytes."""
    for column in columns:
        yield column.raw
        yield from telling(column)


def telling(column: Column) -> Iterator[bytes]:
    if column.kind == "text":
        for value in dict.fromkeys(column.values.tolist()):
            if isinstance(value, str) and not value.isascii():
                yield value.encode("latin-1")


def sample_rows(columns: list[Column], count: int) -> list[list[bytes]]:
    """The first rows of text cells that need an encoding, or else the very first."""
    texts = [column.values for column in columns if column.kind == "text"]
    if not texts:
        return [[column.raw for column in columns]]
    rows: list[list[bytes]] = []
    for row in zip(*texts, strict=True):
        cells = [str(cell or "").encode("latin-1") for cell in row]
        if not all(cell.isascii() for cell in cells):
            rows.append(cells)
        if len(rows) == count:
            break
    return rows or [
        [str(cell or "").encode("latin-1") for cell in row] for row in list(zip(*texts, strict=True))[:count]
    ]


def cut_values(columns: list[Column], codec: str) -> list[int]:
    """Rows, numbered from one, with a value that ends within a character."""
    rows: set[int] = set()
    for column in columns:
        cut_ones = {raw.decode("latin-1") for raw in telling(column) if ends_within(raw, codec)}
        rows |= {row for row, value in enumerate(column.values, 1) if value in cut_ones} if cut_ones else set()
    return sorted(rows)


def ends_within(raw: bytes, codec: str) -> bool:
    try:
        return readable(raw, codec)[1]
    except UnicodeDecodeError:
        return False


def lost_digits(reading: Reading) -> list[int]:
    """Rows, numbered from one, with a number that a spreadsheet wrote as 9.1E+17."""
    rows: set[int] = set()
    for column in reading.columns:
        values = dict.fromkeys(column.values.tolist()) if column.kind == "text" else ()
        lost = {value for value in values if isinstance(value, str) and "E+" in value and SCIENTIFIC.match(value)}
        rows |= {row for row, value in enumerate(column.values, 1) if value in lost} if lost else set()
    return sorted(rows)
