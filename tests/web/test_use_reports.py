from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gi_registry.core import clock
from gi_registry.marks.models import UseReport, YearFigures, Yield
from tests import make

pytestmark = pytest.mark.django_db

REPORT = {"output_t": "30", "value_wan": "60.5", "printed": "1000", "used": "900", "left": "100", "sold_where": "天津"}
FIGURES = {"makers": "4", "output_t": "100", "value_wan": "", "grade": "secondary"}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 4))


@pytest.fixture
def user():
    return make.authorisation(make.producer(), make.product(), code="TEAM00001")


@pytest.fixture
def official(client):
    return signed_in(client, make.person("market"))


def signed_in(client, person):
    client.force_login(person, backend="gi_registry.parties.permissions.RegisterBackend")
    return client


def seen(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def reported(user, **values):
    return make.row(UseReport, {"authorisation": user, "year": 2025}, filed_on=date(2026, 2, 1), by="测试", **values)


def figures(user, **values):
    return make.row(YearFigures, {"product": user.product, "year": 2025}, **make.sourced() | values)


def test_the_last_year_that_is_over_is_shown_first_with_its_rates_and_what_is_missing(official, user):
    page = seen(official, "/desk/reports/")

    assert '<a class="button" href="/desk/reports/2025/" aria-current="page">2025</a>' in page
    assert "还没有报送：1 件" in page
    assert "已过期" in page
    assert "/desk/reports/2025/marks/TEAM00001/" in page
    reported(user)
    assert "还没有报送" not in seen(official, "/desk/reports/")


def test_a_running_year_has_nothing_missing(official, user):
    page = seen(official, "/desk/reports/2026/")

    assert "2026 年还没有结束" in page
    assert "还没有报送：" not in page


@pytest.mark.parametrize("year", [2019, 2027])
def test_other_years_are_not_there(official, year):
    assert official.get(f"/desk/reports/{year}/").status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_the_year_costs_as_many_queries_for_one_product_as_for_three(official, size, django_assert_num_queries):
    for number in range(size):
        made = make.authorisation(
            make.producer(f"示例{number}", make.USCC[number]), make.product(f"p-{number}", f"产品{number}")
        )
        reported(made, output_t=1.0)

    with django_assert_num_queries(9):
        seen(official, "/desk/reports/2025/")


def test_a_product_shows_each_rate_with_its_definition_or_why_it_is_not_known(official, user):
    reported(user, output_t=30.0)
    figures(user, makers=4)
    page = seen(official, "/desk/reports/2025/duliu-laocu/")

    for part in ("25%", "1 ÷ 4 户", "100%", "没有使用人报告。", "当年可以使用专用标志的生产者 ÷ 产地范围内的生产者"):
        assert part in page
    assert page.count('class="rate"') == page.count("rate-definition") == 5


def test_who_has_not_reported_is_named_and_offered_the_form(official, user):
    page = seen(official, "/desk/reports/2025/duliu-laocu/")

    assert "还没有报送" in page
    assert "/desk/reports/2025/marks/TEAM00001/" in page


def test_a_liaison_reads_the_reports_of_its_unit_and_the_rates_of_all(client, user):
    unit = make.place()
    make.area(user.product, make.shapes.square(117, 38.8, 0.1)).units.set([unit])
    near = make.authorisation(
        make.producer("示例本镇", make.USCC[1], unit=unit), user.product, basis="licensee", code="TEAM00002"
    )
    page = seen(signed_in(client, make.person("liaison", unit=unit)), "/desk/reports/2025/duliu-laocu/")

    assert near.producer.name in page
    assert user.producer.name not in page
    assert "另有 1 件不在您负责的范围内" in page
    assert "0 ÷ 2 件" in page


def test_a_report_begins_with_what_the_ledger_says_and_is_then_corrected(official, user):
    batch = make.batch(user, 1000, printed_on=date(2025, 4, 1))
    make.entry(batch, "used", 900, date(2025, 6, 1))
    address = "/desk/reports/2025/marks/TEAM00001/"
    page = seen(official, address)
    assert "流水记这一年印制 1,000 枚、使用 900 枚，年末结存 100 枚。" in page
    assert 'name="used" value="900"' in page

    official.post(address, REPORT | {"last_used_on": "2025-06-01"})
    report = UseReport.objects.get()
    assert (report.output_t, report.used, report.last_used_on, report.sold_where) == (
        *(30.0, 900),
        *(date(2025, 6, 1), "天津"),
    )
    assert 'name="value_wan" value="60.5"' in seen(official, address)


def test_a_report_that_somebody_changed_meanwhile_is_shown_and_not_covered(official, user):
    address = "/desk/reports/2025/marks/TEAM00001/"
    official.post(address, REPORT)
    response = official.post(address, REPORT | {"used": "901", "seen": "1"})

    assert response.status_code == 409
    assert '<div class="now"><span>现在登记的</span> 900</div>' in response.content.decode()
    assert UseReport.objects.get().used == 900


def test_a_year_in_which_nothing_could_be_used_takes_no_report(official, user):
    response = official.post("/desk/reports/2023/marks/TEAM00001/", REPORT)

    assert response.status_code == 400
    assert "2023 年不能使用专用标志，没有要报送的。" in response.content.decode()


def test_producers_report_their_own_year_and_a_rival_does_not(client, user):
    address = "/desk/reports/2025/marks/TEAM00001/"
    rival = make.producer("示例对手有限公司", make.USCC[1])
    assert signed_in(client, make.person("producer", "rival", party=rival)).post(address, REPORT).status_code == 404
    assert not UseReport.objects.exists()

    signed_in(client, make.person("producer", "own", party=user.producer)).post(address, REPORT)
    assert UseReport.objects.get().by == "own"


def test_what_a_source_says_of_the_whole_area_is_recorded(official, user):
    address = "/desk/reports/2025/duliu-laocu/area/"
    response = official.post(address, FIGURES | {"source": make.source().key}, follow=True)
    assert response.redirect_chain == [("/desk/reports/2025/duliu-laocu/", 302)]
    assert (YearFigures.objects.get().makers, YearFigures.objects.get().value_wan) == (4, None)
    assert 'name="makers" value="4"' in seen(official, address)


def test_without_a_source_nothing_is_recorded(official, user):
    assert official.post("/desk/reports/2025/duliu-laocu/area/", FIGURES).status_code == 400
    assert not YearFigures.objects.exists()


def test_what_a_hectare_can_bear_is_recorded(official, user):
    given = {"kg_per_hectare": "15000", "valid_from": "", "source": make.source().key, "grade": "primary"}
    official.post("/desk/reports/yields/duliu-laocu/new/", given)

    assert Yield.objects.get().kg_per_hectare == 15000
    assert "每公顷 15,000 千克" in seen(official, "/desk/reports/2025/duliu-laocu/")


def test_the_workbook_has_reports_and_rates(official, user):
    reported(user, output_t=30.0)
    figures(user, output_t=100.0)
    book = load_workbook(BytesIO(official.get("/desk/reports/2025/reports.xlsx").content))
    _heading, report = book["年度报告"].iter_rows(values_only=True)
    rates = {row[1]: row[2:5] for row in book["比率"].iter_rows(min_row=2, values_only=True)}

    assert report[:4] == ("独流老醋", "示例酿造有限公司", make.USCC[0], "TEAM00001")
    assert report[5:] == (30, *[None] * 7)
    assert rates == {
        "年报报送率": (100, 1, 1),
        "规范使用率": (100, 1, 1),
        "用标覆盖率（户数）": (None, 1, None),
        "用标覆盖率（产量）": (30, 30, 100),
        "用标覆盖率（产值）": (None, None, None),
    }
