from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.gazette.actions import NewSource
from gi_registry.gazette.models import Source
from gi_registry.marks.models import Authorisation, Rectification, UseReport, YearFigures, Yield
from gi_registry.marks.rates import product_years, rates, record_figures, record_yield
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 4))


@pytest.fixture
def vinegar():
    return make.product()


@pytest.fixture
def official():
    return make.person("market")


def user(product, number=0, **values):
    return make.authorisation(make.producer(f"示例{number}", make.USCC[number]), product, **values)


def reported(user, year=2025, **values):
    return make.row(UseReport, {"authorisation": user, "year": year}, filed_on=date(2026, 2, 1), by="测试", **values)


def figures(product, year=2025, **values):
    return make.row(YearFigures, {"product": product, "year": year}, **make.sourced() | values)


def ordered(user, on, closed_on=None):
    values = {"ordered_on": on, "due_on": on, "closed_on": closed_on, "step": user.steps.last()}
    return make.row(Rectification, {"authorisation": user, "ground": "substandard"}, demand="示例要求", **values)


def found(product, year=2025):
    """Each rate of the product by its title: part, whole, value."""
    return {rate.title: (rate.part, rate.whole, rate.value) for rate in rates(product, year)}


def unknown(product, year=2025):
    return {rate.title: rate.unknown for rate in rates(product, year) if rate.value is None}


# --- What is computed ------------------------------------------------------------------------------------------------


def test_every_rate_of_a_year_that_is_reported(vinegar):
    for number, values in enumerate([{"output_t": 30.0, "value_wan": 60.0}, {"output_t": 20.0}, {}]):
        reported(user(vinegar, number), **values)
    figures(vinegar, makers=4, output_t=100.0, value_wan=80.0)

    assert found(vinegar) == {
        "年报报送率": (3, 3, 1.0),
        "规范使用率": (3, 3, 1.0),
        "用标覆盖率（户数）": (3, 4, 0.75),
        "用标覆盖率（产量）": (50.0, 100.0, 0.5),
        "用标覆盖率（产值）": (60.0, 80.0, 0.75),
    }


def test_every_rate_has_its_definition(vinegar):
    assert all("÷" in rate.definition for rate in rates(vinegar, 2025))


def test_who_did_not_report_or_was_at_fault_lowers_the_rate_of_proper_use(vinegar):
    users = [user(vinegar, number) for number in range(3)]
    reported(users[0])
    reported(users[1])
    ordered(users[1], date(2025, 6, 1), date(2025, 9, 1))

    assert (found(vinegar)["年报报送率"], found(vinegar)["规范使用率"]) == ((2, 3, 2 / 3), (1, 3, 1 / 3))


@pytest.mark.parametrize(
    ("ordered_on", "closed_on", "proper"),
    [
        (date(2024, 12, 31), date(2024, 12, 31), 1),
        (date(2024, 12, 31), date(2025, 1, 1), 0),
        (date(2024, 12, 31), None, 0),
        (date(2025, 12, 31), None, 0),
        (date(2026, 1, 1), None, 1),
    ],
)
def test_a_rectification_counts_in_the_years_in_which_it_was_open(vinegar, ordered_on, closed_on, proper):
    one = user(vinegar)
    reported(one)
    ordered(one, ordered_on, closed_on)

    assert found(vinegar)["规范使用率"] == (proper, 1, proper)


def test_a_suspension_counts_as_a_fault(vinegar):
    reported(user(vinegar, state="suspended"))  # from 2025-03-01

    assert found(vinegar)["规范使用率"] == (0, 1, 0.0)


def test_a_producer_with_two_bases_counts_once(vinegar):
    party = make.producer()
    for basis in ("announced", "licensee"):
        reported(make.authorisation(party, vinegar, basis=basis), output_t=30.0)
    figures(vinegar, makers=2, output_t=60.0)

    assert found(vinegar)["用标覆盖率（户数）"] == (1, 2, 0.5)
    assert found(vinegar)["用标覆盖率（产量）"] == (30.0, 60.0, 0.5)


def test_a_sum_in_which_somebody_is_missing_is_said_to_be_the_least(vinegar):
    reported(user(vinegar), output_t=30.0)
    user(vinegar, 1)
    figures(vinegar, output_t=100.0)

    assert [rate.caution for rate in rates(vinegar, 2025) if rate.caution] == ["1 户没有报告，这是下限。"]


# --- What is not known -----------------------------------------------------------------------------------------------


def test_without_the_whole_coverage_is_not_known(vinegar):
    reported(user(vinegar), output_t=30.0)

    assert unknown(vinegar) == {
        "用标覆盖率（户数）": "产地范围内的总数没有登记。",
        "用标覆盖率（产量）": "产地范围内的总数没有登记。",
        "用标覆盖率（产值）": "没有使用人报告。",
    }


def test_a_part_greater_than_the_whole_is_a_contradiction_and_no_rate(vinegar):
    user(vinegar, 0)
    user(vinegar, 1)
    figures(vinegar, makers=1)

    assert unknown(vinegar)["用标覆盖率（户数）"] == "使用人的合计大于登记的总数，两者矛盾，请核对。"


def test_the_rate_of_proper_use_waits_for_the_reports(vinegar, monkeypatch):
    user(vinegar)

    assert unknown(vinegar, 2026)["规范使用率"] == "这一年还没有结束。"
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 31))
    assert unknown(vinegar)["规范使用率"] == "年报报送期到 2026-03-31 为止，期满后才能计算。"
    monkeypatch.setattr(clock, "today", lambda: date(2026, 4, 1))
    assert found(vinegar)["规范使用率"] == (0, 1, 0.0)


def test_the_rate_of_reports_waits_for_the_end_of_the_year_and_says_how_long_reports_may_come(vinegar, monkeypatch):
    reported(user(vinegar))
    user(vinegar, 1)

    assert unknown(vinegar, 2026)["年报报送率"] == "这一年还没有结束。"
    assert rates(vinegar, 2025)[0].caution == ""
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 31))
    early = rates(vinegar, 2025)[0]
    assert (early.value, early.caution) == (0.5, "报送期到 2026-03-31 为止，还会有报送的。")


def test_where_nobody_could_use_the_mark_no_rate_is_known(vinegar):
    figures(vinegar, makers=3)

    assert unknown(vinegar)["规范使用率"] == "这一年没有可以使用专用标志的核准。"
    assert found(vinegar)["用标覆盖率（户数）"] == (0, 3, 0.0)


@pytest.mark.parametrize("size", [1, 3])
def test_the_rates_of_all_products_cost_five_queries(size, django_assert_num_queries):
    for number in range(size):
        reported(user(make.product(f"p-{number}", f"产品{number}"), number))

    with django_assert_num_queries(5):
        assert len([one.rates for one in product_years(Authorisation.objects.all(), 2025)]) == size


# --- What sources say of the whole area ------------------------------------------------------------------------------


def test_the_figures_of_a_year_are_recorded_and_corrected_with_their_source(vinegar, official):
    new = NewSource({"title": "示例统计", "grade": "secondary"})
    first = record_figures(vinegar, 2025, by=official, makers=40, source=new, grade="secondary")
    second = record_figures(vinegar, 2025, by=official, makers=41, source=first.source, grade="secondary")

    assert (first.pk, second.makers, second.source.title) == (second.pk, 41, "示例统计")


def test_figures_without_a_figure_or_of_no_year_are_refused(vinegar, official):
    new = NewSource({"title": "示例统计", "grade": "secondary"})
    with pytest.raises(BadInput, match="户数、产量、产值至少要写一项。"):
        record_figures(vinegar, 2025, by=official, source=new, grade="secondary")
    with pytest.raises(BadInput, match="2027 年超出登记簿的范围。"):
        record_figures(vinegar, 2027, by=official, makers=1, source=new, grade="secondary")

    assert not Source.objects.filter(title="示例统计").exists()


def test_a_yield_holds_from_its_day_and_ends_what_held_before(vinegar, official):
    given = make.sourced()
    record_yield(vinegar, by=official, kg_per_hectare=15000, **given)
    record_yield(vinegar, by=official, kg_per_hectare=18000, valid_from=date(2025, 1, 1), **given)

    spans = [(row.kg_per_hectare, row.valid_from, row.valid_until) for row in Yield.objects.order_by("pk")]
    assert spans == [(15000, None, date(2025, 1, 1)), (18000, date(2025, 1, 1), None)]


def test_a_yield_without_a_day_or_before_the_last_is_refused(vinegar, official):
    given = make.sourced()
    record_yield(vinegar, by=official, kg_per_hectare=15000, valid_from=date(2025, 1, 1), **given)
    with pytest.raises(BadInput, match="请写明新的上限自何日起适用。"):
        record_yield(vinegar, by=official, kg_per_hectare=1, **given)
    with pytest.raises(BadInput, match="已有自 2025-01-01 或更晚起适用的单产上限。"):
        record_yield(vinegar, by=official, kg_per_hectare=1, valid_from=date(2025, 1, 1), **given)

    assert Yield.objects.count() == 1


@pytest.mark.parametrize("role", ["producer", "association", "agriculture", "auditor"])
def test_the_whole_area_is_for_those_who_keep_all(vinegar, role):
    somebody = make.person(role)
    with pytest.raises(NotAllowed, match="整个产区的数据由市场监管部门登记。"):
        record_figures(vinegar, 2025, by=somebody, makers=1, **make.sourced())
    with pytest.raises(NotAllowed, match="整个产区的数据由市场监管部门登记。"):
        record_yield(vinegar, by=somebody, kg_per_hectare=1, **make.sourced())
