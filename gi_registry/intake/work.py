"""What the process beside the web does with a received file: examine it, or treat it as the person chose."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from shapely import MultiPolygon

from gi_registry.core.errors import BadInput, Refusal
from gi_registry.intake.doctor import Choices, diagnose, treated
from gi_registry.intake.imports import keep, refuse
from gi_registry.intake.models import ReceivedFile, Step
from gi_registry.places.geometry import as_multipolygon, to_shapely
from gi_registry.places.models import PlaceVersion

TOLD_EVERY_S = 0.4

log = logging.getLogger(__name__)


def work(file_number: str) -> None:
    """Do what the file waits for. Whatever goes wrong is said on the file; nothing of it reaches the register here."""
    received = ReceivedFile.objects.get(file_number=file_number)
    tasks: dict[str, Callable[[ReceivedFile], None]] = {Step.EXAMINING: examine, Step.TREATING: treat}
    try:
        tasks[received.step](received)
    except Refusal as refusal:
        refuse(received.pk, refusal.sentence)
    except MemoryError:
        refuse(received.pk, "这个文件太大，处理时内存不够，没有登记任何内容：请拆小后再交。")
    except Exception:
        log.exception("file %s", file_number)
        refuse(received.pk, "这个文件读不下去，没有登记任何内容：请用制图软件另存一份再交。")


def examine(received: ReceivedFile) -> None:
    """Write the doctor's diagnosis on the file."""
    diagnosis = diagnose(Path(received.file.path), received.name, district(), told(received))
    received.diagnosis = diagnosis.as_json()
    finish(received, Step.EXAMINED, "diagnosis")


def treat(received: ReceivedFile) -> None:
    """Read the file as chosen, keep the shapes beside it, and write the receipt on it."""
    delivery = treated(Path(received.file.path), received.name, Choices.from_json(received.choices or {}), district())
    keep(received, delivery.features)
    received.receipt = delivery.receipt.as_json()
    finish(received, Step.TREATED, "receipt")


def finish(received: ReceivedFile, step: Step, *written: str) -> None:
    """Write down what the work gave; the file waits for the person again."""
    received.step, received.doing, received.done = step, "", 1.0
    received.save(update_fields=["step", "doing", "done", *written])


def told(received: ReceivedFile) -> Callable[[str, float], None]:
    """Writes the progress on the row, but not more often than a page would ask."""
    last = 0.0

    def say(doing: str, done: float) -> None:
        nonlocal last
        if time.monotonic() - last > TOLD_EVERY_S:
            ReceivedFile.objects.filter(pk=received.pk).update(doing=doing[:60], done=done)
            last = time.monotonic()

    return say


def district() -> MultiPolygon:
    """The newest outline of the register's own district. Raises BadInput where it has none yet."""
    version = PlaceVersion.objects.filter(place__code=settings.REGISTER_DISTRICT, boundary__isnull=False).last()
    if version is None or version.boundary is None:
        raise BadInput("登记簿还没有本区的界线，无法核对文件的坐标系：请先运行 load_geodata。")
    return as_multipolygon(to_shapely(version.boundary))
