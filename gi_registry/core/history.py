"""How a row of the register is written: checked, compared with what stands, noted in the history, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict
from gi_registry.core.models import Change
from gi_registry.core.revision import moved, take_turn

M = TypeVar("M", bound=models.Model)


class Outcome(Enum):
    """What writing a row did."""

    MADE = "made"
    CHANGED = "changed"
    SAME = "same"


class Why(NamedTuple):
    """What a change rests on: the day from which it holds, the key of its source, words of the writer."""

    day: date | None = None
    source: str = ""
    note: str = ""


NO_REASON = Why()


def thing(row: models.Model) -> str:
    """How history names a row: its table and number."""
    return f"{row._meta.label_lower}:{row.pk}"


def changes_of(*rows: models.Model) -> models.QuerySet[Change]:
    """The history of the rows, newest first."""
    return Change.objects.filter(thing__in=[thing(row) for row in rows])


def last_change(row: models.Model) -> int:
    """The number of the row's last change, 0 where it has none: what a form carries to know whether it is outrun."""
    return changes_of(row).values_list("id", flat=True).first() or 0


def refuse_if_changed_since(row: models.Model, seen: int) -> None:
    """Raises Conflict with who was faster and when."""
    newer = changes_of(row).filter(id__gt=seen).first()
    if newer is not None:
        at = clock.legal_time(newer.at)
        raise Conflict(f"{newer.by} 已在 {at:%Y-%m-%d %H:%M} 改过这条记录，没有覆盖：请核对最新内容后再保存。")


def as_json(value: Any) -> Any:
    """A value as history keeps it: days as ISO text, shapes as hexadecimal EWKB, rows by their own writing."""
    match value:
        case GEOSGeometry():
            return value.hexewkb.decode()
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
    return str(value)


@transaction.atomic
def put(
    model: type[M],
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    by: str,
    many: Mapping[str, Iterable[models.Model]] | None = None,
    why: Why = NO_REASON,
    seen: int | None = None,
) -> tuple[M, Outcome]:
    """Make or correct the one row of `model` that `key` names, so that it has `values` (and `many` related rows).

    Writing what already stands changes nothing and leaves no line. `seen` is the number of the row's last change when
    the writer read it (`last_change`). Raises BadInput with the field's own sentence where a value is not acceptable,
    Conflict where somebody else has changed the row since; then nothing is written.
    """
    take_turn()
    related = {name: list(rows) for name, rows in (many or {}).items()}
    row = model._default_manager.select_for_update(of=("self",)).filter(**key).first()
    made = row is None
    if row is not None and seen is not None:
        refuse_if_changed_since(row, seen)
    before = {} if row is None else differences(row, values, related)
    if row is not None and not before:
        return row, Outcome.SAME

    row = row or model(**key)
    for name, value in values.items():
        setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        raise BadInput(in_one_sentence(error, model)) from error
    row.save()
    for name, rows in related.items():
        getattr(row, name).set(rows)
    written = {**key, **values, **related}
    after = written if made else {name: written[name] for name in before}
    Change.objects.create(
        at=clock.now(),
        by=by,
        table=str(model._meta.verbose_name),
        row=str(row)[:300],
        before=None if made else as_json(before),
        after=as_json(after),
        thing=thing(row),
        day=why.day,
        source=why.source,
        note=why.note,
    )
    moved()
    return row, Outcome.MADE if made else Outcome.CHANGED


@transaction.atomic
def drop(row: models.Model, *, by: str, why: Why = NO_REASON) -> None:
    """Take away a row that never should have been; what stood there stays in history.

    Raises BadInput where another row rests on it; then nothing is taken away.
    """
    take_turn()
    line = Change(
        at=clock.now(),
        by=by,
        table=str(row._meta.verbose_name),
        row=str(row)[:300],
        before=as_json({field.name: getattr(row, field.name) for field in row._meta.concrete_fields}),
        after=None,
        thing=thing(row),
        day=why.day,
        source=why.source,
        note=why.note,
    )
    try:
        row.delete()
    except ProtectedError:
        raise BadInput(f"还有别的记录依据“{line.row}”，不能去掉它。") from None
    line.save()
    moved()


def differences(row: models.Model, values: Mapping[str, Any], many: Mapping[str, list[Any]]) -> dict[str, Any]:
    """What `row` has now wherever that is not what is to be written."""
    before = {name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value}
    related = {name: list(getattr(row, name).all()) for name in many}
    return before | {name: rows for name, rows in related.items() if set(rows) != set(many[name])}


def in_one_sentence(error: ValidationError, model: type[models.Model]) -> str:
    """The messages of a failed check, each behind the Chinese name of its field."""
    parts = []
    for name, messages in error.message_dict.items():
        label = "" if name == "__all__" else f"{getattr(model._meta.get_field(name), 'verbose_name', name)}："
        parts += [label + message.removesuffix("。") for message in messages]
    return "；".join(parts) + "。"
