"""The desk's pages of surveys (特色产品普查): found, filled in, answered one by one, turned into applications."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.applications import sheets
from gi_registry.applications import surveys as acts
from gi_registry.applications.models import Answer, Application, Survey, Verdict
from gi_registry.applications.permissions import require_survey, surveys_to_read, surveys_within_reach
from gi_registry.applications.readiness import BY_KEY, QUESTIONS, Gap, Group, Question, Readiness, readiness
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister
from gi_registry.core.history import changes_of, last_change
from gi_registry.gazette.tables import LARGEST_MB
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.places.models import PlaceVersion
from gi_registry.products.permissions import may_on
from gi_registry.web.applications import FORM, XLSX, download, me, told_of_opening
from gi_registry.web.desk import ROWS, answer, desk
from gi_registry.web.facts import labelled
from gi_registry.web.forms.surveys import COLUMNS, WHERE, AnswerForm, OpenFromSurveyForm, SheetForm, SurveyForm

SALT = "surveys"
ONE_DAY = 24 * 3600  # seconds for which an examined sheet may be confirmed
SHOWN = tuple(name for name in COLUMNS if name not in WHERE)

# --- The list --------------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One survey of the list: its number in the register, its unit's name today, how ready it is."""

    number: int
    survey: Survey
    unit: str
    readiness: Readiness


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The surveys within reach, by unit and by name."""
    names = unit_names()
    unit, q = request.GET.get("unit", ""), request.GET.get("q", "").strip()
    found = surveys_to_read(request.user).select_related("unit", "product").prefetch_related("answers")
    if unit == "none":
        found = found.filter(unit__isnull=True)
    elif unit:
        found = found.filter(unit__code=unit)
    if q:
        found = found.filter(Q(name__icontains=q) | Q(producers__icontains=q))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    numbers = numbers_of()
    context = {
        "rows": page,
        "lines": [Row(numbers[s.pk], s, names.get(s.unit_id or 0, ("", ""))[1], readiness(s)) for s in page],
        "units": sorted(names.values()),
        "unit": unit,
        "q": q,
        "may_fill": reach(request.user, Act.SURVEYS) is not None,
    }
    return render(request, "desk/surveys/index.html", context)


def unit_names() -> dict[int, tuple[str, str]]:
    """Code and name of the district's units today, by the row of the place."""
    versions = PlaceVersion.objects.on(clock.today()).filter(place__code__startswith=settings.REGISTER_DISTRICT)
    rows = versions.exclude(place__code=settings.REGISTER_DISTRICT).values_list("place", "place__code", "name")
    return {pk: (code, name) for pk, code, name in rows}


def numbers_of() -> dict[int, int]:
    """The number of every survey: its place in the order in which they were made."""
    return {pk: number for number, pk in enumerate(Survey.objects.order_by("pk").values_list("pk", flat=True), 1)}


def survey_for(person: Person, number: int) -> Survey:
    """The survey with the number, where the person may read it. Raises NotInRegister and NotAllowed."""
    rows = Survey.objects.select_related("unit", "product", "source").order_by("pk")
    survey = rows[number - 1 : number].first() if number > 0 else None
    if survey is None:
        raise NotInRegister(_("没有第 {number} 号普查。").format(number=number))
    if not surveys_to_read(person).filter(pk=survey.pk).exists():
        raise NotAllowed(_("您只能看本乡镇街道和自己产品的普查。"))
    return survey


# --- One survey ------------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A question with its answer, if there is one, and what it still lacks."""

    question: Question
    answer: Answer | None
    gap: Gap | None


@desk(Act.DESK)
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One survey: what is known, the questions one by one, what is missing and who supplies it."""
    survey = survey_for(request.user, number)
    answers = {row.question: row for row in survey.answers.select_related("document", "source")}
    found = readiness(survey)
    by_who = sorted(found.gaps, key=lambda gap: gap.who)
    context = {
        "survey": survey,
        "number": number,
        "unit": unit_names().get(survey.unit_id or 0, ("", ""))[1],
        "facts": labelled(survey, SHOWN),
        "groups": [(group.value, asked_in(group, answers, found)) for group in Group],
        "readiness": found,
        "lacking": [(who, list(gaps)) for who, gaps in groupby(by_who, key=lambda gap: gap.who)],
        "may_fill": surveys_within_reach(request.user).filter(pk=survey.pk).exists(),
        "may_open": may_open(request.user, survey),
        "applications": survey.applications.order_by("pk"),
        "changes": changes_of(survey, *answers.values())[:20],
    }
    return render(request, "desk/surveys/detail.html", context)


def asked_in(group: Group, answers: dict[str, Answer], found: Readiness) -> list[Asked]:
    """The questions of one part of the law."""
    gaps = {gap.what: gap for gap in found.gaps}
    return [
        Asked(question, answers.get(question.key), gaps.get(question.title))
        for question in QUESTIONS
        if question.group == group
    ]


def may_open(person: Person, survey: Survey) -> bool:
    """Whether the person may apply for the surveyed product; one that the register lacks is opened by who keeps all."""
    if survey.product is None:
        return reach(person, Act.APPLICATIONS) is Reach.ALL
    return may_on(person, Act.APPLICATIONS, survey.product)


@desk(Act.SURVEYS)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new survey, made for a phone."""
    form = SurveyForm(request.POST or None, person=request.user, row=None)
    made: list[Survey] = []

    def act() -> str:
        asked = form.cleaned_data
        if Survey.objects.filter(name=asked["name"].strip(), unit=asked["unit"]).exists():
            raise BadInput("这一乡镇已有同名产品的普查记录：请在列表里找到它再补充。")
        made.append(acts.record_survey(by=me(request), name=asked["name"], unit=asked["unit"], values=form.values()))
        return _("已记下“{name}”的普查。").format(name=made[0].name)

    context = {"heading": _("填报特色产品"), "back": reverse("desk-surveys")}
    return answer(request, form, "desk/surveys/form.html", context, act=act, to=lambda: page_of(made[0].number))


@desk(Act.SURVEYS)
@require_http_methods(FORM)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """What is known of the product, completed."""
    survey = survey_to_fill(request, number)
    now = {name: getattr(survey, name) for name in SHOWN}
    form = SurveyForm(
        request.POST or None, person=request.user, row=survey, initial=now | {"seen": last_change(survey)}
    )

    def act() -> str:
        acts.record_survey(by=me(request), name=survey.name, unit=survey.unit, values=form.values(), seen=form.seen)
        return _("已保存，原来的内容留在变更记录里。")

    context = {"heading": survey.name, "survey": survey, "number": number, "back": page_of(number)}
    return answer(
        request, form, "desk/surveys/form.html", context, act=act, to=page_of(number), row=survey, columns=SHOWN
    )


def survey_to_fill(request: HttpRequest, number: int) -> Survey:
    """The survey, where the person may fill it. Raises NotInRegister and NotAllowed."""
    survey = survey_for(request.user, number)
    require_survey(request.user, survey.unit)
    return survey


def page_of(number: int, part: str = "") -> str:
    """The page of a survey."""
    return reverse("desk-survey", args=[number]) + part


@desk(Act.SURVEYS)
@require_http_methods(FORM)
def question(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """One question and its answer, with what it rests on."""
    survey = survey_to_fill(request, number)
    if key not in BY_KEY:
        raise NotInRegister("没有这个问题。")
    asked, row = BY_KEY[key], survey.answers.filter(question=key).first()
    names = ("verdict", "evidence", "document", "source")
    now: dict[str, Any] = {name: getattr(row, name) for name in names} if row else {"verdict": Verdict.UNKNOWN}
    if row is not None and row.document is not None:
        now["document"] = row.document.sha256
    seen = last_change(row) if row else 0
    form = AnswerForm(request.POST or None, question=asked, person=request.user, initial=now | {"seen": seen})

    def act() -> str:
        data = form.cleaned_data
        said = {name: data[name] for name in names if name != "verdict"}
        acts.answer(survey, key, Verdict(data["verdict"]), by=me(request), seen=form.seen, **said)
        return _("“{title}”的回答已保存。").format(title=asked.title)

    back = page_of(number, "#questions")
    context = {"heading": asked.title, "survey": survey, "number": number, "question": asked, "back": back}
    return answer(request, form, "desk/surveys/form.html", context, act=act, to=back, row=row, columns=names)


@desk(Act.APPLICATIONS)
@require_http_methods(FORM)
def open_application(request: HttpRequest, number: int) -> HttpResponse:
    """An application from the survey in one act: product, candidate and file."""
    survey = survey_for(request.user, number)
    if not may_open(request.user, survey):
        raise NotAllowed(_("您的账号不能为“{name}”立卷：它不在您负责的范围内。").format(name=survey.name))
    form = OpenFromSurveyForm(request.POST or None, person=request.user)
    opened: list[Application] = []

    def act() -> str:
        opened.append(acts.open_from_survey(survey, by=me(request), **form.asked()))
        return told_of_opening(opened[0])

    context = {"heading": _("为“{name}”立卷").format(name=survey.name), "survey": survey, "number": number}
    context |= {"back": page_of(number), "readiness": readiness(survey)}
    return answer(
        request,
        form,
        "desk/surveys/form.html",
        context,
        act=act,
        to=lambda: reverse("desk-application", args=[opened[0].file_number]),
    )


# --- A workbook ------------------------------------------------------------------------------------------------------


@desk(Act.SURVEYS)
@require_http_methods(FORM)
def bring_in(request: HttpRequest) -> HttpResponse:
    """A workbook comes in, is examined row by row, and is stored as a whole once that was confirmed."""
    if "examined" in request.POST:
        return confirmed(request, request.POST["examined"])
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "desk/surveys/import.html", {"form": form})
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            content = upload.read(LARGEST_MB * 1024 * 1024 + 1)
            return examined(request, sheets.read(upload.name, content), form)
        except BadInput as refusal:
            form.add_error("file", refusal.sentence)
    return render(request, "desk/surveys/import.html", {"form": form}, status=400)


def examined(request: HttpRequest, sheet: sheets.Sheet, form: SheetForm) -> HttpResponse:
    """What each row would do. The rows travel signed with the page, so that nothing is kept before it is confirmed."""
    lines = sheets.diagnosed(sheet.rows, me(request))
    wrong = sum(bool(line.faults) for line in lines)
    writing = sum(not line.faults and (not line.known or bool(line.changes)) for line in lines)
    context = {
        "form": form,
        "lines": lines,
        "unknown": sheet.unknown,
        "wrong": wrong,
        "writing": writing,
        "signed": "" if wrong or not writing else signing.dumps(sheet.rows, salt=SALT, compress=True),
    }
    return render(request, "desk/surveys/import.html", context, status=400 if wrong else 200)


def confirmed(request: HttpRequest, signed: str) -> HttpResponse:
    """Examine the rows again, as the register stands now, and store them all."""
    try:
        rows = signing.loads(signed, salt=SALT, max_age=ONE_DAY)
    except signing.BadSignature:
        raise BadInput("这份检查结果已经过期或不完整：请重新选择文件。") from None
    written = sheets.store(sheets.diagnosed(rows, me(request)), by=me(request))
    return done(request, _("已导入 {n} 条普查。").format(n=written))


def done(request: HttpRequest, sentence: str) -> HttpResponse:
    """Back to the list with what was done."""
    messages.success(request, sentence)
    return redirect("desk-surveys")


@desk(Act.SURVEYS)
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    units = [name for _code, name in sorted(unit_names().values())]
    content = import_string("gi_registry.web.sheets.of_surveys")(units)
    return download(content, _("特色产品普查表.xlsx"), XLSX)
