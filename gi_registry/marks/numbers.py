"""Numbers under which an authorisation was announced or a mark registered, as people write them on labels and forms."""

from __future__ import annotations

import re
import threading
import unicodedata
from typing import NamedTuple

from gi_registry.core import revision as revisions
from gi_registry.core.models import Change
from gi_registry.core.text import plain
from gi_registry.gazette.models import Announcement

CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
SPACES = re.compile(r"\s+")
# 2011年第178号, 第475号公告, 475, 国知办发保字〔2021〕4号: what stands before is the issuer or the kind of paper
NUMBERED = re.compile(r"(?:(?P<year>\d{4})[^\d号]{1,2})?第?(?P<number>\d{1,5})号?(?:公告)?$")
AROUND_A_TRADEMARK = re.compile(r"商标|注册|编号|证号|号|第|NO\.?|[:：\s]", re.IGNORECASE)
TRADEMARK = re.compile(r"\d{5,9}[A-Z]?")


class Number(NamedTuple):
    """An announcement's number taken apart; `year` is None where none is written, `before` what stands before it."""

    year: int | None
    number: int
    before: str


class Known(NamedTuple):
    """An announcement of the register, ready to be looked for by its number."""

    pk: int
    year: int
    issuer: str


def read_number(text: str) -> Number | None:
    """The number that ends `text`; None where there is none."""
    written = SPACES.sub("", unicodedata.normalize("NFKC", text[:100])).translate(CHINESE_DIGITS)
    match = NUMBERED.search(written)
    if match is None:
        return None
    year = match["year"]
    return Number(int(year) if year else None, int(match["number"]), plain(written[: match.start()]))


def trademark_number(text: str) -> str:
    """The digits (and letter) of a trade mark's registration: 第4409718号商标 gives 4409718; "" for anything else."""
    written = AROUND_A_TRADEMARK.sub("", unicodedata.normalize("NFKC", text[:100])).upper()
    return written if TRADEMARK.fullmatch(written) else ""


def announcements_numbered(text: str) -> list[int]:
    """The rows of the announcements that `text` may mean: its year and its issuer count where it names them."""
    asked = read_number(text)
    if asked is None:
        return []
    before = asked.before.removesuffix("公告")
    return [
        known.pk
        for known in known_announcements().get(asked.number, [])
        if asked.year in {None, known.year} and before in known.issuer
    ]


# --- The announcements of the register, held in the process ----------------------------------------------------------

Index = dict[int, list[Known]]
_held: dict[str, tuple[int, Index]] = {}
_lock = threading.Lock()
ONLY = "numbers"  # one in each process


def known_announcements() -> Index:
    """All announcements by their number; read anew only when one was written."""
    revision = revisions.revision()
    held = _held.get(ONLY)
    if held is not None and held[0] == revision:
        return held[1]
    with _lock:
        held = _held.get(ONLY)
        stands = held is not None and not announced_since(held[0])
        index = held[1] if held is not None and stands else read_announcements()
        _held[ONLY] = (revision, index)
        return index


def announced_since(revision: int) -> bool:
    """Whether an announcement was written after that revision."""
    prefix = f"{Announcement._meta.label_lower}:"
    return Change.objects.filter(id__gt=revision, thing__startswith=prefix).exists()


def read_announcements() -> Index:
    """All announcements by their number. One query."""
    index: Index = {}
    for pk, issuer, number, issued_on in Announcement.objects.values_list("pk", "issuer", "number", "issued_on"):
        read = read_number(number)
        if read is not None:
            index.setdefault(read.number, []).append(
                Known(pk, read.year or issued_on.year, plain(issuer + read.before))
            )
    return index


def forget() -> None:
    """Drop what is held; a database that was rolled back gives its revisions back."""
    _held.clear()
