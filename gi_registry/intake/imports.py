"""Files with borders, from the moment they come in to the moment the register holds what they bring."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import shapely
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from shapely import MultiPolygon

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict
from gi_registry.core.history import Why, put
from gi_registry.core.revision import take_turn
from gi_registry.core.text import plain
from gi_registry.gazette.models import Source
from gi_registry.intake.models import ReceivedFile, Step
from gi_registry.places.actions import redraw
from gi_registry.places.geometry import in_metres, to_shapely
from gi_registry.places.models import Kind, PlaceVersion
from gi_registry.products.actions import draw_area
from gi_registry.products.areas import SMALL_LOSS_HECTARES
from gi_registry.products.areas import hold as hold_versions
from gi_registry.products.models import Area, Product

HECTARE = 10_000.0
KINDS = ("镇", "乡", "街道")
TAKEN_FURTHER = "别人刚办过这个文件，没有重复办理：请打开收件页看它现在的进度。"


# --- Coming in -------------------------------------------------------------------------------------------------------


@transaction.atomic
def receive(upload: UploadedFile, *, purpose: str, product: Product | None, regime: str, by: str) -> ReceivedFile:
    """Keep the file as it is and write down who sent it. Raises BadInput where it is empty or too big, Conflict where
    another took its number at the same instant; then no file is left behind."""
    limit = settings.UPLOAD_LIMIT_MB["delivery"]
    size = upload.size or 0
    if not size:
        raise BadInput("文件是空的：请重新选择文件。")
    if size > limit * 1024 * 1024:
        raise BadInput(f"文件有 {size / 1024 / 1024:,.0f} MB，超过 {limit} MB 的限度。")
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    received = ReceivedFile(
        file_number=next_number(),
        purpose=purpose,
        product=product,
        regime=regime,
        name=Path(upload.name or "").name[:200] or "无名",
        sha256=digest.hexdigest(),
        bytes=size,
        by=by,
        at=clock.now(),
    )
    received.file.save(f"{received.file_number}{Path(received.name).suffix[:12].lower()}", upload, save=False)
    try:
        received.save()
    except IntegrityError as error:  # its number is taken
        received.file.delete(save=False)
        raise Conflict("同一时刻有别的文件交来，这个没有收下：请再交一次。") from error
    return received


def next_number() -> str:
    """The next file number of the year: 2026-0001."""
    year = clock.today().year
    last = ReceivedFile.objects.filter(file_number__startswith=f"{year}-").order_by("file_number").last()
    return f"{year}-{int(last.file_number[5:]) + 1 if last else 1:04d}"


# --- Working apart ---------------------------------------------------------------------------------------------------


def set_to_work(received: ReceivedFile, step: Step, **chosen: Any) -> None:
    """Begin a working step. It runs in a process of its own, so that no file can take a web worker with it.

    Raises Conflict where somebody else has taken the file further since it was read.
    """
    begun = {"step": step, "since": clock.now(), "doing": "", "done": 0.0, "refusal": ""} | chosen
    if not as_read(received).update(**begun):
        raise Conflict(TAKEN_FURTHER)
    if settings.WORK_APART:
        transaction.on_commit(lambda: threading.Thread(target=attend, args=[received.pk, received.file_number]).start())
    else:
        call_command("work_on", received.file_number)


def as_read(received: ReceivedFile) -> QuerySet[ReceivedFile]:
    """The row of the file, while it stands where it stood when it was read."""
    return ReceivedFile.objects.filter(pk=received.pk, step=received.step, since=received.since)


def hold(received: ReceivedFile) -> None:
    """Let nobody else take the file further until the transaction ends. Raises Conflict where somebody has."""
    take_turn()
    if as_read(received).select_for_update().first() is None:
        raise Conflict(TAKEN_FURTHER)


def attend(pk: int, file_number: str) -> None:
    """Wait for the process, and say so where it ended without an answer."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work_on", file_number]
    command += ["--limit-mb", str(settings.WORK_LIMIT_MB)]
    with tempfile.TemporaryDirectory(prefix="work-") as folder:  # what a killed process leaves behind goes with it
        environment = os.environ | {"TMPDIR": folder}
        try:
            finished = subprocess.run(  # noqa: S603 -- our own command and a number we gave
                command, timeout=settings.WORK_LIMIT_S, check=False, stdin=subprocess.DEVNULL, env=environment
            )
            failed = finished.returncode != 0
        except subprocess.TimeoutExpired:
            failed = True
    if failed:
        refuse(pk, "处理这个文件超出了时间或内存的限度，没有登记任何内容：请拆小后再交。")


def refuse(pk: int, sentence: str) -> None:
    """Write down why the work came to nothing: a file that could not be read is not kept, one that could not be treated
    as chosen waits for other choices. Nothing of it is in the register either way."""
    received = ReceivedFile.objects.get(pk=pk)
    received.step = Step.EXAMINED if received.step == Step.TREATING else Step.REFUSED
    received.refusal, received.doing, received.done = sentence, "", 0.0
    if received.step == Step.REFUSED and received.file:
        shapes_path(received).unlink(missing_ok=True)
        received.file.delete(save=False)
    received.save(update_fields=["step", "refusal", "doing", "done", "file"])


# --- Treated shapes, kept beside the original -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shape:
    """One feature of a treated file, its shape in degrees of CGCS2000; `number` is its place in the file, from one."""

    number: int
    name: str
    code: str
    shape: MultiPolygon


def shapes_path(received: ReceivedFile) -> Path:
    """Where they lie."""
    return Path(received.file.path).with_suffix(".shapes")


def keep(received: ReceivedFile, shapes: Iterable[Any]) -> None:
    """Write the features (number, name, code, shape), one to a line, each with its shape as WKB."""
    with shapes_path(received).open("wb") as file:
        for one in shapes:
            wkb = shapely.to_wkb(one.shape, hex=True)
            file.write(orjson.dumps([one.number, one.name, one.code, wkb], option=orjson.OPT_APPEND_NEWLINE))


def kept(received: ReceivedFile) -> list[Shape]:
    """The shapes as they were kept."""
    with shapes_path(received).open("rb") as file:
        rows = [orjson.loads(line) for line in file]
    return [Shape(number, name, code, shapely.from_wkb(wkb)) for number, name, code, wkb in rows]


# --- Units -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Match:
    """A feature and the unit it is taken for; None where no unit has its code or name."""

    feature: Shape
    unit: PlaceVersion | None


def matched(features: Iterable[Shape], day: date) -> list[Match]:
    """Each feature with the unit of that code, or else of that name, on `day`."""
    units = PlaceVersion.objects.on(day).exclude(kind=Kind.COUNTY).select_related("place").defer("boundary", "outline")
    by_code = {unit.place.code: unit for unit in units}
    by_name = {bare(unit.name): unit for unit in units}
    return [Match(f, by_code.get(f.code[:9]) or by_name.get(bare(f.name))) for f in features]


def bare(name: str) -> str:
    """The name without the word for its kind: 独流镇 and 独流 are the same."""
    written = plain(name)
    return next((written.removesuffix(kind) for kind in KINDS if written.endswith(kind) and written != kind), written)


@dataclass(frozen=True, slots=True)
class Drift:
    """How a producing area moved because the borders of its units did. Hectares, measured in EPSG:4548."""

    product: str
    regime: str
    before_ha: float
    after_ha: float
    added_ha: float
    removed_ha: float
    still_schematic: bool


@transaction.atomic
def admit_units(
    received: ReceivedFile,
    matches: list[Match],
    *,
    day: date,
    source: Source,
    grade: str,
    uncertainty_m: float,
    by: str,
) -> list[Drift]:
    """Give the matched units their borders from `day` on, and rebuild the producing areas that name them.

    Raises BadInput where no feature names a unit or two name the same, Conflict where somebody else has admitted the
    file since it was read; then nothing is written.
    """
    hold(received)
    taken = [(match.unit, match.feature) for match in matches if match.unit]
    codes = [unit.place.code for unit, _feature in taken]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if not taken:
        raise BadInput("文件里没有一个图形与登记簿的乡镇街道对得上：请检查代码列和名称列。")
    if twice:
        raise BadInput(f"有两个以上的图形对应同一个乡镇街道（{'、'.join(twice)}）：请先在文件里合并。")
    note = f"据收件 {received.file_number}（{received.name}）"
    for unit, feature in taken:
        redraw(
            unit.place,
            feature.shape,
            day=day,
            source=source,
            grade=grade,
            uncertainty_m=uncertainty_m,
            note=note,
            by=by,
        )
    drifts = rebuild_areas({unit.place_id for unit, _feature in taken}, day=day, source=source, note=note, by=by)
    received.drift = [asdict(drift) for drift in drifts]
    received.step = Step.ADMITTED
    received.save(update_fields=["drift", "step"])
    return drifts


def forecast_losses(received: ReceivedFile, matches: list[Match], **asked: Any) -> list[Drift]:
    """The producing areas that would lose land: worked out by admitting the units and taking it all back."""
    with transaction.atomic():
        drifts = admit_units(received, matches, by="", **asked)
        transaction.set_rollback(True)
    received.refresh_from_db()
    return [drift for drift in drifts if drift.removed_ha > SMALL_LOSS_HECTARES]


def rebuild_areas(places: set[int], *, day: date, source: Source, note: str, by: str) -> list[Drift]:
    """New versions, from `day` on, of the areas drawn from units of which some are among `places`.

    A version that begins later is drawn again as well, from its own first day.
    """
    not_over = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    areas = Area.objects.filter(not_over, units__in=places, drawn_on__isnull=False).distinct()
    for product in Product.objects.filter(pk__in=areas.values("product")).order_by("pk"):
        hold_versions(product)
    return [rebuilt(area, day, Why(day, source.key, note), by) for area in areas.select_related("product")]


def rebuilt(area: Area, day: date, why: Why, by: str) -> Drift:
    """Draw one area again from its units as they are on `day`: the old version ends there, the wording stays."""
    day = max(day, area.valid_from or day)
    units = list(area.units.all())
    drawing = draw_area(units, area.wording, day)
    before, after = to_shapely(area.boundary), to_shapely(drawing.boundary)  # type: ignore[arg-type]  # it was drawn
    drawn = {name: getattr(drawing, name) for name in DRAWN}
    kept = {name: getattr(area, name) for name in KEPT}
    if area.valid_from != day:
        put(Area, {"pk": area.pk}, {"valid_until": day}, by=by, why=why)
    key = {"product": area.product, "regime": area.regime, "valid_from": day}
    put(Area, key, kept | drawn, by=by, why=why, many={"units": units})
    was, now = in_metres(before), in_metres(after)
    common = was.intersection(now).area
    return Drift(
        product=area.product.common_name,
        regime=area.get_regime_display(),
        before_ha=round(was.area / HECTARE, 2),
        after_ha=round(now.area / HECTARE, 2),
        added_ha=round((now.area - common) / HECTARE, 2),
        removed_ha=round((was.area - common) / HECTARE, 2),
        still_schematic=drawing.schematic,
    )


DRAWN = ("drawn_on", "boundary", "outline", "hectares", "uncertainty_m", "schematic", "warning")
KEPT = (
    *("basis", "announcement", "document", "wording", "datum", "stated_hectares"),
    *("source", "grade", "note", "valid_until"),
)


def missing(matches: list[Match]) -> list[str]:
    """Names of the district's units today that no feature is taken for."""
    taken = {match.unit.pk for match in matches if match.unit}
    units = PlaceVersion.objects.on(clock.today()).exclude(kind=Kind.COUNTY)
    return [unit.name for unit in units.defer("boundary", "outline") if unit.pk not in taken]
