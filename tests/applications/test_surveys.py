from __future__ import annotations

from datetime import date

import pytest

from gi_registry.applications.models import Answer, Application, Survey, Verdict
from gi_registry.applications.permissions import surveys_within_reach
from gi_registry.applications.readiness import readiness
from gi_registry.applications.states import Procedure
from gi_registry.applications.surveys import answer, open_from_survey, record_survey
from gi_registry.core.errors import BadInput, Conflict, NotAllowed, NotInRegister
from gi_registry.core.history import last_change
from gi_registry.parties.permissions import Role
from gi_registry.products.models import Name, Product, Protection, Regime
from tests import make
from tests.applications.test_actions import refused

pytestmark = pytest.mark.django_db

VALUES = {"category": "vegetable", "origin": "示例村", "hectares": 12.5, "households": 30, "grade": "secondary"}


@pytest.fixture
def unit():
    return make.place("120118106", name="陈官屯镇")


@pytest.fixture
def liaison(unit):
    return make.person(Role.LIAISON, "wangmin", unit=unit)


def test_a_liaison_fills_the_survey_of_their_unit(unit, liaison):
    survey = record_survey(by=liaison, name=" 示例冬菜 ", unit=unit, values=VALUES)

    assert (survey.name, survey.unit, survey.hectares, survey.households) == ("示例冬菜", unit, 12.5, 30)
    assert str(survey.source) == "特色产品普查（乡镇填报）"


def test_a_survey_is_completed_in_place_and_keeps_its_source(unit, liaison):
    make.survey("示例冬菜", unit)

    survey = record_survey(by=liaison, name="示例冬菜", unit=unit, values={"history": "县志卷三"})

    assert Survey.objects.get() == survey
    assert (survey.history, survey.source) == ("县志卷三", make.source())


@pytest.mark.parametrize("role", [Role.MARKET, Role.ASSOCIATION, Role.INSPECTOR, Role.PRODUCER, Role.AUDITOR])
def test_others_fill_no_survey(unit, role):
    sentence = refused(
        NotAllowed, record_survey, by=make.person(role, unit=unit), name="示例", unit=unit, values=VALUES
    )

    assert sentence == "您只能填报本乡镇街道的特色产品普查。"


def test_a_liaison_fills_none_of_another_unit_and_none_without_unit(liaison):
    for elsewhere in (make.place("120118101"), None):
        assert refused(NotAllowed, record_survey, by=liaison, name="示例", unit=elsewhere, values=VALUES)


def test_a_liaison_sees_the_surveys_of_their_unit_and_agriculture_all(unit, liaison):
    near, far = make.survey("甲", unit), make.survey("乙", make.place("120118101"))

    assert set(surveys_within_reach(liaison)) == {near}
    assert set(surveys_within_reach(make.person(Role.AGRICULTURE, "liqiang"))) == {near, far}
    assert not surveys_within_reach(make.person(Role.AUDITOR, "shenji"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"hectares": -1.0}, "面积（公顷）：确保该值大于或等于0.0。"),
        ({"category": "empire"}, "类别：值 'empire' 不是有效选项。"),
        ({"surveyed_on": date(2999, 1, 1)}, "2999-01-01 还没有到，不能先记。"),
    ],
)
def test_a_survey_with_an_impossible_value_is_refused(unit, liaison, values, sentence):
    assert refused(BadInput, record_survey, by=liaison, name="示例", unit=unit, values=VALUES | values) == sentence


def test_the_second_of_two_who_fill_a_survey_is_told(unit, liaison):
    survey = record_survey(by=liaison, name="示例", unit=unit, values=VALUES)
    seen = last_change(survey)
    record_survey(by=liaison, name="示例", unit=unit, values={"origin": "另一村"}, seen=seen)

    late = {"by": liaison, "name": "示例", "unit": unit, "values": {"origin": "第三村"}, "seen": seen}
    assert refused(Conflict, record_survey, **late).startswith("wangmin 已在 ")


def test_a_question_is_answered_with_what_the_answer_rests_on(unit, liaison):
    survey = make.survey(unit=unit)

    answer(survey, "truth", Verdict.YES, by=liaison, evidence=" 县志卷三 ")

    kept = Answer.objects.get()
    assert (kept.question, kept.verdict, kept.evidence) == ("truth", "yes", "县志卷三")


def test_an_answer_without_evidence_and_a_question_nobody_asks_are_refused(unit, liaison):
    survey = make.survey(unit=unit)

    assert refused(BadInput, answer, survey, "truth", Verdict.YES, by=liaison) == "“真实性”的回答须写明依据。"
    assert refused(NotInRegister, answer, survey, "beauty", Verdict.YES, by=liaison, evidence="有") == "没有这个问题。"


def test_a_liaison_answers_for_no_other_unit(liaison):
    survey = make.survey(unit=make.place("120118101"))

    assert refused(NotAllowed, answer, survey, "truth", Verdict.UNKNOWN, by=liaison)


def test_an_application_is_opened_from_a_survey_and_makes_the_candidate(unit):
    survey = make.survey("示例冬菜", unit, surveyed_on=date(2025, 5, 6))

    application = open_from_survey(survey, Procedure.PRODUCT_2024, by=make.person(Role.AGRICULTURE))

    survey.refresh_from_db()
    product = Product.objects.get()
    assert (application.product, application.survey, survey.product) == (product, survey, product)
    assert (product.slug, product.common_name, product.category) == ("shilidongcai", "示例冬菜", "vegetable")
    assert list(Protection.objects.values_list("stage", "regime", "attested_on")) == [
        ("candidate", Regime.PRODUCT, date(2025, 5, 6))
    ]
    assert Name.objects.get().source == survey.source


def test_a_survey_of_a_known_product_opens_its_application(unit):
    product = make.product()
    survey = make.survey("独流老醋", unit, product=product)

    assert open_from_survey(survey, Procedure.PRODUCT_2024, by=make.person(Role.AGRICULTURE)).product == product


def test_who_may_not_prepare_opens_nothing_and_makes_no_product(unit, liaison):
    survey = make.survey(unit=unit)

    assert refused(NotAllowed, open_from_survey, survey, Procedure.PRODUCT_2024, by=liaison)
    assert (Product.objects.count(), Application.objects.count()) == (0, 0)


def test_the_candidates_of_the_plan_ship_with_only_what_is_known(jinghai):
    shipped = {
        survey.name: (survey.unit and survey.unit.code, bool(survey.origin), len(readiness(survey).gaps))
        for survey in Survey.objects.all()
    }

    assert shipped == {"陈官屯冬菜": ("120118106", True, 16), "普罗梨": (None, False, 18)}
    assert not Answer.objects.exists()
