"""The desk's page of test reports in a workbook: examined row by row, and stored once confirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.assurance.reports_sheet import Sheet, Verdict, admit, diagnosed, read_sheet
from gi_registry.core.errors import BadInput
from gi_registry.gazette.tables import LARGEST_MB
from gi_registry.parties.permissions import Act
from gi_registry.products.models import Product
from gi_registry.web.applications import FORM, XLSX, download, me
from gi_registry.web.desk import desk
from gi_registry.web.forms.systems import AdmitForm, SheetForm

SALT = "test-reports"
ONE_DAY = 24 * 3600  # seconds for which an examined sheet may be confirmed
SHOWN = 500  # rows on the page; the counts are of all
PAGE = "desk/systems/import.html"


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def bring_in(request: HttpRequest) -> HttpResponse:
    """A workbook comes in, is examined, and with its source stored."""
    if "examined" in request.POST:
        return confirmed(request, request.POST["examined"])
    form = SheetForm(request.POST or None, request.FILES or None, person=request.user)
    if request.method != "POST":
        return render(request, PAGE, {"form": form})
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            content = upload.read(LARGEST_MB * 1024 * 1024 + 1)
            sheet = read_sheet(upload.name, content, by=me(request), product=form.cleaned_data["product"])
        except BadInput as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return examined(request, sheet, AdmitForm(person=request.user))
    return render(request, PAGE, {"form": form}, status=400)


def examined(request: HttpRequest, sheet: Sheet, basis: AdmitForm, status: int = 0, said: str = "") -> HttpResponse:
    """What would become of each row. The rows travel signed with the page: nothing is kept before it is confirmed."""
    good = len(sheet.good)
    odd_first = sorted(sheet.rows, key=lambda row: row.verdict is Verdict.GOOD)
    context = {
        "sheet": sheet,
        "basis": basis,
        "said": said,
        "good": good,
        "button": _("确认，登记 {n} 份报告").format(n=good),
        "back": reverse("desk-systems"),
        "counts": [(verdict, sum(row.verdict == verdict for row in sheet.rows)) for verdict in Verdict],
        "shown_rows": odd_first[:SHOWN],
        "signed": signing.dumps(packed(sheet), salt=SALT, compress=True) if good else "",
        "form": SheetForm(person=request.user),
    }
    return render(request, PAGE, context, status=status or (200 if good else 400))


def packed(sheet: Sheet) -> dict[str, Any]:
    """What was examined, as it travels with the page."""
    return {
        "rows": [(row.number, row.cells) for row in sheet.rows],
        "unknown": sheet.unknown,
        "product": sheet.product.slug if sheet.product else "",
        "promised": [draft.rows[0].number for draft in sheet.good],
    }


def confirmed(request: HttpRequest, signed: str) -> HttpResponse:
    """Examine the rows again, as the register stands now, and store the reports that were shown as good."""
    try:
        told = signing.loads(signed, salt=SALT, max_age=ONE_DAY)
    except signing.BadSignature:
        raise BadInput(_("这份检查结果已经过期或不完整：请重新选择报告表。")) from None
    product = Product.objects.filter(slug=told["product"]).first() if told["product"] else None
    rows = [(number, cells) for number, cells in told["rows"]]
    sheet = diagnosed(rows, tuple(told["unknown"]), product, by=me(request))
    basis = AdmitForm(request.POST, person=request.user)
    if [draft.rows[0].number for draft in sheet.good] != told["promised"]:
        said = _("检查以后登记簿有了变动，一份也没有写：下面是重新检查的结果，请再确认。")
        return examined(request, sheet, basis, 409, said)
    if basis.is_valid():
        try:
            made = admit(sheet, by=me(request), **basis.columns())
        except BadInput as refusal:
            basis.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已登记 {n} 份检验检测报告。").format(n=len(made)))
            slugs = {report.product.slug for report in made}
            to = reverse("desk-systems-evidence", args=[slugs.pop()]) if len(slugs) == 1 else reverse("desk-systems")
            return redirect(to)
    return examined(request, sheet, basis, 400)


@desk(Act.STANDARDS)
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    content = import_string("gi_registry.assurance.reports_sheet.template")()
    return download(content, _("检验检测报告.xlsx"), XLSX)
