"""In which encoding a file's text is: what it declares, then strict UTF-8, then GB18030; shown by sample rows."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

SAMPLE_ROWS = 5
TRIED_VALUES = 5_000
LABELS = {
    "utf-8": "UTF-8",
    "gb18030": "GB18030（含 GBK、GB2312）",
    "big5": "Big5（繁体）",
    "iso-8859-1": "西欧（Latin-1）",
}
USUAL = ("utf-8", "gb18030")
ANYTHING = ("", "iso-8859-1")  # any bytes can be read so: no evidence, and what programs declare that do not know
CHINESE = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "cp950": "big5", "cp65001": "utf-8"}
LANGUAGE_IDS = {  # byte 29 of a dbf; ids of western languages are what programs write who never thought about it
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x4F: "big5",
    0x78: "big5",
}


@dataclass(frozen=True)
class Candidate:
    """One reading of the text: whether all of it can be read so, and sample rows as (before, after)."""

    key: str
    label: str
    fits: bool
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Encoding:
    """`declared_by` is cpg, ldid, format or none; `guess` the key of the best candidate."""

    declared_by: str
    declared: str
    guess: str
    needs_choice: bool
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Declared:
    """What a file says of itself: cpg, ldid, format or none; and the codec, empty where it is not known."""

    by: str
    codec: str


UNSAID = Declared("none", "")


def codec_of(name: str) -> str:
    """Our key of an encoding as a .cpg names it (UTF-8, 936, OEM 936, ANSI 1252, GB2312); empty for what is unknown."""
    bare = re.sub(r"^(oem|ansi|cp|windows)[\s-]*", "", name.strip().lower())
    if not bare.isascii():
        return ""
    try:
        found = codecs.lookup(
            f"cp{bare}" if bare.isdigit() and bare != "65001" else bare.replace("65001", "utf-8")
        ).name
    except (LookupError, ValueError):
        return ""
    return CHINESE.get(found, "iso-8859-1" if found in {"iso8859-1", "cp1252"} else found)


def readable(raw: bytes, codec: str) -> tuple[str, bool]:
    """The text, and whether it ends in the middle of a character. Raises UnicodeDecodeError for no such text."""
    try:
        return raw.decode(codec), False
    except UnicodeDecodeError:
        pass
    decoder = codecs.getincrementaldecoder(codec)("strict")
    text = decoder.decode(raw)
    return text, bool(decoder.getstate()[0])


def shown(raw: bytes, codec: str) -> str:
    """The text for people: what cannot be read becomes �, half a character at the end is left out."""
    try:
        return readable(raw, codec)[0]
    except UnicodeDecodeError:
        return raw.decode(codec, errors="replace")


def fits(values: Iterable[bytes], codec: str) -> bool:
    """Whether all values are text in `codec`; only the last character of one may be cut off."""
    try:
        for raw in values:
            readable(raw, codec)
    except UnicodeDecodeError:
        return False
    return True


def examine(declared: Declared, values: Iterable[bytes], rows: Sequence[Sequence[bytes]]) -> Encoding:
    """Which encodings fit. `values` are all names and texts, `rows` some sample rows of cells, as bytes.

    The guess is what the file declares if all text can be read so; else UTF-8 if strictly possible; else GB18030.
    A choice is needed where there is text that is not plain ASCII, and nothing fits or not what was declared.
    """
    telling = list(islice((raw for raw in values if not raw.isascii()), TRIED_VALUES))
    order = [declared.codec, *USUAL] if declared.codec not in ANYTHING else [*USUAL, declared.codec]
    order = [codec for codec in dict.fromkeys(order) if codec]
    fit = {codec: fits(telling, codec) for codec in order}
    guess = next((codec for codec in order if fit[codec]), "gb18030")
    candidates = tuple(
        Candidate(codec, LABELS.get(codec, codec), fit[codec], tuple(before_and_after(row, codec) for row in rows))
        for codec in sorted(order, key=lambda codec: codec != guess)
    )
    contradicted = declared.codec not in (*ANYTHING, guess)
    asked = bool(telling) and (contradicted or not fit.get(guess))
    return Encoding(declared.by, declared.codec, guess, asked, candidates)


def before_and_after(row: Sequence[bytes], codec: str) -> tuple[str, str]:
    """A row as a reader shows it that knows no encoding, and as `codec` reads it."""
    return " | ".join(raw.decode("latin-1") for raw in row), " | ".join(shown(raw, codec) for raw in row)


def settled(declared: Declared) -> Encoding:
    """The encoding of a format that leaves no doubt."""
    codec = declared.codec or "gb18030"
    return Encoding(declared.by, declared.codec, codec, needs_choice=False, candidates=())
