from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotAllowed
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.marks.models import Authorisation, UseReport
from gi_registry.marks.reports import (
    Booked,
    LastUse,
    booked,
    disused,
    due_on,
    file_report,
    last_use,
    missing,
    unused_until,
    used_in,
)
from tests import make

pytestmark = pytest.mark.django_db

EVERYBODY = Authorisation.objects.all()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 4))


@pytest.fixture
def user():
    """An authorisation that holds since 2024-03-01."""
    return make.authorisation(make.producer(), make.product())


@pytest.fixture
def official():
    return make.person("market")


def reported(user, year, **values):
    return make.row(UseReport, {"authorisation": user, "year": year}, filed_on=date(2026, 2, 1), by="测试", **values)


# --- Whose report is missing -----------------------------------------------------------------------------------------


def test_the_district_sets_the_day(settings):
    assert due_on(2025) == date(2026, 3, 31)

    settings.USE_REPORTS_DUE = "01-31"
    assert due_on(2025) == date(2026, 1, 31)


def test_a_report_is_missing_of_each_year_in_which_the_mark_could_be_used(user):
    reported(user, 2024)

    assert {year: missing(year, EVERYBODY) for year in (2023, 2024, 2025, 2026)} == {
        2023: [],
        2024: [],
        2025: [user],
        2026: [],  # not over
    }


@pytest.mark.parametrize(
    ("state", "values", "years"),
    [
        ("suspended", {}, [2024, 2025]),  # on 2025-03-01: some days of that year it could be used
        ("cancelled", {}, [2024, 2025]),
        ("verification", {}, []),
        ("active", {"valid_until": date(2025, 1, 1)}, [2024]),
        ("active", {"valid_until": date(2025, 1, 2)}, [2024, 2025]),
    ],
)
def test_who_could_not_use_the_mark_has_nothing_to_report(state, values, years):
    user = make.authorisation(make.producer(), make.product(), state=state, **values)

    assert [year for year in range(2023, 2026) if missing(year, EVERYBODY) == [user]] == years


def test_the_running_year_counts_up_to_today(monkeypatch, user):
    assert used_in(2026, EVERYBODY) == [user]

    late = make.authorisation(make.producer("示例二", make.USCC[1]), make.product("b", "乙"), on=date(2026, 3, 1))
    monkeypatch.setattr(clock, "today", lambda: date(2026, 2, 1))
    assert late not in used_in(2026, EVERYBODY)


@pytest.mark.parametrize("size", [1, 3])
def test_missing_reports_cost_two_queries(size, django_assert_num_queries):
    for number in range(size):
        make.authorisation(
            make.producer(f"示例{number}", make.USCC[number]), make.product(f"p-{number}", f"产品{number}")
        )

    with django_assert_num_queries(2):
        assert len([one.producer.name for one in missing(2025, EVERYBODY)]) == size


# --- Reporting -------------------------------------------------------------------------------------------------------


def test_a_year_is_reported_once_and_then_corrected(user, official, monkeypatch):
    first = file_report(user, 2025, by=official, output_t=12.5, used=900, sold_where=" 天津 ")
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))
    second = file_report(user, 2025, by=official, output_t=13.0, used=900, sold_where="天津")

    assert first.pk == second.pk
    assert (second.output_t, second.value_wan, second.sold_where, second.filed_on) == (
        *(13.0, None),
        *("天津", date(2026, 5, 4)),
    )
    assert [line.before for line in Change.objects.filter(thing=f"marks.usereport:{first.pk}")] == [
        {"output_t": 12.5},
        None,
    ]


@pytest.mark.parametrize(
    ("year", "values", "sentence"),
    [
        (2026, {}, "2026 年还没有结束，年终以后再报送。"),
        (2023, {}, "2023 年不能使用专用标志，没有要报送的。"),
        (2025, {}, "没有写任何数字：没有用标的，“使用（枚）”填 0。"),
        (2025, {"sold_where": "天津", "note": "示例"}, "没有写任何数字：没有用标的，“使用（枚）”填 0。"),
        (2025, {"used": 9, "last_used_on": date(2026, 1, 1)}, "最后一次使用的日期 2026-01-01 不在 2025 年内。"),
        (
            *(2025, {"used": 0, "last_used_on": date(2025, 1, 1)}),
            "使用数为 0，却填了最后一次使用的日期 2025-01-01：请改正其中一项。",
        ),
        (2025, {"output_t": -1.0}, "产量（吨）：确保该值大于或等于0.0。"),
    ],
)
def test_a_report_that_cannot_be_is_refused_and_leaves_nothing(user, official, year, values, sentence):
    with pytest.raises(BadInput) as refusal:
        file_report(user, year, by=official, **values)

    assert refusal.value.sentence == sentence
    assert not UseReport.objects.exists()


def test_two_writers_of_one_report_are_told_apart(user, official):
    report = file_report(user, 2025, by=official, used=900)
    seen = last_change(report)
    file_report(user, 2025, by=official, used=901, seen=seen)

    with pytest.raises(Conflict):
        file_report(user, 2025, by=official, used=902, seen=seen)


def test_producers_report_for_themselves_and_nobody_else_does(user):
    own = make.person("producer", "own", party=user.producer)
    assert file_report(user, 2025, by=own, used=0).by == "own"

    rival = make.person("producer", "rival", party=make.producer("示例对手", make.USCC[1]))
    for stranger in (rival, make.person("inspector", "inspector"), make.person("auditor", "auditor")):
        with pytest.raises(NotAllowed):
            file_report(user, 2024, by=stranger)


# --- What the ledger says of a year ----------------------------------------------------------------------------------


def test_the_ledger_of_a_year_is_offered_for_its_report(user):
    batch = make.batch(user, 1000)  # 2024-04-01
    make.entry(batch, "issued", 800, date(2024, 5, 1))
    make.entry(batch, "used", 300, date(2024, 6, 1))
    make.entry(batch, "used", 200, date(2025, 6, 1))
    wrong = make.entry(batch, "used", 50, date(2025, 7, 1))
    make.entry(batch, "used", 50, date(2025, 7, 1), reverses=wrong)

    assert booked(user, 2023) is None
    assert booked(user, 2024) == Booked(1000, 300, 700, date(2024, 6, 1))
    assert booked(user, 2025) == Booked(0, 200, 500, date(2025, 6, 1))


# --- Two years without use -------------------------------------------------------------------------------------------


def test_the_last_use_is_the_latest_that_ledger_or_report_know(user):
    assert last_use(user) is None

    batch = make.batch(user)
    make.entry(batch, "used", 10, date(2024, 6, 1))
    assert last_use(user) == LastUse(date(2024, 6, 1), exact=True)

    reported(user, 2025, used=0)
    assert last_use(user) == LastUse(date(2024, 6, 1), exact=True)

    reported(user, 2024, used=10)
    assert last_use(user) == LastUse(date(2024, 12, 31), exact=False)  # in favour of the producer

    make.entry(batch, "used", 10, date(2025, 6, 1))
    assert last_use(user) == LastUse(date(2025, 6, 1), exact=True)


def test_reversed_use_is_no_use(user):
    wrong = make.entry(make.batch(user), "used", 10, date(2024, 6, 1))
    make.entry(wrong.batch, "used", 10, date(2024, 6, 1), reverses=wrong)

    assert last_use(user) is None


@pytest.mark.parametrize(
    ("began", "used", "until"),
    [
        (date(2024, 3, 1), date(2024, 6, 1), date(2026, 6, 1)),
        (date(2024, 3, 1), None, date(2026, 3, 1)),  # never used: from the day on which it could be
        (date(2020, 3, 1), None, date(2026, 2, 1)),  # before 令第80号 no years are counted
        (date(2020, 3, 1), date(2023, 6, 1), date(2026, 2, 1)),
    ],
)
def test_two_years_without_use_end_on_the_corresponding_day(began, used, until):
    user = make.authorisation(make.producer(), make.product(), on=began)
    if used:
        make.entry(make.batch(user, printed_on=used), "used", 1, used)
    end = unused_until(user)

    assert (end.day, end.rule.id) == (until, "R80-31")


def test_who_never_could_use_the_mark_has_no_such_day():
    assert unused_until(make.authorisation(make.producer(), make.product(), state="draft")) is None


def test_those_unused_for_two_years_are_found_from_the_day_after(user):
    def found(on):
        return [(one.authorisation, one.last, one.kept) for one in disused(EVERYBODY, on)]

    assert found(date(2026, 3, 1)) == []
    assert found(date(2026, 3, 2)) == [(user, None, False)]

    make.entry(make.batch(user), "used", 1, date(2024, 4, 1))
    assert found(date(2026, 4, 2)) == [(user, LastUse(date(2024, 4, 1), exact=True), True)]


@pytest.mark.parametrize("size", [1, 3])
def test_disuse_costs_four_queries(size, django_assert_num_queries):
    for number in range(size):
        make.authorisation(
            make.producer(f"示例{number}", make.USCC[number]), make.product(f"p-{number}", f"产品{number}")
        )

    with django_assert_num_queries(4):
        assert len([one.authorisation.producer.name for one in disused(EVERYBODY, clock.today())]) == size
