"""The producing areas' editor: versions, drafts, what a change would do, saving it, going back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import shapely
from django.contrib import messages
from django.contrib.gis.geos import GEOSGeometry
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from shapely import MultiPolygon

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotInRegister, Refusal
from gi_registry.core.validators import whole_number
from gi_registry.parties.permissions import Act
from gi_registry.places.geometry import in_degrees, svg_path, to_shapely
from gi_registry.products import areas
from gi_registry.products.areas import Difference, Footing, Version
from gi_registry.products.models import Area, AreaDraft, Product, Regime, Way
from gi_registry.web.desk import desk, product_for
from gi_registry.web.forms.areas import BackForm, DraftForm, StartForm

PICTURE, THUMBNAIL = 640.0, 132.0  # units of an SVG's width
SMALLEST_DRAWN = 1e-10  # square degrees, about a square metre: smaller pieces are noise of the arithmetic

ProductView = Callable[..., HttpResponse]


def of_product(act: Act) -> Callable[[ProductView], Any]:
    """Wrap a view of (request, product, …): only for those who may do the act on the product."""

    def decorate(view: ProductView) -> Any:
        @desk(act)
        @wraps(view)
        def wrapped(request: HttpRequest, slug: str, **named: Any) -> HttpResponse:
            return view(request, product_for(request.user, act, slug), **named)

        return wrapped

    return decorate


# --- Versions ---------------------------------------------------------------------------------------------------------


@of_product(Act.REVIEW)
@require_safe
def index(request: HttpRequest, product: Product) -> HttpResponse:
    """All versions of all regimes, newest first, with the drafts that wait."""
    versions = areas.versions_of(product)
    newest = {area.pk for regime in Regime.values if (area := areas.latest(product, regime))}
    box = around(version.area.boundary for version in versions)
    rows = [
        {
            "version": version,
            "picture": version.area.outline and Picture.of(version.area.outline, box, THUMBNAIL),
            "newest": version.area.pk in newest,
            "before": before(version, versions),
        }
        for version in reversed(versions)
    ]
    known = {*product.protections.values_list("regime", flat=True), *(version.area.regime for version in versions)}
    context = {
        "product": product,
        "rows": rows,
        "drafts": product.area_drafts.all(),
        "regimes": [regime for regime in Regime if regime in known],
        "others": [regime for regime in Regime if regime not in known],
        "ways": Way,
        "today": clock.today(),
    }
    return render(request, "desk/areas/index.html", context)


def before(version: Version, versions: list[Version]) -> Version | None:
    """The version of the same regime that was made before this one."""
    earlier = [v for v in versions[: version.number - 1] if v.area.regime == version.area.regime and v.area.boundary]
    return earlier[-1] if earlier and version.area.boundary else None


@of_product(Act.REVIEW)
@require_safe
def compare(request: HttpRequest, product: Product) -> HttpResponse:
    """What changed from one version to another."""
    versions = areas.versions_of(product)
    old, new = (numbered(request.GET.get(name, ""), name, versions) for name in ("old", "new"))
    context = {"product": product, "old": old, "new": new} | shown(areas.compared(old.area, new.area))
    return render(request, "desk/areas/compare.html", context)


def numbered(text: str, name: str, versions: list[Version]) -> Version:
    """The version whose number an address gives. Raises BadInput."""
    number = whole_number(text, name, 1, max(len(versions), 1), 1)
    if not versions:
        raise BadInput("这个产品还没有产地范围，没有可比较的。")
    return versions[number - 1]


@of_product(Act.AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, product: Product, number: int) -> HttpResponse:
    """What going back to an old version would change, and the form that does it in one act."""
    old = areas.version(product, number)
    newest = areas.latest(product, old.area.regime)
    if newest is None or newest.pk == old.area.pk:
        raise BadInput(f"第 {number} 版就是最新的一版，不用回去。")
    stood, confirmed = areas.footing(newest), request.POST.getlist("confirm")
    form = BackForm(request.POST or None, initial=stood._asdict())
    status = wrong(form)
    if form.is_valid():
        try:
            return saved(request, gone_back(old, form, confirmed, str(request.user)))
        except Refusal as refusal:
            form, status = refused_back(request.POST, stood, refusal), refusal.status
            confirmed = [] if isinstance(refusal, Conflict) else confirmed
    context = {"product": product, "old": old, "newest": areas.number_of(newest), "form": form, "confirmed": confirmed}
    found = areas.compared(newest, old.area, clock.today())  # the old version would lie among today's neighbours
    return render(request, "desk/areas/back.html", context | shown(found), status=status)


def gone_back(old: Version, form: BackForm, confirmed: list[str], by: str) -> Area:
    """The act, as the form asks for it."""
    asked = form.cleaned_data
    stood = Footing(asked["base"], asked["seen"])
    return areas.go_back(old, day=asked["day"], by=by, stood=stood, confirmed=confirmed, note=asked["note"])


def refused_back(asked: QueryDict, stood: Footing, refusal: Refusal) -> BackForm:
    """The form as it was sent, with the sentence, now standing on the version with which the page compares."""
    form = BackForm(asked.dict() | {name: str(value) for name, value in stood._asdict().items()})
    form.full_clean()
    form.add_error(None, refusal.sentence)
    return form


def wrong(form: Any) -> int:
    """The status of a page that shows the form again."""
    return 400 if form.is_bound and form.errors else 200


def saved(request: HttpRequest, area: Area) -> HttpResponse:
    """Back to the versions, with the word that it stands."""
    sentence = _("已保存为第 {n} 版，自 {day} 起，公开地图同时更新。")
    messages.success(request, sentence.format(n=areas.number_of(area), day=area.valid_from))
    return redirect("desk-areas", area.product.slug)


# --- Drafts -----------------------------------------------------------------------------------------------------------


@of_product(Act.AREAS)
@require_POST
def start(request: HttpRequest, product: Product) -> HttpResponse:
    """A new draft, and its form."""
    form = StartForm(request.POST)
    if not form.is_valid():
        raise BadInput("请选择保护制度和画法。")
    return redirect(areas.start(product, **form.cleaned_data, by=str(request.user)))


def draft_of(product: Product, key: UUID) -> AreaDraft:
    """The draft of that key. Raises NotInRegister."""
    draft = product.area_drafts.select_related("product", "base", "source", "document", "announcement").filter(key=key)
    found = draft.first()
    if found is None:
        raise NotInRegister("没有这份草稿：它可能已经保存，或被丢弃了。")
    return found


@of_product(Act.AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, product: Product, key: UUID) -> HttpResponse:
    """The form of a draft; what is filled in is kept, then shown as a difference."""
    draft = draft_of(product, key)
    form = DraftForm(request.POST or None, instance=draft)
    status = wrong(form)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            areas.revise(
                draft_of(product, key), form.facts(), asked["units"], by=str(request.user), edition=asked["edition"]
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            status = refusal.status
        else:
            return redirect("desk-area-difference", product.slug, key)
    context = {"product": product, "draft": draft, "form": form, "ways": Way, "day": draft.day or clock.today()}
    return render(request, "desk/areas/edit.html", context, status=status)


@of_product(Act.AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
def difference(request: HttpRequest, product: Product, key: UUID) -> HttpResponse:
    """Picture and table of what saving the draft would change; saving it."""
    draft = draft_of(product, key)
    refusal: Refusal | None = None
    if request.method == "POST":
        edition, confirmed = request.POST.get("edition", ""), request.POST.getlist("confirm")
        try:
            return saved(request, areas.save(draft, by=str(request.user), edition=edition, confirmed=confirmed))
        except Refusal as said:
            refusal = said
    found = areas.difference_of(draft)
    stood = Footing(draft.base_id, draft.seen)
    context = {
        "product": product,
        "draft": draft,
        "refusal": refusal,
        "outrun": areas.outrun(product, draft.regime, stood),
        "confirmed": request.POST.getlist("confirm"),
        "base": draft.base and areas.number_of(draft.base),
    } | shown(found)
    try:
        context["happens"] = areas.what_happens(draft.base, draft.day)  # type: ignore[arg-type]  # complete by now
    except BadInput as said:
        context["refused"] = said.sentence
    return render(request, "desk/areas/difference.html", context, status=refusal.status if refusal else 200)


@of_product(Act.AREAS)
@require_POST
def latest(request: HttpRequest, product: Product, key: UUID) -> HttpResponse:
    """Let the draft stand on the newest version and show what it would change there."""
    areas.start_from_latest(draft_of(product, key), by=str(request.user), edition=request.POST.get("edition", ""))
    return redirect("desk-area-difference", product.slug, key)


@of_product(Act.AREAS)
@require_POST
def discard(request: HttpRequest, product: Product, key: UUID) -> HttpResponse:
    """Throw the draft away."""
    draft_of(product, key).delete()
    messages.success(request, _("草稿已丢弃。"))
    return redirect("desk-areas", product.slug)


# --- Pictures ---------------------------------------------------------------------------------------------------------

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG path with the size of its drawing."""

    path: str
    width: float
    height: float

    @classmethod
    def of(cls, shape: GEOSGeometry, box: Box, width: float) -> Picture:
        """The shape within `box` (degrees)."""
        return cls(svg_path(to_shapely(shape), box, width), width, height_of(box, width))


def around(shapes: Iterable[GEOSGeometry | None]) -> Box:
    """A box around all shapes with a little room; that of China's middle where there is none."""
    boxes = [shape.extent for shape in shapes if shape]
    if not boxes:
        return 104.0, 35.0, 105.0, 36.0
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return roomy((min(wests), min(souths), max(easts), max(norths)))


def roomy(box: Box) -> Box:
    """The box with a margin of four hundredths of its larger side."""
    west, south, east, north = box
    room = max(east - west, north - south) / 25
    return west - room, south - room, east + room, north + room


def height_of(box: Box, width: float) -> float:
    """How high a drawing of `box` is that is `width` wide: a path down its left side says it."""
    corner = svg_path(shapely.box(*box), box, width)
    return max(float(pair.split()[1]) for pair in corner.strip("MZ").split("L"))


def shown(found: Difference) -> dict[str, Any]:
    """A difference for a page: the figures, the shapes for the map, and drawings for where no script runs."""
    shapes = {
        name: drawable(metric)
        for name, metric in (
            ("unchanged", found.overlay.unchanged),
            ("removed", found.overlay.removed),
            ("added", found.overlay.added),
        )
    }
    box = roomy(tuple(shapely.total_bounds(list(shapes.values())).tolist()))
    finest = (box[2] - box[0]) / PICTURE  # nobody sees less than a unit of the drawing
    return {
        "difference": found,
        "shapes": json.dumps({name: json.loads(shapely.to_geojson(shape)) for name, shape in shapes.items()}),
        "drawings": {name: svg_path(shapely.simplify(s, finest), box, PICTURE) for name, s in shapes.items()},
        "width": PICTURE,
        "height": height_of(box, PICTURE),
    }


def drawable(metric: MultiPolygon) -> MultiPolygon:
    """A piece in degrees, without the specks that arithmetic leaves along shared borders."""
    parts = shapely.get_parts(in_degrees(metric))
    return MultiPolygon([part for part in parts if part.is_valid and part.area > SMALLEST_DRAWN])
