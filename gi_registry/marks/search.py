"""Producers found by what people type of their names: a part, pinyin, first letters, one slip; names of old too.

Names of all who have a public authorisation are held in the process as sorted windows of two or three characters, so
that a question looks at few names however many there are. What was written since then stands in a small index beside
the large one, so that a change costs only the parties that it touches.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from gi_registry.core import revision as revisions
from gi_registry.core.held import Held, changes_since
from gi_registry.core.text import SHORTEST_FORGIVEN, one_slip_inside, pinyin_of, plain
from gi_registry.marks.models import Authorisation
from gi_registry.parties.models import FormerParticulars, Kind, Party
from gi_registry.products.models import Name, Product

EXACT, BEGINS, CONTAINS, BY_PINYIN, ONE_SLIP = range(5)  # as `core.text.Searchable.closeness` counts
LOOKED_AT = 500  # names compared for one question; beyond it the question says too little
NEAR = 100  # names compared letter by letter for a slip
RAREST = 8  # a slip spoils at most seven windows: of eight that occur at all, one is in the name that was meant
BITS = 21  # of one character of Unicode
RECENT = 500  # changes after which the large index is built anew

Docs = NDArray[np.integer[Any]]  # numbers of texts
Chosen = NDArray[np.bool_] | None  # for every text whether it is asked for; None: all are


class Match(NamedTuple):
    """A producer whose name fits: its row, the name, whether it is one of old, how well it fits (0 best)."""

    party: int
    name: str
    former: bool
    closeness: int


class Found(NamedTuple):
    """The best matches, and whether there are more."""

    matches: list[Match]
    more: bool


class NameRow(NamedTuple):
    """A name with its other writings."""

    party: int
    name: str
    pinyin: str
    initials: str
    former: bool


# --- Texts by their windows ------------------------------------------------------------------------------------------


class Windows:
    """Many short texts by every window of `size` characters in them, and by the shorter ones at their ends.

    `windows` are sorted; those at `n` occur in the texts `numbers[starts[n] : starts[n + 1]]`.
    """

    def __init__(self, texts: list[str], size: int) -> None:
        self.texts, self.size = texts, size
        self.lengths = np.fromiter(map(len, texts), np.int16, len(texts))  # short, so that sorting is one pass
        end = "\n" * size  # so that the last characters of a text begin windows, too
        codes = np.frombuffer("".join(text + end for text in texts).encode("utf-32-le"), np.uint32).astype(np.int64)
        ends = codes == ord("\n")
        numbers = np.cumsum(ends, dtype=np.int32) // size
        windows = np.zeros(max(len(codes) - size + 1, 0), np.int64)
        for place in range(size):
            windows = windows << BITS | codes[place : place + len(windows)]
        begun = ~ends[: len(windows)]
        windows, numbers = windows[begun], numbers[: len(begun)][begun]
        order = np.argsort(windows, kind="stable")
        windows, numbers = windows[order], numbers[order]
        once = np.append(True, (windows[1:] != windows[:-1]) | (numbers[1:] != numbers[:-1]))[: len(order)]
        self.numbers: Docs = numbers[once]
        self.windows, starts = np.unique(windows[once], return_index=True)
        self.starts = np.append(starts, len(self.numbers))

    def having(self, window: str) -> Docs:
        """Numbers of the texts with that window, in order; a shorter window may name one several times."""
        room = BITS * (self.size - len(window))
        low = 0
        for character in window:
            low = low << BITS | ord(character)
        first, last = np.searchsorted(self.windows, [low << room, (low + 1) << room])
        return self.numbers[self.starts[first] : self.starts[last]]

    def windows_of(self, text: str, size: int) -> list[Docs]:
        """For every window of `text` the texts that have it, the rarest window first."""
        return sorted((self.having(text[at : at + size]) for at in range(len(text) - size + 1)), key=len)

    def containing(self, part: str, within: Chosen = None) -> tuple[list[int], bool]:
        """The texts that contain `part`; and whether there were too many to look at all, so that the shortest were."""
        if not part:
            return [], False
        lists = self.windows_of(part, min(self.size, len(part)))
        numbers = self.in_all(lists[:1], within)
        if len(numbers) > LOOKED_AT:
            numbers = self.in_all(lists, within)
        more = len(numbers) > LOOKED_AT
        if more:  # no match is shorter than an exact one
            numbers = numbers[np.argsort(self.lengths[numbers], kind="stable")[:LOOKED_AT]]
        return [number for number in numbers.tolist() if part in self.texts[number]], more

    def in_all(self, lists: list[Docs], within: Chosen = None) -> Docs:
        """The texts that every list names."""
        named = self.shared(lists) == len(lists)
        return np.flatnonzero(named if within is None else named & within)

    def shared(self, lists: list[Docs]) -> NDArray[np.int16]:
        """For every text how many of the lists name it."""
        counts = np.zeros(len(self.texts), np.int16)
        for numbers in lists:
            named = np.zeros(len(self.texts), np.bool_)
            named[numbers] = True
            counts += named
        return counts

    def near(self, text: str, within: Chosen = None) -> list[int]:
        """The texts that share most of the rarest windows of `text`: where a slip may have led away from."""
        lists = [*self.windows_of(text, self.size), *self.windows_of(text, self.size - 1)]
        counts = self.shared(sorted((found for found in lists if len(found)), key=len)[:RAREST])
        if within is not None:
            counts[~within] = 0
        most = np.argpartition(-counts, NEAR)[:NEAR] if len(counts) > NEAR else np.arange(len(counts))
        return [int(number) for number in most if counts[number]]


# --- Names -----------------------------------------------------------------------------------------------------------


class Names:
    """Names by what they contain in writing, in pinyin and in first letters."""

    def __init__(self, rows: Iterable[NameRow]) -> None:
        self.rows = list(rows)
        self.parties = np.fromiter((row.party for row in self.rows), np.int64, len(self.rows))
        self.written = Windows([plain(row.name) for row in self.rows], 2)
        self.pinyin = Windows([row.pinyin for row in self.rows], 3)
        self.initials = Windows([row.initials for row in self.rows], 3)

    def match(self, number: int, closeness: int) -> Match:
        row = self.rows[number]
        return Match(row.party, row.name, row.former, closeness)

    def of(self, parties: list[int] | None) -> Chosen:
        """Which names are those of the parties."""
        return None if parties is None else np.isin(self.parties, parties)

    def as_typed(self, asked: str, within: Chosen) -> tuple[list[Match], bool]:
        """Names that contain `asked`, in writing or aloud."""
        numbers, more = self.written.containing(asked, within)
        matches = [self.match(number, closeness(asked, self.written.texts[number])) for number in numbers]
        for aloud in (self.initials, self.pinyin) if asked.isascii() else ():
            numbers, too_many = aloud.containing(asked, within)
            matches += [self.match(number, BY_PINYIN) for number in numbers]
            more |= too_many
        return matches, more

    def with_a_slip(self, asked: str, aloud: str, within: Chosen) -> list[Match]:
        """Names that sound the same, or of which some part differs from `asked` by one letter."""
        numbers = set()
        for windows, text, shortest in (
            (self.written, asked, SHORTEST_FORGIVEN["name"]),
            (self.pinyin, aloud, SHORTEST_FORGIVEN["pinyin"]),
        ):
            numbers |= {n for n in windows.near(text, within) if one_slip_inside(text, windows.texts[n], shortest)}
        return [self.match(number, ONE_SLIP) for number in sorted(numbers)]


def closeness(asked: str, name: str) -> int:
    """How well a part fits the name that contains it."""
    if asked == name:
        return EXACT
    return BEGINS if name.startswith(asked) else CONTAINS


@dataclass
class Index:
    """The names as they were when the large index was built, and those of the parties `touched` since."""

    revision: int
    names: Names
    touched: set[int] = field(default_factory=set)
    recent: Names = field(default_factory=lambda: Names([]))

    def find(self, query: str, limit: int, parties: list[int] | None = None) -> Found:
        """The best matches, at most one for each producer; of `parties` alone where they are given."""
        asked, of_old, of_new = plain(query), self.names.of(parties), self.recent.of(parties)
        old, more = self.names.as_typed(asked, of_old)
        new, more_of_new = self.recent.as_typed(asked, of_new)
        matches = [*self.untouched(old), *new]
        if not matches and asked:
            aloud = asked if asked.isascii() else pinyin_of(asked)
            old, new = self.names.with_a_slip(asked, aloud, of_old), self.recent.with_a_slip(asked, aloud, of_new)
            matches = [*self.untouched(old), *new]
        best: dict[int, Match] = {}
        for match in sorted(matches, key=lambda m: (m.closeness, m.former, len(m.name), m.name)):
            best.setdefault(match.party, match)
        return Found(list(best.values())[:limit], more or more_of_new or len(best) > limit)

    def untouched(self, matches: list[Match]) -> Iterator[Match]:
        """Those of the large index that still hold."""
        return (match for match in matches if match.party not in self.touched)


# --- The one index of this process -----------------------------------------------------------------------------------

ONLY = "names"
_held: dict[str, Index] = {}
_lock = threading.Lock()


def find(query: str, limit: int = 50, product: str | None = None) -> Found:
    """Producers with a public authorisation by a name of today or of old, the best match first; of one product where
    its slug is given."""
    return index().find(query, limit, None if product is None else users_of(product))


def users_of(slug: str) -> list[int]:
    """The parties with a public authorisation for the product."""
    return list(Authorisation.objects.public().filter(product__slug=slug).values_list("producer", flat=True))


def index() -> Index:
    """The names of the newest revision; only what was touched since is read again."""
    revision = revisions.revision()
    held = _held.get(ONLY)
    if held is not None and held.revision == revision:
        return held
    with _lock:
        held = _held.get(ONLY)
        touched = None if held is None else touched_since(held.revision)
        if held is None or touched is None or len(held.touched | touched) > RECENT:
            held = Index(revision, Names(rows_of(None)))
        elif touched:
            touched |= held.touched
            held = Index(revision, held.names, touched, Names(rows_of(touched)))
        else:
            held = Index(revision, held.names, held.touched, held.recent)
        _held[ONLY] = held
        return held


def touched_since(revision: int) -> set[int] | None:
    """The parties whose names may have changed after a revision; None where that is all, or cannot be told."""
    tables = (Party, FormerParticulars, Authorisation)
    changes = list(changes_since(revision, tables).values_list("thing", "after")[: RECENT + 1])
    if len(changes) > RECENT or any(after is None for _thing, after in changes):
        return None  # too many, or a row is gone that could say whose it was
    rows: dict[str, set[int]] = {table._meta.label_lower: set() for table in tables}
    for thing, _after in changes:
        kind, _colon, number = thing.partition(":")
        rows[kind].add(int(number))
    parties, former, authorisations = rows.values()
    return {
        *parties,
        *(FormerParticulars.objects.filter(pk__in=former).values_list("party", flat=True) if former else ()),
        *(
            Authorisation.objects.filter(pk__in=authorisations).values_list("producer", flat=True)
            if authorisations
            else ()
        ),
    }


def rows_of(parties: set[int] | None) -> Iterator[NameRow]:
    """The names of the parties, or of all, that are public: of natural persons none is. Two queries."""
    public: QuerySet = Party.objects.exclude(kind=Kind.PERSON).filter(
        pk__in=Authorisation.objects.public().values("producer")
    )
    if parties is not None:
        public = public.filter(pk__in=parties)
    columns = ("name", "pinyin", "initials")
    for party, name, pinyin, initials in public.values_list("pk", *columns).iterator():
        yield NameRow(party, name, pinyin, initials, former=False)
    former = FormerParticulars.objects.filter(party__in=public.values("pk"))
    for party, name, pinyin, initials in former.values_list("party", *columns).iterator():
        yield NameRow(party, name, pinyin, initials, former=True)


def forget() -> None:
    """Drop what is held; a database that was rolled back gives its revisions back."""
    _held.clear()
    product_names.forget()


# --- Products --------------------------------------------------------------------------------------------------------


def products_named(query: str, limit: int) -> list[tuple[str, str]]:
    """Slug and common name of the products that have or had a name with `query` in it, the shortest names first."""
    rows, names = product_names.now()
    numbers, _more = names.containing(plain(query))
    found = dict.fromkeys(rows[number] for number in sorted(numbers, key=lambda n: names.lengths[n]))
    return list(found)[:limit]


def read_product_names() -> tuple[list[tuple[str, str]], Windows]:
    """All names of products. One query."""
    rows = list(Name.objects.order_by("pk").values_list("product__slug", "product__common_name", "text"))
    return [(slug, name) for slug, name, _text in rows], Windows([plain(text) for _slug, _name, text in rows], 2)


product_names = Held(read_product_names, Product, Name)
