from __future__ import annotations

from datetime import date

import pytest

from gi_registry.assurance.clauses import ALIASES, CLAUSES, FreshBasis, RecordKind, Rule, System, clauses_on, find
from gi_registry.gazette.models import Grade

DAY = date(2026, 11, 24)


def keys(query):
    return [clause.key for clause in find(query, clauses_on(DAY))]


def test_there_are_fifteen_clauses_to_a_system():
    assert [clause.key for clause in clauses_on(DAY)] == [f"{s}{number}" for s in "SQT" for number in range(1, 16)]


def test_every_clause_names_its_law_who_answers_and_what_satisfies_it():
    assert all(clause.cited and clause.who and clause.evidence for clause in CLAUSES)
    assert all(clause.kinds for clause in CLAUSES if clause.rule in {Rule.RECORD, Rule.TESTED})


def test_every_kind_of_record_but_the_last_serves_some_clause():
    assert {kind for clause in CLAUSES for kind in clause.kinds} == set(RecordKind) - {RecordKind.OTHER}


def test_model_clauses_are_those_that_rest_on_other_provinces_or_a_closed_regime():
    model = {clause.key for clause in CLAUSES if clause.model}

    assert model == {"S9", "Q5", "Q6", "Q7", "Q12", "Q13", "Q15", "T14", "T15"}


def test_only_the_review_of_standards_has_its_period_from_the_law():
    by_law = [clause.key for clause in CLAUSES if clause.fresh_basis == FreshBasis.LAW]
    assumed = [clause for clause in CLAUSES if clause.fresh_basis == FreshBasis.ASSUMED]

    assert by_law == ["S13"]
    assert all(clause.fresh for clause in assumed)
    assert all(clause.fresh is None for clause in CLAUSES if clause.fresh_basis == FreshBasis.PAPER)


def test_a_clause_that_rests_on_a_law_with_a_known_day_begins_on_it():
    for clause in CLAUSES:
        known = [citation.law.since for citation in clause.cited]
        if None not in known:
            assert clause.since == min(known), clause.key


@pytest.mark.parametrize("alias", [name for names in ALIASES.values() for name in names])
def test_a_system_is_found_by_the_names_of_other_documents(alias):
    system = next(system for system, names in ALIASES.items() if alias in names)

    assert {clause.system for clause in find(alias, clauses_on(DAY))} >= {system}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("T5", ["T5"]),
        ("检测体系 检验机构 资质", ["T4"]),
        ("标准化法 复审", ["S13"]),
        ("不存在的词", []),
    ],
)
def test_clauses_are_found_by_all_words_of_a_query(query, found):
    assert keys(query) == found


def test_a_law_whose_day_was_not_found_says_so():
    undated = {clause.key for clause in CLAUSES if clause.undated}

    assert undated == {clause.key for clause in CLAUSES if any(one.law.since is None for one in clause.cited)} - {"Q14"}


def test_an_empty_query_finds_everything():
    assert len(keys("")) == 45


def test_the_grade_of_a_clause_is_that_of_its_firmest_citation():
    grades = {clause.key: clause.grade for clause in CLAUSES}

    assert (grades["Q6"], grades["S6"]) == (Grade.PRIMARY, Grade.SECONDARY)


def test_systems_have_the_names_of_the_districts_plan():
    assert [str(system.label) for system in System] == ["标准化体系", "质量管理体系", "检验检测体系"]
