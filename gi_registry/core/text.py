"""Chinese text as people type it: what two writings have in common, and names found again by pinyin or with a slip."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

NOT_A_LETTER = re.compile(r"[\W_]+")
SHORTEST_FORGIVEN = {"name": 3, "pinyin": 4}  # below this length one slip could turn any word into any other


def plain(text: str) -> str:
    """`text` in half-width, lower case, without brackets, spaces and marks: 独流（老）醋 becomes 独流老醋."""
    return NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def pinyin_of(name: str) -> str:
    """The name in pinyin without tones and spaces; letters and digits stay as they are."""
    return "".join(read_aloud(name, "NORMAL"))


def initials_of(name: str) -> str:
    """The first letter of each syllable: 独流老醋 gives dllc."""
    return "".join(read_aloud(name, "FIRST_LETTER"))


def read_aloud(name: str, style: str) -> list[str]:
    """The syllables of the name in one of pypinyin's styles."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 -- its table of phrases takes 60 MB: only where it is read

    return lazy_pinyin(plain(name), style=getattr(Style, style), v_to_u=False)


@dataclass(frozen=True, slots=True)
class Searchable:
    """One name with its other writings, ready to be looked for."""

    name: str
    pinyin: str
    initials: str

    def closeness(self, query: str) -> int:
        """How well `query` fits: 0 exact, 1 begins, 2 contains, 3 by pinyin, 4 with one slip; -1 not at all."""
        asked, name = plain(query), plain(self.name)
        if not asked:
            return -1
        if asked == name:
            return 0
        if name.startswith(asked):
            return 1
        if asked in name:
            return 2
        if self.initials.startswith(asked) or asked in self.pinyin:
            return 3
        forgiven = one_slip_inside(asked, name, SHORTEST_FORGIVEN["name"]) or one_slip_inside(
            asked if asked.isascii() else pinyin_of(asked), self.pinyin, SHORTEST_FORGIVEN["pinyin"]
        )
        return 4 if forgiven else -1


def one_slip_inside(asked: str, text: str, shortest: int) -> bool:
    """Whether some part of `text` differs from `asked` by at most one letter more, less, other or swapped."""
    size = len(asked)
    if size < shortest or fuzz.partial_ratio(asked, text) < 100 - 150 / size:  # quickly told; one slip costs 100 / size
        return False
    starts = range(max(1, len(text) - size + 2))
    parts = chain.from_iterable((text[at : at + length] for length in (size - 1, size, size + 1)) for at in starts)
    return any(OSA.distance(asked, part, score_cutoff=1) <= 1 for part in parts)
