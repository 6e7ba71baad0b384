from __future__ import annotations

from datetime import date

import pytest
from django.contrib.gis.geos import Point

from gi_registry.marks.alarms import alarms_of
from gi_registry.marks.ledger import reverse
from gi_registry.marks.models import Authorisation, Site, UseReport, Yield
from tests import make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 1)
PRINTED, LATER = date(2024, 4, 1), date(2024, 9, 1)


@pytest.fixture
def user():
    """An authorisation that holds since 2024-03-01."""
    return make.authorisation(make.producer(), make.product())


def said(on=TODAY):
    return [alarm.sentence for alarm in alarms_of(Authorisation.objects.all(), on)]


def ledger(user, *lines, quantity=1000, **values):
    """A batch of 2024-04-01 with lines of 2024-09-01."""
    batch = make.batch(user, quantity, **values)
    for kind, moved in lines:
        make.entry(batch, kind, moved, LATER)
    return batch


def site(user, hectares, **values):
    values = {"location": Point(117, 38.9, srid=4490), "datum": "CGCS2000"} | values
    return make.row(Site, {"authorisation": user, "name": f"地块 {user.sites.count()}"}, hectares=hectares, **values)


def bears(product, kg=15000, **values):
    values = {"source": make.source("standard", title="示例技术规范"), "grade": "primary"} | values
    return make.row(
        Yield, {"product": product, "valid_from": values.pop("valid_from", None)}, **values, kg_per_hectare=kg
    )


def report(user, year=2024, **values):
    return make.row(UseReport, {"authorisation": user, "year": year}, filed_on=date(2025, 2, 1), by="测试", **values)


# --- What cannot be --------------------------------------------------------------------------------------------------


def test_books_in_order_raise_no_alarm(user):
    ledger(user, ("issued", 1000), ("used", 900), ("spoiled", 10), ("returned", 90), ("scrapped", 90))
    report(user, printed=1000, used=900, output_t=5.0)

    assert said() == []


def test_a_stock_below_zero_explains_itself(user):
    ledger(user, ("issued", 1200), ("returned", 50), ("scrapped", 5))

    assert said() == [
        "批次 2024-0001 自 2024-09-01 起库存为 -155 枚：印制 1,000 枚、退回 50 枚，而发放 1,200 枚、未发放即销毁 5 枚。"
    ]


def test_a_hand_below_zero_explains_itself(user):
    ledger(user, ("issued", 500), ("used", 600), ("spoiled", 5), ("returned", 5))

    assert said() == [
        "批次 2024-0001 自 2024-09-01 起使用人手中为 -110 枚：发放 500 枚，而使用 600 枚、损毁 5 枚、退回 5 枚。"
    ]


def test_use_above_print_explains_itself_and_says_nothing_more(user):
    ledger(user, ("used", 1100), ("spoiled", 20))

    assert said() == [
        "批次 2024-0001 自 2024-09-01 起用得比印得多 120 枚：印制 1,000 枚，而使用 1,100 枚、损毁或销毁 20 枚。"
    ]


def test_what_a_later_line_mends_was_wrong_until_then(user):
    batch = make.batch(user, 100)
    for kind, moved, day in (("used", 50, 1), ("issued", 60, 3), ("returned", 20, 5), ("issued", 30, 9)):
        make.entry(batch, kind, moved, date(2024, 9, day))

    rest = "而使用 50 枚、损毁 0 枚"
    assert said() == [
        f"批次 2024-0001 2024-09-01 至 2024-09-02 期间使用人手中为 -50 枚：发放 0 枚，{rest}、退回 0 枚。",
        f"批次 2024-0001 2024-09-05 至 2024-09-08 期间使用人手中为 -10 枚：发放 60 枚，{rest}、退回 20 枚。",
    ]


def test_lines_of_one_day_have_no_order(user):
    ledger(user, ("used", 50), ("issued", 50))

    assert said() == []


def test_an_alarm_names_its_batch_and_goes_with_the_reversal(user):
    wrong = make.entry(ledger(user), "issued", 1200, LATER)
    (alarm,) = alarms_of(Authorisation.objects.all(), TODAY)
    assert (alarm.authorisation, alarm.batch, alarm.year) == (user, wrong.batch, None)

    reverse(wrong, by=make.person("market"), reason="记错")
    assert said() == []


def test_alarms_take_the_day(user):
    ledger(user, ("used", 1100))

    assert said(date(2024, 8, 31)) == []
    assert len(said(LATER)) == 1


# --- What the area can yield -----------------------------------------------------------------------------------------


def test_use_above_what_the_sites_can_bear_explains_itself(user):
    site(user, 1.0)
    site(user, 2.0)
    bears(user.product)
    ledger(user, ("issued", 12000), ("used", 12000), quantity=12000, net_kg=5.0)

    used, most = "使用标识 12,000 枚，按净含量折合 60 吨", "按每公顷 15,000 千克（示例技术规范）计最多产 45 吨"
    assert said() == [f"2024 年{used}，而登记的 3 公顷{most}，超出 15 吨。"]


def test_output_above_what_the_sites_can_bear_explains_itself(user):
    site(user, 2.5)
    bears(user.product)
    report(user, output_t=40.0)

    assert said() == [
        "2024 年报告产量 40 吨，而登记的 2.5 公顷按每公顷 15,000 千克（示例技术规范）计最多产 37.5 吨，超出 2.5 吨。"
    ]


def test_what_is_not_known_raises_no_alarm(user):
    bears(user.product)
    ledger(user, ("issued", 12000), ("used", 12000), quantity=12000, net_kg=5.0)
    assert said() == []  # no site

    site(user, 0.1)
    site(user, None)
    assert said() == []  # of one site the hectares are missing


def test_without_a_yield_or_a_net_weight_nothing_is_compared(user):
    site(user, 0.1)
    ledger(user, ("issued", 1000), ("used", 1000), net_kg=5.0)
    assert said() == []

    bears(user.product)
    assert len(said()) == 1
    Authorisation.objects.get().batches.update(net_kg=None)
    assert said() == []


def test_sites_and_yields_of_other_years_do_not_count(user):
    site(user, 0.1, valid_until=date(2024, 1, 1))
    site(user, 9.0)
    bears(user.product, 1, valid_from=date(2025, 1, 1))
    bears(user.product, 15000, valid_from=date(2020, 1, 1), valid_until=date(2025, 1, 1))
    report(user, output_t=134.0)
    assert said() == []

    report(user, output_t=136.0)
    assert len(said()) == 1


# --- What may not be -------------------------------------------------------------------------------------------------


def test_a_report_that_says_another_number_than_the_ledger_explains_itself(user):
    ledger(user, ("issued", 1000), ("used", 900))
    report(user, printed=1500, used=800)

    assert said() == [
        "2024 年报告印制 1,500 枚，流水记 1,000 枚，相差 500 枚。",
        "2024 年报告使用 800 枚，流水记 900 枚，相差 100 枚。",
    ]


def test_a_report_without_a_ledger_is_not_compared(user):
    report(user, printed=1500, used=800)

    assert said() == []


@pytest.mark.parametrize(
    ("state", "why"),
    [("suspended", "已停止使用资格"), ("cancelled", "已注销")],
)
def test_use_after_the_mark_may_not_be_used_explains_itself(state, why):
    user = make.authorisation(make.producer(), make.product(), state=state)  # until 2025-03-01
    batch = ledger(user, ("issued", 900))
    make.entry(batch, "used", 100, date(2025, 2, 28))
    make.entry(batch, "used", 200, date(2025, 3, 1))
    make.entry(batch, "used", 300, date(2025, 6, 1))

    assert said() == [f"2025-03-01 至 2025-06-01 之间使用 500 枚，当日{why}，不能使用专用标志。"]


def test_print_before_the_announcement_explains_itself(user):
    make.batch(user, 1000, printed_on=date(2024, 2, 1))

    assert said() == ["2024-02-01印制 1,000 枚，当日尚未核准，不能使用专用标志。"]


def test_use_after_a_term_has_run_out_explains_itself():
    user = make.authorisation(make.producer(), make.product(), basis="licensee", valid_until=LATER)
    ledger(user, ("issued", 900), ("used", 100))

    assert said() == ["2024-09-01使用 100 枚，当日已到期，不能使用专用标志。"]


@pytest.mark.parametrize("size", [1, 3])
def test_the_alarms_of_all_cost_seven_queries(size, django_assert_num_queries):
    for number in range(size):
        user = make.authorisation(
            make.producer(f"示例{number}", make.USCC[number]), make.product(f"p-{number}", f"产品{number}")
        )
        site(user, 0.1)
        bears(user.product)
        ledger(user, ("issued", 1200), ("used", 1200), net_kg=5.0)

    with django_assert_num_queries(7):
        assert len(said()) == 2 * size
