"""Acts on what was published: sources and what rests on them, kept with the source settled in the same transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any, NamedTuple, TypeVar

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.text import slugify

from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.history import Outcome, Why, put
from gi_registry.core.storage import private_files
from gi_registry.core.text import pinyin_of
from gi_registry.gazette.models import Document, Grade, Source
from gi_registry.gazette.validators import HandedIn

M = TypeVar("M", bound=models.Model)

LONGEST_KEY = 60
NO_KEY = "new"  # where the form of a new source stands


class NewSource(NamedTuple):
    """The columns of a source that is made together with the first fact resting on it."""

    values: Mapping[str, Any]


def proposed_key(title: str) -> str:
    """A key that no source has yet: the title in pinyin, with a number where that is taken."""
    stem = slugify(pinyin_of(title))[:LONGEST_KEY] or "source"
    taken = {NO_KEY, *Source.objects.filter(key__startswith=stem).values_list("key", flat=True)}
    return next(key for number in count(1) if (key := stem if number == 1 else f"{stem}-{number}") not in taken)


def add_source(*, values: Mapping[str, Any], by: str, note: str = "") -> Source:
    """A new source; an empty key is proposed from the title. Raises BadInput where the key is taken."""
    key = values.get("key") or proposed_key(values["title"])
    return added(Source, dict(values) | {"key": key}, by=by, why=Why(values.get("published_on"), key, note))


def settled(source: Source | NewSource, *, by: str) -> Source:
    """The source itself, made now where it is new."""
    return source if isinstance(source, Source) else add_source(values=source.values, by=by)


def own_source(key: str, title: str, *, by: str) -> Source:
    """The register itself as a source: what the district did or was told, kept here first."""
    return put(Source, {"key": key}, {"title": title, "grade": Grade.PRIMARY}, by=by)[0]


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


# --- Files -----------------------------------------------------------------------------------------------------------


@contextmanager
def stored(handed: HandedIn) -> Iterator[str]:
    """The name under which the file lies outside the web root; taken away again where what follows is refused."""
    files = private_files()
    name = f"documents/{handed.sha256}-{secrets.token_hex(4)}{handed.extension}"  # so that no two writers share one
    try:
        files.save(name, ContentFile(handed.content))
        yield name
    except BaseException:
        files.delete(name)
        raise


def add_document(
    handed: HandedIn,
    name: str,
    *,
    title: str,
    source: Source,
    public: bool,
    by: str,
    note: str,
    day: date | None = None,
) -> Document:
    """The row of a file that lies under `name`."""
    values = {
        "source": source,
        "title": title,
        "name": handed.name,
        "media_type": handed.media_type,
        "sha256": handed.sha256,
        "bytes": len(handed.content),
        "file": name,
        "public": public,
        "by": by,
        "at": clock.now(),
    }
    return added(Document, values, by=by, why=Why(day, source.key, note))
