"""The desk's pages of evidence: standards with limits, test reports, quality records, who tests, what officials say."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.db.models import Count, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.assurance import actions
from gi_registry.assurance.clauses import RecordKind
from gi_registry.assurance.facts import load
from gi_registry.assurance.judging import Line, Verdict, judge_report
from gi_registry.assurance.models import (
    Appointment,
    Attachment,
    Keyed,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Standard,
    Standing,
    TestReport,
)
from gi_registry.assurance.numbers import normal
from gi_registry.assurance.permissions import may_decide, may_hand_in, may_keep, require_keep
from gi_registry.assurance.rules import NOT_QUALIFIED
from gi_registry.assurance.systems import Evidence
from gi_registry.core import clock
from gi_registry.core.errors import NotInRegister
from gi_registry.core.history import last_change
from gi_registry.parties.permissions import Act
from gi_registry.products.models import Product
from gi_registry.web.applications import FORM, me, numbered
from gi_registry.web.desk import answer, desk, product_for
from gi_registry.web.forms.systems import (
    LIMIT,
    VALUE,
    AppointmentForm,
    AttachForm,
    EndForm,
    LaboratoryForm,
    LimitLines,
    LocalClauseForm,
    QualificationForm,
    ReasonForm,
    RecordForm,
    ReportForm,
    StandardForm,
    ValueLines,
    lines_asked,
)

FORM_PAGE = "desk/systems/form.html"
M = TypeVar("M", bound=Keyed)

# --- All evidence of a product ---------------------------------------------------------------------------------------


class ListedStandard(NamedTuple):
    """One edition in the list: its page, where it stands today, how many limits it has."""

    address: str
    standard: Standard
    standing: Standing
    limits: int


class ListedReport(NamedTuple):
    """One report in the list, and how many of its lines pass, fail, cannot be compared."""

    report: TestReport
    counts: list[tuple[Verdict, int]]


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything from which the three systems of a product are judged."""
    shown = product_for(request.user, Act.DESK, slug)
    lines = {report.pk: report.lines for report in load([shown.pk])[shown.pk].reports}
    reports = reports_of(shown).select_related("laboratory__party", "producer")
    records = records_of(shown).select_related("producer", "document")
    appointments = appointments_of(shown).select_related("laboratory__party")
    context = {
        "shown": shown,
        "standards": listed_standards(shown),
        "reports": [ListedReport(one, counted(lines[one.pk])) for one in reports],
        "records": records,
        "appointments": list(enumerate(appointments.prefetch_related("laboratory__qualifications"), 1)),
        "attachments": [(one, basis_of(one, shown)) for one in attachments_of(shown).select_related(*ON_WORDS)],
        "may_record": may_hand_in(request.user, shown),
        "may_decide": may_decide(request.user, shown),
        "today": clock.today(),
    }
    return render(request, "desk/systems/evidence.html", context)


def listed_standards(shown: Product) -> list[ListedStandard]:
    """The editions of the product, the newest first, then those that serve all."""
    rows = Standard.objects.serving(shown.pk).annotate(counted=Count("limits"))
    found = with_pages(rows, shown)
    every, today = list(found.values()), clock.today()
    listed = [ListedStandard(page, one, one.standing_on(today, every), one.counted) for page, one in found.items()]
    newest = sorted(listed, key=lambda each: str(each.standard.issued_on or ""), reverse=True)
    return sorted(newest, key=lambda each: each.standard.product_id is None)


def with_pages(rows: QuerySet[Standard], shown: Product | None) -> dict[str, Any]:
    """The editions of a product, and those that serve all, by their pages."""
    numbers: Counter[int | None] = Counter()
    found = {}
    for one in rows.order_by("pk"):
        numbers[one.product_id] += 1
        slug = shown.slug if shown and one.product_id else ""
        found[standard_page(slug, numbers[one.product_id])] = one
    return found


ON_WORDS = ("producer", "document", "standard", "record", "report", "qualification__laboratory__party")


def basis_of(word: Attachment, shown: Product) -> tuple[str, str]:
    """On what a word rests, and its page: ("", "") where it rests on nothing but its note."""
    everything = reverse("desk-systems-evidence", args=[shown.slug])
    if word.standard:
        return str(word.standard), f"{everything}#standards"
    if word.record:
        return _("质量记录：{title}").format(title=word.record), f"{everything}#records"
    if word.report:
        return _("报告 {number}").format(number=word.report), reverse(
            "desk-systems-report", args=[shown.slug, word.report.key]
        )
    if word.qualification:
        name = f"{word.qualification.laboratory} {word.qualification}"
        return name, reverse("desk-systems-laboratories")
    if word.document:
        return word.document.title, reverse("desk-document", args=[word.document.sha256])
    return "", ""


def counted(lines: Iterable[Line]) -> list[tuple[Verdict, int]]:
    """How many lines come to what; failed ones first."""
    found = Counter(line.verdict for line in lines)
    return [
        (verdict, found[verdict]) for verdict in (Verdict.FAIL, Verdict.PASS, Verdict.NOT_COMPARABLE) if found[verdict]
    ]


def reports_of(shown: Product) -> QuerySet[TestReport]:
    """The reports, the sample taken last before the others."""
    return TestReport.objects.filter(product=shown).order_by("-sampled_on", "-issued_on", "-pk")


def records_of(shown: Product) -> QuerySet[QualityRecord]:
    """The quality records, what was made last before the others."""
    return QualityRecord.objects.filter(product=shown).order_by("-made_on", "-pk")


def appointments_of(shown: Product) -> QuerySet[Appointment]:
    """Who was named to test the product, in the order in which that was written."""
    return Appointment.objects.filter(product=shown).order_by("pk")


def attachments_of(shown: Product) -> QuerySet[Attachment]:
    """What officials said of its clauses, in that order."""
    return Attachment.objects.filter(product=shown).order_by("pk")


def keyed(rows: QuerySet[M], key: uuid.UUID, word: str) -> M:
    """The row with the key. Raises NotInRegister with one sentence, also for an old page of one that was taken away."""
    row = rows.filter(key=key).first()
    if row is None:
        raise NotInRegister(_("{word}已经不在登记簿里，没有动别的：可能刚被去掉，请回到材料页看。").format(word=word))
    return row


def standards_of(slug: str) -> QuerySet[Standard]:
    """The editions of a product, or those that serve all ("")."""
    about = Standard.objects.filter(product__slug=slug) if slug else Standard.objects.filter(product=None)
    return about.select_related("source", "document").order_by("pk")


def standard_page(slug: str, number: int, manner: str = "") -> str:
    """The address of an edition, or of the form that writes it."""
    name, where = f"desk-systems-standard{manner}", [slug] if slug else []
    return reverse(name if slug else name.replace("systems-", "systems-common-"), args=[*where, number])


def addresses_of(shown: Product, pieces: Iterable[Evidence]) -> dict[tuple[str, int], str]:
    """The pages of pieces of evidence, by kind and row. Two queries at most."""
    kinds = {piece.kind for piece in pieces}
    found: dict[tuple[str, int], str] = {}
    if "standard" in kinds:
        numbered_ones = enumerate(standards_of(shown.slug).values_list("pk", flat=True), 1)
        found |= {("standard", pk): standard_page(shown.slug, number) for number, pk in numbered_ones}
    if "report" in kinds:
        keys = reports_of(shown).values_list("pk", "key")
        found |= {("report", pk): reverse("desk-systems-report", args=[shown.slug, key]) for pk, key in keys}
    everything = reverse("desk-systems-evidence", args=[shown.slug])
    for piece in pieces:
        if piece.kind in {"appointment", "attachment", "record"}:
            found[piece.kind, piece.pk] = f"{everything}#{piece.kind}s"
        elif piece.kind == "qualification":
            found[piece.kind, piece.pk] = reverse("desk-systems-laboratories")
    return found


def back_to(shown: Product | None, part: str = "") -> str:
    """The page of all evidence of a product; that of the clauses where what is written serves all."""
    if shown is None:
        return reverse("desk-systems-clauses")
    return reverse("desk-systems-evidence", args=[shown.slug]) + (f"#{part}" if part else "")


def now(row: models.Model | None, names: Iterable[str]) -> dict[str, Any]:
    """What a form shows at first: what stands, and the number of its last change."""
    if row is None:
        return {}
    return {name: getattr(row, name) for name in names} | {"seen": last_change(row)}


# --- Standards -------------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def standard(request: HttpRequest, number: int, slug: str = "") -> HttpResponse:
    """One edition with its limits."""
    shown = product_for(request.user, Act.DESK, slug) if slug else None
    one = numbered(standards_of(slug), number, _("标准"))
    others = with_pages(Standard.objects.serving(*([shown.pk] if shown else [])), shown)
    successors = [(other.number, page) for page, other in others.items() if other.replaces_number(one.number)]
    pages = {other.normal: page for page, other in others.items()}
    context = {
        "shown": shown,
        "number": number,
        "standard": one,
        "standing": one.standing_on(clock.today(), others.values()),
        "successors": successors,
        "replaced": [(number, pages.get(normal(number), "")) for number in one.replaced],
        "limits": one.limits.all(),
        "edit": standard_page(slug, number, "-edit"),
        "may_record": may_keep(request.user) if shown is None else may_hand_in(request.user, shown),
    }
    return render(request, "desk/systems/standard.html", context)


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def write_standard(request: HttpRequest, slug: str = "", number: int = 0) -> HttpResponse:
    """The form of an edition with its limits, new or put right; one that serves all products where none is named."""
    shown = product_for(request.user, Act.STANDARDS, slug) if slug else None
    if shown is None:
        require_keep(request.user)
    row = numbered(standards_of(slug), number, _("标准")) if number else None
    columns = (*StandardForm.asked_for, *(["document"] if shown else []), "source", "grade", "note")
    form = StandardForm(
        request.POST or None, person=request.user, product=shown, standard=row, initial=now(row, columns)
    )
    limits = [limit_typed(limit) for limit in row.limits.all()] if row else []
    lines = LimitLines(request.POST or None, initial=limits, prefix="limits")

    def act() -> str:
        saved = actions.save_standard(row, shown, by=me(request), limits=lines_asked(lines), **form.asked())
        return _("已登记 {number}，指标 {n} 项。").format(number=saved.number, n=saved.limits.count())

    back = standard_page(slug, number) if number else back_to(shown, "standards")
    context = {
        "shown": shown,
        "heading": _("更正 {number}").format(number=row.number) if row else _("登记标准"),
        "lines": lines,
        "lines_legend": _("技术指标"),
        "lines_help": _(
            "照标准原文登记：上下限都含本数；不得检出的上限写 0；感官等没有数值的写文字要求。没有见到原文的不要写。"
        ),
        "back": back,
    }
    form.beside = lines
    return answer(request, form, FORM_PAGE, context, act=act, to=back, row=row, columns=columns)


def limit_typed(limit: Limit) -> dict[str, Any]:
    """A limit as the form shows it: numbers without the zeros that the column adds."""
    given = model_to_dict(limit, LIMIT)
    bounds = {name: f"{given[name].normalize():f}" for name in ("lower", "upper") if given[name] is not None}
    return given | bounds


# --- Quality records -------------------------------------------------------------------------------------------------


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def write_record(request: HttpRequest, slug: str, key: uuid.UUID | None = None) -> HttpResponse:
    """The form of a quality record, new or put right."""
    shown = product_for(request.user, Act.STANDARDS, slug)
    row = keyed(records_of(shown), key, _("这条质量记录")) if key else None
    columns = (*RecordForm.asked_for, "source", "grade", "note")
    asked = {name: request.GET.get(name, "") for name in ("kind", "clause")}
    form = RecordForm(request.POST or None, person=request.user, product=shown, initial=asked | now(row, columns))

    def act() -> str:
        saved = actions.save_record(row, shown, by=me(request), **form.asked())
        done = _("已登记“{title}”。").format(title=saved.title)
        serves_none = saved.kind == RecordKind.OTHER and not saved.clause
        return done + (_("它的性质是其他，没有对应条款：经主管部门认定才算数。") if serves_none else "")

    back = back_to(shown, "records")
    context = {
        "shown": shown,
        "heading": _("更正质量记录") if row else _("登记质量记录"),
        "back": back,
        "remove": reverse("desk-systems-record-remove", args=[slug, key]) if key else "",
    }
    return answer(request, form, FORM_PAGE, context, act=act, to=back, row=row, columns=columns)


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def remove_record(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Take away a quality record that never should have been."""
    shown = product_for(request.user, Act.STANDARDS, slug)
    row = keyed(records_of(shown), key, _("这条质量记录"))
    form = ReasonForm(request.POST or None)

    def act() -> str:
        actions.remove_record(row, by=me(request), reason=form.cleaned_data["reason"])
        return _("已去掉“{title}”，原来的内容留在变更记录里。").format(title=row.title)

    back = back_to(shown, "records")
    context = {"shown": shown, "heading": _("去掉“{title}”").format(title=row.title), "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


# --- Test reports ----------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def report(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """One report: each line against the limits of the sampling day, and why."""
    shown = product_for(request.user, Act.DESK, slug)
    related = ("laboratory__party", "producer", "document", "source", "retest_of")
    one = keyed(reports_of(shown).select_related(*related), key, _("这份报告"))
    context = {
        "shown": shown,
        "report": one,
        "lines": judge_report(one),
        "caution": caution_of(one),
        "retests": one.retests.select_related("laboratory__party"),
        "may_record": may_hand_in(request.user, shown),
    }
    return render(request, "desk/systems/report.html", context)


def caution_of(one: TestReport) -> str:
    """What is to be known of the laboratory of a report, "" where it was qualified on the day of issue."""
    return "" if one.laboratory.qualified_on(one.issued_on) else NOT_QUALIFIED


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def write_report(request: HttpRequest, slug: str, key: uuid.UUID | None = None) -> HttpResponse:
    """The form of a report with its lines, new or put right. A new one offers the parameters that are limited."""
    shown = product_for(request.user, Act.STANDARDS, slug)
    row = keyed(reports_of(shown), key, _("这份报告")) if key else None
    columns = (*ReportForm.asked_for, "source", "grade", "note")
    form = ReportForm(request.POST or None, person=request.user, product=shown, report=row, initial=now(row, columns))
    values = [model_to_dict(value, VALUE) for value in row.values.all()] if row else offered(shown)
    lines = ValueLines(request.POST or None, initial=values, prefix="values")

    def act() -> str:
        saved = actions.save_report(row, shown, by=me(request), lines=lines_asked(lines), **form.asked())
        made.append(saved)
        counts = "，".join(f"{verdict.label} {n} 项" for verdict, n in counted(judge_report(saved)))
        caution = _("注意：{why}。").format(why=why) if (why := caution_of(saved)) else ""
        return _("已登记报告 {number}：{counts}。").format(number=saved.number, counts=counts) + caution

    made: list[TestReport] = []
    back = reverse("desk-systems-report", args=[slug, key]) if key else back_to(shown, "reports")
    context = {
        "shown": shown,
        "heading": _("更正报告 {number}").format(number=row.number) if row else _("登记检验检测报告"),
        "lines": lines,
        "lines_legend": _("检验结果"),
        "lines_help": _(
            "照报告原样写：<0.01、未检出、4,2 都认得；没有数值的写“符合”或“不符合”。单位、方法也照报告写。"
        ),
        "back": back,
        "remove": reverse("desk-systems-report-remove", args=[slug, key]) if key else "",
    }
    form.beside = lines
    return answer(
        request,
        form,
        FORM_PAGE,
        context,
        act=act,
        to=lambda: reverse("desk-systems-report", args=[slug, made[0].key]),
        row=row,
        columns=columns,
    )


def offered(shown: Product) -> list[dict[str, str]]:
    """The parameters that the standards in force limit, each once, with unit and method."""
    held = Standard.objects.on(clock.today()).filter(product=shown).prefetch_related("limits")
    limits = {limit.parameter: limit for one in held for limit in one.limits.all()}
    return [{"parameter": name, "unit": limit.unit, "method": limit.method} for name, limit in limits.items()]


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def remove_report(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Take away a report that never should have been."""
    shown = product_for(request.user, Act.STANDARDS, slug)
    row = keyed(reports_of(shown), key, _("这份报告"))
    form = ReasonForm(request.POST or None)

    def act() -> str:
        actions.remove_report(row, by=me(request), reason=form.cleaned_data["reason"])
        return _("已去掉报告 {number}，原来的内容留在变更记录里。").format(number=row.number)

    heading = _("去掉报告 {number}").format(number=row.number)
    back = back_to(shown, "reports")
    context = {"shown": shown, "heading": heading, "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


# --- Laboratories ----------------------------------------------------------------------------------------------------


@desk(Act.DESK)
@require_safe
def laboratories(request: HttpRequest) -> HttpResponse:
    """The laboratories with their certificates, and whether these hold today."""
    today = clock.today()
    rows = Laboratory.objects.select_related("party").prefetch_related("qualifications").order_by("pk")
    listed = [
        (number, one, [(at, paper, paper.certain_on(today)) for at, paper in papers_in_order(one)])
        for number, one in enumerate(rows, 1)
    ]
    context = {"rows": listed, "may_add": may_keep(request.user)}
    return render(request, "desk/systems/laboratories.html", context)


def papers_in_order(laboratory: Laboratory) -> list[tuple[int, Qualification]]:
    """The certificates by their numbers within the laboratory, the newest first."""
    return list(enumerate(sorted(laboratory.qualifications.all(), key=lambda paper: paper.pk), 1))[::-1]


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def new_laboratory(request: HttpRequest) -> HttpResponse:
    """A party becomes a laboratory."""
    require_keep(request.user)
    form = LaboratoryForm(request.POST or None, person=request.user)

    def act() -> str:
        made = actions.save_laboratory(by=me(request), **form.asked())
        return _("已登记检验机构“{name}”。").format(name=made)

    back = reverse("desk-systems-laboratories")
    context = {"heading": _("登记检验机构"), "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def write_qualification(request: HttpRequest, number: int, at: int = 0) -> HttpResponse:
    """A certificate of a laboratory, new or put right."""
    require_keep(request.user)
    laboratory = numbered(Laboratory.objects.select_related("party").order_by("pk"), number, _("检验机构"))
    row = numbered(laboratory.qualifications.order_by("pk"), at, _("资质")) if at else None
    columns = (*QualificationForm.asked_for, "source", "grade", "note")
    form = QualificationForm(request.POST or None, person=request.user, initial=now(row, columns))

    def act() -> str:
        saved = actions.save_qualification(row, laboratory, by=me(request), **form.asked())
        return _("已登记 {paper}。").format(paper=saved)

    back = reverse("desk-systems-laboratories")
    context = {"heading": _("更正资质") if row else _("登记资质"), "lead": str(laboratory), "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back, row=row, columns=columns)


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def new_appointment(request: HttpRequest, slug: str) -> HttpResponse:
    """A laboratory is named to test the product."""
    shown = product_for(request.user, Act.STANDARDS, slug)
    form = AppointmentForm(request.POST or None, person=request.user)

    def act() -> str:
        made = actions.appoint(shown, by=me(request), **form.columns())
        return _("已登记{name}承担检验检测。").format(name=made.laboratory)

    back = back_to(shown, "appointments")
    context = {"shown": shown, "heading": _("指定承担检验检测的机构"), "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


@desk(Act.STANDARDS)
@require_http_methods(FORM)
def end_appointment(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A laboratory tests the product no longer."""
    shown = product_for(request.user, Act.STANDARDS, slug)
    row = numbered(appointments_of(shown).select_related("laboratory__party", "product"), number, _("委托"))
    form = EndForm(request.POST or None)

    def act() -> str:
        asked = form.cleaned_data
        actions.end_appointment(row, by=me(request), day=asked["day"], note=asked["reason"])
        return _("{name}自 {day} 起不再承担检验检测。").format(name=row.laboratory, day=asked["day"])

    heading = _("{name}不再承担检验检测").format(name=row.laboratory)
    back = back_to(shown, "appointments")
    context = {"shown": shown, "heading": heading, "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


# --- What officials say of clauses -----------------------------------------------------------------------------------


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def attach(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """An official's word on a clause: met by evidence, or not applicable, and why."""
    shown = product_for(request.user, Act.SYSTEMS, slug)
    clause = actions.clause_called(key, clock.today())
    form = AttachForm(request.POST or None, product=shown, clause=clause, evidence=evidence_of(shown))

    def act() -> str:
        made = actions.attach(clause.key, shown, by=me(request), **form.asked())
        return _("已认定 {key}：{effect}。").format(key=clause.key, effect=made.get_effect_display())

    back = f"{reverse('desk-systems-product', args=[slug])}#{clause.key}"
    context = {
        "shown": shown,
        "clause": clause,
        "heading": _("认定 {key}").format(key=clause.key),
        "lead": clause.wording,
        "back": back,
    }
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


def evidence_of(shown: Product) -> dict[str, tuple[str, models.Model]]:
    """Whatever a word on a clause may rest on, by a public key, with what it is called. Four queries."""
    tested = Appointment.objects.filter(product=shown).values("laboratory")
    kinds: dict[str, Iterable[models.Model]] = {
        "standard": Standard.objects.serving(shown.pk).order_by("pk"),
        "report": reports_of(shown),
        "record": records_of(shown),
        "qualification": Qualification.objects.filter(laboratory__in=tested)
        .select_related("laboratory__party")
        .order_by("pk"),
    }
    return {
        f"{kind}-{getattr(row, 'key', number)}": (f"{row._meta.verbose_name}：{row}", row)
        for kind, rows in kinds.items()
        for number, row in enumerate(rows, 1)
    }


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def detach(request: HttpRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """A word on a clause holds no longer."""
    shown = product_for(request.user, Act.SYSTEMS, slug)
    row = keyed(attachments_of(shown), key, _("这项认定"))
    form = EndForm(request.POST or None)

    def act() -> str:
        asked = form.cleaned_data
        actions.detach(row, by=me(request), reason=asked["reason"], day=asked["day"])
        return _("对 {key} 的认定自 {day} 起不再成立。").format(key=row.clause, day=asked["day"])

    heading = _("终止对 {key} 的认定").format(key=row.clause)
    back = back_to(shown, "attachments")
    context = {"shown": shown, "heading": heading, "lead": row.note, "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back)


@desk(Act.SYSTEMS)
@require_http_methods(FORM)
def write_clause(request: HttpRequest, key: str = "") -> HttpResponse:
    """A clause of the district, new or put right."""
    require_keep(request.user)
    row = LocalClause.objects.filter(key=key).first() if key else None
    if key and row is None:
        raise NotInRegister(_("没有自定条款“{key}”。").format(key=key[:20]))
    columns = tuple(name for name in LocalClauseForm.asked_for if name != "products")
    initial = now(row, (*columns, "source", "grade", "note"))
    form = LocalClauseForm(
        request.POST or None,
        person=request.user,
        initial=initial | ({"products": [one.slug for one in row.products.all()]} if row else {}),
    )

    def act() -> str:
        saved = actions.save_local_clause(row, by=me(request), **form.asked())
        return _("已登记条款 {key}。").format(key=saved.key)

    back = reverse("desk-systems-clauses")
    context = {"heading": _("更正自定条款") if row else _("增加本区自定条款"), "back": back}
    return answer(request, form, FORM_PAGE, context, act=act, to=back, row=row, columns=columns)
