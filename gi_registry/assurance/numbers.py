"""Numbers of standards as people write them, in one manner of writing; what was written is kept beside it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput

DASHES = re.compile(r"[‐‑‒–—―−﹣－ー]")
SPACES = re.compile(r"\s+")
BODY = r" ?(?P<body>\d+(?:\.\d+)*) ?(?:- ?(?P<year>(?:19|20)\d{2}))?"


class Kind(models.TextChoices):
    """Who made a standard, by its number."""

    NATIONAL_MANDATORY = "national_mandatory", _("强制性国家标准")
    NATIONAL = "national", _("国家标准")
    LOCAL = "local", _("地方标准")
    GROUP = "group", _("团体标准")
    INDUSTRY = "industry", _("行业标准")
    COMPANY = "company", _("企业标准")
    OTHER = "other", _("其他")


class Number(NamedTuple):
    """A number taken apart; `year` is "" where none is written, as in a reference to whichever edition is in force."""

    kind: Kind
    prefix: str
    body: str
    year: str

    def __str__(self) -> str:
        stem = f"{self.prefix}{self.body}" if self.kind == Kind.COMPANY else f"{self.prefix} {self.body}"
        return f"{stem}-{self.year}" if self.year else stem


# The manners of writing, over text in half-width capitals with single spaces.
PATTERNS: dict[Kind, re.Pattern[str]] = {
    Kind.NATIONAL_MANDATORY: re.compile(rf"(?P<prefix>GB){BODY}"),
    Kind.NATIONAL: re.compile(rf"(?P<prefix>GB ?/? ?[TZ]){BODY}"),
    Kind.LOCAL: re.compile(rf"(?P<prefix>DBS? ?\d{{2}}(?:\d{{2}})?(?: ?/ ?T?|(?= ))){BODY}"),
    Kind.GROUP: re.compile(rf"(?P<prefix>T ?/ ?[A-Z]{{2,}}){BODY}"),
    Kind.INDUSTRY: re.compile(rf"(?P<prefix>(?!GB|DB)[A-Z]{{2}}(?: ?/ ?[TZ])?){BODY}"),
    Kind.COMPANY: re.compile(r"(?P<prefix>Q ?/) ?(?P<body>\S.*?)(?: ?- ?(?P<year>\d{4}))?"),
}
WITHOUT_STROKE = re.compile(r"^(GB)([TZ])$")
SHORT_YEAR = re.compile(r"-\s*\d{2}$")


def read_standard(text: str) -> Number:
    """The number that `text` is. Raises BadInput with one sentence."""
    written = plain_number(text)
    if not written:
        raise BadInput("请填写标准号。")
    for kind, pattern in PATTERNS.items():
        if match := pattern.fullmatch(written):
            prefix = WITHOUT_STROKE.sub(r"\1/\2", match["prefix"].replace(" ", ""))
            prefix = prefix.removesuffix("/") if kind == Kind.LOCAL else prefix
            return Number(kind, prefix, match["body"], match["year"] or "")
    if SHORT_YEAR.search(written):
        raise BadInput(f"标准号“{text.strip()[:40]}”的年份只有两位：请写成四位，例如 GB/T 17924-2008。")
    raise BadInput(f"“{text.strip()[:40]}”不像标准号：应如 GB/T 17924-2008、DB12/T 412-2009、T/CAI 134-2021 或 Q/…。")


def plain_number(text: str) -> str:
    """In half-width capitals, every dash a hyphen, every gap one space."""
    return SPACES.sub(" ", DASHES.sub("-", unicodedata.normalize("NFKC", text[:120]))).strip().upper()


@lru_cache(maxsize=20_000)
def normal(text: str) -> str:
    """The number in one manner of writing; text that is no number stays as it is, in half-width capitals."""
    try:
        return str(read_standard(text))
    except BadInput:
        return plain_number(text)


@lru_cache(maxsize=20_000)
def kind_of(text: str) -> Kind:
    """Who made the standard, 其他 where the text is no number."""
    try:
        return read_standard(text).kind
    except BadInput:
        return Kind.OTHER


@lru_cache(maxsize=20_000)
def edition_of(text: str) -> tuple[str, str]:
    """The number without its year, and the year, "" where there is none."""
    try:
        number = read_standard(text)
    except BadInput:
        return plain_number(text), ""
    return str(number._replace(year="")), number.year


def same(one: str, other: str) -> bool:
    """Whether two writings name one standard; a year that only one of them names makes no difference."""
    (first, year), (second, other_year) = edition_of(one), edition_of(other)
    return first == second and (year == other_year or not year or not other_year)
