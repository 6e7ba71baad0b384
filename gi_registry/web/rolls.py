"""The desk's page of lists of users: a table comes in, is examined row by row, and stored once confirmed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core.errors import BadInput, Conflict
from gi_registry.gazette.models import Announcement
from gi_registry.gazette.tables import LARGEST_MB
from gi_registry.marks.rolls import Roll, Table, Verdict, admit, diagnosed, read_roll
from gi_registry.marks.states import Basis
from gi_registry.parties.permissions import Act
from gi_registry.products.models import Product
from gi_registry.web.applications import FORM, XLSX, download, me
from gi_registry.web.desk import desk
from gi_registry.web.forms.marks import RollForm

SALT = "rolls"
ONE_DAY = 24 * 3600  # seconds for which an examined list may be confirmed
SHOWN = 500  # rows of each sort on the page; the counts are of all


@desk(Act.AUTHORISATIONS)
@require_http_methods(FORM)
def bring_in(request: HttpRequest) -> HttpResponse:
    """A list comes in, is examined, and on another click stored."""
    if "examined" in request.POST:
        return confirmed(request, request.POST["examined"])
    form = RollForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "desk/marks/roll.html", {"form": form})
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            content = upload.read(LARGEST_MB * 1024 * 1024 + 1)
            roll = read_roll(content, upload.name, **form.about())
            return examined(request, roll, form, 200 if roll.good else 400)
        except BadInput as refusal:
            form.add_error("file", refusal.sentence)
    return render(request, "desk/marks/roll.html", {"form": form}, status=400)


def examined(request: HttpRequest, roll: Roll, form: RollForm, status: int, said: str = "") -> HttpResponse:
    """What would become of each row; after they were stored, of those that were not. The rows travel signed with the
    page, so that nothing is kept before it is
    confirmed."""
    good = roll.good
    sound = [row for row in roll.rows if row.verdict == Verdict.GOOD]
    odd = [row for row in roll.rows if row.verdict != Verdict.GOOD]
    context = {
        "form": form,
        "roll": roll,
        "said": said,
        "good": len(good),
        "counts": Counter(row.verdict for row in roll.rows).most_common(),
        "shown": [*odd[:SHOWN], *sound[:SHOWN]],
        "signed": signing.dumps(packed(roll), salt=SALT, compress=True) if good else "",
    }
    return render(request, "desk/marks/roll.html", context, status=status)


def packed(roll: Roll) -> dict[str, Any]:
    """What was examined and what was promised, as it travels with the page."""
    announcement, product = roll.announcement, roll.product
    return {
        "rows": roll.table.rows,
        "unknown": roll.unknown,
        "announcement": [announcement.issuer, announcement.number, announcement.issued_on.isoformat()],
        "basis": roll.basis.value,
        "product": product.slug if product else "",
        "promised": [row.number for row in roll.good],
    }


def confirmed(request: HttpRequest, signed: str) -> HttpResponse:
    """Examine the rows again, as the register stands now, and store those that were shown as good; where they are not
    good any more, show it and store nothing."""
    try:
        told = signing.loads(signed, salt=SALT, max_age=ONE_DAY)
    except signing.BadSignature:
        raise BadInput("这份检查结果已经过期或不完整：请重新选择名单。") from None
    roll = unpacked(told)
    if [row.number for row in roll.good] != told["promised"]:
        changed = _("检查以后登记簿有了变动，一行也没有写：下面是重新检查的结果，请再确认。")
        return examined(request, roll, RollForm(), 409 if roll.good else 400, changed)
    made = admit(roll, by=me(request))
    wrong = tuple(row for row in roll.rows if row.verdict == Verdict.WRONG)
    messages.success(
        request, _("已按{announcement}登记 {n} 个使用人。").format(announcement=roll.announcement, n=len(made))
    )
    if not wrong:
        return redirect("desk-marks")
    left = _("还有 {n} 行有误，没有登记：原因见下，改好以后可以再导入，登记过的不会重复。").format(n=len(wrong))
    return examined(request, replace(roll, rows=wrong), RollForm(), 200, left)


def unpacked(told: dict[str, Any]) -> Roll:
    """The list examined once more. Raises Conflict where its announcement or product is gone."""
    issuer, number, issued_on = told["announcement"]
    found = Announcement.objects.filter(issuer=issuer, number=number, issued_on=date.fromisoformat(issued_on))
    announcement, slug = found.select_related("source").first(), told["product"]
    product = Product.objects.filter(slug=slug).first() if slug else None
    if announcement is None or (slug and product is None):
        raise Conflict("名单所依据的公告或产品刚被改过，一行也没有写：请重新选择名单。")
    table = Table(tuple((number, cells) for number, cells in told["rows"]), tuple(told["unknown"]))
    return diagnosed(table, announcement=announcement, basis=Basis(told["basis"]), product=product)


@desk(Act.AUTHORISATIONS)
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    return download(import_string("gi_registry.web.sheets.of_roll")(), _("专用标志使用人名单.xlsx"), XLSX)
