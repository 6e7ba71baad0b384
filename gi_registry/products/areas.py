"""The producing areas' editor: drafts, what a new version would change, saving it, going back to an old one.

Versions are numbered within their product in the order in which they were made; none is ever deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.db.models import F
from shapely.geometry.base import BaseGeometry

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import Outcome, Why, changes_of, last_change, put
from gi_registry.core.models import Change
from gi_registry.core.revision import take_turn
from gi_registry.gazette.models import Grade
from gi_registry.places.geometry import (
    Count,
    Overlay,
    hectares,
    hectares_in,
    in_metres,
    outline_of,
    to_geos,
    to_shapely,
)
from gi_registry.places.models import Kind, Place, PlaceVersion
from gi_registry.places.validators import sound
from gi_registry.products.actions import draw_area, range_warning
from gi_registry.products.models import Area, AreaDraft, Basis, Product, Regime, Way

SMALL_LOSS_HECTARES = 0.01  # 100 m²: less than this is rounding, not a decision
STATED = ("basis", "announcement", "document", "wording", "stated_hectares", "source", "grade", "note")
DRAWN = ("datum", "drawn_on", "boundary", "uncertainty_m", "schematic", "warning")
DERIVED = ("outline", "hectares")
NO_ACT = "依据是“按公告文字”时，要选划定文件（公告）或依据文件。"


# --- Versions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version of a producing area with its number and the acts that made and last changed it."""

    number: int
    area: Area
    history: list[Change]

    @property
    def made(self) -> Change | None:
        """The act that made it; None for a row that came without one."""
        return self.history[-1] if self.history else None


def versions_of(product: Product) -> list[Version]:
    """Every version of every regime, oldest first. Three queries."""
    areas = list(
        product.areas.select_related("announcement", "document", "source").prefetch_related("units").order_by("pk")
    )
    lines: dict[str, list[Change]] = {}
    for line in changes_of(*areas):
        lines.setdefault(line.thing, []).append(line)
    return [
        Version(number, area, lines.get(f"{area._meta.label_lower}:{area.pk}", []))
        for number, area in enumerate(areas, 1)
    ]


def version(product: Product, number: int) -> Version:
    """The version of that number. Raises NotInRegister."""
    found = versions_of(product)
    if not 1 <= number <= len(found):
        raise NotInRegister(f"{product.common_name}的产地范围没有第 {number} 版。")
    return found[number - 1]


def number_of(area: Area) -> int:
    """The number of a version within its product."""
    return area.product.areas.filter(pk__lte=area.pk).count()


def latest(product: Product, regime: str) -> Area | None:
    """The version of the regime that began last; None before there is one."""
    newest_first = F("valid_from").desc(nulls_last=True), "-pk"
    return product.areas.filter(regime=regime).order_by(*newest_first).first()


class Footing(NamedTuple):
    """From which version somebody set out, and that version's last change."""

    base: int | None = None
    seen: int = 0


def footing(area: Area | None) -> Footing:
    """The footing of whoever sets out from this version now."""
    return Footing() if area is None else Footing(area.pk, last_change(area))


def outrun(product: Product, regime: str, stood: Footing) -> str:
    """A sentence that says who saved another version since; empty while the footing still holds."""
    newest = latest(product, regime)
    if newest is None or footing(newest) == stood:
        return ""
    line = changes_of(newest).first()
    who = f"{line.by} 已在 {clock.legal_time(line.at):%Y-%m-%d %H:%M}" if line else "别人已"
    return f"{who} 保存了第 {number_of(newest)} 版，您的修改没有覆盖它：请与最新版本比较后再保存。"


# --- Drafts -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(product: Product, regime: str, way: str, *, by: str) -> AreaDraft:
    """A draft that begins as the latest version of the regime stands, or empty where there is none."""
    if regime not in Regime.values or way not in Way.values:
        raise BadInput("请选择保护制度和画法。")
    base = latest(product, regime)
    facts = {"basis": Basis.PROPOSED, "grade": Grade.UNVERIFIED} if base is None else facts_of(base)
    stood = footing(base)
    draft = AreaDraft.objects.create(
        product=product, regime=regime, way=way, base=base, seen=stood.seen, by=by, at=clock.now(), **facts
    )
    draft.units.set(base.units.all() if base else [])
    return draft


@transaction.atomic
def draft_from_shape(
    product: Product, regime: str, shape: BaseGeometry, *, by: str, datum: str, name: str
) -> AreaDraft:
    """A draft whose shape (degrees of CGCS2000) came from the file called `name`, in whose datum it was written.

    Raises BadInput where the shape is no valid surface. How far the border may be off is for a person to say.
    """
    draft = start(product, regime, Way.FILE, by=by)
    draft.boundary = to_geos(sound(shape))  # type: ignore[assignment]  # a MultiPolygon, as `sound` makes it
    draft.datum, draft.name = datum, name[:200]
    draft.drawn_on, draft.uncertainty_m, draft.schematic, draft.warning = None, None, False, ""
    draft.save()
    return draft


def facts_of(area: Area) -> dict[str, Any]:
    """What a draft takes over from a version."""
    return {name: getattr(area, name) for name in (*STATED, *DRAWN)}


def locked(draft: AreaDraft, edition: str) -> AreaDraft:
    """The draft as it stands, held until the transaction ends. Raises Conflict where it is not the one read."""
    row = AreaDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None:
        raise Conflict("这份草稿已经保存或被丢弃了。")
    if row.edition != edition:
        at = clock.legal_time(row.at)
        raise Conflict(f"{row.by} 已在 {at:%Y-%m-%d %H:%M} 改过这份草稿，没有覆盖：请打开最新的草稿再改。")
    return row


@transaction.atomic
def revise(draft: AreaDraft, facts: Mapping[str, Any], units: Collection[Place], *, by: str, edition: str) -> AreaDraft:
    """Keep what was filled in: the stated columns, `day`, `units`, and for a drawn shape `boundary` and its columns.

    A draft by units gets its shape here, from their borders on the day. Raises BadInput where one has none, Conflict
    where the draft has another `edition` than the one the form was filled in from.
    """
    row = locked(draft, edition)
    for name, value in {**facts, **drawn(row, facts, units)}.items():
        setattr(row, name, value)
    row.by, row.at = by, clock.now()
    row.save()
    row.units.set(units)
    return row


def drawn(draft: AreaDraft, facts: Mapping[str, Any], units: Collection[Place]) -> dict[str, Any]:
    """The columns that follow from the way in which the shape is made."""
    if draft.way != Way.UNITS:
        shape = to_shapely(facts["boundary"])
        return {"drawn_on": None, "warning": range_warning(facts["wording"], shape.bounds)}
    drawing = draw_area(list(units), facts["wording"], facts["day"])
    columns = {name: getattr(drawing, name) for name in DRAWN if name != "datum"}
    return columns | {"datum": AreaDraft._meta.get_field("datum").default}


@transaction.atomic
def start_from_latest(draft: AreaDraft, *, by: str, edition: str) -> AreaDraft:
    """Let the draft stand on the newest version, so that it is compared with that one; what was filled in stays."""
    row = locked(draft, edition)
    row.base = latest(row.product, row.regime)
    row.seen = footing(row.base).seen
    row.by, row.at = by, clock.now()
    row.save()
    return row


# --- What would change ------------------------------------------------------------------------------------------------


class Side(NamedTuple):
    """One of two versions in figures."""

    hectares: float
    pieces: Count


class Met(NamedTuple):
    """Another product's area and how much of the new area lies in it."""

    area: Area
    hectares: float


class Touched(NamedTuple):
    """A unit that the former or the new area touches; `share` (0 to 1) is the part of it that the new one takes."""

    unit: PlaceVersion
    before: float
    after: float
    share: float


class Drift(NamedTuple):
    """Published and computed size."""

    stated: float
    hectares: float
    share: float


class Loss(NamedTuple):
    """Something that would be gone: the name under which it is confirmed, and what it is in words."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """What one shape in place of another changes; sizes in hectares. The losses have to be confirmed by name."""

    overlay: Overlay
    before: Side
    after: Side
    added: float
    removed: float
    unchanged: float
    met: list[Met]
    touched: list[Touched]
    drift: Drift | None
    losses: list[Loss]


def difference(
    before: GEOSGeometry | None, after: GEOSGeometry, *, product: Product, day: date, stated: float | None
) -> Difference:
    """What `after` in place of `before` (None: nothing yet) changes for the product on `day`. Two queries.

    Every shape is projected to EPSG:4548 once; `stated` is the published size in hectares.
    """
    old = None if before is None else to_shapely(before)
    new = to_shapely(after)
    overlay = Overlay.of(old, new)
    side_before = Side(hectares_in(overlay.before), Count() if old is None else Count.of(old))
    side_after = Side(hectares_in(overlay.after), Count.of(new))
    return Difference(
        overlay,
        side_before,
        side_after,
        hectares_in(overlay.added),
        hectares_in(overlay.removed),
        hectares_in(overlay.unchanged),
        met(overlay, after, product, day),
        touched(overlay, after if before is None else before.envelope.union(after.envelope), day),
        Drift(stated, side_after.hectares, side_after.hectares / stated - 1) if stated else None,
        lost(overlay, side_before, side_after),
    )


def lost(overlay: Overlay, before: Side, after: Side) -> list[Loss]:
    """Land, holes and parts that would be gone, each in a sentence of its own."""
    filled, left_out = overlay.filled_holes(), overlay.lost_parts()
    old, new = before.pieces, after.pieces
    fewer_holes, fewer_parts = max(len(filled), old.holes - new.holes), max(len(left_out), old.parts - new.parts)
    removed, closed = hectares_in(overlay.removed), sum(hectares_in(hole) for hole in filled)
    found = []
    if removed > SMALL_LOSS_HECTARES:
        found.append(Loss("land", f"去掉 {removed:,.2f} 公顷（原有 {before.hectares:,.2f} 公顷）"))
    if fewer_holes > 0:
        size = f"，填上 {closed:,.2f} 公顷" if closed else ""
        found.append(Loss("holes", f"少 {fewer_holes} 个孔洞（原有 {old.holes} 个，改后 {new.holes} 个{size}）"))
    if fewer_parts > 0:
        found.append(Loss("parts", f"少 {fewer_parts} 个地块（原有 {old.parts} 个，改后 {new.parts} 个）"))
    return found


def met(overlay: Overlay, after: GEOSGeometry, product: Product, day: date) -> list[Met]:
    """Areas of other products that the new one overlaps, the largest overlap first."""
    others = (
        Area.objects.on(day)
        .exclude(product=product)
        .filter(boundary__isnull=False, boundary__bboverlaps=after.envelope)
    )
    found = [Met(area, common_hectares(area.boundary, overlay.after)) for area in others.select_related("product")]
    return sorted((m for m in found if m.hectares > SMALL_LOSS_HECTARES), key=lambda m: -m.hectares)


def touched(overlay: Overlay, around: GEOSGeometry, day: date) -> list[Touched]:
    """Towns that the former or the new area takes land of, by code."""
    units = (
        PlaceVersion.objects.on(day)
        .exclude(kind=Kind.COUNTY)
        .filter(boundary__isnull=False, boundary__bboverlaps=around)
    )
    found = []
    for unit in units.select_related("place"):
        metric = in_metres(to_shapely(unit.boundary))  # type: ignore[arg-type]  # the query asks for one
        old, new = (hectares_in(metric.intersection(shape)) for shape in (overlay.before, overlay.after))
        if max(old, new) > SMALL_LOSS_HECTARES:
            found.append(Touched(unit, old, new, new / hectares_in(metric)))
    return found


def common_hectares(boundary: GEOSGeometry | None, metric: BaseGeometry) -> float:
    """How much of a stored shape lies in one that is in metres."""
    return hectares_in(in_metres(to_shapely(boundary)).intersection(metric)) if boundary else 0.0


def compared(old: Area, new: Area, day: date | None = None) -> Difference:
    """What changed from one stored version to another, among what holds on `day`: by default the new one's first.

    Raises BadInput where one of them has no border.
    """
    if old.boundary is None or new.boundary is None:
        raise BadInput("有一版没有界线，不能比较。")
    day = day or new.valid_from or clock.today()
    return difference(old.boundary, new.boundary, product=new.product, day=day, stated=new.stated_hectares)


def difference_of(draft: AreaDraft) -> Difference:
    """What saving the draft would change. Raises BadInput where it is not complete yet."""
    boundary, day = complete(draft)
    base = draft.base.boundary if draft.base else None
    return difference(base, boundary, product=draft.product, day=day, stated=draft.stated_hectares)


def complete(draft: AreaDraft) -> tuple[GEOSGeometry, date]:
    """Border and day of a draft that has all it needs. Raises BadInput with what is still missing."""
    missing = [
        getattr(draft._meta.get_field(name), "verbose_name", name)
        for name in ("boundary", "day", "source", "uncertainty_m")
        if getattr(draft, name) is None
    ]
    if draft.boundary is None or draft.day is None or missing:
        raise BadInput(f"草稿还缺：{'、'.join(map(str, missing))}。")
    if draft.basis == Basis.ACT and not (draft.announcement or draft.document):
        raise BadInput(NO_ACT)
    return draft.boundary, draft.day


# --- Saving -----------------------------------------------------------------------------------------------------------


def what_happens(base: Area | None, day: date) -> str:
    """In a sentence, what saving a version from `day` does to the latest one. Raises BadInput for a day before it."""
    if base is None:
        return f"这是第一版，自 {day} 起。"
    number = number_of(base)
    if base.valid_from == day:
        return f"第 {number} 版正是从 {day} 起的：将在原处更正，原来的界线和文字留在变更记录里。"
    if base.valid_from and day < base.valid_from:
        raise BadInput(
            f"第 {number} 版从 {base.valid_from} 起，新版本不能早于它：请选更晚的一天；选同一天则是更正这一版。"
        )
    if base.valid_from is None and base.attested_on and day <= base.attested_on:
        raise BadInput(f"第 {number} 版的起始日未查明，但有来源证明 {base.attested_on} 已是这样：请选更晚的一天。")
    if base.valid_until and base.valid_until <= day:
        return f"第 {number} 版已在 {base.valid_until} 终止；新版本自 {day} 起，旧版本保留。"
    return f"第 {number} 版到 {day}（不含）为止；新版本自 {day} 起，旧版本保留。"


def refuse_unconfirmed(losses: Iterable[Loss], confirmed: Collection[str]) -> None:
    """Raises BadInput that names what would be lost and was not confirmed."""
    unsaid = [loss.sentence for loss in losses if loss.key not in confirmed]
    if unsaid:
        raise BadInput(f"这次修改会{'、'.join(unsaid)}：请逐项勾选确认后再保存。")


@transaction.atomic
def save(draft: AreaDraft, *, by: str, edition: str, confirmed: Collection[str] = ()) -> Area:
    """Make the draft a version of the register from its day on; the draft is gone then.

    Raises BadInput where it is incomplete, its day precedes the latest version or a loss is not among the `confirmed`
    keys, Conflict where the draft or the latest version has changed since; then everything stays as it was.
    """
    hold(draft.product)
    row = locked(draft, edition)
    refuse_if_outrun(row.product, row.regime, Footing(row.base_id, row.seen))
    boundary, day = complete(row)
    refuse_unconfirmed(difference_of(row).losses, confirmed)
    note = f"{row.get_way_display()}{f'（{row.name}）' if row.name else ''}"
    facts = {name: getattr(row, name) for name in (*STATED, *DRAWN)} | derived(boundary)
    area = write(row.product, row.regime, facts, row.units.all(), day=day, by=by, note=note)
    row.delete()
    return area


@transaction.atomic
def go_back(
    old: Version, *, day: date, by: str, stood: Footing, confirmed: Collection[str] = (), note: str = ""
) -> Area:
    """Make a new version from `day` on with shape, wording, units, document and all else of the old one.

    Raises as `save` does.
    """
    product, regime = old.area.product, old.area.regime
    hold(product)
    refuse_if_outrun(product, regime, stood)
    base = latest(product, regime)
    if base is None or base.pk == old.area.pk:
        raise BadInput(f"第 {old.number} 版就是最新的一版，不用回去。")
    refuse_unconfirmed(compared(base, old.area).losses, confirmed)
    facts = {name: getattr(old.area, name) for name in (*STATED, *DRAWN, *DERIVED)}
    said = f"回到第 {old.number} 版{f'：{note}' if note else ''}"
    return write(product, regime, facts, old.area.units.all(), day=day, by=by, note=said)


def hold(product: Product) -> None:
    """Let nobody else write versions of the product until the transaction ends."""
    take_turn()
    Product.objects.select_for_update().get(pk=product.pk)


def refuse_if_outrun(product: Product, regime: str, stood: Footing) -> None:
    """Raises Conflict with who saved another version since."""
    sentence = outrun(product, regime, stood)
    if sentence:
        raise Conflict(sentence)


def derived(boundary: GEOSGeometry) -> dict[str, Any]:
    """The columns that follow from a border."""
    shape = to_shapely(boundary)
    return {"outline": to_geos(outline_of(shape)), "hectares": round(hectares(shape), 2)}


def write(
    product: Product,
    regime: str,
    facts: Mapping[str, Any],
    units: Iterable[Place],
    *,
    day: date,
    by: str,
    note: str,
) -> Area:
    """End the latest version on `day` and begin a new one, or correct the one that begins on that very day."""
    base = latest(product, regime)
    what_happens(base, day)
    why = Why(day, facts["source"].key, note)
    many = {"units": list(units)}
    if base and base.valid_from == day:
        area, outcome = put(Area, {"pk": base.pk}, facts, by=by, many=many, why=why)
        if outcome is Outcome.SAME:
            raise BadInput(f"与第 {number_of(base)} 版完全相同，没有可保存的。")
        return area
    if base and (base.valid_until is None or base.valid_until > day):
        put(Area, {"pk": base.pk}, {"valid_until": day}, by=by, why=why)
    key = {"product": product, "regime": regime, "valid_from": day}
    return put(Area, key, facts, by=by, many=many, why=why)[0]
