"""Acts on surveys of specialty products (特色产品普查): filling one, answering its questions, applying from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from gi_registry.applications.actions import open_application, settled_regime
from gi_registry.applications.models import Answer, Application, Survey, Verdict
from gi_registry.applications.permissions import require_survey
from gi_registry.applications.readiness import BY_KEY
from gi_registry.applications.states import Procedure
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.core.history import Why, put
from gi_registry.core.text import pinyin_of
from gi_registry.gazette.actions import own_source
from gi_registry.gazette.models import Document, Grade, Source
from gi_registry.gazette.papers import refuse_future
from gi_registry.parties.models import Party, User
from gi_registry.places.models import Place
from gi_registry.products.actions import add_fact, add_product
from gi_registry.products.models import Product, Protection, Regime, Stage


@transaction.atomic
def record_survey(
    *,
    by: User,
    name: str,
    unit: Place | None,
    values: Mapping[str, Any],
    seen: int | None = None,
) -> Survey:
    """Make or complete the survey of a product in a unit. `values` are columns of `Survey`; without a source it rests
    on the person who fills it. Raises NotAllowed, BadInput, Conflict; then nothing is left behind."""
    require_survey(by, unit)
    surveyed_on = values.get("surveyed_on")
    if surveyed_on is not None:
        refuse_future(surveyed_on)
    known = Survey.objects.filter(name=name.strip(), unit=unit).exists()
    source: dict[str, Any] = {}
    if not known and "source" not in values:
        own = own_source("surveys", "特色产品普查（乡镇填报）", by=str(by))
        source = {"source": own, "grade": Grade.PRIMARY}
    key = {"name": name.strip(), "unit": unit}
    return put(Survey, key, source | dict(values), by=str(by), why=Why(surveyed_on), seen=seen)[0]


@transaction.atomic
def answer(
    survey: Survey,
    question: str,
    verdict: Verdict,
    *,
    by: User,
    evidence: str = "",
    document: Document | None = None,
    source: Source | None = None,
    seen: int | None = None,
) -> Answer:
    """One question answered for a survey, with what the answer rests on."""
    require_survey(by, survey.unit)
    if question not in BY_KEY:
        raise NotInRegister("没有这个问题。")
    if verdict != Verdict.UNKNOWN and not (evidence.strip() or document or source):
        raise BadInput(f"“{BY_KEY[question].title}”的回答须写明依据。")
    values = {"verdict": verdict, "evidence": evidence.strip(), "document": document, "source": source}
    return put(Answer, {"survey": survey, "question": question}, values, by=str(by), seen=seen)[0]


@transaction.atomic
def open_from_survey(
    survey: Survey,
    procedure: Procedure,
    *,
    by: User,
    on: date | None = None,
    regime: Regime | None = None,
    applicant: Party | None = None,
) -> Application:
    """An application for what a survey found; a product that the register does not have yet is made a candidate."""
    product = survey.product or candidate_of(survey, settled_regime(procedure, regime), by)
    if survey.product is None:
        put(Survey, {"pk": survey.pk}, {"product": product}, by=str(by))
    return open_application(product, procedure, by=by, on=on, regime=regime, applicant=applicant, survey=survey)


def candidate_of(survey: Survey, regime: Regime, by: User) -> Product:
    """The surveyed product as a candidate, under the name and the source of the survey."""
    seen_on = survey.surveyed_on or clock.today()
    fact = {
        "valid_from": None,
        "valid_until": None,
        "attested_on": seen_on,
        "source": survey.source,
        "grade": survey.grade,
        "note": "",
    }
    values = {"slug": pinyin_of(survey.name), "category": survey.category}
    product = add_product(values=values, name={"text": survey.name} | fact, by=str(by))
    candidate = {"regime": regime, "stage": Stage.CANDIDATE, "announcement": None, "number": "", "holder": None}
    add_fact(product, Protection, values=candidate | fact, by=str(by))
    return product
