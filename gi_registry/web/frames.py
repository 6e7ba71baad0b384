"""Pages asked for so often that what stands around their content is rendered once for all who have not signed in."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape

from gi_registry.core import clock
from gi_registry.core.revision import revision

TITLE, MAIN = "\x01", "\x02"  # where a frame is cut: characters that no page holds


class Frame(NamedTuple):
    """A page without its title and content, as it was at a revision and on a day: its foot says how new data are."""

    revision: int
    day: date
    before: str
    between: str
    after: str


_held: dict[str, Frame] = {}


def framed(request: HttpRequest, template: str, title: str, main: str, status: int = 200) -> HttpResponse:
    """`main` (HTML) in the page that `template` makes around {{ title }} and {{ main }}, with the reader's own bar."""
    frame = made(request, template) if request.user.is_authenticated else frame_of(request, template)
    return HttpResponse(f"{frame.before}{escape(title)}{frame.between}{main}{frame.after}", status=status)


def frame_of(request: HttpRequest, template: str) -> Frame:
    """The frame for anybody, rendered again when the register or the day has moved."""
    held = _held.get(template)
    if held is None or (held.revision, held.day) != (revision(), clock.today()):
        held = _held[template] = made(request, template)
    return held


def made(request: HttpRequest, template: str) -> Frame:
    """The template rendered and cut."""
    at, today = revision(), clock.today()
    before, _title, rest = render_to_string(template, {"title": TITLE, "main": MAIN}, request).partition(TITLE)
    between, _main, after = rest.partition(MAIN)
    return Frame(at, today, before, between, after)


def forget() -> None:
    """Drop what is held; a database that was rolled back gives its revisions back."""
    _held.clear()
