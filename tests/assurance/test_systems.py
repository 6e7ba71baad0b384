from __future__ import annotations

from datetime import date, timedelta

import pytest

from gi_registry.assurance import systems
from gi_registry.assurance.clauses import CLAUSES, VERSIONS
from gi_registry.assurance.models import Limit, Qualification, Value
from gi_registry.assurance.systems import Status, answer
from gi_registry.core.history import drop, put
from gi_registry.products.models import Protection
from tests import make

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 15)

# What each piece of evidence carries, when everything is there.
RESTS_ON = {
    "standard": {"S2", "S3", "S13", "T6", "T11"},
    "appointment": {"T2"},
    "qualification": {"T4"},
    "report": {"T3", "T5", "T6", "T10", "T11"},
    "plan_standards": {"S1"},
    "match": {"S4"},
    "sample": {"S5"},
    "content": {"S6"},
    "drafting": {"S7"},
    "terms": {"S8"},
    "technical_code": {"S9"},
    "rules": {"S10"},
    "declaration": {"S11"},
    "mandatory": {"S12"},
    "label": {"S14", "Q9"},
    "production": {"S15"},
    "plan_quality": {"Q1"},
    "management": {"Q2"},
    "internal": {"Q3"},
    "farming": {"Q4"},
    "ledger": {"Q5"},
    "tracing": {"Q6"},
    "control": {"Q7"},
    "promise": {"Q8"},
    "use": {"Q10"},
    "disclosure": {"Q11"},
    "training": {"Q12"},
    "bylaws": {"Q13"},
    "no_accident": {"Q14"},
    "grading": {"Q15"},
    "plan_testing": {"T1"},
    "staff": {"T8"},
    "supervision": {"T9"},
    "truthful": {"T12"},
    "spot_check": {"T13"},
    "local_lab": {"T14"},
    "assessed_lab": {"T15"},
}


@pytest.fixture
def product():
    """A farm product under every regime, so that every clause applies."""
    product = make.product("taitou-xigua", "台头西瓜", "fruit")
    for regime in ("product", "certification", "agricultural"):
        make.protection(product, regime=regime)
    return product


@pytest.fixture
def pieces(product):
    return make.satisfied(product, make.producer())


def statuses(product, day=DAY):
    return {one.clause.key: one.status for one in answer(product, day).clauses}


def sentence(product, key, day=DAY):
    return next(one.sentence for one in answer(product, day).clauses if one.clause.key == key)


def changed(before, after):
    return {key for key in before if before[key] != after[key]}


def test_with_all_evidence_every_clause_is_met_and_no_retest_is_asked_for(product, pieces):
    assert statuses(product) == dict.fromkeys(VERSIONS, Status.MET) | {"T7": Status.NOT_APPLICABLE}


def test_without_any_evidence_no_clause_is_met(product):
    assert statuses(product) == dict.fromkeys(VERSIONS, Status.MISSING) | {"T7": Status.NOT_APPLICABLE}


@pytest.mark.parametrize("name", RESTS_ON)
def test_taking_away_one_piece_changes_exactly_the_clauses_that_rest_on_it(product, pieces, name):
    before = statuses(product)

    for child in [*getattr(pieces[name], "values", Value.objects.none()).all()] if name == "report" else []:
        drop(child, by="测试")
    drop(pieces[name], by="测试")

    assert changed(before, statuses(product)) == RESTS_ON[name]


def test_every_clause_but_that_on_retests_rests_on_some_piece(product, pieces):
    assert set(RESTS_ON) == set(pieces)
    assert set().union(*RESTS_ON.values()) == set(VERSIONS) - {"T7"}


@pytest.mark.parametrize("name", [name for name in RESTS_ON if name not in {"standard", "appointment", "report"}])
def test_ending_one_piece_lets_exactly_its_clauses_lapse(product, pieces, name):
    before = statuses(product)

    put(type(pieces[name]), {"pk": pieces[name].pk}, {"valid_until": DAY}, by="测试")

    after = statuses(product)
    assert changed(before, after) == RESTS_ON[name]
    assert {after[key] for key in RESTS_ON[name]} == {Status.LAPSED}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Value, {"text": "4.9"}),
        (Value, {"text": "<0.01"}),
        (Limit, {"lower": 6}),
        (Limit, {"lower": None, "upper": 5}),
    ],
)
def test_a_value_or_a_limit_that_makes_a_line_fail_changes_only_passing_and_retests(product, pieces, model, values):
    before = statuses(product)

    put(model, {"pk": model.objects.get().pk}, values, by="测试")

    after = statuses(product)
    assert changed(before, after) == {"T11", "T7"}
    assert (after["T11"], after["T7"]) == (Status.MISSING, Status.MISSING)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Value, {"unit": "mg/kg"}),
        (Value, {"text": "未检出"}),
        (Value, {"text": "<6"}),
        (Limit, {"method": "GB 12456"}),
        (Limit, {"goods": "特级"}),
    ],
)
def test_a_line_that_cannot_be_compared_neither_passes_nor_fails(product, pieces, model, values):
    before = statuses(product)

    put(model, {"pk": model.objects.get().pk}, values, by="测试")

    assert changed(before, statuses(product)) == {"T11"}
    assert "不能与限值比较" in sentence(product, "T11")


# --- Sentences -------------------------------------------------------------------------------------------------------


def test_a_lapsed_clause_names_the_evidence_its_day_and_what_restores_it(product, pieces):
    put(type(pieces["report"]), {"pk": pieces["report"].pk}, {"valid_until": date(2026, 8, 1)}, by="测试")

    assert sentence(product, "T5", date(2026, 8, 1)) == (
        "T5 未满足：示例酿造有限公司：最近一份特色质量检验检测报告（报告 示例-1）于 2026-08-01 到期；"
        "提交新的特色质量检验检测报告后恢复。"
    )


def test_what_ends_within_sixty_days_is_expiring_and_says_how_long(product, pieces):
    put(type(pieces["report"]), {"pk": pieces["report"].pk}, {"valid_until": date(2026, 8, 1)}, by="测试")

    assert statuses(product, date(2026, 6, 1))["T5"] is Status.MET
    assert statuses(product, date(2026, 6, 2))["T5"] is Status.EXPIRING
    assert sentence(product, "T5", date(2026, 7, 31)) == (
        "T5 即将到期：示例酿造有限公司：报告 示例-1将于 2026-08-01 到期，还有 1 天；"
        "提交新的特色质量检验检测报告后继续满足。"
    )


def test_an_end_that_is_our_assumption_says_so(product, pieces):
    assert sentence(product, "T12") == (
        "T12 已满足：示例truthful，2026-03-01 起，2027-03-01 到期（材料没有写有效期，按本登记簿的假定计算）。"
    )


def test_missing_evidence_says_what_to_hand_in(product):
    assert sentence(product, "S1") == "S1 未满足：没有登记标准体系规划文件；提交标准体系规划文件后满足。"


# --- As of any day ---------------------------------------------------------------------------------------------------


def test_a_clause_does_not_apply_before_its_law_came_into_force(product, pieces):
    assert statuses(product, date(2024, 1, 31))["S1"] is Status.NOT_APPLICABLE
    assert sentence(product, "S1", date(2024, 1, 31)) == "S1 不适用：所依据的地理标志产品保护办法自 2024-02-01 起施行。"
    assert statuses(product, date(2024, 2, 1))["S1"] is Status.MISSING


def test_evidence_counts_from_the_day_it_was_made(product, pieces):
    assert statuses(product, date(2026, 2, 28))["S1"] is Status.MISSING
    assert statuses(product, date(2026, 3, 1))["S1"] is Status.MET


def test_evidence_recorded_later_changes_no_day_before_it(product, pieces):
    put(type(pieces["report"]), {"pk": pieces["report"].pk}, {"valid_until": date(2026, 8, 1)}, by="测试")
    before = [statuses(product, day) for day in (date(2026, 7, 1), date(2026, 8, 1))]

    make.lab_report(
        *(product, make.laboratory(), make.producer()),
        number="示例-2",
        sampled_on=date(2026, 8, 2),
        issued_on=date(2026, 8, 9),
        results={"总酸": ("5.6", "g/100mL")},
    )

    assert [statuses(product, day) for day in (date(2026, 7, 1), date(2026, 8, 1))] == before
    assert statuses(product, date(2026, 8, 9))["T5"] is Status.MET


def test_protections_and_producers_are_those_of_the_day():
    product = make.product()
    make.protection(product, valid_from=date(2025, 1, 1))
    make.maker(product, make.producer(), valid_until=date(2026, 1, 1))
    make.maker(product, make.producer("示例合作社", make.USCC[1]), valid_from=date(2026, 1, 1))
    make.quality_record(product, "internal", make.producer(), made_on=date(2025, 6, 1))

    assert statuses(product, date(2024, 12, 31))["Q3"] is Status.NOT_APPLICABLE
    assert sentence(product, "Q3", date(2024, 12, 31)).startswith("Q3 不适用：2024-12-31 登记簿里没有")
    assert statuses(product, date(2025, 12, 31))["Q3"] is Status.MET
    assert statuses(product, date(2026, 1, 1))["Q3"] is Status.MISSING


def test_many_days_cost_no_more_than_one(product, pieces, django_assert_num_queries):
    days = [date(2026, 11, 24) - timedelta(days=30 * month) for month in range(36)]

    with django_assert_num_queries(5):
        found = systems.over(product, days)

    assert [one.day for one in found] == days


@pytest.mark.parametrize("size", [1, 3])
def test_one_product_and_three_cost_five_queries(size, django_assert_num_queries):
    products = make.register(size)
    for one in products:
        make.satisfied(one, make.producer())

    with django_assert_num_queries(5):
        found = list(systems.answers([one.pk for one in products], DAY))

    assert [one.slug for one in found] == [one.slug for one in products]


# --- What applies ----------------------------------------------------------------------------------------------------


def test_a_candidate_is_not_asked_for_what_follows_protection():
    product = make.product()
    make.protection(product, stage="candidate")

    assert statuses(product)["S2"] is Status.MISSING
    assert sentence(product, "S3") == "S3 不适用：获得保护以后才适用。"


def test_clauses_of_farm_products_are_not_asked_of_vinegar():
    product = make.product()
    make.protection(product)

    assert sentence(product, "Q4") == "Q4 不适用：只适用于瓜果、畜禽、蔬菜及制品、其他。"


@pytest.mark.parametrize(("category", "regime"), [("other", "product"), ("condiment", "agricultural")])
def test_clauses_of_farm_products_are_asked_of_grain_and_of_whatever_is_registered_as_a_farm_product(category, regime):
    product = make.product("xiaozhan-dao", "示例稻", category)
    make.protection(product, regime=regime)

    assert {key: statuses(product)[key] for key in ("Q4", "Q8", "T10", "T13")} == dict.fromkeys(
        ("Q4", "Q8", "T10", "T13"), Status.MISSING
    )


def test_the_condition_of_the_zones_is_shown_and_does_not_count(product, pieces):
    drop(pieces["no_accident"], by="测试")

    found = {system.system: system for system in answer(product, DAY).systems}["quality"]
    assert (found.status, statuses(product)["Q14"]) == (Status.MET, Status.MISSING)
    assert sentence(product, "Q14", date(2021, 1, 31)) == (
        "Q14 不适用：所依据的国家地理标志产品保护示范区建设管理办法（试行）在 2021-02 才有。"
    )


def test_what_there_was_only_after_the_application_says_so():
    product = make.product()
    make.protection(product, valid_from=date(2010, 12, 1))
    make.standard(product, "GB/T 99991-2025", issued_on=date(2025, 1, 1), valid_from=date(2025, 7, 1))
    assert sentence(product, "S2") == (
        "S2 已满足：GB/T 99991-2025，2025-01-01 起（保护自 2010-12-01 起，这是申请以后才有的）。"
    )

    make.standard(product, "DB12/T 412-2009", issued_on=date(2009, 1, 1), valid_from=date(2009, 7, 1))
    assert sentence(product, "S2") == "S2 已满足：DB12/T 412-2009，2009-01-01 起。"


def test_clauses_of_another_regime_are_not_asked():
    product = make.product()
    make.protection(product)

    assert sentence(product, "S10") == "S10 不适用：只适用于集体商标、证明商标。"


def test_model_clauses_are_shown_and_do_not_count(product, pieces):
    full = {system.system: (system.met, system.asked) for system in answer(product, DAY).systems}
    drop(pieces["local_lab"], by="测试")
    drop(pieces["assessed_lab"], by="测试")

    found = {system.system: system for system in answer(product, DAY).systems}
    assert {system: (one.met, one.asked) for system, one in found.items()} == full
    assert found["testing"].status is Status.EXPIRING or found["testing"].status is Status.MET
    assert {one.clause.key for one in found["testing"].clauses if one.status is Status.MISSING} == {"T14", "T15"}


def test_a_system_stands_as_the_worst_of_its_clauses(product, pieces):
    assert [system.status for system in answer(product, DAY).systems] == [Status.MET] * 3
    drop(pieces["rules"], by="测试")

    found = answer(product, DAY)
    assert [system.status for system in found.systems] == [Status.MISSING, Status.MET, Status.MET]
    assert found.status is Status.MISSING


# --- Producers -------------------------------------------------------------------------------------------------------


def test_a_clause_for_producers_stands_as_the_worst_of_them_and_names_it(product, pieces):
    make.maker(product, make.producer("示例合作社", make.USCC[1]))

    found = next(one for one in answer(product, DAY).clauses if one.clause.key == "Q3")

    assert found.status is Status.MISSING
    assert found.sentence == (
        "Q3 未满足：2 家生产者中示例合作社未满足：没有登记内部质量管理制度、岗位规范和考核办法；"
        "提交内部质量管理制度、岗位规范和考核办法后满足。"
    )
    assert {one.producer: one.status for one in found.producers} == {
        "示例酿造有限公司": Status.MET,
        "示例合作社": Status.MISSING,
    }


def test_all_producers_that_lack_something_are_named(product, pieces):
    for name, code in zip(("示例甲社", "示例乙社"), make.USCC[1:], strict=False):
        make.maker(product, make.producer(name, code))

    found = next(one for one in answer(product, DAY).clauses if one.clause.key == "Q3")

    assert found.whose == ("示例甲社", "示例乙社")
    assert found.sentence.startswith("Q3 未满足：3 家生产者中 2 家未满足（示例甲社、示例乙社），如示例甲社：没有登记")


def test_evidence_of_one_producer_does_not_speak_for_another(product, pieces):
    other = make.producer("示例合作社", make.USCC[1])
    make.maker(product, other)
    before = statuses(product)

    make.quality_record(product, "internal", other)

    assert changed(before, statuses(product)) == {"Q3"}


def test_where_no_producer_is_known_the_evidence_of_any_counts():
    product = make.product()
    make.protection(product)
    make.quality_record(product, "internal")

    assert statuses(product)["Q3"] is Status.MET


# --- Failed lines ----------------------------------------------------------------------------------------------------


FAILED = "总酸 4.9 g/100mL 不合格：不在 ≥5 g/100mL 之内"


@pytest.fixture
def failed(product, pieces):
    report = pieces["report"]
    put(Value, {"report": report}, {"text": "4.9"}, by="测试")
    return report


def test_a_later_pass_does_not_hide_a_failed_line(product, pieces, failed):
    make.lab_report(product, make.laboratory(), make.producer(), number="示例-2", results={"总酸": ("5.6", "g/100mL")})

    found = next(one for one in answer(product, DAY).clauses if one.clause.key == "T11")

    assert found.status is Status.MISSING
    assert found.sentence == (
        f"T11 未满足：示例酿造有限公司：报告 示例-1（2026-03-01 签发）的{FAILED}；提交“总酸”复检合格的报告后满足。"
    )


def test_a_retest_that_passes_settles_a_failed_line_which_stays_on_the_page(product, pieces, failed):
    make.lab_report(
        *(product, make.laboratory(), make.producer()),
        number="示例-2",
        retest_of=failed,
        note="复检：换批重检",
        issued_on=date(2026, 3, 10),
        results={"总酸": ("5.6", "g/100mL")},
    )

    before, after = statuses(product, date(2026, 3, 9)), statuses(product, date(2026, 3, 10))
    found = next(one for one in answer(product, DAY).clauses if one.clause.key == "T11")

    assert changed(before, after) == {"T7", "T11"}
    assert (after["T7"], after["T11"]) == (Status.MET, Status.MET)
    assert [(str(line), line.note) for line in found.failed] == [
        (
            f"报告 示例-1（2026-03-01 签发）的{FAILED}；报告 示例-2（2026-03-10 签发）复检合格",
            "复检：换批重检",
        )
    ]


def test_a_retest_that_fails_leaves_the_line_open_until_one_of_its_own_passes(product, pieces, failed):
    again = make.lab_report(
        *(product, make.laboratory(), make.producer()),
        number="示例-2",
        retest_of=failed,
        note="复检",
        issued_on=date(2026, 3, 5),
        results={"总酸": ("4.8", "g/100mL")},
    )
    assert statuses(product)["T11"] is Status.MISSING

    make.lab_report(
        *(product, make.laboratory(), make.producer()),
        number="示例-3",
        retest_of=again,
        note="再复检",
        issued_on=date(2026, 3, 10),
        results={"总酸": ("5.6", "g/100mL")},
    )
    assert (statuses(product)["T7"], statuses(product)["T11"]) == (Status.MET, Status.MET)


def test_what_restores_a_report_with_two_failed_lines_names_both(product, pieces, failed):
    make.row(Limit, {"standard": pieces["standard"], "parameter": "还原糖"}, upper=1, unit="g/100mL")
    make.row(Value, {"report": failed, "parameter": "还原糖"}, text="2", unit="g/100mL")

    found = {one.clause.key: one for one in answer(product, DAY).clauses}

    assert [found[key].restores for key in ("T7", "T11")] == ["提交“总酸”“还原糖”复检合格的报告"] * 2
    assert "（另有 1 项不合格）" in found["T11"].sentence


def test_reports_stand_newest_first_where_a_failed_line_is_open_too(product, pieces, failed):
    make.lab_report(product, make.laboratory(), make.producer(), number="示例-2", issued_on=date(2026, 3, 10))

    found = {one.clause.key: one for one in answer(product, DAY).clauses}

    assert [piece.title for piece in found["T11"].evidence] == ["报告 示例-2", "报告 示例-1"]


def test_a_milder_standard_that_a_report_names_does_not_hide_what_the_protection_asks(product, pieces):
    make.standard(product, "Q/SL 1-2020", limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 1}])
    put(type(pieces["report"]), {"pk": pieces["report"].pk}, {"standard_number": "Q/SL 1-2020"}, by="测试")
    put(Value, {"report": pieces["report"]}, {"text": "4.9"}, by="测试")

    assert statuses(product)["T11"] is Status.MISSING
    assert [line.number for line in found(product, "T11").failed] == ["示例-1"]


def test_a_report_that_passes_in_part_says_so_and_stands_behind_one_that_passes_wholly(product, pieces):
    make.row(Value, {"report": pieces["report"], "parameter": "镉"}, text="0.1", unit="mg/kg")
    assert found(product, "T11").sentence == (
        "T11 已满足：示例酿造有限公司：报告 示例-1，2026-03-01 起，2027-03-01 到期"
        "（材料没有写有效期，按本登记簿的假定计算）"
        "（2 项中 1 项合格，1 项不可比：镉，GB/T 99991-2020 没有登记“镉”的限值）。"
    )

    earlier = {"number": "示例-0", "issued_on": date(2026, 2, 21), "results": {"总酸": ("5.6", "g/100mL")}}
    make.lab_report(product, make.laboratory(), make.producer(), **earlier)
    assert found(product, "T11").sentence.startswith("T11 已满足：示例酿造有限公司：报告 示例-0，2026-02-21 起")


def test_a_retest_of_something_else_settles_nothing(product, pieces, failed):
    make.lab_report(
        *(product, make.laboratory(), make.producer()),
        number="示例-2",
        retest_of=failed,
        note="复检",
        results={"还原糖": ("1", "g/100mL")},
    )

    assert statuses(product)["T11"] is Status.MISSING


def test_an_officials_word_does_not_settle_a_failed_line(product, pieces, failed):
    make.clause_attachment("T11", product)

    assert statuses(product)["T11"] is Status.MISSING


def found(product, key, day=DAY):
    return next(one for one in answer(product, day).clauses if one.clause.key == key)


def retest(product, failed, producer=None, **values):
    """A report that tests the failed one again and passes."""
    values = {"number": "示例-2", "issued_on": date(2026, 3, 10), "results": {"总酸": ("5.6", "g/100mL")}} | values
    return make.lab_report(
        *(product, make.laboratory(), producer or make.producer()), retest_of=failed, note="复检", **values
    )


def test_a_retest_of_another_producer_settles_nothing(product, pieces, failed):
    retest(product, failed, make.producer("示例合作社", make.USCC[1]))

    assert (statuses(product)["T7"], statuses(product)["T11"]) == (Status.MISSING, Status.MISSING)


def test_a_retest_by_another_standard_or_of_another_grade_settles_nothing(product, pieces, failed):
    make.standard(
        *(product, "Q/SL 1-2020"), limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 1}], issued_on=None
    )
    first = retest(product, failed, standard_number="Q/SL 1-2020", results={"总酸": ("4.9", "g/100mL")})
    assert statuses(product)["T11"] is Status.MISSING

    put(type(first), {"pk": first.pk}, {"standard_number": "", "goods": "二级"}, by="测试")
    assert statuses(product)["T11"] is Status.MISSING


def test_a_retest_by_the_edition_that_took_its_place_settles_a_failed_line(product, pieces, failed):
    put(type(pieces["standard"]), {"pk": pieces["standard"].pk}, {"valid_until": date(2026, 3, 5)}, by="测试")
    limits = [{"parameter": "总酸", "unit": "g/100mL", "lower": 5}]
    make.standard(
        *(product, "T/SHILI 2-2026"),
        valid_from=date(2026, 3, 5),
        replaces=pieces["standard"].number,
        limits=limits,
    )

    retest(product, failed, sampled_on=date(2026, 3, 6))

    assert (statuses(product)["T7"], statuses(product)["T11"]) == (Status.MET, Status.MET)


@pytest.mark.parametrize("of_one", [False, True])
def test_no_word_hides_a_failed_line_that_is_open(product, pieces, failed, of_one):
    other = make.producer("示例合作社", make.USCC[1])
    make.maker(product, other)
    make.clause_attachment("T7", product, effect="not_applicable")
    make.clause_attachment("T11", product, effect="not_applicable", producer=make.producer() if of_one else None)

    assert [found(product, key).status for key in ("T7", "T11")] == [Status.MISSING] * 2
    retest(product, failed)
    make.lab_report(product, make.laboratory(), other, number="示例-3", results={"总酸": ("5.6", "g/100mL")})
    assert found(product, "T11").status is (Status.MET if of_one else Status.NOT_APPLICABLE)
    assert [len(found(product, key).failed) for key in ("T7", "T11")] == [1, 1]


def test_what_failed_stands_beside_a_clause_that_does_not_apply(product, pieces, failed):
    put(Protection, {"product": product, "regime": "product"}, {"valid_until": DAY}, by="测试")

    assert (found(product, "T7").status, len(found(product, "T7").failed)) == (Status.NOT_APPLICABLE, 1)


def test_a_failed_line_of_a_producer_whom_the_register_does_not_name_bears_on_the_product(product, pieces):
    stranger = make.producer("示例停用厂", make.USCC[1])
    failed = make.lab_report(
        product, make.laboratory(), stranger, number="示例-9", results={"总酸": ("4.9", "g/100mL")}
    )

    assert found(product, "T11").sentence == (
        "T11 未满足：登记簿没有列入的生产者："
        f"报告 示例-9（2026-03-01 签发）的{FAILED}；提交“总酸”复检合格的报告后满足。"
    )
    retest(product, failed, stranger)
    assert found(product, "T11").status is Status.MET
    assert [line.number for line in found(product, "T11").failed] == ["示例-9"]


# --- Attachments and clauses of the district -------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key in VERSIONS if key != "T7"])
def test_an_officials_word_meets_any_clause_and_no_other(product, key):
    before = statuses(product)

    make.clause_attachment(key, product)

    after = statuses(product)
    assert changed(before, after) == {key}
    assert after[key] is Status.MET


def test_a_word_ends_with_the_evidence_it_rests_on(product):
    record = make.quality_record(product, "other", valid_until=date(2026, 6, 1))
    make.clause_attachment("S4", product, record=record)

    assert statuses(product, date(2026, 3, 31))["S4"] is Status.MET
    assert statuses(product, date(2026, 6, 1))["S4"] is Status.LAPSED


def test_a_word_ends_when_what_it_rests_on_ages_out(product):
    record = make.quality_record(product, "other", made_on=date(2025, 6, 1))
    make.clause_attachment("Q10", product, record=record)

    assert sentence(product, "Q10") == (
        "Q10 已满足：测试的认定（依据示例other），2026-03-01 起，2026-06-01 到期"
        "（材料没有写有效期，按本登记簿的假定计算）。"
    )
    assert statuses(product, date(2026, 6, 1))["Q10"] is Status.LAPSED


def test_a_clause_that_an_official_found_not_to_apply_says_by_whom_and_why(product):
    make.clause_attachment("T13", product, effect="not_applicable", note="本品不上市销售")

    assert sentence(product, "T13") == "T13 不适用：由测试认定不适用：本品不上市销售。"
    assert statuses(product, date(2026, 2, 28))["T13"] is Status.MISSING


def test_a_clause_found_not_to_apply_to_one_producer_is_asked_of_the_others(product, pieces):
    other = make.producer("示例合作社", make.USCC[1])
    make.maker(product, other)
    make.clause_attachment("Q3", product, producer=other, effect="not_applicable", note="只代工")

    assert statuses(product)["Q3"] is Status.MET


def test_a_clause_of_the_district_is_met_by_records_that_name_it(product):
    make.local_clause("JH1", fresh=6)
    make.quality_record(product, "other", clause="JH1", made_on=date(2026, 1, 1))

    assert statuses(product, date(2026, 1, 1))["JH1"] is Status.MET
    assert statuses(product, date(2026, 7, 1))["JH1"] is Status.LAPSED


def test_a_clause_of_the_district_may_be_asked_of_some_products_only(product):
    other = make.product()
    make.protection(other)
    make.local_clause("JH1").products.set([other])

    assert "JH1" in statuses(other)
    assert "JH1" not in statuses(product)


def test_a_clause_of_the_district_is_asked_on_its_days_only(product):
    make.local_clause("JH1", valid_from=date(2026, 1, 1), valid_until=date(2026, 6, 1))

    assert ["JH1" in statuses(product, day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1))] == [
        False,
        True,
        False,
    ]


# --- Standards -------------------------------------------------------------------------------------------------------


def test_editions_of_the_drafting_rule_stand_side_by_side_and_the_new_one_asks_for_a_new_check(product, pieces):
    make.standard(None, "GB/T 17924-2008", valid_from=None, issued_on=None, valid_until=date(2026, 6, 1))
    make.standard(
        *(None, "GB/T 17924-2025"),
        issued_on=date(2025, 12, 1),
        valid_from=date(2026, 6, 1),
        replaces="GB/T 17924—2008",
    )

    assert statuses(product, date(2026, 4, 1))["S7"] is Status.MET
    assert statuses(product, date(2026, 5, 31))["S7"] is Status.EXPIRING
    assert sentence(product, "S7", date(2026, 6, 1)) == (
        "S7 未满足：GB/T 17924-2025 自 2026-06-01 起实施，此后没有重新核对；提交新的标准编写规则核对后恢复。"
    )
    make.quality_record(product, "drafting", title="示例新核对", made_on=date(2026, 7, 1))
    assert statuses(product, date(2026, 7, 1))["S7"] is Status.MET


def test_an_edition_whose_day_of_entry_is_known_ahead_lets_the_check_expire(product, pieces):
    make.standard(None, "GB/T 17924-2025", issued_on=date(2025, 12, 1), valid_from=date(2026, 4, 1))

    assert sentence(product, "S7") == (
        "S7 即将到期：示例drafting将于 2026-04-01 因 GB/T 17924-2025 实施失效，还有 17 天；"
        "提交新的标准编写规则核对后继续满足。"
    )
    assert [one.on for one in systems.lapsing([product.pk], DAY, 30) if one.clause.key == "S7"] == [date(2026, 4, 1)]


def test_a_company_standard_takes_over_nothing(product):
    make.standard(product, "GB/T 99991-2020", valid_until=date(2026, 3, 1))
    make.standard(product, "Q/SL 1-2020", issued_on=date(2020, 1, 1), valid_from=date(2020, 1, 1))

    assert statuses(product)["S3"] is Status.LAPSED


def test_an_edition_that_is_only_announced_is_in_force_on_no_day(product):
    make.standard(product, "GB/T 99991-2025", valid_from=None, issued_on=None, pending_on=date(2026, 1, 1))

    assert (statuses(product)["S2"], statuses(product)["S3"]) == (Status.MET, Status.MISSING)


def test_a_company_standard_is_no_standard_after_protection(product):
    make.standard(product, "Q/SL 0001S-2024")

    assert (statuses(product)["S2"], statuses(product)["S3"]) == (Status.MET, Status.MISSING)


def test_a_standard_that_another_takes_over_at_once_does_not_expire(product):
    make.standard(product, "GB/T 99991-2008", valid_until=date(2026, 4, 1))
    assert statuses(product)["S3"] is Status.EXPIRING

    make.standard(product, "GB/T 99991-2025", issued_on=date(2025, 12, 1), valid_from=date(2026, 4, 1))
    assert statuses(product)["S3"] is Status.MET
    assert statuses(product, date(2025, 11, 30))["S3"] is Status.MET


def test_an_edition_that_was_replaced_is_shown_with_its_end_behind_what_holds(product):
    make.standard(product, "GB 99991-2004", valid_from=None, issued_on=date(2004, 1, 1), valid_until=date(2008, 11, 1))
    make.standard(product, "GB/T 99991-2008", valid_from=date(2008, 11, 1), replaces="GB 99991—2004")

    found = {one.clause.key: one.evidence for one in answer(product, DAY).clauses}

    assert [(one.title, one.ends, one.ended) for one in found["S3"]] == [
        ("GB/T 99991-2008", None, ""),
        ("GB 99991-2004", date(2008, 11, 1), "被 GB/T 99991-2008 代替"),
    ]
    old = next(one for one in found["S2"] if one.title == "GB 99991-2004")
    assert old.note.startswith("2008-11-01 被 GB/T 99991-2008 代替；")


def test_the_end_of_the_only_edition_is_told_as_what_it_is(product):
    make.standard(product, "GB/T 99991-2008", valid_until=date(2026, 3, 1))

    assert sentence(product, "S3") == (
        "S3 未满足：最近一份现行的国家标准、地方标准或团体标准（GB/T 99991-2008）于 2026-03-01 废止；"
        "登记现行的国家标准、地方标准或团体标准后恢复。"
    )


def test_a_standard_is_due_for_review_five_years_after_its_issue_or_last_review(product):
    standard = make.standard(product, issued_on=date(2020, 6, 1))
    assert sentence(product, "S13") == (
        "S13 未满足：GB/T 99991-2020 已于 2025-06-01 超过复审周期；复审 GB/T 99991-2020 并登记复审日后恢复。"
    )

    put(type(standard), {"pk": standard.pk}, {"reviewed_on": date(2025, 5, 1)}, by="测试")
    assert statuses(product)["S13"] is Status.MET
    assert statuses(product, date(2030, 5, 1))["S13"] is Status.LAPSED


def test_reports_have_to_cover_every_limit_of_the_standards_in_force(product, pieces):
    make.row(Limit, {"standard": pieces["standard"], "parameter": "还原糖"}, upper=1, unit="g/100mL")
    assert sentence(product, "T6").startswith("T6 未满足：2 项指标中没有检测还原糖；")

    make.lab_report(product, make.laboratory(), number="示例-2", results={"还原糖": ("0.5", "g/100mL")})
    assert statuses(product)["T6"] is Status.MET


def test_without_a_standard_in_force_nothing_can_be_covered(product):
    assert sentence(product, "T6") == (
        "T6 未满足：没有登记现行标准，不能判断是否覆盖；登记现行标准及其技术指标后满足。"
    )


# --- Laboratories ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "status"), [("cma", Status.MET), ("cnas", Status.MISSING), ("other", Status.MISSING)])
def test_a_valid_cma_satisfies_the_clause_on_laboratories_and_nothing_else_does_by_rule(product, kind, status):
    laboratory = make.laboratory()
    make.appointment(product, laboratory)
    make.qualification(laboratory, kind)

    assert statuses(product)["T4"] is status


def test_the_laboratory_of_a_report_that_holds_counts_without_being_named(product):
    laboratory = make.laboratory()
    make.qualification(laboratory)
    make.lab_report(product, laboratory)

    assert statuses(product)["T4"] is Status.MET
    assert sentence(product, "T4", date(2027, 3, 1)) == (
        "T4 未满足：没有登记承担检验检测的机构；登记承担机构及其资质证书后满足。"
    )


def test_every_laboratory_that_is_named_has_to_be_qualified_whoever_else_reports(product):
    named, other = make.laboratory(), make.laboratory("示例二检")
    make.appointment(product, named)
    make.qualification(named, valid_until=date(2026, 3, 10))
    make.qualification(other, number="示例证书2号")
    make.lab_report(product, other)

    assert sentence(product, "T4") == (
        "T4 未满足：最近一份承担机构的资质证书（示例检验中心的资质认定 示例证书1号）于 2026-03-10 到期；"
        "提交新的承担机构的资质证书后恢复。"
    )


def test_a_report_of_a_laboratory_without_a_cma_on_its_day_says_so(product, pieces):
    put(type(pieces["qualification"]), {"pk": pieces["qualification"].pk}, {"valid_until": date(2026, 2, 1)}, by="测试")

    found = {one.clause.key: one for one in answer(product, DAY).clauses}

    caution = "签发日该机构没有登记有效的资质认定（CMA）"
    assert {key: [piece.note for piece in found[key].evidence] for key in ("T3", "T5")} == {
        "T3": [f"{caution}；保护自 2000-01-01 起，这是申请以后才有的"],
        "T5": [caution],
    }
    assert f"（{caution}）" in found["T5"].sentence


def test_a_cma_without_an_end_says_that_its_end_is_not_known(product):
    laboratory = make.laboratory()
    make.appointment(product, laboratory)
    make.qualification(laboratory, valid_from=date(2022, 1, 1), valid_until=None)

    assert sentence(product, "T4") == ("T4 已满足：示例检验中心的资质认定 示例证书1号，2022-01-01 起，截止日未查明。")


def test_a_cma_that_ends_soon_is_told_with_its_day(product):
    laboratory = make.laboratory()
    make.appointment(product, laboratory)
    make.qualification(laboratory, valid_until=date(2026, 4, 1))

    assert sentence(product, "T4") == (
        "T4 即将到期：示例检验中心的资质认定 示例证书1号将于 2026-04-01 到期，还有 17 天；"
        "提交新的承担机构的资质证书后继续满足。"
    )


# --- What lapses, and the table of all products ----------------------------------------------------------------------


def test_what_lapses_is_told_the_nearest_first_without_model_clauses(product, pieces):
    put(type(pieces["truthful"]), {"pk": pieces["truthful"].pk}, {"valid_until": date(2026, 4, 1)}, by="测试")
    put(type(pieces["promise"]), {"pk": pieces["promise"].pk}, {"valid_until": date(2026, 3, 20)}, by="测试")
    put(type(pieces["local_lab"]), {"pk": pieces["local_lab"].pk}, {"valid_until": date(2026, 3, 20)}, by="测试")

    found = systems.lapsing([product.pk], DAY, 30)

    assert [(one.slug, one.clause.key, one.on) for one in found] == [
        ("taitou-xigua", "Q8", date(2026, 3, 20)),
        ("taitou-xigua", "T12", date(2026, 4, 1)),
    ]
    assert [one.clause.key for one in systems.lapsing([product.pk], DAY, 5)] == ["Q8"]


def shown(day=DAY):
    return {one.slug: [(each.met, each.asked) for each in one.systems] for one in systems.matrix(day).answers}


def worked_out(day=DAY):
    systems.forget()
    return shown(day)


def test_the_table_shows_what_each_product_comes_to(product, pieces):
    other = make.product()
    make.protection(other)

    by_one = {one.slug: [(each.met, each.asked) for each in answer(one, DAY).systems] for one in (product, other)}

    assert shown() == by_one


CHANGES = {
    "a record": lambda pieces: drop(pieces["plan_standards"], by="测试"),
    "a value": lambda pieces: put(Value, {"report": pieces["report"]}, {"text": "1"}, by="测试"),
    "a limit": lambda pieces: put(Limit, {"standard": pieces["standard"]}, {"lower": 9}, by="测试"),
    "a certificate": lambda pieces: put(
        type(pieces["qualification"]), {"pk": pieces["qualification"].pk}, {"valid_until": DAY}, by="测试"
    ),
    "a protection's end": lambda pieces: put(
        Protection, {"product": pieces["report"].product, "regime": "certification"}, {"valid_until": DAY}, by="测试"
    ),
    "a producer": lambda pieces: make.maker(pieces["report"].product, make.producer("示例合作社", make.USCC[1])),
    "an attachment": lambda pieces: make.clause_attachment("S1", pieces["report"].product, effect="not_applicable"),
    "a certificate of another laboratory on which a word rests": lambda _pieces: put(
        Qualification, {"number": "示例证书9号"}, {"valid_until": date(2026, 3, 10)}, by="测试"
    ),
    "a clause of the district": lambda _pieces: make.local_clause(),
    "another product": lambda _pieces: make.protection(make.product("x", "另一产品")),
    "a common standard": lambda _pieces: make.standard(None, "GB/T 17924-2025", valid_from=date(2026, 3, 10)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_table_is_as_new_after_any_change(product, pieces, name):
    make.protection(make.product())
    if "on which a word rests" in name:
        drop(pieces["appointment"], by="测试")
        put(type(pieces["qualification"]), {"pk": pieces["qualification"].pk}, {"valid_until": DAY}, by="测试")
        other = make.qualification(make.laboratory("示例二检"), number="示例证书9号")
        make.clause_attachment("T4", pieces["report"].product, qualification=other)
    before = shown()

    CHANGES[name](pieces)

    assert shown() != before
    assert shown() == worked_out()


def test_the_table_is_held_while_the_register_stands_still(product, pieces, django_assert_num_queries):
    first = systems.matrix(DAY)
    first.kept["page"] = b"made"

    with django_assert_num_queries(1):  # the revision
        assert systems.matrix(DAY).kept == {"page": b"made"}

    make.source("another")
    assert systems.matrix(DAY).kept == {"page": b"made"}
    drop(pieces["plan_standards"], by="测试")
    assert systems.matrix(DAY).kept == {}


def test_all_clauses_of_the_table_are_in_the_law_of_some_day():
    assert len(VERSIONS) == 45
    assert {clause.key[0]: 0 for clause in CLAUSES} == {"S": 0, "Q": 0, "T": 0}
