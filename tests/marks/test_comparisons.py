from __future__ import annotations

from datetime import date

import pytest

from gi_registry.assurance.models import Standard
from gi_registry.core import clock
from gi_registry.marks import keys, tokens
from gi_registry.marks.comparisons import compared, is_ours, verdict
from gi_registry.marks.labels import Label, judged
from gi_registry.products.models import Regime
from tests import make

pytestmark = pytest.mark.django_db
ON = date(2025, 5, 5)
ADDRESS = "https://gi.example.cn"


@pytest.fixture
def vinegar(db):
    return make.product()


@pytest.fixture
def authorisation(vinegar):
    return make.authorisation(make.producer(), vinegar, standard_number="GB/T 19461-2008", trademark_number="12345678")


def said(regime=Regime.PRODUCT, on=ON, uscc=make.USCC[0], **shown):
    return {one.what: (str(one.agreement), one.why) for one in compared(Label(regime, on, uscc=uscc, **shown))}


def agreements(*args, **shown):
    return {what: agreement for what, (agreement, _why) in said(*args, **shown).items()}


def test_a_label_of_one_who_may_use_the_mark_agrees_with_the_register(authorisation):
    shown = {
        "producer": "示例酿造有限公司",
        "product": "独流老醋（500毫升）",
        "standard": "GB/T19461—2008",
        "announcement": "第590号公告",
        "trademark_number": "第12345678号",
    }

    assert said(**shown) == {
        "核准使用": ("same", "独流老醋：2025-05-05 可以使用（自 2024-03-01 起），依据是公告核准。"),
        "生产者名称": ("same", "登记的名称是示例酿造有限公司。"),
        "标准代号": ("same", "登记的标准是GB/T 19461-2008。"),
        "公告号": ("same", "登记的公告是国家知识产权局公告 第590号。"),
        "商标注册号": ("same", "登记的商标注册号是12345678。"),
    }


WHOLE = {"mark": "yes", "product": "独流老醋", "standard": "GB/T 19461-2008"}


@pytest.mark.parametrize(
    ("state", "shown", "conclusion", "sentence"),
    [
        ("active", {}, "met", "填写的内容符合标示要求"),
        ("suspended", {}, "broken", "标示齐全，但登记簿记载：已停止使用资格"),
        ("cancelled", {}, "broken", "标示齐全，但登记簿记载：已注销"),
        ("suspended", {"standard": ""}, "broken", "还有 1 项没有填，登记簿记载：已停止使用资格"),
        ("suspended", {"standard": "无", "announcement": "无"}, "broken", "有 1 项不符合，登记簿记载：已停止使用资格"),
        ("suspended", {"mark": "no"}, "moot", "标签上没有专用标志，标示要求不适用"),
        ("active", {"uscc": make.USCC[1]}, "open", "标示齐全，但登记簿里没有这个代码的核准"),
        ("active", {"uscc": make.USCC[1], "mark": ""}, "open", "还有 1 项没有填，登记簿里没有这个代码的核准"),
        ("active", {"product": "台头西瓜"}, "broken", "标示齐全，但登记簿记载：这个代码的核准不是“台头西瓜”的"),
        ("active", {"producer": "示例醋业有限公司"}, "broken", "标示齐全，但与登记簿不一致：生产者名称"),
        ("active", {"standard": ""}, "open", "还有 1 项没有填，不能下结论"),
        ("active", {"uscc": "无"}, "broken", "有 1 项不符合"),
    ],
)
def test_the_verdict_is_the_worse_of_the_rule_and_the_register(vinegar, state, shown, conclusion, sentence):
    make.product("taitou-xigua", "台头西瓜")
    make.authorisation(make.producer(), vinegar, state)
    label = Label(Regime.PRODUCT, ON, **{"uscc": make.USCC[0]} | WHOLE | shown)

    assert verdict(judged(label), compared(label)) == (conclusion, sentence)


def test_the_verdict_knows_a_mark_under_another_protection_and_a_term_that_is_over(vinegar):
    make.authorisation(make.producer(), vinegar, valid_until=ON)
    shown = {"uscc": make.USCC[0], "trademark": "yes", "trademark_number": "第4409718号"} | WHOLE
    labels = [Label(regime, ON, **shown) for regime in (Regime.PRODUCT, Regime.CERTIFICATION)]

    assert [verdict(judged(label), compared(label)).sentence for label in labels] == [
        "标示齐全，但登记簿记载：已到期",
        "标示齐全，但登记簿记载：没有按证明商标使用的核准",
    ]


def test_what_is_not_on_the_label_is_not_compared(authorisation):
    assert agreements(producer="无", standard="无") == {"核准使用": "same"}


def test_a_label_without_a_whole_code_is_not_compared(authorisation):
    assert compared(Label(Regime.PRODUCT, ON, uscc="91120118MA0000008K", product="独流老醋")) == []


def test_a_code_that_the_register_does_not_know_proves_nothing(authorisation):
    agreement, why = said(uscc=make.USCC[1])["核准使用"]

    assert (agreement, "不等于未经核准" in why) == ("silent", True)


def test_an_application_under_way_is_nobody_elses_business(vinegar):
    make.authorisation(make.producer(), vinegar, state="verification")

    assert agreements() == {"核准使用": "silent"}


def test_another_product_than_the_one_announced_is_told(authorisation):
    assert said(product="示例苹果醋")["核准使用"] == ("other", "这个代码登记的产品是独流老醋，不是“示例苹果醋”。")


@pytest.mark.parametrize(
    ("state", "on", "agreement"),
    [
        ("active", date(2024, 2, 29), "other"),
        ("active", date(2024, 3, 1), "same"),
        ("suspended", ON, "other"),
        ("suspended", date(2025, 2, 28), "same"),
        ("cancelled", ON, "other"),
    ],
)
def test_the_day_on_the_package_counts(vinegar, state, on, agreement):
    make.authorisation(make.producer(), vinegar, state=state)

    assert agreements(on=on)["核准使用"] == agreement


def test_a_term_that_has_run_out_is_told(vinegar):
    make.authorisation(make.producer(), vinegar, valid_until=ON)

    assert (agreements(on=date(2025, 5, 4))["核准使用"], agreements()["核准使用"]) == ("same", "other")


def test_the_protection_under_which_the_mark_is_shown_counts(authorisation):
    agreement, why = said(Regime.COLLECTIVE)["核准使用"]

    assert (agreement, why.endswith("登记簿没有按集体商标使用的记录。")) == ("other", True)


def test_other_names_and_numbers_than_the_registers_are_told(authorisation):
    shown = {
        "producer": "示例醋业有限公司",
        "standard": "GB/T 17924-2008",
        "announcement": "第475号",
        "trademark_number": "87654321",
    }

    assert agreements(**shown) == {
        "核准使用": "same",
        "生产者名称": "other",
        "标准代号": "other",
        "公告号": "other",
        "商标注册号": "other",
    }


def test_numbers_that_the_register_does_not_hold_cannot_be_compared(vinegar):
    make.authorisation(make.producer(), vinegar)

    assert agreements(standard="GB/T 19461-2008", trademark_number="12345678") == {
        "核准使用": "same",
        "标准代号": "silent",
        "商标注册号": "silent",
    }


def test_the_products_own_standard_announcement_and_trade_mark_agree_too(vinegar):
    make.authorisation(make.producer(), vinegar)
    make.row(Standard, {"product": vinegar, "number": "DB12/T 1234-2024"}, title="示例标准", **make.sourced())
    announced = make.announcement("2010年第150号", date(2010, 12, 24), issuer="国家质检总局")
    make.protection(vinegar, announcement=announced)
    make.protection(vinegar, regime="certification", number="第7654321号")
    shown = {
        "standard": "DB12/T 1234",
        "announcement": "国家质检总局公告2010年第150号",
        "trademark_number": "7654321",
    }

    assert set(agreements(**shown).values()) == {"same"}


def token_of(authorisation):
    return tokens.issue(authorisation, clock.now(), ADDRESS)


def test_a_code_of_ours_agrees_where_it_names_the_same_maker(authorisation):
    keys.rotate(clock.now())
    qr = f"{ADDRESS}/v/{authorisation.code}#{token_of(authorisation)}"

    assert said(qr=qr)["二维码"] == (
        "same",
        f"签名是真的，今天可以使用。其中写的是示例酿造有限公司（{make.USCC[0]}），独流老醋。",
    )


def test_a_genuine_code_on_the_label_of_another_maker_does_not_agree(authorisation, vinegar):
    keys.rotate(clock.now())
    other = make.authorisation(make.producer("示例合作社", make.USCC[1]), vinegar)

    assert agreements(qr=f"{ADDRESS}/v/{other.code}#{token_of(other)}")["二维码"] == "other"


def test_a_changed_code_does_not_agree(authorisation):
    keys.rotate(clock.now())
    head, body, signature = token_of(authorisation).split(".")

    agreement, why = said(qr=f"{ADDRESS}/v/{authorisation.code}#{head}.{body}.{signature[::-1]}")["二维码"]
    assert (agreement, why) == ("other", "内容被改动过，或签名是伪造的。")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (f"{ADDRESS}/v/7KQM2X4HD#a.b.c", True),
        ("http://127.0.0.1:8000/v/7KQM2X4HD", True),
        (f"{ADDRESS}/verify/", False),
        ("https://[/v/7KQM2X4HD", True),
        (f"{ADDRESS}/v/7KQM2X4HD/certificate/", False),
        (f"javascript:alert(1)//{ADDRESS}/v/7KQM2X4HD", False),
        ("7KQM2X4HD", False),
        ("", False),
    ],
)
def test_codes_of_ours_are_known_by_their_address(text, ours):
    assert is_ours(text) is ours
