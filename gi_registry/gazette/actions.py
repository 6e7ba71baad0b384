"""Acts on what was published: sources and what rests on them, kept with the source settled in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any, NamedTuple, TypeVar

from django.db import models, transaction
from django.utils.text import slugify

from gi_registry.core.errors import BadInput
from gi_registry.core.history import Outcome, Why, put
from gi_registry.core.text import pinyin_of
from gi_registry.gazette.models import Source

M = TypeVar("M", bound=models.Model)

LONGEST_KEY = 60


class NewSource(NamedTuple):
    """The columns of a source that is made together with the first fact resting on it."""

    values: Mapping[str, Any]


def proposed_key(title: str) -> str:
    """A key that no source has yet: the title in pinyin, with a number where that is taken."""
    stem = slugify(pinyin_of(title))[:LONGEST_KEY] or "source"
    taken = set(Source.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for number in count(1) if (key := stem if number == 1 else f"{stem}-{number}") not in taken)


def add_source(*, values: Mapping[str, Any], by: str, note: str = "") -> Source:
    """A new source; an empty key is proposed from the title. Raises BadInput where the key is taken."""
    key = values.get("key") or proposed_key(values["title"])
    return added(Source, dict(values) | {"key": key}, by=by, why=Why(values.get("published_on"), key, note))


def settled(source: Source | NewSource, *, by: str) -> Source:
    """The source itself, made now where it is new."""
    return source if isinstance(source, Source) else add_source(values=source.values, by=by)


def added(model: type[M], values: Mapping[str, Any], *, by: str, why: Why) -> M:
    """A new row. Raises BadInput where the register has the very same one already: a form sent twice is one row."""
    row, outcome = put(model, values, {}, by=by, why=why)
    if outcome != Outcome.MADE:
        raise BadInput(f"登记簿已有完全相同的{model._meta.verbose_name}“{row}”，没有重复登记。")
    return row


@transaction.atomic
def keep(
    model: type[M],
    row: M | None,
    *,
    values: Mapping[str, Any],
    by: str,
    day: date | None = None,
    note: str = "",
    seen: int | None = None,
) -> tuple[M, Outcome]:
    """Make (`row` is None) or correct something without a span that names its source: an announcement, a party.

    `values["source"]` may be a NewSource. Raises BadInput and Conflict; then nothing is left behind.
    """
    source = settled(values["source"], by=by)
    values, why = dict(values) | {"source": source}, Why(day, source.key, note)
    if row is None:
        return added(model, values, by=by, why=why), Outcome.MADE
    return put(model, {"pk": row.pk}, values, by=by, why=why, seen=seen)
