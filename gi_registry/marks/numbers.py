"""Numbers under which an authorisation was announced or a mark registered, as people write them on labels and forms."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from gi_registry.core.held import Held
from gi_registry.core.text import plain
from gi_registry.gazette.models import Announcement

CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
KIND = "公告"  # stands after the issuer, before the number, or nowhere
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
    before = asked.before.replace(KIND, "")
    return [
        known.pk
        for known in known_announcements.now().get(asked.number, [])
        if asked.year in {None, known.year} and before in known.issuer
    ]


def read_announcements() -> dict[int, list[Known]]:
    """All announcements by their number. One query."""
    index: dict[int, list[Known]] = {}
    for pk, issuer, number, issued_on in Announcement.objects.values_list("pk", "issuer", "number", "issued_on"):
        read = read_number(number)
        if read is not None:
            known = Known(pk, read.year or issued_on.year, plain(issuer + read.before).replace(KIND, ""))
            index.setdefault(read.number, []).append(known)
    return index


known_announcements = Held(read_announcements, Announcement)
