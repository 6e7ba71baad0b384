"""The import doctor's pages: a file comes in, is examined, treated as chosen, looked at, and only then admitted."""

from __future__ import annotations

from typing import Any

import orjson
import shapely
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister, Refusal
from gi_registry.intake import imports
from gi_registry.intake.imports import Shape
from gi_registry.intake.models import Purpose, ReceivedFile, Step
from gi_registry.parties.permissions import Act
from gi_registry.places.geometry import hectares, outline_of, union_of
from gi_registry.products.areas import draft_from_shape
from gi_registry.products.permissions import within_reach
from gi_registry.products.register import SLOTS
from gi_registry.web.desk import ROWS, desk
from gi_registry.web.forms.imports import REPAIRS, AdmitForm, ChooseForm, ReceiveForm

SHOWN = 200


@desk(Act.REVIEW)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every file that came in, and the form for the next."""
    asked = {name: request.GET.get(name, "") for name in ("product", "regime", "purpose") if request.GET.get(name)}
    return listed(request, ReceiveForm(products=within_reach(request.user, Act.AREAS), initial=asked))


@desk(Act.INTAKE)
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Keep a file and begin to examine it; a form that is refused comes back as it was filled in."""
    form = ReceiveForm(request.POST, request.FILES, products=within_reach(request.user, Act.AREAS))
    if form.is_valid():
        try:
            return redirect("desk-import", received_from(form, str(request.user)).file_number)
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
    return listed(request, form, 400)


def listed(request: HttpRequest, form: ReceiveForm, status: int = 200) -> HttpResponse:
    """The page of all files."""
    rows = Paginator(ReceivedFile.objects.select_related("product"), ROWS).get_page(request.GET.get("page"))
    return render(request, "desk/imports/index.html", {"form": form, "rows": rows}, status=status)


def received_from(form: ReceiveForm, by: str) -> ReceivedFile:
    """Keep the file and begin to examine it."""
    asked = form.cleaned_data
    received = imports.receive(
        asked["file"], purpose=asked["purpose"], product=asked["product"], regime=asked["regime"], by=by
    )
    imports.set_to_work(received, Step.EXAMINING)
    return received


def file_of(file_number: str) -> ReceivedFile:
    """The file. Raises NotInRegister."""
    received = ReceivedFile.objects.select_related("product").filter(file_number=file_number).first()
    if received is None:
        raise NotInRegister(f"没有收件号为“{file_number[:20]}”的文件。")
    return received


@desk(Act.REVIEW)
@require_safe
def detail(request: HttpRequest, file_number: str) -> HttpResponse:
    """Where the file stands: at work, refused, waiting for choices, waiting to be admitted, admitted."""
    return shown(request, file_of(file_number))


def shown(request: HttpRequest, received: ReceivedFile, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of a file, with forms as they were sent where they were refused."""
    context: dict[str, Any] = {"received": received}
    if received.step == Step.EXAMINED:
        choose = ChooseForm(diagnosis=received.diagnosis or {}, chosen=received.choices)
        context |= {"diagnosis": received.diagnosis, "choose": choose} | systems_of(received)
    if received.step in {Step.TREATED, Step.ADMITTED}:
        context |= shapes_of(received) | receipt_of(received) | {"admit": AdmitForm()}
    return render(request, "desk/imports/detail.html", context | forms, status=status)


def systems_of(received: ReceivedFile) -> dict[str, Any]:
    """The coordinate systems the doctor offers: those under which something lies in the district, and the others."""
    fits = (received.diagnosis or {})["systems"]
    here = [fit for fit in fits if fit["overlap"]] or fits
    return {"systems": here, "elsewhere": [fit for fit in fits if fit not in here]}


def label_of_system(received: ReceivedFile) -> str:
    """The chosen coordinate system in words."""
    chosen = (received.choices or {}).get("system", "")
    fits = (received.diagnosis or {}).get("systems", [])
    return next((str(fit["label"]) for fit in fits if fit["key"] == chosen), str(chosen))


def shapes_of(received: ReceivedFile) -> dict[str, Any]:
    """The treated shapes in a table: each with its area, and for units the unit it is taken for."""
    features = imports.kept(received)
    of_units = received.purpose == Purpose.UNITS
    matches = imports.matched(features, clock.today()) if of_units else []
    units = {match.feature.number: match.unit for match in matches}
    rows = [
        {"number": f.number, "name": f.name, "code": f.code, "hectares": ha(f), "unit": units.get(f.number)}
        for f in features[:SHOWN]
    ]
    missing = imports.missing(matches) if of_units else []
    return {"shapes": rows, "left_out": max(0, len(features) - SHOWN), "missing": missing}


def receipt_of(received: ReceivedFile) -> dict[str, Any]:
    """The receipt as tables."""
    written = received.receipt or {}
    return {
        "system": label_of_system(received),
        "counts": [(_("交来的"), written["before"]), (_("收下的"), written["after"])],
        "repairs": [(REPAIRS.get(repair["key"], repair["key"]), repair) for repair in written["repairs"]],
    }


def ha(feature: Shape) -> str:
    """Its area as a table writes it."""
    return f"{hectares(feature.shape):,.2f}"


@desk(Act.INTAKE)
@require_POST
def choose(request: HttpRequest, file_number: str) -> HttpResponse:
    """Read the file as the person chose."""
    received = file_of(file_number)
    if received.step != Step.EXAMINED:
        raise BadInput("这个文件现在不等待选择：请回到收件页看它的进度。")
    form = ChooseForm(request.POST, diagnosis=received.diagnosis or {})
    if not form.is_valid():
        return shown(request, received, 400, choose=form)
    imports.set_to_work(received, Step.TREATING, choices=form.choices())
    return redirect("desk-import", file_number)


@desk(Act.INTAKE)
@require_POST
def admit(request: HttpRequest, file_number: str) -> HttpResponse:
    """Let the register take what was read: borders of units, or a draft of a producing area."""
    received = file_of(file_number)
    if received.step != Step.TREATED:
        raise BadInput("这个文件现在不等待登记：请回到收件页看它的进度。")
    features = imports.kept(received)
    if received.purpose == Purpose.AREA:
        return redirect(draft_address(received, features, str(request.user)))
    form = AdmitForm(request.POST)
    try:
        if form.is_valid():
            asked = form.cleaned_data
            matches = imports.matched(features, asked["day"])
            losses = [] if request.POST.get("confirmed") else imports.forecast_losses(received, matches, **asked)
            if losses:
                return shown(request, received, 400, admit=form, losses=losses)
            imports.admit_units(received, matches, by=str(request.user), **asked)
            return redirect("desk-import", file_number)
    except BadInput as refusal:
        form.add_error(None, refusal.sentence)
    return shown(request, received, 400, admit=form)


@desk(Act.REVIEW)
@require_safe
def shapes(request: HttpRequest, file_number: str) -> HttpResponse:
    """The treated shapes, generalised, for the map of the page."""
    received = file_of(file_number)
    if received.step not in {Step.TREATED, Step.ADMITTED}:
        raise NotInRegister("这个文件还没有处理，没有图形。")
    features = [drawn(feature) for feature in imports.kept(received)[:SHOWN]]
    content = orjson.dumps({"type": "FeatureCollection", "features": features})
    return HttpResponse(content, content_type="application/geo+json")


def drawn(feature: Shape) -> dict[str, Any]:
    """One shape as the map draws areas."""
    label = feature.name or feature.code or str(feature.number)
    return {
        "type": "Feature",
        "geometry": orjson.Fragment(shapely.to_geojson(outline_of(feature.shape))),
        "properties": {
            "slug": "shapes",  # one name, so that the map fits them all
            "name": label,
            "slot": feature.number % SLOTS + 1,
            "stage": "protected",
            "stage_label": "",
            "certain": True,
        },
    }


@desk(Act.REVIEW)
@require_safe
def original(request: HttpRequest, file_number: str) -> FileResponse:
    """The file as it was sent; one that was refused is not kept."""
    received = file_of(file_number)
    if not received.file:
        raise NotInRegister("这个文件没有收下，原件没有留存。")
    return FileResponse(received.file.open("rb"), as_attachment=True, filename=received.name)


@desk(Act.REVIEW)
@require_safe
def progress(request: HttpRequest, file_number: str) -> HttpResponse:
    """How far the work has come, for the script that shows it."""
    received = file_of(file_number)
    return JsonResponse({"working": received.working, "doing": received.doing, "done": round(received.done, 3)})


@desk(Act.REVIEW)
@require_safe
def receipt(request: HttpRequest, file_number: str) -> HttpResponse:
    """What came in and what became of it, to keep."""
    received = file_of(file_number)
    if received.receipt is None:
        raise NotInRegister("这个文件还没有处理，没有回执。")
    content = {
        "file_number": received.file_number,
        "at": received.at.isoformat(),
        "by": received.by,
        "purpose": received.purpose,
        "choices": received.choices,
        "receipt": received.receipt,
        "drift": received.drift,
    }
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer.headers["Content-Disposition"] = f'attachment; filename="{received.file_number}.json"'
    return answer


@desk(Act.INTAKE)
@require_POST
def again(request: HttpRequest, file_number: str) -> HttpResponse:
    """Examine the file anew, whatever was chosen before; what is admitted stays."""
    received = file_of(file_number)
    if received.step == Step.ADMITTED:
        raise BadInput("这个文件已经登记，不能重新检查：请作为新文件再交一次。")
    if received.step == Step.REFUSED:
        raise BadInput("这个文件没有收下，原件没有留存：请改好后再交一次。")
    if received.working and not received.stalled:
        raise BadInput("这个文件正在处理，请等它做完。")
    imports.set_to_work(received, Step.EXAMINING)
    return redirect("desk-import", file_number)


@transaction.atomic
def draft_address(received: ReceivedFile, features: list[Shape], by: str) -> str:
    """The page of a new draft of a producing area, made of all shapes as one. Raises BadInput, Conflict."""
    if received.product is None:
        raise BadInput("这个文件没有选定产品，不能作为产地范围。")
    imports.hold(received)
    draft = draft_from_shape(
        received.product,
        received.regime,
        union_of(feature.shape for feature in features),
        by=by,
        datum=label_of_system(received),
        name=f"{received.file_number} {received.name}",
    )
    ReceivedFile.objects.filter(pk=received.pk).update(step=Step.ADMITTED)
    return reverse("desk-area-draft", args=[received.product.slug, draft.key])
