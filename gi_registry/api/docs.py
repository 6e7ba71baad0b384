"""The API explained to people: the tables of `description` and `schemas` as a page, an example for each address."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from gi_registry.api.description import ANY_FILE, BY_KEY, GROUPS, LIST, OPERATIONS, REFUSALS, Operation, Parameter
from gi_registry.api.schemas import LABELS, SCHEMAS, Schema

TYPES = {
    "string": _("文字"),
    "integer": _("整数"),
    "number": _("数"),
    "boolean": _("是否"),
    "array": _("列表"),
    "object": _("对象"),
    "null": "null",
}
FORMATS = {"date": _("日期"), "uri": _("网址")}


class Kind(NamedTuple):
    """What sort of value stands there: in words, the shape that it links to, the values that it may have and why."""

    words: str
    shape: str
    values: list[tuple[str, Any]]


class Line(NamedTuple):
    """One row of a table: a parameter or a field."""

    name: str
    kind: Kind
    meaning: Any
    remark: Any = ""


class Told(NamedTuple):
    """One address as the page shows it."""

    operation: Operation
    curl: str
    lines: list[Line]
    answers: list[tuple[str, str]]
    refusals: list[tuple[int, Any]]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The page."""
    site = request.build_absolute_uri("/").rstrip("/")
    groups = [
        (label, [told(operation, site) for operation in OPERATIONS if operation.group == name])
        for name, label in GROUPS.items()
    ]
    shapes = [(name, schema["description"], fields_of(schema)) for name, schema in SCHEMAS.items()]
    context = {"groups": groups, "shapes": shapes, "per_minute": settings.CHECKS_PER_MINUTE}
    return render(request, "api/docs.html", context)


def told(operation: Operation, site: str) -> Told:
    """One address: its example, what is asked, what is answered and what is refused."""
    answers = [(media_type, kind_of(schema).shape) for media_type, schema in operation.answers.items()]
    refusals = [(status, REFUSALS[status]) for status in operation.refusals]
    return Told(operation, curl(operation, site), list(map(line_of, operation.parameters)), answers, refusals)


def curl(operation: Operation, site: str) -> str:
    """The address asked from a shell with the examples of its values."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter.path:
            path = path.replace(f"{{{parameter.name}}}", parameter.example)
    shown = [p for p in operation.parameters if not p.path and (p.required or p.name in operation.example)]
    if operation.name in BY_KEY:
        query = "&".join(f"{p.name}={p.example}" for p in shown)
        parts = [f"curl '{site}{path}?{query}'", f"-H 'Content-Type: {LIST}'", "-H 'Authorization: Bearer 密钥'"]
        return " \\\n  ".join([*parts, "--data-binary @代码.csv"])
    saved = "-OJ " if ANY_FILE in operation.answers.values() else ""
    asked = "-G " if shown else ""
    return " \\\n  ".join(
        [f"curl {asked}{saved}'{site}{path}'", *(f"--data-urlencode '{p.name}={p.example}'" for p in shown)]
    )


def line_of(parameter: Parameter) -> Line:
    """One value of an address."""
    remark = _("必填") if parameter.required or parameter.path else ""
    return Line(parameter.name, kind_of(parameter.kind), parameter.meaning, remark)


def fields_of(schema: Schema, before: str = "") -> list[Line]:
    """The fields of a shape, those of an object inside it among them; fields that are not always there say so."""
    lines = []
    for name, field in schema["properties"].items():
        remark = "" if name in schema["required"] else _("不一定有")
        lines.append(Line(f"{before}{name}", kind_of(field), field.get("description", ""), remark))
        if "properties" in field:
            lines += fields_of(field, f"{before}{name}.")
    return lines


def kind_of(schema: Schema) -> Kind:
    """What sort of value a schema describes."""
    if "oneOf" in schema:
        known = kind_of(schema["oneOf"][0])
        return known._replace(words=f"{known.words} / null")
    if "$ref" in schema:
        return Kind(str(TYPES["object"]), schema["$ref"].rpartition("/")[2], [])
    told = schema.get("type", [])
    names = [told] if isinstance(told, str) else told
    words = [FORMATS[schema["format"]] if name == "string" and "format" in schema else TYPES[name] for name in names]
    shape = kind_of(schema["items"]).shape if "items" in schema else ""
    return Kind(" / ".join(map(str, words)), shape, values_of(schema))


def values_of(schema: Schema) -> list[tuple[str, Any]]:
    """The values that there may be, each with its label where it has one."""
    labels = schema.get(LABELS, {})
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return [(str(value), labels.get(value, "")) for value in values if value is not None]
