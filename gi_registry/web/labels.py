"""Does a label show what it must: typed in, or read from a photo and corrected; line by line with the clause."""

from __future__ import annotations

import time
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Refusal, TooOften
from gi_registry.gazette.validators import HandedIn, examined
from gi_registry.inspections.leads import take_report
from gi_registry.marks import pictures
from gi_registry.marks.comparisons import compared, is_ours, verdict
from gi_registry.marks.labels import judged
from gi_registry.marks.tokens import verify
from gi_registry.web.account import client_address
from gi_registry.web.forms.labels import LabelForm
from gi_registry.web.forms.leads import ReportForm
from gi_registry.web.limits import Allowance, household

PHOTOS = Allowance(10)  # of strangers, a minute and an address: reading one takes seconds
LONGEST_KNOWN = 600
REPORTS = Allowance(3)  # likewise: each is a lead that somebody has to look into


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
        refuse_too_many(request, PHOTOS, "照片交得太频繁：请过 {s} 秒再交，也可以直接填写标签上的内容。")
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


def refuse_too_many(request: HttpRequest, allowance: Allowance, sentence: str) -> None:
    """Raises TooOften for a stranger whose address has sent many within a minute."""
    seconds = allowance.wait(household(client_address(request)), time.monotonic())
    if seconds and not request.user.is_authenticated:
        raise TooOften(sentence.format(s=ceil(seconds)))


def shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page, with what it always says."""
    always = {"reads_text": settings.READ_TEXT, "photo_mb": settings.UPLOAD_LIMIT_MB["photo"]}
    return render(request, "labels/index.html", always | context, status=status)


# --- What does not fit -----------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Anybody tells the office of a label that does not fit: a lead, for which nobody needs an account."""
    if request.method != "POST":
        return render(request, "labels/report.html", {"form": ReportForm(initial=known(request))})
    form = ReportForm(request.POST, request.FILES)
    status = 400
    if form.is_valid():
        try:
            refuse_too_many(request, REPORTS, "反映得太频繁：请过 {s} 秒再交，填写的内容都还在。")
            lead = take_report(title=form.title(), photo=picture_in(form), **form.asked())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            status = refusal.status
        else:
            messages.success(request, f"已收到，编号 {lead.number}。市场监管部门会核实，谢谢您。")
            return redirect("verify-label-report")
    return render(request, "labels/report.html", {"form": form}, status=status)


def known(request: HttpRequest) -> dict[str, str]:
    """What the check of the label knew already."""
    code, broken = request.GET.get("uscc", ""), "、".join(request.GET.getlist("broken"))
    lines = [f"统一社会信用代码：{code}"] * bool(code) + [f"核对不符的：{broken}"] * bool(broken)
    typed = {"who": request.GET.get("producer", ""), "product": request.GET.get("product", "")}
    return typed | {"text": "\n".join(lines)[:LONGEST_KNOWN]}


def picture_in(form: ReportForm) -> HandedIn | None:
    """The photo drawn again without place, time or device. Raises BadInput."""
    upload = form.cleaned_data["photo"]
    if not upload:
        return None
    limit = settings.UPLOAD_LIMIT_MB["photo"]
    handed = examined(upload.name, upload.read(limit * 1024 * 1024 + 1), limit)
    if not handed.media_type.startswith("image/"):
        raise BadInput("照片只收 JPEG 和 PNG。")
    return handed
