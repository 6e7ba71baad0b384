"""What open data is made of: columns with their meaning, layers of rows with their shapes, the release of a day.

One table of columns serves the files, the data dictionary inside them and the page `/data/`, so they cannot disagree.
Only what a table names leaves the register: contacts, documents and accounts are in none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Kind(models.TextChoices):
    """What sort of value a column holds."""

    TEXT = "text", gettext_lazy("文字")
    CODE = "code", gettext_lazy("代码（文字）")
    NUMBER = "number", gettext_lazy("小数")
    WHOLE = "whole", gettext_lazy("整数")
    FLAG = "flag", gettext_lazy("是否")
    DAY = "day", gettext_lazy("日期")


class Origin(models.TextChoices):
    """Where a value comes from."""

    REGISTER = "register", gettext_lazy("登记簿编定")
    SOURCE = "source", gettext_lazy("转录自所列来源")
    WORKED_OUT = "worked out", gettext_lazy("登记簿计算")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `name` in GeoJSON, GeoPackage, KML and CSV, `short` in a Shapefile, `title` in a workbook."""

    name: str
    short: str
    title: Any
    kind: Kind
    origin: Origin
    meaning: Any
    value: Callable[[Any], Any]
    unit: Any = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """Rows of one type of geometry: values in the order of `columns`, and for each row its shape as WKB or None."""

    name: str
    title: str
    geometry: str
    columns: tuple[Column, ...]
    rows: list[list[Any]]
    shapes: list[bytes | None]

    def column(self, at: int) -> list[Any]:
        """All values of one column."""
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Edition:
    """Which register, as it stood when: what every row of a release says of itself."""

    register: str
    site: str  # https://host, without a slash at the end
    on: date
    revision: int
    changed_at: datetime  # in UTC


@dataclass(frozen=True, slots=True)
class Release:
    """What one file holds: the layer that all formats have, and those that only a GeoPackage has room for."""

    edition: Edition
    main: Layer
    others: tuple[Layer, ...] = ()


def values(columns: Sequence[Column], row: Any) -> list[Any]:
    """The values of one row; an unknown one is None, never an empty text."""
    return [cleaned(column.value(row)) for column in columns]


def cleaned(value: Any) -> Any:
    """Text without what no XML may hold, its lines ended alike; anything else as it is."""
    if not isinstance(value, str | Promise):
        return value
    return NOT_IN_XML.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n")).strip() or None


def joined(texts: Iterable[str]) -> str:
    """Several texts in one cell."""
    return "；".join(texts)


def dictionary(columns: Sequence[Column]) -> list[list[str]]:
    """The data dictionary: a heading and one line for each column."""
    heading = [_("列名"), _("Shapefile 列名"), _("XLSX 标题"), _("类型"), _("单位"), _("含义"), _("出处")]
    lines = [
        [c.name, c.short, str(c.title), str(c.kind.label), str(c.unit), str(c.meaning), str(c.origin.label)]
        for c in columns
    ]
    return [heading, *lines]


def edition_columns() -> tuple[Column, ...]:
    """The last columns of every table: where a row can be read, and which state of the register it shows."""
    return (
        Column(
            *("page", "page", gettext_lazy("网页"), Kind.TEXT, Origin.REGISTER),
            gettext_lazy("这一行在本登记簿的网页"),
            lambda r: r.edition.site + r.page,
        ),
        Column(
            *("as_of", "as_of", gettext_lazy("所示之日"), Kind.DAY, Origin.REGISTER),
            gettext_lazy("文件所示的是登记簿在哪一天的样子"),
            lambda r: r.edition.on,
        ),
        Column(
            *("revision", "revision", gettext_lazy("修订号"), Kind.WHOLE, Origin.REGISTER),
            gettext_lazy("登记簿的修订号；内容一变就增大"),
            lambda r: r.edition.revision,
        ),
    )
