from __future__ import annotations

from datetime import date

import pytest

from gi_registry.applications.models import Answer
from gi_registry.applications.readiness import BY_KEY, FIELDS, QUESTIONS, Gap, Group, readiness
from tests import make

FILLED = {name: "有" for name, _who, _article in FIELDS}


def answered(survey, **other):
    """Every question answered as the law wants it, those in `other` as given (None: not at all)."""
    for question in QUESTIONS:
        values = {"verdict": question.wanted, "evidence": "县志"} | (other.get(question.key, {}) or {})
        if other.get(question.key, {}) is not None:
            make.row(Answer, {"survey": survey, "question": question.key}, **values)
    return survey


def test_the_law_asks_four_tests_one_name_and_six_bars():
    groups = [question.group for question in QUESTIONS]

    assert [groups.count(group) for group in Group] == [4, 1, 6]
    assert [BY_KEY[key].title for key in ("truth", "place", "distinct", "cause")] == [
        "真实性",
        "地域性",
        "特异性",
        "关联性",
    ]
    assert [question.article for question in QUESTIONS if question.group == Group.BAR] == [
        f"令第80号第八条第（{number}）项" for number in "一二三四五六"
    ]


@pytest.mark.django_db
def test_a_candidate_of_which_all_is_shown_is_ready():
    found = readiness(answered(make.survey(**FILLED)))

    assert (found.ready, found.barred, found.gaps) == (True, False, ())
    assert found.sentence == "11 项都已有依据地回答，可以准备申请。"


@pytest.mark.django_db
def test_an_empty_survey_lacks_everything_and_says_who_supplies_it():
    found = readiness(make.survey())

    assert (found.answered, found.asked, len(found.gaps)) == (0, 11, 18)
    assert found.gaps[0] == Gap("真实性", "尚未回答", "协会或申请人", "令第80号第三条")
    assert found.gaps[-1] == Gap("在用标准", "普查表未填", "协会或申请人", "令第80号第十一条第（三）项4")
    assert found.sentence.startswith("11 项中已有依据地回答 0 项，还缺：真实性、地域性、")


@pytest.mark.django_db
def test_what_is_missing_is_named_one_by_one():
    survey = answered(make.survey(**FILLED | {"standard": ""}), truth=None, cause={"verdict": "unknown"})

    assert readiness(survey).gaps == (
        Gap("真实性", "尚未回答", "协会或申请人", "令第80号第三条"),
        Gap("关联性", "尚未回答", "农业农村部门", "令第80号第三条"),
        Gap("在用标准", "普查表未填", "协会或申请人", "令第80号第十一条第（三）项4"),
    )


@pytest.mark.django_db
def test_an_answer_without_evidence_does_not_count():
    found = readiness(answered(make.survey(**FILLED), distinct={"evidence": " "}))

    assert found.gaps == (Gap("特异性", "回答没有依据", "协会或申请人", "令第80号第三条"),)
    assert not found.barred


@pytest.mark.django_db
@pytest.mark.parametrize("paper", ["document", "source"])
def test_a_document_or_a_source_is_evidence_too(paper):
    row = make.document("县志", date(2025, 1, 2)) if paper == "document" else make.source("annals")

    assert readiness(answered(make.survey(**FILLED), truth={"evidence": "", paper: row})).ready


@pytest.mark.django_db
@pytest.mark.parametrize(("question", "verdict"), [("generic", "yes"), ("truth", "no")])
def test_an_answer_that_rules_recognition_out_is_told_first(question, verdict):
    found = readiness(answered(make.survey(**FILLED), **{question: {"verdict": verdict}}))

    assert (found.ready, found.barred) == (False, True)
    assert found.sentence == f"按现有回答不能认定：{BY_KEY[question].title}。"
