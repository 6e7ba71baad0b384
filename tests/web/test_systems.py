from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gi_registry.core import clock
from tests import make

pytestmark = pytest.mark.django_db

BACKEND = "gi_registry.parties.permissions.RegisterBackend"
HERE = "/desk/systems/duliu-laocu/"


@pytest.fixture(autouse=True)
def day(monkeypatch):
    """The register's day, on which every builder's evidence of 2026-03-01 still counts."""
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))


@pytest.fixture
def product():
    product = make.product()
    make.protection(product)
    return product


@pytest.fixture
def whole(product):
    """A product whose clauses are all met."""
    return make.satisfied(product, make.producer())


@pytest.fixture
def official(client):
    return signed_in(client, make.person("agriculture"))


def signed_in(client, person):
    client.force_login(person, backend=BACKEND)
    return client


def seen(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def cells(response):
    return list(load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True))


# --- All products ----------------------------------------------------------------------------------------------------


def test_the_table_shows_how_many_clauses_are_met_and_what_lapses_next(official, whole):
    page = seen(official, "/desk/systems/")

    assert page.count("已满足") == 4  # three systems and the choice of the filter
    assert f'<a href="{HERE}#S15">S15</a> <time' in page  # of what ends on 2027-03-01 the first
    assert "还有 273 天" in page


def test_the_table_changes_with_the_evidence(official, whole):
    assert "status-missing" not in seen(official, "/desk/systems/")
    make.quality_record(whole["report"].product, "use", make.producer("示例新厂", make.USCC[1]))
    make.maker(whole["report"].product, make.producer("示例新厂", make.USCC[1]))

    assert "status-missing" in seen(official, "/desk/systems/")


def test_the_table_is_filtered_by_name_and_by_the_status_of_a_system(official, whole):
    other = make.product("b", "乙")
    make.protection(other)

    def found(query):
        page = seen(official, f"/desk/systems/?{query}")
        return [name for name in ("独流老醋", "乙") if f">{name}</a>" in page]

    assert sorted(found("")) == sorted(["独流老醋", "乙"])
    assert found("q=老醋") == ["独流老醋"]
    assert found("system=testing&status=missing") == found("status=missing") == ["乙"]
    assert found("status=met") == ["独流老醋"]
    assert found("q=没有") == []


def test_a_word_that_no_filter_knows_is_refused(official, product):
    assert official.get("/desk/systems/?status=wonderful").status_code == 400


def test_the_table_as_of_a_day_in_the_past(official, whole):
    assert "0/" in seen(official, "/desk/systems/?on=2025-01-01")


def test_a_look_back_says_that_it_knows_what_came_later(official, whole):
    pages = ("/desk/systems/", HERE, f"{HERE}print/")

    said = [
        ("登记簿今天知道的材料" in seen(official, f"{page}{query}"))
        for page in pages
        for query in ("", "?on=2026-05-31")
    ]

    assert said == [False, True] * 3


@pytest.mark.parametrize("size", [1, 3])
def test_the_table_costs_as_many_queries_for_one_as_for_three(official, size, django_assert_num_queries):
    for product in make.register(size):
        make.quality_record(product, "plan_testing")

    with django_assert_num_queries(11):
        seen(official, "/desk/systems/")


def test_a_second_look_at_the_table_asks_only_who_looks_and_for_the_revision(
    official, whole, django_assert_num_queries
):
    seen(official, "/desk/systems/")

    with django_assert_num_queries(3):
        seen(official, "/desk/systems/")


def test_the_table_as_a_workbook(official, whole):
    heading, row = cells(official.get("/desk/systems.xlsx"))

    assert heading[:4] == ("产品", "标准化体系", "标准化体系满足（条）", "标准化体系适用（条）")
    assert row[:2] == ("独流老醋", "已满足")
    assert row[2] == row[3]


def test_associations_see_their_products_only(client, whole):
    stranger = signed_in(client, make.person("association", party=make.producer("示例协会", make.USCC[2])))

    assert "独流老醋" not in seen(stranger, "/desk/systems/")
    assert stranger.get(HERE).status_code == 403


# --- One product -----------------------------------------------------------------------------------------------------


def test_a_product_shows_every_clause_with_a_sentence_and_its_evidence(official, whole):
    page = seen(official, HERE)

    for key in ("S1", "S15", "Q1", "Q15", "T1", "T15"):
        assert f'id="{key}"' in page
    assert "T4 已满足：示例检验中心的资质认定 示例证书1号" in page
    assert f'href="{HERE}reports/{whole["report"].key}/"' in page
    assert "适用的条款都已满足" in page


def test_what_is_to_be_done_stands_under_who_does_it(official, product):
    page = seen(official, HERE)
    todo = page[page.index('id="next-title"') : page.index('id="clauses"')]

    assert '<a href="#T1">T1</a> 提交检测体系规划文件' in todo
    assert todo.index("政府") < todo.index("生产者")


def test_a_lapsed_clause_says_when_it_lapsed_and_what_restores_it(official, product):
    make.lab_report(product, make.laboratory(), issued_on=date(2024, 1, 1), sampled_on=date(2023, 12, 1))

    assert "T5 未满足：最近一份特色质量检验检测报告（报告 示例-1）于 2025-01-01 到期" in seen(official, HERE)


def test_clauses_are_filtered_by_words_system_status_and_who(official, whole):
    def found(query):
        page = seen(official, f"{HERE}?{query}")
        return [key for key in ("S1", "S13", "Q1", "T1", "T9") if f'id="{key}"' in page]

    assert found("q=检测体系") == ["T1", "T9"]  # an alias of 检验检测体系
    assert found("system=quality") == ["Q1"]
    assert found("status=not_applicable") == ["T9"]
    assert found("who=government") == ["S1", "S13", "Q1", "T1"]
    assert found("q=没有这样的") == []


def test_a_failed_line_stays_on_the_page_behind_a_later_pass(official, whole):
    product, laboratory = whole["report"].product, whole["appointment"].laboratory
    failed = make.lab_report(
        product, laboratory, whole["report"].producer, number="示例-败", results={"总酸": ("4.2", "g/100mL")}
    )
    make.lab_report(
        product,
        laboratory,
        whole["report"].producer,
        number="示例-复",
        retest_of=failed,
        issued_on=date(2026, 4, 1),
        results={"总酸": ("5.4", "g/100mL")},
        note="换瓶复检",
    )
    page = seen(official, HERE)

    assert "总酸 4.2 g/100mL 不合格" in page
    assert "复检合格" in page


def test_the_figure_says_in_words_what_it_draws(official, whole):
    page = seen(official, HERE)

    assert '<desc id="systems-desc">标准化体系已满足，适用' in page
    assert "<title>T1 已满足</title>" in page


def test_who_only_reads_is_offered_nothing_to_write(client, whole):
    auditor = signed_in(client, make.person("auditor"))

    assert "/attach/" not in seen(auditor, HERE)
    assert "/new/" not in seen(auditor, f"{HERE}evidence/")


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_product_costs_as_many_queries_for_one_record_as_for_three(
    official, product, pieces, django_assert_num_queries
):
    for number in range(pieces):
        make.quality_record(product, "plan_testing", title=f"示例{number}")

    with django_assert_num_queries(12):
        seen(official, HERE)


def test_a_product_on_paper_and_as_a_workbook(official, whole):
    assert "T4 已满足" in seen(official, f"{HERE}print/")
    heading, *rows = cells(official.get(f"{HERE}systems.xlsx"))

    assert heading[:6] == ("产品", "截至", "体系", "条款", "要求", "责任人")
    assert len(rows) == 45
    assert (rows[0][0], rows[0][1].date()) == ("独流老醋", date(2026, 6, 1))
    assert rows[0][3:5] == ("S1", "政府规划并实施标准体系")
    assert "示例plan_standards（自 2026-03-01 起）" in rows[0]
    counted = {row[3]: row[heading.index("计入")] for row in rows}
    assert (counted["S1"], counted["T9"]) == ("是", "否")


def test_evidence_is_found_by_its_name(official, whole):
    found = seen(official, f"{HERE}?q=CMA")

    assert ('id="T4"' in found, 'id="S1"' in found) == (True, False)
    assert 'id="T5"' in seen(official, f"{HERE}?q=示例-1")


def test_much_evidence_is_folded_behind_the_newest(official, whole):
    product, laboratory = whole["report"].product, whole["appointment"].laboratory
    for month in (3, 4, 5):
        day = date(2026, month, 20)
        make.lab_report(product, laboratory, whole["report"].producer, sampled_on=day, issued_on=day)
    page = seen(official, HERE)
    clause = page[page.index('id="T5"') : page.index('id="T6"')]

    assert "另有 1 件" in clause
    assert clause.index("示例-4") < clause.index("另有 1 件") < clause.index("示例-1")


def test_associations_are_offered_their_part_and_nothing_that_officials_do(client, product):
    keeper = make.producer("示例协会", make.USCC[2])
    make.row(make.Part, {"product": product, "party": keeper, "part": "association"}, **make.sourced())
    own = signed_in(client, make.person("association", party=keeper))
    table, page = seen(own, "/desk/systems/"), seen(own, HERE)

    assert ("导入检验检测报告" in table, "做一次评估" in table, "做一次评估" in page) == (True, False, False)
    assert '<details class="card more" open><summary><strong>申请人或注册人' in page
    assert "独流老醋不在您负责的范围内。" in other_product(own)


def other_product(own):
    make.product("b", "独流老醋乙")
    return own.get("/desk/systems/b/").content.decode().replace("乙", "")


def test_what_is_to_be_done_names_the_producers_who_lack_it(official, whole):
    make.maker(whole["report"].product, make.producer("示例新厂", make.USCC[1]))
    page, paper = seen(official, HERE), seen(official, f"{HERE}print/")

    assert "提交标签样张核对（示例新厂）" in page
    assert "提交标签样张核对（示例新厂）" in paper


# --- Three years, clauses --------------------------------------------------------------------------------------------


def test_the_trend_has_36_months_and_ends_today(official, whole, django_assert_num_queries):
    with django_assert_num_queries(10):
        page = seen(official, f"{HERE}trend/")

    assert page.count('<th scope="row">20') == 36
    assert '<th scope="row">2026-06</th><td data-label="标准化体系">100%</td>' in page
    assert '<th scope="row">2023-07</th>' in page


def test_the_clauses_are_found_by_another_name_of_their_system(official):
    page = seen(official, "/desk/systems/clauses/?q=质量保证体系")

    assert 'id="Q15"' in page
    assert 'id="T2"' not in page
    assert "又称 质量保证体系、质量控制体系" in page


def test_model_clauses_and_assumed_terms_say_so(official):
    page = seen(official, "/desk/systems/clauses/?q=Q5")

    assert "样板，不计入" in page
    assert "（假定，法律没有规定）" in page


# --- The public ------------------------------------------------------------------------------------------------------


def test_the_public_page_counts_clauses_and_names_no_evidence(client, whole):
    page = seen(client, "/products/duliu-laocu/")
    part = page[page.index('id="systems-title"') :]

    assert "条要求都有有效材料" in part
    assert "<title>政府规划并实施检测体系：有有效材料</title>" in part
    assert "由谁检验，检验结果是否合格。" in part
    assert "<li>政府规划并实施检测体系</li>" in part
    for hidden in ("示例检验中心", "示例-1", "示例plan_testing", "示例证书"):
        assert hidden not in part[: part.index("</section>")]


def test_the_public_page_says_that_nothing_was_handed_in_not_that_nothing_was_done(client, product):
    page = seen(client, "/products/duliu-laocu/")

    assert "登记簿还没有有效材料" in page
    assert "不等于没有做到" in page


def test_the_public_page_is_silent_where_nothing_is_asked(client):
    make.product()

    assert "systems-title" not in seen(client, "/products/duliu-laocu/")
