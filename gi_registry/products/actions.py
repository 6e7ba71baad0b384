"""Acts on the register: drawing a producing area from the units of its wording; writing and changing its facts.

A fact is a row with a span, a source and a product. It is corrected in place where it was written wrongly; where the
world changed it ends on a day and a new row begins. Either way history keeps what stood before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, models, transaction
from django.db.models import F

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.history import Outcome, Why, put, refuse_if_changed_since
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import add_document, added, keep, settled, stored
from gi_registry.gazette.models import Document
from gi_registry.gazette.validators import HandedIn
from gi_registry.parties.models import Party
from gi_registry.places.datums import parse_range
from gi_registry.places.geometry import hectares, outline_of, to_geos, to_shapely, union_of
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.products.models import Name, NameKind, Product, Protection, Role, Stage
from gi_registry.products.states import DECIDED_BY_THE_STATE, NEXT


@dataclass(frozen=True, slots=True)
class Drawing:
    """A producing area built from units: the columns of `Area` that follow from them."""

    drawn_on: date
    boundary: GEOSGeometry
    outline: GEOSGeometry
    hectares: float
    uncertainty_m: float
    schematic: bool
    warning: str


def draw_area(units: Sequence[Place], wording: str, day: date) -> Drawing:
    """The union of the borders of `units` as they stood on `day`. Raises BadInput where a unit has no border then."""
    versions = list(
        PlaceVersion.objects.on(day).filter(place__in=units, boundary__isnull=False).select_related("place")
    )
    missing = {unit.code for unit in units} - {version.place.code for version in versions}
    if missing or not versions:
        raise BadInput(f"{'、'.join(sorted(missing)) or '所列行政区'} 在 {day} 没有界线，画不出产地范围。")
    shape = union_of(to_shapely(version.boundary) for version in versions if version.boundary)
    return Drawing(
        drawn_on=day,
        boundary=to_geos(shape),
        outline=to_geos(outline_of(shape)),
        hectares=round(hectares(shape), 2),
        uncertainty_m=max(version.uncertainty_m or 0.0 for version in versions),
        schematic=any(version.schematic for version in versions),
        warning=range_warning(wording, shape.bounds),
    )


def range_warning(wording: str, bounds: tuple[float, float, float, float]) -> str:
    """A sentence where the coordinate range printed in the wording reaches far beyond the area drawn; else nothing.

    Printed ranges are often wrong; they are kept as printed and never clip or reject anything.
    """
    printed = parse_range(wording)
    if printed is None:
        return ""
    tolerance = 0.05  # degrees, about 5 km: a printed range is a rounded rectangle around the area
    west, south, east, north = printed
    sides = [
        ("西", bounds[0] - west),
        ("南", bounds[1] - south),
        ("东", east - bounds[2]),
        ("北", north - bounds[3]),
    ]
    beyond = "、".join(side for side, excess in sides if excess > tolerance)
    return f"原文所印坐标范围的{beyond}界超出所列行政区，原样保留，未用于绘图。" if beyond else ""


# --- Facts -----------------------------------------------------------------------------------------------------------

Values = Mapping[str, Any]

SPAN = ("valid_from", "valid_until", "attested_on")
ONLY_BY_A_FILE = "“已保护”只从“申请”进入登记簿：国家新作的决定请在案卷里记录，以前已有的保护请用“补录已有的保护”。"
ONLY_THE_STATE_ENDS = "保护的终止由国家决定：请用“变更”，阶段选“已终止”，并选定公告。"
DECISION = ("stage", "regime", "announcement", *SPAN)


@transaction.atomic
def add_product(*, values: Values, name: Values, by: str, note: str = "") -> Product:
    """A product (`slug`, `category`) with the name that people use (the columns of `Name` but for its kind)."""
    if Product.objects.filter(slug=values["slug"]).exists():
        raise BadInput(f"网址名“{values['slug']}”已经用了：请换一个。")
    source = settled(name["source"], by=by)
    why = Why(name["valid_from"], source.key, note)
    product = added(Product, dict(values) | {"common_name": name["text"]}, by=by, why=why)
    add_fact(product, Name, values=dict(name) | {"kind": NameKind.COMMON, "source": source}, by=by, note=note)
    return product


@transaction.atomic
def correct_product(
    product: Product, *, category: str, day: date, source: Any, by: str, note: str = "", seen: int | None = None
) -> Outcome:
    """Put the product into another category. Its names are facts of their own; its slug stays for good."""
    unless_outrun(product, seen)
    why = Why(day, settled(source, by=by).key, note)
    return put(Product, {"pk": product.pk}, {"category": category}, by=by, why=why, seen=seen)[1]


@transaction.atomic
def add_fact(
    product: Product, model: type[models.Model], *, values: Values, by: str, note: str = "", file_number: str = ""
) -> Any:
    """A new row of `model`: its own columns, span, source, grade, note. Raises BadInput and leaves nothing behind.

    `file_number` names the file whose announced result the row is; without one no protection is made.
    """
    values = whole(values, by)
    refuse_timeless(values)
    if model is Protection:
        refuse_unfiled(None, values, file_number)
        refuse_undecided(None, values)
    fact = added(model, {"product": product} | values, by=by, why=reason(values, values["valid_from"], note))
    follow(fact, by=by, why=reason(values, values["valid_from"], note))
    return fact


@transaction.atomic
def correct_fact(fact: Any, *, values: Values, by: str, note: str = "", seen: int | None = None) -> Outcome:
    """更正: the row was written wrongly and is put right in place. Raises BadInput and Conflict."""
    unless_outrun(fact, seen)
    values = whole(values, by)
    refuse_timeless(values)
    if isinstance(fact, Protection) and decided(values) != decided(vars_of(fact)):
        refuse_unfiled(fact, values)
        refuse_undecided(None, values)
        refuse_decided_anew(fact, values)
    why = reason(values, values["valid_from"], note)
    corrected, outcome = put(type(fact), {"pk": fact.pk}, values, by=by, why=why, seen=seen)
    follow(corrected, by=by, why=why)
    return outcome


@transaction.atomic
def change_fact(
    fact: Any,
    *,
    day: date,
    values: Values,
    by: str,
    note: str = "",
    seen: int | None = None,
    file_number: str = "",
) -> tuple[Any, Any]:
    """变更: the world changed. The row ends on `day`, another begins there and holds for as long as the old one would.

    Gives the old row and the new one; `file_number` as in `add_fact`. Raises BadInput and Conflict; then nothing is
    left behind.
    """
    unless_outrun(fact, seen)
    values = whole(values, by)
    values |= {"valid_from": day, "valid_until": fact.valid_until, "attested_on": None}
    if isinstance(fact, Protection):
        refuse_unfiled(fact, values, file_number)
        refuse_undecided(fact, values)
    if not any(getattr(fact, name) != values[name] for name in set(values) - {*SPAN, "source", "grade", "note"}):
        raise BadInput("内容和原来一样，没有变更可记：只是来源或等级写错了，请用“更正”。")
    ended = ended_on(fact, day, by=by, why=reason(values, day, note), seen=seen)
    begun = added(type(fact), {"product": fact.product} | values, by=by, why=reason(values, day, note))
    follow(begun, by=by, why=reason(values, day, note))
    return ended, begun


@transaction.atomic
def end_fact(fact: Any, *, day: date, source: Any, by: str, note: str = "", seen: int | None = None) -> Any:
    """终止: the fact holds no longer from `day` on and nothing takes its place. Raises BadInput and Conflict."""
    unless_outrun(fact, seen)
    if isinstance(fact, Protection) and fact.stage in DECIDED_BY_THE_STATE:
        raise BadInput(ONLY_THE_STATE_ENDS)
    why = Why(day, settled(source, by=by).key, note)
    ended = ended_on(fact, day, by=by, why=why, seen=seen)
    follow(ended, by=by, why=why)
    return ended


def ended_on(fact: Any, day: date, *, by: str, why: Why, seen: int | None) -> Any:
    """The row with its end. Raises BadInput where the day lies outside the time in which the row holds."""
    known = fact.valid_from or fact.attested_on
    if known and day <= known:
        raise BadInput(f"这一天必须晚于这条记录的起始日（{known}）。")
    if fact.valid_until and day >= fact.valid_until:
        raise BadInput(f"这条记录已在 {fact.valid_until} 截止：请选早于它的一天，或对后一条记录办理。")
    return put(type(fact), {"pk": fact.pk}, {"valid_until": day}, by=by, why=why, seen=seen)[0]


def unless_outrun(fact: Any, seen: int | None) -> None:
    """Raises Conflict before any other refusal: whoever was outrun must first see what stands now."""
    if seen is not None:
        refuse_if_changed_since(fact, seen)


def whole(values: Values, by: str) -> dict[str, Any]:
    """The columns with their source made where it is new."""
    return dict(values) | {"source": settled(values["source"], by=by)}


def reason(values: Values, day: date | None, note: str) -> Why:
    """What history notes of a change."""
    return Why(day, values["source"].key, note)


def refuse_timeless(values: Values) -> None:
    """A fact begins on a day; where nobody knows the day, some source shows it to hold on another."""
    if values["valid_from"] is None and values["attested_on"] is None:
        raise BadInput("请写这条记录自何日起成立；起始日未查明的，写来源证明其已存在的最早一天。")


def decided(values: Values) -> tuple[Any, ...]:
    """What of a protection only the State decides: its stage where that is the State's, with announcement and days."""
    stage = values["stage"]
    return tuple(values[name] for name in DECISION) if stage in DECIDED_BY_THE_STATE else ()


def vars_of(fact: Protection) -> dict[str, Any]:
    """The columns of a protection by name."""
    return {field.name: getattr(fact, field.name) for field in fact._meta.concrete_fields}


def refuse_unfiled(before: Protection | None, values: Values, file_number: str = "") -> None:
    """A product comes under protection by the file of its application, and by nothing that is written beside it."""
    protects = values["stage"] == Stage.PROTECTED
    stood = before is not None and (before.stage, before.regime) == (Stage.PROTECTED, values["regime"])
    if protects and not stood and not file_number:
        raise BadInput(ONLY_BY_A_FILE)


def refuse_undecided(before: Protection | None, values: Values) -> None:
    """Protection and its end are recorded from an announcement of their own, in an order that the law knows."""
    stage = Stage(values["stage"])
    if before is not None and stage not in NEXT[Stage(before.stage)]:
        raise BadInput(f"“{Stage(before.stage).label}”之后不能是“{stage.label}”。")
    if stage not in DECIDED_BY_THE_STATE:
        return
    if values.get("announcement") is None:
        raise BadInput(f"“{stage.label}”由国家决定：请选定所依据的公告，没有公告不能登记。")
    if before is not None and stage != before.stage and values["announcement"] == before.announcement:
        raise BadInput(f"“{stage.label}”须依据作出这一决定的公告，所选的是原来那一份。")


def refuse_decided_anew(written: Protection, values: Values) -> None:
    """A correction puts right how a decision was written down; it neither makes one nor ends one."""
    stage = Stage(values["stage"])
    announced_before = values["announcement"] is not None and values["announcement"] == written.announcement
    if stage != written.stage and stage in DECIDED_BY_THE_STATE and announced_before:
        raise BadInput(f"“{stage.label}”须依据作出这一决定的公告，所选的是原来那一份：情况变了的，请用“变更”。")
    if written.stage in DECIDED_BY_THE_STATE and written.valid_until is None and values["valid_until"] is not None:
        raise BadInput(ONLY_THE_STATE_ENDS)


def follow(fact: Any, *, by: str, why: Why) -> None:
    """The product goes by the common name that holds today. Raises BadInput where none would hold."""
    if not isinstance(fact, Name):
        return
    names = Name.objects.on(clock.today()).filter(product=fact.product, kind=NameKind.COMMON)
    newest = names.order_by(F("valid_from").desc(nulls_last=True), "-pk").first()
    later = fact.kind == NameKind.COMMON and fact.valid_from and fact.valid_from > clock.today()
    if newest is None or later:
        raise BadInput("产品必须有今天成立的通称：要改用新的通称，请用“变更”，自今天或以前的一天起。")
    put(Product, {"pk": fact.product.pk}, {"common_name": newest.text}, by=by, why=why)


# --- Parties ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_party(
    *, values: Values, day: date, by: str, note: str = "", product: Product | None = None, part: str = ""
) -> Party:
    """A party; with `product` and `part` also what it is to the product from `day` on."""
    values = whole(values, by)
    party, _made = keep(Party, None, values=values, day=day, by=by, note=note)
    if product is not None:
        sourced = {name: values[name] for name in ("source", "grade")} | {"note": ""}
        span = {"valid_from": None, "attested_on": day, "valid_until": None}
        add_fact(product, Role, values={"party": party, "part": part} | span | sourced, by=by, note=note)
    return party


# --- Documents -------------------------------------------------------------------------------------------------------


def hand_in(
    product: Product,
    handed: HandedIn,
    *,
    title: str,
    source: Any,
    public: bool,
    by: str,
    note: str = "",
    day: date | None = None,
) -> tuple[Document, bool]:
    """Keep a file as a document of the product from `day` on: the document, and whether it is new to the register.

    A file that the register has is not stored again, only attached. Raises BadInput where the product has it already.
    Row and file stand or fall together: the transaction is the outermost one, and the file goes where it is undone.
    """
    known = Document.objects.filter(sha256=handed.sha256).first()
    if known is not None:
        if attach(product, known, by=by, note=note, day=day) == Outcome.SAME:
            raise BadInput(f"这个文件已经交过（“{known.title}”，{known.by}），本产品下就有，没有再存一份。")
        return known, False
    try:
        with stored(handed) as name, transaction.atomic(durable=True):
            settled_source = settled(source, by=by)
            about: dict[str, Any] = {"by": by, "note": note, "day": day}
            document = add_document(handed, name, title=title, source=settled_source, public=public, **about)
            attach(product, document, **about)
    except IntegrityError as error:
        raise BadInput("同一个文件刚由别人交上来，没有再存一份：请重新打开这一页。") from error
    return document, True


@transaction.atomic
def attach(
    product: Product, document: Document, *, by: str, note: str = "", day: date | None = None, there: bool = True
) -> Outcome:
    """Name the document among those of the product, or (`there` is False) no longer, from `day` on."""
    take_turn()
    held = Product.objects.select_for_update().get(pk=product.pk)  # so that no other document is lost meanwhile
    documents = [other for other in held.documents.all() if other != document] + [document] * there
    why = Why(day, document.source.key, note)
    return put(Product, {"pk": product.pk}, {}, many={"documents": documents}, by=by, why=why)[1]


@transaction.atomic
def correct_document(
    document: Document,
    *,
    values: Values,
    products: Sequence[Product],
    among: Sequence[Product],
    by: str,
    note: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> Outcome:
    """Put right what is said of a document, and of which of the products `among` it is one from `day` on; the file
    itself stays."""
    unless_outrun(document, seen)
    values = whole(values, by)
    why = Why(day, values["source"].key, note)
    corrected, outcome = put(Document, {"pk": document.pk}, values, by=by, why=why, seen=seen)
    moves = [attach(each, corrected, by=by, note=note, day=day, there=each in products) for each in among]
    outcomes = {outcome, *moves}
    return Outcome.SAME if outcomes == {Outcome.SAME} else Outcome.CHANGED
