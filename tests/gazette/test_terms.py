from __future__ import annotations

import json
from datetime import date

import pytest
from django.conf import settings as site

from gi_registry.core.errors import BadInput
from gi_registry.gazette.terms import RULES, Clock, Deadline, Unit, days_left, deadline, is_working_day, rule_on

FINAL, PROVISIONAL = False, True

# rule, event, last day, whether the days off were not announced yet
WORKED = [
    # the corresponding day of a month
    ("R80-15", "2024-02-01", "2024-04-01", FINAL),
    ("R80-15", "2024-06-30", "2024-08-30", FINAL),
    ("R80-15", "2026-10-24", "2026-12-24", FINAL),
    ("R80-12", "2024-02-29", "2024-05-29", FINAL),
    ("TM-33", "2020-07-20", "2020-10-20", FINAL),
    ("R78-14", "2005-07-15", "2005-09-15", FINAL),
    ("SS-46", "2026-03-31", "2026-09-30", FINAL),
    # no such day in the last month: its last day
    ("R80-15", "2024-12-31", "2025-02-28", FINAL),
    ("R80-15", "2024-12-29", "2025-02-28", FINAL),
    ("R80-12", "2024-11-30", "2025-02-28", FINAL),
    ("R80-29", "2024-08-31", "2025-02-28", FINAL),
    ("R80-29", "2024-08-29", "2025-02-28", FINAL),
    ("R79-13a", "2024-11-30", "2025-02-28", FINAL),
    ("R78-14", "2012-12-31", "2013-02-28", FINAL),
    # 29 February
    ("TM-33", "2023-11-29", "2024-02-29", FINAL),
    ("TM-33", "2023-11-30", "2024-02-29", FINAL),
    ("TM-33", "2019-11-30", "2020-03-02", FINAL),  # 2020-02-29 is a Saturday
    ("TM-35a", "2024-02-29", "2025-02-28", FINAL),
    ("R80-13", "2024-02-29", "2024-07-01", FINAL),  # 2024-06-29 is a Saturday
    ("R80-13", "2027-10-29", "2028-02-29", PROVISIONAL),
    ("R80-13", "2027-10-31", "2028-02-29", PROVISIONAL),
    # a month's end that is a Saturday on which people work instead of the Spring Festival
    ("R80-15", "2025-12-31", "2026-02-28", FINAL),
    ("R80-15", "2025-12-28", "2026-02-28", FINAL),
    ("R80-12", "2025-11-30", "2026-02-28", FINAL),
    ("TM-28", "2025-05-31", "2026-02-28", FINAL),
    # 调休: Saturdays and Sundays on which people work
    ("R80-15", "2025-12-14", "2026-02-14", FINAL),
    ("R80-15", "2024-07-29", "2024-09-29", FINAL),
    ("R80-15", "2024-08-12", "2024-10-12", FINAL),
    ("R80-15", "2025-08-11", "2025-10-11", FINAL),
    ("R80-15", "2026-08-10", "2026-10-10", FINAL),
    ("R80-15", "2026-07-20", "2026-09-20", FINAL),
    ("R80-13", "2024-10-08", "2025-02-08", FINAL),
    ("TMIR-18", "2026-01-15", "2026-02-14", FINAL),
    ("TM-34a", "2024-09-14", "2024-09-29", FINAL),
    ("TM-34a", "2026-02-13", "2026-02-28", FINAL),
    # Spring Festival
    ("R80-15", "2025-12-15", "2026-02-24", FINAL),
    ("R80-15", "2025-12-23", "2026-02-24", FINAL),
    ("R80-13", "2024-09-28", "2025-02-05", FINAL),
    ("R80-13", "2024-10-03", "2025-02-05", FINAL),
    ("TMIR-18", "2025-01-02", "2025-02-05", FINAL),
    ("FY-20", "2025-12-22", "2026-02-24", FINAL),
    # 国庆, 五一, 中秋
    ("R80-15", "2024-08-01", "2024-10-08", FINAL),
    ("R80-15", "2025-08-01", "2025-10-09", FINAL),
    ("R80-26", "2025-08-08", "2025-10-09", FINAL),
    ("R80-15", "2026-08-01", "2026-10-08", FINAL),
    ("R78-14", "2010-08-01", "2010-10-08", FINAL),
    ("R79-13b", "2025-07-04", "2025-10-09", FINAL),
    ("TMIR-18", "2024-09-02", "2024-10-08", FINAL),
    ("TM-34a", "2024-09-16", "2024-10-08", FINAL),
    ("AGI-4", "2021-09-13", "2021-10-08", FINAL),
    ("CF-60", "2026-07-03", "2026-10-08", FINAL),
    ("R80-15", "2024-03-04", "2024-05-06", FINAL),
    ("R80-26", "2026-07-25", "2026-09-28", FINAL),
    ("YS-5a", "2026-09-24", "2026-09-28", FINAL),
    # working days
    ("AGI-2", "2021-09-17", "2021-10-08", FINAL),
    ("AGI-3", "2021-01-29", "2021-03-03", FINAL),
    ("AGI-1", "2020-05-06", "2020-07-08", FINAL),
    ("XK-32", "2026-02-12", "2026-02-26", FINAL),
    ("XK-32", "2026-09-30", "2026-10-13", FINAL),
    ("XK-32", "2026-12-17", "2026-12-24", FINAL),
    ("XK-32", "2026-12-18", "2026-12-25", PROVISIONAL),
    # into a year whose days off are not announced, and its last week before
    ("R80-15", "2026-10-25", "2026-12-25", PROVISIONAL),
    ("R80-15", "2026-10-31", "2026-12-31", PROVISIONAL),
    ("R80-15", "2026-11-01", "2027-01-04", PROVISIONAL),  # the New Year is a Friday
    ("R80-15", "2026-11-24", "2027-01-25", PROVISIONAL),
    ("TM-40", "2026-06-30", "2026-12-30", PROVISIONAL),
    ("TM26-44", "2027-03-31", "2027-09-30", PROVISIONAL),
    ("R78-14", "2023-12-05", "2024-02-05", FINAL),
    ("TM-40", "2003-03-10", "2003-09-10", PROVISIONAL),
    # windows around the new trademark law
    ("TM-33", "2026-09-24", "2026-12-24", FINAL),
    ("TM-33", "2026-09-27", "2026-12-28", PROVISIONAL),
    ("TM-33", "2026-10-20", "2027-01-20", PROVISIONAL),
    ("TM-33", "2026-12-31", "2027-03-31", PROVISIONAL),
    ("TM26-36", "2027-01-01", "2027-03-01", PROVISIONAL),
    ("TM26-36", "2027-01-06", "2027-03-08", PROVISIONAL),
    ("TM-34c", "2026-12-05", "2027-01-04", PROVISIONAL),
    ("TM26-37a", "2027-02-01", "2027-02-16", PROVISIONAL),
    # a term of validity counts its first day; neither it nor a state that lasts is moved by a day off
    ("TM-39", "2010-12-21", "2020-12-20", FINAL),
    ("TM-39", "2016-03-01", "2026-02-28", FINAL),
    ("TM-39", "2016-01-01", "2025-12-31", FINAL),
    ("TM-39", "2012-02-29", "2022-02-28", FINAL),
    ("TM-40", "2020-12-20", "2021-06-21", FINAL),
    ("R80-27", "2024-02-29", "2027-02-28", FINAL),
    ("R80-31", "2024-10-03", "2026-10-03", FINAL),
    ("YS-5b", "2026-09-30", "2026-10-01", FINAL),
    ("DZ-1", "2022-03-01", "2022-12-31", FINAL),
]


@pytest.mark.parametrize(("rule", "event", "last", "provisional"), WORKED)
def test_a_period_ends_as_the_law_counts(rule, event, last, provisional):
    event_day = date.fromisoformat(event)

    counted = deadline(RULES[rule], event_day)

    assert counted == Deadline(date.fromisoformat(last), provisional, RULES[rule], event_day)


def test_the_examples_are_at_least_sixty_and_reach_every_unit():
    units = {RULES[rule].unit for rule, *_rest in WORKED}

    assert len(WORKED) >= 60
    assert units == set(Unit)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.length is None], ids=lambda rule: rule.id)
def test_a_rule_without_a_limit_says_so(rule):
    counted = deadline(rule, date(2026, 11, 24))

    assert counted == Deadline(None, FINAL, rule, date(2026, 11, 24))
    assert (rule.period, days_left(counted, date(2026, 11, 24)), counted.cautions) == ("无法定期限", None, [])


def test_the_office_has_no_limit_for_its_own_examination():
    unlimited = {rule.id for rule in RULES.values() if rule.length is None}

    assert unlimited == {"R80-13-office", "R80-14", "R80-16", "R80-26-office", "R80-28", "R80-31-period"}


def test_days_are_left_until_the_last_day_and_overdue_after_it():
    counted = deadline(RULES["R80-15"], date(2026, 9, 24))  # until 2026-11-24

    assert [days_left(counted, date(2026, 11, day)) for day in (20, 24, 25)] == [4, 0, -1]


@pytest.mark.parametrize(
    ("clock", "day", "rule"),
    [
        (Clock.PRODUCT_OPPOSITION, "2024-01-31", "R78-14"),
        (Clock.PRODUCT_OPPOSITION, "2024-02-01", "R80-15"),
        (Clock.TRADEMARK_OPPOSITION, "2026-12-31", "TM-33"),
        (Clock.TRADEMARK_OPPOSITION, "2027-01-01", "TM26-36"),
        (Clock.REFUSAL_APPEAL, "2027-01-01", "TM26-37a"),
        (Clock.DENIAL_SUIT, "2026-12-31", "TM-35d"),
        (Clock.TRADEMARK_TERM, "2027-01-01", "TM26-43"),
        (Clock.TRADEMARK_GRACE, "2026-12-31", "TM-40"),
    ],
)
def test_the_law_of_the_day_of_the_event_decides(clock, day, rule):
    assert rule_on(clock, date.fromisoformat(day)) == RULES[rule]


def test_a_clock_that_no_law_sets_on_the_day_is_refused():
    with pytest.raises(BadInput) as refused:
        rule_on(Clock.PROVINCIAL_REVIEW, date(2024, 1, 31))

    assert refused.value.sentence == "2024-01-31 没有关于“省级初审”的现行规则。"


@pytest.mark.parametrize(("rule", "day"), [("R80-15", "2024-01-31"), ("TM-33", "2027-01-01"), ("R78-14", "2024-02-01")])
def test_a_rule_is_refused_on_a_day_on_which_it_is_not_the_law(rule, day):
    with pytest.raises(BadInput, match=f"{day} 不适用"):
        deadline(RULES[rule], date.fromisoformat(day))


def test_an_opposition_window_that_straddles_the_new_law_says_that_no_transition_was_seen():
    counted = deadline(RULES["TM-33"], date(2026, 10, 20))

    assert counted.straddles
    assert counted.cautions == [
        "所涉年份的放假安排尚未公布或未收录，日期为暂定。",
        "期限跨越新法施行日 2027-01-01，未见过渡规定，按事件发生日的法律计算。",
    ]


@pytest.mark.parametrize(
    ("rule", "event"), [("TM-33", "2026-09-24"), ("TM26-36", "2027-01-01"), ("R80-15", "2026-11-24")]
)
def test_a_window_inside_one_version_of_the_law_straddles_nothing(rule, event):
    assert not deadline(RULES[rule], date.fromisoformat(event)).straddles


def test_no_two_versions_answer_the_same_clock_on_the_same_day():
    ends = {day for rule in RULES.values() for day in (rule.law.since, rule.law.until) if day} | {date(2000, 1, 1)}
    doubled = [
        (clock, day)
        for clock in Clock
        for day in ends
        if len([rule for rule in RULES.values() if rule.clock == clock and rule.law.in_force_on(day)]) > 1
    ]

    assert doubled == []


def test_every_clock_has_a_rule_and_every_rule_says_who_acts_and_what_follows():
    assert {rule.clock for rule in RULES.values()} == set(Clock)
    assert [
        rule.id for rule in RULES.values() if not (rule.event and rule.who and rule.law.name and rule.consequence)
    ] == []


def test_a_rule_cites_law_version_and_article():
    assert RULES["R80-15"].citation == "《地理标志产品保护办法》（2023年）第十五条"
    assert RULES["CF-60"].citation == "《中华人民共和国行政处罚法》第六十条"
    assert (RULES["R80-15"].period, RULES["XK-32"].period, RULES["DZ-1"].period) == (
        "2个月",
        "5个工作日",
        "当年12月31日",
    )


def test_an_article_is_missing_only_where_the_text_was_not_seen():
    unnumbered = {rule.id: rule.grade for rule in RULES.values() if not rule.article}

    assert unnumbered == dict.fromkeys(["AGI-1", "AGI-2", "AGI-3", "AGI-4", "DZ-1"], "secondary")


def test_the_laws_cited_with_a_version_are_those_that_the_register_ships():
    shipped = {
        (row["law"], row["version"]): (row["valid_from"], row["valid_until"])
        for row in json.loads((site.GEODATA_DIR / "laws.json").read_text(encoding="utf-8"))
    }
    ours = {(rule.law.name, rule.law.version) for rule in RULES.values() if rule.law.version} - {
        ("中华人民共和国商标法实施条例", "2014年修订")
    }
    spans = {
        (rule.law.name, rule.law.version): tuple(
            day.isoformat() if day else None for day in (rule.law.since, rule.law.until)
        )
        for rule in RULES.values()
        if (rule.law.name, rule.law.version) in ours
    }

    assert spans == {key: shipped[key] for key in ours}


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # Saturday, 调休
        ("2026-02-24", True),
        ("2026-02-23", False),
        ("2026-11-21", False),
        ("2027-01-01", False),
        ("2027-10-01", False),
        ("2027-10-04", True),  # a Monday of a year not announced
        ("2003-10-02", False),
    ],
)
def test_offices_work_on_the_days_that_were_announced(day, works):
    assert is_working_day(date.fromisoformat(day)) == works
