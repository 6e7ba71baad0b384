"""Does a label show what it must: typed in, or read from a photo and corrected; line by line with the clause."""

from __future__ import annotations

import time
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Refusal, TooOften
from gi_registry.marks import pictures
from gi_registry.marks.comparisons import compared, is_ours, verdict
from gi_registry.marks.labels import judged
from gi_registry.marks.tokens import verify
from gi_registry.web.account import client_address
from gi_registry.web.forms.labels import LabelForm
from gi_registry.web.limits import Allowance, household

PHOTOS = Allowance(10)  # of strangers, a minute and an address: reading one takes seconds


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The form; sent by GET it is answered, by POST a photo fills it in. No photo is kept."""
    if request.method == "POST":
        return from_photo(request)
    form = LabelForm(request.GET or None)
    if not form.is_bound:
        return shown(request, {"form": LabelForm(initial={"regime": "product"})})
    if not form.is_valid():
        return shown(request, {"form": form}, status=400)
    return shown(request, {"form": form} | answered(form))


def answered(form: LabelForm) -> dict[str, Any]:
    """Each line of the rule, and what the register says to it."""
    label = form.label()
    lines, comparisons = judged(label), compared(label)
    return {"label": label, "lines": lines, "comparisons": comparisons, "verdict": verdict(lines, comparisons)}


def from_photo(request: HttpRequest) -> HttpResponse:
    """The form filled in with what the photo shows; a refusal leaves it as it was."""
    photo = request.FILES.get("photo")
    try:
        refuse_too_many(request)
        if photo is None:
            raise BadInput("没有收到照片：请先选一张。")
        reading = pictures.read(photo.read())
    except Refusal as refusal:
        context = {"form": LabelForm(initial={"regime": "product"}), "refusal": refusal.sentence}
        return shown(request, context, status=refusal.status)
    found = pictures.fields(reading)
    codes = [(code, verify(code, clock.now()).judgement if is_ours(code) else None) for code in reading.codes]
    form = LabelForm(initial={"regime": "product"} | found)
    return shown(request, {"form": form, "reading": reading, "found": found, "codes": codes})


def refuse_too_many(request: HttpRequest) -> None:
    """Raises TooOften for a stranger whose address has sent many photos within a minute."""
    seconds = PHOTOS.wait(household(client_address(request)), time.monotonic())
    if seconds and not request.user.is_authenticated:
        raise TooOften(f"照片交得太频繁：请过 {ceil(seconds)} 秒再交，也可以直接填写标签上的内容。")


def shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page, with what it always says."""
    always = {"reads_text": settings.READ_TEXT, "photo_mb": settings.UPLOAD_LIMIT_MB["photo"]}
    return render(request, "labels/index.html", always | context, status=status)
