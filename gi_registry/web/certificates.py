"""The certificate of an authorisation: as a page to print, as a picture, and its QR code alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.marks.artworks import PNG, SHOWN, SVG, artwork_on, content_of
from gi_registry.marks.certificates import Certificate, notes, place_of_the_mark, qr_svg
from gi_registry.marks.certificates import certificate as certificate_of
from gi_registry.marks.codes import read_code, show_code
from gi_registry.marks.drawing import png
from gi_registry.marks.models import Artwork, Authorisation
from gi_registry.web.documents import READ_NOT_RUN
from gi_registry.web.pages import page
from gi_registry.web.proof import address, unknown


@page
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate as a page to print; it needs no font on the server."""
    shown = certified(request, code)
    context = {
        "shown": shown,
        "code": show_code(shown.code),
        "notes": notes(shown.made_on),
        "place": place_of_the_mark(),
        "qr": mark_safe(qr_svg(shown.link)),  # noqa: S308 -- drawn by us
        "artwork": artwork_on(clock.today(), SHOWN),
    }
    return render(request, "proof/certificate.html", context)


@page
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate as a picture of A4 at 300 dpi, to be saved."""
    shown = certified(request, code)
    drawn = artwork_on(clock.today(), {PNG})
    content = png(shown, content_of(drawn) if drawn else None)
    return to_save(content, "image/png", f"{shown.code}.png")


@page
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code alone as a drawing, for the printer of labels."""
    shown = certified(request, code)
    return to_save(qr_svg(shown.link, standalone=True).encode(), SVG, f"{shown.code}.svg")


def certified(request: HttpRequest, code: str) -> Certificate:
    """The certificate of an authorisation that the public may know. Raises NotInRegister, BadInput, NotReady."""
    known = read_code(code)
    held = Authorisation.objects.public().with_names().filter(code=known).first()
    if held is None:
        raise unknown(known)
    return certificate_of(held, clock.now(), address(request))


def to_save(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file to be saved under its name, in which nothing may act should a browser open it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": READ_NOT_RUN,
        "Cache-Control": "no-cache",
    }
    return HttpResponse(content, content_type=media_type, headers=headers)


@page
def artwork(request: HttpRequest, sha256: str) -> HttpResponse:
    """The file of the mark, to be shown inside a page and nowhere else: whatever opens it by itself runs nothing."""
    held = Artwork.objects.select_related("document").filter(document__sha256=sha256).first()
    content = content_of(held) if held is not None and held.document.media_type in SHOWN else None
    if held is None or content is None:
        raise NotInRegister(_("没有这个文件。"))
    headers = {
        "Content-Security-Policy": f"{READ_NOT_RUN}; style-src 'unsafe-inline'; img-src data:",
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    return HttpResponse(content, content_type=held.document.media_type, headers=headers)
