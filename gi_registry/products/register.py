"""The register as it stood on a day: which products, where each stood, which areas; and the areas indexed for points.

Lists, the map, downloads and the API all show what `entries` returns, so they cannot disagree.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from sys import intern
from typing import NamedTuple

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import F, Prefetch, TextChoices

from gi_registry.core import revision as revisions
from gi_registry.core.spans import Spanned
from gi_registry.core.text import Searchable
from gi_registry.gazette.models import Grade
from gi_registry.places.geometry import Verdict, verdict
from gi_registry.places.index import Nearness, ShapeIndex
from gi_registry.products.models import Area, Basis, Name, NameKind, Product, Protection, Regime, Stage

SLOTS = 8  # pairs of colour and hatching on the map; products take them in turn
STRONGEST_FIRST = list(Stage)
SEARCHED_M = (2_000.0, 10_000.0, 50_000.0)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see; an empty set asks for everything."""

    q: str = ""
    stages: frozenset[str] = frozenset()
    regimes: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(slots=True)
class Entry:
    """One product as it stood on `day`."""

    product: Product
    day: date
    slot: int
    names: list[Name]
    protections: list[Protection]
    areas: list[Area] = field(default_factory=list)
    closeness: int = 0

    @property
    def slug(self) -> str:
        return self.product.slug

    @property
    def name(self) -> str:
        """The name people used on the day."""
        return name_among(self.names) or self.product.common_name

    @property
    def stage(self) -> Stage:
        """The strongest stage under any regime."""
        return min((Stage(p.stage) for p in self.protections), key=STRONGEST_FIRST.index)

    @property
    def regimes(self) -> list[str]:
        """Chinese names of the regimes, in the order in which they stand."""
        return [p.get_regime_display() for p in self.protections]

    @property
    def certain(self) -> bool:
        """Whether a source shows that the product stood so on the day; False where only an unknown start allows it."""
        return any(p.certain_on(self.day) for p in self.protections if p.stage == self.stage)

    def stage_under(self, regime: str) -> Stage:
        """The stage under one regime; that of the product where the regime has no row."""
        return next((Stage(p.stage) for p in self.protections if p.regime == regime), self.stage)


def held_on(rows: Iterable[Spanned], day: date) -> list:
    """Those of the fetched `rows` that hold on `day`."""
    return [row for row in rows if row.holds_on(day)]


def name_among(names: Iterable[Name]) -> str:
    """The newest common name among `names`, "" where there is none."""
    common = (name for name in names if name.kind == NameKind.COMMON)
    newest = max(common, key=lambda name: (name.valid_from or date.min, name.pk), default=None)
    return newest.text if newest else ""


def entries(day: date, filters: Filters = Filters()) -> list[Entry]:
    """Every product that stood in the register on `day` and passes `filters`, best match first. Four queries."""
    products = Product.objects.prefetch_related(
        "names",
        "protections__announcement",
        Prefetch("areas", Area.objects.defer("boundary", "outline")),
    )
    found = []
    for number, product in enumerate(products.order_by("pk")):
        entry = Entry(
            product,
            day,
            number % SLOTS + 1,
            held_on(product.names.all(), day),
            sorted(held_on(product.protections.all(), day), key=lambda p: STRONGEST_FIRST.index(Stage(p.stage))),
            held_on(product.areas.all(), day),
        )
        if entry.protections and passes(entry, filters):
            found.append(entry)
    return sorted(found, key=lambda e: (e.closeness, STRONGEST_FIRST.index(e.stage), e.slot, e.slug))


def passes(entry: Entry, filters: Filters) -> bool:
    """Whether the entry is asked for; notes on it how well the search fits."""
    if filters.stages and not filters.stages & {p.stage for p in entry.protections}:
        return False
    if filters.regimes and not filters.regimes & {p.regime for p in entry.protections}:
        return False
    if filters.categories and entry.product.category not in filters.categories:
        return False
    if filters.q:
        fits = [Searchable(n.text, n.pinyin, n.initials).closeness(filters.q) for n in entry.names]
        entry.closeness = min((fit for fit in fits if fit >= 0), default=-1)
    return entry.closeness >= 0


# --- Points ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class AreaFacts:
    """What an answer about a point says of an area; held in the process beside its shape."""

    pk: int
    slug: str
    common_name: str
    regime: str
    basis: str
    grade: str
    schematic: bool
    uncertainty_m: float
    valid_from: date | None
    valid_until: date | None
    stages: tuple[ValueSpan, ...]
    names: tuple[ValueSpan, ...]

    @property
    def regime_label(self) -> str:
        return label(Regime, self.regime)

    @property
    def basis_label(self) -> str:
        return label(Basis, self.basis)

    @property
    def grade_label(self) -> str:
        return label(Grade, self.grade)

    def holds_on(self, day: date) -> bool:
        """The rule of `Spanned.holds_on`."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day < self.valid_until)

    def stage_on(self, day: date) -> str:
        """The stage of the area's product under the area's regime, "" where it had none on the day."""
        return held(self.stages, day)

    def name_on(self, day: date) -> str:
        """The name people used for the area's product on the day; today's where none is known of it."""
        return held(self.names, day) or self.common_name


ValueSpan = tuple[date | None, date | None, str]


def held(spans: tuple[ValueSpan, ...], day: date) -> str:
    """The first value that holds on the day, "" where none does."""
    for start, end, value in spans:
        if (start is None or start <= day) and (end is None or day < end):
            return value
    return ""


@cache
def label(choices: type[TextChoices], value: str) -> str:
    """The Chinese label of a value, looked up once: an answer about a point is asked for thousands of times."""
    return str(choices(value).label)


class Finding(NamedTuple):
    """The verdict on a point and one area; `inside` is what the drawn shape says, whatever its border is worth."""

    area: AreaFacts
    inside: bool
    verdict: Verdict
    distance_m: float


class AreaRegister:
    """All areas of one revision in one spatial index, with what an answer says of each: a point costs no query."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.facts = {facts.pk: facts for facts in read_facts()}
        self.widest_m = max((facts.uncertainty_m for facts in self.facts.values()), default=0.0)
        self.index = ShapeIndex(read_shapes())

    def covering(self, lon: float, lat: float, accuracy_m: float, day: date) -> list[Finding]:
        """Areas that cover the point or are too close to it to tell, on `day`."""
        near = self.index.near(lon, lat, accuracy_m + self.widest_m)
        findings = (self.finding(n, accuracy_m) for n in near if self.facts[n.key].holds_on(day))
        return [finding for finding in findings if finding.verdict != Verdict.OUTSIDE]

    def checked(self, lon: float, lat: float, accuracy_m: float, day: date) -> list[Finding]:
        """The verdict on every area that holds on `day`, the nearest first."""
        keys = [pk for pk, facts in self.facts.items() if facts.holds_on(day)]
        findings = [self.finding(self.index.nearness(pk, lon, lat), accuracy_m) for pk in keys]
        return sorted(findings, key=lambda f: (f.verdict == Verdict.OUTSIDE, f.distance_m))

    def nearest(self, lon: float, lat: float, accuracy_m: float, day: date) -> Finding | None:
        """The nearest area on `day`, looked for in widening circles; None where there is none within 50 km."""
        for radius_m in SEARCHED_M:
            for near in self.index.near(lon, lat, radius_m):
                if self.facts[near.key].holds_on(day):
                    return self.finding(near, accuracy_m)
        return None

    def finding(self, near: Nearness, accuracy_m: float) -> Finding:
        """The verdict on one area by the one rule (`places.geometry.verdict`)."""
        facts = self.facts[near.key]
        said = verdict(near.inside, near.distance_m, accuracy_m, facts.uncertainty_m)
        return Finding(facts, near.inside, said, near.distance_m)


def read_facts() -> list[AreaFacts]:
    """The facts of every area that has a shape. Three queries, as plain values: rows of models would take 8 KB each."""
    stages: dict[tuple[int, str], tuple[ValueSpan, ...]] = {}
    protections = Protection.objects.values_list("product", "regime", "valid_from", "valid_until", "stage")
    for product, regime, start, end, stage in protections.iterator():
        stages[product, regime] = (*stages.get((product, regime), ()), (start, end, intern(stage)))
    names: dict[int, tuple[ValueSpan, ...]] = {}
    common = Name.objects.filter(kind=NameKind.COMMON).order_by(F("valid_from").desc(nulls_last=True), "-pk")
    for product, start, end, text in common.values_list("product", "valid_from", "valid_until", "text").iterator():
        names[product] = (*names.get(product, ()), (start, end, text))
    areas = Area.objects.filter(boundary__isnull=False).values_list(
        *("pk", "product__slug", "product__common_name", "regime", "basis", "grade"),
        *("schematic", "uncertainty_m", "valid_from", "valid_until", "product"),
    )
    return [
        AreaFacts(
            *(pk, slug, name, intern(regime), intern(basis), intern(grade), schematic, wrong_by or 0.0, start, end),
            stages=stages.get((product, regime), ()),
            names=names.get(product, ()),
        )
        for pk, slug, name, regime, basis, grade, schematic, wrong_by, start, end, product in areas.iterator()
    ]


def read_shapes() -> Iterator[tuple[int, shapely.MultiPolygon]]:
    """The boundaries of all areas by their row. One query, read in parts."""
    rows = Area.objects.filter(boundary__isnull=False).annotate(wkb=AsWKB("boundary")).values_list("pk", "wkb")
    return ((pk, shapely.from_wkb(bytes(wkb))) for pk, wkb in rows.iterator(chunk_size=200))


_held: AreaRegister | None = None
_lock = threading.Lock()


def area_register(revision: int | None = None) -> AreaRegister:
    """The areas of the newest revision (or the given one), indexed; rebuilt only when the register has changed."""
    global _held  # noqa: PLW0603 -- the one index of this process
    revision = revisions.revision() if revision is None else revision
    held = _held
    if held is not None and held.revision == revision:
        return held
    with _lock:
        if _held is None or _held.revision != revision:
            _held = None  # let go of the old shapes before the new ones are read: a national register holds 300 MB
            _held = AreaRegister(revision)
        return _held


def forget() -> None:
    """Let go of the index: where rows came or went without a line of history, as in a test that is rolled back."""
    global _held  # noqa: PLW0603 -- the one index of this process
    _held = None
