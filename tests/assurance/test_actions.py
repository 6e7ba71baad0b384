from __future__ import annotations

from datetime import date

import pytest

from gi_registry.assurance import actions
from gi_registry.assurance.models import (
    Appointment,
    Attachment,
    Effect,
    Laboratory,
    LocalClause,
    Qualification,
    QualityRecord,
    Round,
    Standard,
    TestReport,
    Value,
)
from gi_registry.core.errors import BadInput, Conflict, NotAllowed, NotInRegister
from gi_registry.core.history import last_change, put
from gi_registry.core.models import Change
from gi_registry.gazette.actions import NewSource
from gi_registry.products.models import Role
from tests import make

pytestmark = pytest.mark.django_db

TABLES = (
    Appointment,
    Attachment,
    Laboratory,
    LocalClause,
    Qualification,
    QualityRecord,
    Round,
    Standard,
    TestReport,
    Value,
)


@pytest.fixture
def product():
    product = make.product()
    make.protection(product)
    return product


@pytest.fixture
def official():
    return make.person("market")


@pytest.fixture
def association(product):
    """Somebody of the association that keeps the product."""
    party = make.producer("示例协会", make.USCC[3], kind="association")
    make.row(Role, {"product": product, "party": party, "part": "association"}, **make.sourced())
    return make.person("association", "xiehui", party=party)


@pytest.fixture
def other_association():
    party = make.producer("示例另一协会", "", kind="association")
    return make.person("association", "lingwai", party=party)


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in TABLES} | {Change: Change.objects.count()}


def refused(refusal, act, *asked, match=None, **named):
    """The act is refused with one sentence, and leaves no trace."""
    before = rows()
    with pytest.raises(refusal, match=match):
        act(*asked, **named)
    assert rows() == before


ACID = {"parameter": "总酸", "unit": "g/100mL", "method": "", "text": "5.6"}


def report_columns(**more):
    columns = {"number": "示例-1", "sampled_on": date(2026, 2, 20), "issued_on": date(2026, 3, 1)}
    return columns | {"laboratory": make.laboratory()} | make.sourced() | more


# --- Who -------------------------------------------------------------------------------------------------------------


def standard_columns(**more):
    return {"number": "GB/T 99991-2020", "title": "示例标准", "valid_from": date(2021, 1, 1)} | make.sourced() | more


def record_columns(**more):
    return {"kind": "internal", "title": "示例制度", "made_on": date(2026, 3, 1)} | make.sourced() | more


HAND_IN = {
    "standard": lambda product, by: actions.save_standard(None, product, by=by, **standard_columns()),
    "record": lambda product, by: actions.save_record(None, product, by=by, **record_columns()),
    "report": lambda product, by: actions.save_report(None, product, by=by, lines=[ACID], **report_columns()),
    "appointment": lambda product, by: actions.appoint(product, make.laboratory(), by=by, **make.sourced()),
}
KEEP = {
    "word": lambda product, by: actions.attach("S1", product, by=by, note="示例", effect=Effect.NOT_APPLICABLE),
    "common standard": lambda _product, by: actions.save_standard(None, None, by=by, **standard_columns()),
    "laboratory": lambda _product, by: actions.save_laboratory(make.producer(), by=by),
    "certificate": lambda _product, by: actions.save_qualification(
        None, make.laboratory(), by=by, kind="cma", number="示例1号", **make.sourced()
    ),
    "clause": lambda _product, by: actions.save_local_clause(
        None,
        by=by,
        key="JH1",
        system="quality",
        wording="示例",
        who="producer",
        article="示例办法",
        **make.sourced(),
    ),
    "round": lambda product, by: actions.sign_round([product], date(2026, 3, 1), by=by, title="示例评估"),
}
ACTS = HAND_IN | KEEP


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", ["market", "agriculture", "administrator"])
def test_officials_do_every_act_and_each_leaves_its_line(product, name, role):
    official = make.person(role)
    make.laboratory()
    make.producer()
    make.sourced()
    before = Change.objects.count()

    ACTS[name](product, official)

    assert Change.objects.count() > before
    assert Change.objects.first().by == str(official)


@pytest.mark.parametrize("name", HAND_IN)
def test_an_association_hands_in_for_its_own_products(product, association, name):
    HAND_IN[name](product, association)


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", ["inspector", "producer", "liaison", "auditor"])
def test_nobody_else_does_any_act(product, name, role):
    make.laboratory()
    make.producer()
    make.sourced()
    refused(NotAllowed, ACTS[name], product, make.person(role))


@pytest.mark.parametrize("name", ACTS)
def test_an_association_does_nothing_for_the_products_of_another(product, other_association, name):
    make.laboratory()
    make.producer()
    refused(NotAllowed, ACTS[name], product, other_association)


@pytest.mark.parametrize("name", KEEP)
def test_an_association_does_not_keep_what_all_products_share(product, association, name):
    make.laboratory()
    make.producer()
    refused(NotAllowed, KEEP[name], product, association)


# --- Standards -------------------------------------------------------------------------------------------------------


def test_a_standard_is_saved_with_its_limits_and_put_right_with_them(product, official):
    limits = [
        {"parameter": "总酸", "unit": "g/100mL", "lower": 5, "upper": None, "goods": "特级"},
        {"parameter": "还原糖", "unit": "g/100mL", "lower": None, "upper": 1, "goods": None},
    ]
    standard = actions.save_standard(None, product, by=official, limits=limits, **standard_columns())
    assert [str(one) for one in standard.limits.all()] == ["总酸 ≥5 g/100mL", "还原糖 ≤1 g/100mL"]

    limits[0] |= {"lower": 6}
    actions.save_standard(standard, product, by=official, limits=limits[:1], **standard_columns(title="示例标准改"))
    assert [str(one) for one in Standard.objects.get().limits.all()] == ["总酸 ≥6 g/100mL"]


@pytest.mark.parametrize(
    ("columns", "limits", "sentence"),
    [
        ({"number": "独流老醋标准"}, None, "不像标准号"),
        ({"number": "gb/t99992—2020"}, None, "登记簿已有 GB/T 99992-2020"),
        ({"pending_on": date(2020, 1, 1)}, None, "不必再写"),
        ({"valid_until": date(2020, 1, 1)}, None, "截止日必须晚于起始日"),
        ({"issued_on": date(2021, 5, 1)}, None, "实施日 2021-01-01 早于发布日 2021-05-01"),
        ({"issued_on": date(2099, 1, 1)}, None, "发布日 2099-01-01 晚于今天"),
        ({"reviewed_on": date(2099, 1, 1)}, None, "最近复审日 2099-01-01 晚于今天"),
        ({"attested_on": date(2099, 1, 1)}, None, "最早见于 2099-01-01 晚于今天"),
        ({"issued_on": date(2020, 6, 1), "reviewed_on": date(2019, 1, 1)}, None, "早于发布日 2020-06-01"),
        ({"replaces": "gb/t 99991—2020"}, None, "不能代替它自己"),
        ({"replaces": "GB/T 99990-2010、旧的"}, None, "“旧的”不像标准号"),
        ({}, [{"parameter": "总酸"}], "第 1 行：请写上限、下限或文字要求"),
        ({}, [{"parameter": "总酸", "lower": 6, "upper": 5}], "第 1 行：下限大于上限"),
        ({}, [{"parameter": "总酸", "lower": 5}, {"parameter": "总 酸", "lower": 6}], "第 2 行：“总 酸”写了两次"),
    ],
)
def test_a_standard_that_cannot_be_is_refused(product, official, columns, limits, sentence):
    make.standard(product, "GB/T 99992-2020")
    values = standard_columns(**columns)
    refused(
        *(BadInput, actions.save_standard, None, product),
        **{"by": official, "limits": limits, "match": sentence} | values,
    )


def test_what_a_standard_replaces_is_kept_in_one_manner_of_writing(product, official):
    values = standard_columns(replaces="t/shili006-2020，gb/t 99990—2010")
    standard = actions.save_standard(None, product, by=official, **values)

    assert standard.replaces == "T/SHILI 006-2020、GB/T 99990-2010"


def test_editions_of_one_standard_stand_side_by_side(official):
    for number, more in (
        ("GB/T 17924-2008", {}),
        ("GB/T 17924-2025", {"valid_from": None, "pending_on": date(2026, 1, 1)}),
    ):
        actions.save_standard(None, None, by=official, **standard_columns(number=number, **more))

    assert [(one.number, one.standing_on(date(2026, 11, 24)).label) for one in Standard.objects.order_by("number")] == [
        ("GB/T 17924-2008", "现行"),
        ("GB/T 17924-2025", "即将实施"),
    ]


# --- Records and reports ---------------------------------------------------------------------------------------------


def test_a_new_source_is_made_with_the_evidence(product, official):
    values = record_columns(source=NewSource({"title": "示例来源", "grade": "primary"}))

    record = actions.save_record(None, product, by=official, **values)

    assert record.source.title == "示例来源"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"made_on": date(2099, 1, 1)}, "还没有到"),
        ({"valid_until": date(2026, 3, 1)}, "有效期届满必须晚于形成日"),
        ({"kind": "other", "clause": "JH9"}, "没有编号为“JH9”的自定条款"),
    ],
)
def test_a_record_that_cannot_be_is_refused(product, official, columns, sentence):
    values = record_columns(**columns)
    refused(BadInput, actions.save_record, None, product, by=official, match=sentence, **values)


def test_evidence_does_not_change_its_product(product, official):
    record = make.quality_record(product, "internal")
    other, values = make.product("x", "另一产品"), record_columns()
    refused(BadInput, actions.save_record, record, other, by=official, match="另一产品", **values)


def test_a_report_is_saved_as_reported_and_put_right_line_by_line(product, official):
    report = actions.save_report(None, product, by=official, lines=[ACID | {"text": "<0,01"}], **report_columns())
    assert [str(value) for value in report.values.all()] == ["总酸 <0,01 g/100mL"]

    lines = [ACID | {"text": "5.8"}, {"parameter": "还原糖", "unit": None, "method": None, "text": "未检出"}]
    actions.save_report(report, product, by=official, lines=lines, **report_columns())
    assert [str(value) for value in report.values.all()] == ["总酸 5.8 g/100mL", "还原糖 未检出"]

    actions.save_report(report, product, by=official, lines=lines[1:], **report_columns())
    assert [str(value) for value in report.values.all()] == ["还原糖 未检出"]


@pytest.mark.parametrize(
    ("columns", "lines", "sentence"),
    [
        ({"issued_on": date(2026, 2, 19)}, [ACID], "报告签发日 2026-02-19 早于抽样日 2026-02-20，不可能：请核对。"),
        ({"issued_on": date(2099, 1, 1)}, [ACID], "还没有到"),
        ({"valid_until": date(2026, 3, 1)}, [ACID], "有效期届满必须晚于签发日"),
        ({"standard_number": "老标准"}, [ACID], "不像标准号"),
        ({"number": ""}, [ACID], "报告编号"),
        ({"laboratory": None}, [ACID], "检验检测机构"),
        ({}, [], "请至少填写一项检验结果"),
        ({}, [ACID | {"parameter": ""}], "第 1 行：没有写检验项目"),
        ({}, [ACID, ACID | {"text": "5"}], "第 2 行：“总酸”写了两次"),
        ({}, [ACID, {"parameter": "还原糖", "text": "1,234"}], "第 2 行：“1,234”里的逗号可能是小数点"),
        ({}, [ACID | {"text": "5.6 mg/kg"}], "第 1 行：结果“5.6 mg/kg”里的单位与所填单位"),
        ({}, [ACID | {"text": "大约五"}], "第 1 行：读不懂检验结果"),
    ],
)
def test_a_report_that_cannot_be_is_refused(product, official, columns, lines, sentence):
    values = report_columns(**columns)
    refused(BadInput, actions.save_report, None, product, by=official, match=sentence, lines=lines, **values)


def test_the_same_report_is_registered_once(product, official):
    actions.save_report(None, product, by=official, lines=[ACID], **report_columns())
    values = report_columns(batch="另一批")
    refused(BadInput, actions.save_report, None, product, by=official, match="已经登记", lines=[ACID], **values)


def test_somebody_who_was_outrun_overwrites_nothing(product, official):
    record = make.quality_record(product, "internal")
    seen = last_change(record)
    put(QualityRecord, {"pk": record.pk}, {"title": "改过的"}, by="李强")
    values = record_columns(title="迟到的")

    refused(Conflict, actions.save_record, record, product, by=official, seen=seen, match="李强", **values)


# --- Failed lines and retests ----------------------------------------------------------------------------------------


@pytest.fixture
def failed(product):
    """A report whose only line fails."""
    make.standard(product, limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 6}])
    return make.lab_report(product, make.laboratory(), results={"总酸": ("5.6", "g/100mL")})


def test_a_failed_report_is_touched_by_officials_only_and_for_a_reason(product, official, association, failed):
    values = report_columns(number=failed.number)
    refused(NotAllowed, actions.save_report, failed, product, by=association, reason="写错", lines=[ACID], **values)
    refused(NotAllowed, actions.remove_report, failed, by=association, reason="写错")
    refused(BadInput, actions.save_report, failed, product, by=official, lines=[ACID], match="请写明原因", **values)
    refused(BadInput, actions.remove_report, failed, by=official, reason=" ", match="请写明原因")

    right = [ACID | {"text": "6.5"}]
    actions.save_report(failed, product, by=official, lines=right, reason="抄录有误", **values)
    assert [value.text for value in failed.values.all()] == ["6.5"]


def test_a_report_without_a_failed_line_is_removed_by_whoever_may_hand_it_in(product, association):
    report = make.lab_report(product, make.laboratory(), results={"总酸": "5"})

    actions.remove_report(report, by=association, reason="登错产品")

    assert (TestReport.objects.count(), Value.objects.count()) == (0, 0)
    assert Change.objects.first().note == "登错产品"


def test_a_retest_follows_the_report_that_it_tests_again(product, official, failed):
    good = {"retest_of": failed, "number": "示例-2", "issued_on": date(2026, 3, 10), "note": "复检：换批"}
    for wrong, sentence in (
        ({"issued_on": date(2026, 2, 25)}, "复检报告不能早于"),
        ({"note": " "}, "须在说明里写明"),
    ):
        values = report_columns(**good | wrong)
        refused(BadInput, actions.save_report, None, product, by=official, lines=[ACID], match=sentence, **values)

    retest = actions.save_report(None, product, by=official, lines=[ACID | {"text": "6.1"}], **report_columns(**good))
    assert retest.retest_of == failed
    refused(BadInput, actions.remove_report, failed, by=official, reason="想去掉", match="还有别的记录依据")


def test_no_report_tests_itself_again_by_any_way_round(product, official, failed):
    again = make.lab_report(product, make.laboratory(), retest_of=failed, note="复检", results={"总酸": "7"})
    values = report_columns(number=failed.number, retest_of=again, note="复检")
    refused(
        *(BadInput, actions.save_report, failed, product),
        **{"by": official, "reason": "写错", "lines": [ACID], "match": "不能复检它自己"} | values,
    )


def test_a_report_of_another_product_is_not_tested_again_here(product, official, failed):
    other = make.product("x", "另一产品")
    values = report_columns(number="示例-2", retest_of=failed, note="复检")
    refused(BadInput, actions.save_report, None, other, by=official, match="另一产品", lines=[ACID], **values)


# --- Laboratories ----------------------------------------------------------------------------------------------------


def test_one_laboratory_is_named_once_at_a_time(product, official):
    laboratory, basis = make.laboratory(), make.sourced()
    first = actions.appoint(product, laboratory, by=official, valid_from=date(2024, 1, 1), **basis)
    refused(BadInput, actions.appoint, product, laboratory, by=official, match="已登记", **basis)

    actions.end_appointment(first, by=official, day=date(2025, 1, 1))
    actions.appoint(product, laboratory, by=official, valid_from=date(2025, 1, 1), **basis)
    assert Appointment.objects.count() == 2


# --- Words of officials ----------------------------------------------------------------------------------------------


def test_a_word_names_its_evidence_and_who_gave_it(product, official):
    record = make.quality_record(product, "other")

    word = actions.attach("S4", product, by=official, note="逐项核对一致", evidence=record)

    assert (word.record, word.by, word.note, word.effect) == (record, str(official), "逐项核对一致", "meets")


@pytest.mark.parametrize(
    ("clause", "more", "refusal", "sentence"),
    [
        ("S1", {}, BadInput, "请选依据的材料或者文件"),
        ("S16", {}, NotInRegister, "没有条款“S16”"),
        ("S1", {"note": " "}, BadInput, "请说明为什么"),
        (
            "S1",
            {"effect": Effect.NOT_APPLICABLE, "valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)},
            *(BadInput, "截止日必须晚于起始日"),
        ),
    ],
)
def test_a_word_that_cannot_be_is_refused(product, official, clause, more, refusal, sentence):
    refused(refusal, actions.attach, clause, product, match=sentence, **{"by": official, "note": "示例"} | more)


def test_a_word_rests_on_evidence_of_its_product(product, official):
    strange = make.quality_record(make.product("x", "另一产品"), "other")
    refused(BadInput, actions.attach, "S1", product, by=official, note="示例", evidence=strange, match="另一产品")


def test_a_word_is_about_a_producer_only_where_the_clause_is_and_the_producer_makes_the_product(product, official):
    maker, stranger = make.producer(), make.producer("示例外厂", make.USCC[1])
    make.maker(product, maker)
    record = make.quality_record(product, "other")
    said = {"by": official, "note": "示例", "evidence": record}
    refused(BadInput, actions.attach, "S6", product, match="不是逐个生产者的条款", producer=maker, **said)
    refused(BadInput, actions.attach, "S14", product, match="没有把示例外厂列为", producer=stranger, **said)

    assert actions.attach("S14", product, producer=maker, **said).producer == maker


def test_words_that_say_the_same_or_the_contrary_do_not_hold_at_once(product, official):
    record, other = (make.quality_record(product, "other", title=title) for title in ("甲", "乙"))
    said = {"by": official, "note": "示例", "valid_from": date(2026, 4, 1)}
    first = actions.attach("S4", product, evidence=record, **said)
    refused(
        BadInput, actions.attach, "S4", product, match="S4 已有认定（满足，自 2026-04-01 起）", evidence=record, **said
    )
    refused(BadInput, actions.attach, "S4", product, match="请先终止", effect=Effect.NOT_APPLICABLE, **said)

    actions.attach("S4", product, evidence=other, **said)
    for word in Attachment.objects.all():
        actions.detach(word, by=official, reason="换", day=date(2026, 5, 1))
    later = actions.attach("S4", product, effect=Effect.NOT_APPLICABLE, **said | {"valid_from": date(2026, 5, 1)})
    assert (later.effect, first.record) == (Effect.NOT_APPLICABLE, record)


def test_no_word_holds_before_there_was_what_it_rests_on(product, official):
    record = make.quality_record(product, "other")
    said = {"by": official, "note": "示例", "evidence": record, "valid_from": date(2020, 1, 1)}
    refused(BadInput, actions.attach, "S4", product, match="所依据的材料 2026-03-01 才有", **said)


def test_a_word_is_taken_back_from_a_day_on_and_stays_for_the_days_before(product, official):
    word = make.clause_attachment("S1", product)
    refused(BadInput, actions.detach, word, by=official, reason="", match="请写明原因")

    actions.detach(word, by=official, reason="材料失效", day=date(2026, 6, 1))
    assert Attachment.objects.get().valid_until == date(2026, 6, 1)

    actions.detach(word, by=official, reason="认定有误", day=date(2026, 3, 1))
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("key", ["S1", "Q15", "1", "静1", "JH12345", "JH-1", ""])
def test_a_clause_of_the_district_has_a_key_of_its_own(official, key):
    basis = make.sourced()
    columns = {"key": key, "system": "quality", "wording": "示例", "who": "producer", "article": "示例办法"}
    refused(BadInput, actions.save_local_clause, None, by=official, match="不能用", **columns, **basis)


def test_a_key_is_given_once(official):
    basis = make.sourced()
    columns = {"key": "jh1", "system": "quality", "wording": "示例", "who": "producer", "article": "示例办法"}
    assert actions.save_local_clause(None, by=official, **columns, **basis).key == "JH1"
    refused(BadInput, actions.save_local_clause, None, by=official, match="已经用了", **columns, **basis)


def test_the_key_of_a_clause_is_given_for_good(official):
    clause, basis = make.local_clause(), make.sourced()
    columns = {"key": "JH2", "system": "quality", "wording": "示例", "who": "producer", "article": "示例办法"}
    refused(BadInput, actions.save_local_clause, clause, by=official, match="不能改", **columns, **basis)


def test_evidence_for_a_clause_of_the_district_counts_for_a_month_at_least(official):
    basis = make.sourced()
    columns = {"key": "JH1", "system": "quality", "wording": "示例", "who": "producer", "article": "示例办法"}
    refused(BadInput, actions.save_local_clause, None, by=official, match="至少 1 个月", fresh=0, **columns, **basis)


# --- What failed does not go by another way --------------------------------------------------------------------------

LIMIT = {"parameter": "总酸", "unit": "g/100mL", "lower": 5}


@pytest.fixture
def outside(product):
    """A report whose only line lies outside its limit."""
    make.standard(product, limits=[LIMIT])
    return make.lab_report(product, make.laboratory(), make.producer(), results={"总酸": ("3.0", "g/100mL")})


def rewritten(product, by, **more):
    """The standard of the product written again with some things otherwise."""
    standard = product.standards.get()
    same = {name: getattr(standard, name) for name in ("number", "title", "valid_from", "issued_on", "source", "grade")}
    return actions.save_standard(standard, product, by=by, **{"limits": [LIMIT]} | same | more)


@pytest.mark.parametrize(
    "more",
    [
        {"limits": [LIMIT | {"lower": 1}]},
        {"limits": []},
        {"valid_until": date(2026, 2, 1)},
        {"valid_from": date(2026, 2, 25), "issued_on": date(2026, 2, 1)},
        {"limits": [LIMIT | {"unit": "mg/kg"}]},
    ],
)
def test_a_standard_that_lets_a_failed_line_fail_no_longer_is_for_officials_with_a_reason(
    product, outside, association, more
):
    refused(NotAllowed, rewritten, product, association, match="报告 示例-1 里不合格的结果就不再不合格", **more)
    official = make.person("market")
    refused(BadInput, rewritten, product, official, match="请写明为什么更正", **more)

    rewritten(product, official, reason="照标准原文更正", **more)

    assert Change.objects.filter(note="照标准原文更正").exists()


def test_what_touches_no_failed_line_needs_no_reason(product, outside, association):
    rewritten(product, association, limits=[LIMIT, LIMIT | {"parameter": "铅", "lower": None, "upper": 1}])

    assert product.standards.get().limits.count() == 2


@pytest.mark.parametrize(
    ("first", "more", "sentence"),
    [
        ({}, {"producer": "示例另一厂"}, "复检报告须是同一生产者的：报告 示例-1 的生产者是示例酿造有限公司"),
        ({"batch": "A1"}, {"batch": "A2"}, "复检报告须是同一批号的：报告 示例-1 的批号是A1"),
    ],
)
def test_a_retest_is_of_the_same_producer_and_batch(product, outside, first, more, sentence):
    TestReport.objects.update(**first)
    outside.refresh_from_db()
    more |= {"producer": make.producer(more["producer"], make.USCC[1])} if "producer" in more else {}
    columns = report_columns(number="示例-2", retest_of=outside, note="复检", **more)

    refused(
        BadInput, actions.save_report, None, product, by=make.person("market"), lines=[ACID], match=sentence, **columns
    )


@pytest.mark.parametrize("key", ["T7", "T11"])
def test_no_word_sets_aside_what_failed(product, outside, key):
    make.protection(product)
    word = {"by": make.person("market"), "note": "示例", "effect": Effect.NOT_APPLICABLE}

    refused(BadInput, actions.attach, key, product, match="还没有复检合格", **word)


def test_no_word_rests_on_the_certificate_of_a_laboratory_that_did_nothing_for_the_product(product):
    paper = make.qualification(make.laboratory())
    word = {"by": make.person("market"), "note": "示例", "evidence": paper}

    refused(BadInput, actions.attach, "T4", product, match="没有为“独流老醋”承担检验", **word)


def test_an_office_is_no_producer_of_what_is_tested(product):
    columns = report_columns(producer=make.producer("示例局", "", kind="government"))

    refused(
        BadInput,
        actions.save_report,
        None,
        product,
        by=make.person("market"),
        lines=[ACID],
        match="政府机关",
        **columns,
    )


def test_a_number_with_another_dash_is_the_same_report(product, outside):
    columns = report_columns(number="示例—1")

    refused(
        BadInput,
        actions.save_report,
        None,
        product,
        by=make.person("market"),
        lines=[ACID],
        match="写法不同",
        **columns,
    )


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "十二"])
def test_a_bound_that_is_no_number_is_refused(product, typed):
    columns = standard_columns(limits=[{"parameter": "铅", "upper": typed}])

    refused(BadInput, actions.save_standard, None, product, by=make.person("market"), match="不是数", **columns)


@pytest.mark.parametrize("key", ["S16", "Q99", "T0", "T"])
def test_the_letters_of_the_law_are_no_keys_of_the_district(key):
    clause = {"key": key, "system": "quality", "wording": "示例", "who": "producer", "article": "示例"}

    refused(
        BadInput, actions.save_local_clause, None, by=make.person("market"), match="避开", **clause, **make.sourced()
    )


# --- Stale forms -----------------------------------------------------------------------------------------------------


def test_who_typed_over_values_that_changed_since_is_told_so(product):
    official = make.person("market")
    report = actions.save_report(None, product, by=official, lines=[ACID], **report_columns())
    seen = last_change(report)

    def again(text):
        lines = [ACID | {"text": text}]
        return actions.save_report(report, product, by=official, lines=lines, seen=seen, **report_columns())

    again("6.0")
    refused(Conflict, again, "7.0")
    assert report.values.get().text == "6.0"


def test_who_typed_over_limits_that_changed_since_is_told_so(product):
    official, columns = make.person("market"), standard_columns()
    standard = actions.save_standard(None, product, by=official, limits=[LIMIT], **columns)
    seen = last_change(standard)

    def again(limits):
        return actions.save_standard(standard, product, by=official, limits=limits, seen=seen, **standard_columns())

    again([LIMIT | {"lower": 4}])
    refused(Conflict, again, [])
    assert standard.limits.get().lower == 4
