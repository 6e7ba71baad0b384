from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.marks import inquiries
from gi_registry.marks.codes import checked
from gi_registry.marks.questions import EMPTY, MISSING, TakenFor, ask, of_product
from gi_registry.parties.models import Party
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 1)
CODE = checked("7KQM2X4H")


@pytest.fixture
def vinegar():
    return make.authorisation(make.producer(), make.product(), code=CODE)


def told(text, day=DAY, **more):
    reply = ask(text, day, **more)
    return reply.taken_for, [answer.producer for answer in reply.answers], reply.understood


@pytest.mark.parametrize(
    ("typed", "taken_for", "understood"),
    [
        ("91120118MA0000007K", TakenFor.USCC, ()),
        ("９１１２０１１８ｍａ００００００７ｋ", TakenFor.USCC, ("全角字符按半角读，小写按大写读",)),
        ("91120118 MAOOOOOO7K", TakenFor.USCC, ("空格和连字符已去掉，O 按 0 读",)),
        (CODE, TakenFor.CODE, ()),
        (f" {CODE[:3]}-{CODE[3:6]} {CODE[6:].lower()}", TakenFor.CODE, ()),
        (f"https://example.cn/v/{CODE}#eyJhbGciOiJFZERTQSJ9.e30.x", TakenFor.CODE, ()),
        ("第590号", TakenFor.NUMBER, ()),
        ("590", TakenFor.NUMBER, ()),
        ("国家知识产权局公告第五九〇号", TakenFor.NUMBER, ()),
        ("国家知识产权局公告 第590号", TakenFor.NUMBER, ()),
        ("示例酿造", TakenFor.NAME, ()),
        ("shiliniangzao", TakenFor.NAME, ()),
        ("slnz", TakenFor.NAME, ()),
    ],
)
def test_one_box_takes_what_a_reader_has_at_hand(vinegar, typed, taken_for, understood):
    said = tuple(f"按 91120118MA0000007K 查询：{how}。" for how in understood)

    assert told(typed) == (taken_for, ["示例酿造有限公司"], said)


def test_a_trade_mark_number_finds_its_licensee():
    make.authorisation(make.producer(), make.product(), basis="licensee", trademark_number="4409718")

    assert told("第4409718号") == (TakenFor.NUMBER, ["示例酿造有限公司"], ())


@pytest.mark.parametrize("typed", ["示列酿造", "示例酿告", "shilinangzao"])
def test_a_name_that_is_only_alike_is_not_found_and_offers_whom_to_choose_from(vinegar, typed):
    reply = ask(typed, DAY)

    assert (reply.lines, [line.answer.producer for line in reply.alike], reply.valid) == ((), ["示例酿造有限公司"], 0)
    assert reply.conclusion == f"登记簿没有查到“{typed}”：没有使用人的名称带这几个字。"
    assert reply.proves[0] == MISSING


def test_a_former_name_finds_the_producer_and_says_so_under_the_name_of_the_day(vinegar):
    make.former(vinegar.producer, "示例独流醋厂", None, date(2025, 1, 1))

    assert told("独流醋厂") == (TakenFor.NAME, ["示例酿造有限公司"], ("“示例独流醋厂”是示例酿造有限公司的曾用名。",))
    assert told("独流醋厂", date(2024, 12, 31))[1] == ["示例独流醋厂"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("91120118MA0000007A", "统一社会信用代码的校验位不对，有一位写错了：请对照营业执照再填一次。"),
        ("91120118MA000007K", "统一社会信用代码有 18 位，所填的是 17 位：请对照营业执照再填一次。"),
        ("醋" * 101, "写得太长：最多 100 个字，写名称的一部分就可以。"),
    ],
)
def test_what_is_wrong_in_a_text_is_said(typed, sentence):
    with pytest.raises(BadInput) as refusal:
        ask(typed, DAY)

    assert refusal.value.sentence == sentence


def test_a_code_with_a_wrong_character_is_told_from_a_word(vinegar):
    with pytest.raises(BadInput):
        ask("8" + CODE[1:], DAY)

    assert told("duliulaoc")[0] == TakenFor.NAME


def test_only_one_product_is_answered_where_it_is_named(vinegar):
    make.authorisation(vinegar.producer, make.product("taitou-xigua", "台头西瓜"))

    found = {
        text: [a.product for a in ask(text, DAY, "taitou-xigua").answers] for text in ("示例", "590", make.USCC[0])
    }

    assert found == {text: ["台头西瓜"] for text in ("示例", "590", make.USCC[0])}
    assert ask(CODE, DAY, "taitou-xigua").answers == []


@pytest.mark.parametrize("typed", ["590", "示例", "示例酿造", "shiliniangzao", "slnz", "示列酿造九厂"])
def test_the_product_is_asked_for_before_the_limit(vinegar, typed):
    for number, uscc in enumerate(make.USCC[1:], 1):
        make.authorisation(make.producer(f"示例酿造{'一二九'[number - 1]}厂", uscc), vinegar.product)
    last = Party.objects.get(name="示例酿造九厂")
    make.authorisation(last, make.product("taitou-xigua", "台头西瓜"))

    reply = ask(typed, DAY, "taitou-xigua", limit=1)

    found = [line.answer for line in reply.lines or reply.alike]
    assert ([(a.producer, a.product) for a in found], reply.more) == ([("示例酿造九厂", "台头西瓜")], False)


@pytest.mark.parametrize(
    ("state", "day", "sentence"),
    [
        ("active", DAY, "示例酿造有限公司 2025-06-01 当日可以在独流老醋上使用地理标志专用标志。"),
        (
            "active",
            date(2024, 1, 1),
            "示例酿造有限公司 2024-01-01 当日还不能在独流老醋上使用地理标志专用标志：自 2024-03-01 起才核准。",
        ),
        (
            "suspended",
            DAY,
            "示例酿造有限公司 2025-06-01 当日不能在独流老醋上使用地理标志专用标志：使用资格自 2025-03-01 起停止。",
        ),
        (
            "cancelled",
            clock.today(),
            "示例酿造有限公司今天不能在独流老醋上使用地理标志专用标志：核准自 2025-03-01 起注销。",
        ),
    ],
)
def test_one_answer_is_one_sentence(state, day, sentence):
    make.authorisation(make.producer(), make.product(), state)

    assert ask("示例酿造", day).conclusion == sentence


def test_the_end_of_the_protection_is_said(vinegar):
    make.protection(vinegar.product, valid_until=DAY)

    assert ask("示例酿造", DAY).conclusion == (
        "示例酿造有限公司 2025-06-01 当日不能在独流老醋上使用地理标志专用标志："
        "核准所依据的产品保护自 2025-06-01 起终止。"
    )


def test_several_are_counted():
    product = make.product()
    make.authorisation(make.producer("示例甲厂", make.USCC[0]), product)
    make.authorisation(make.producer("示例乙厂", make.USCC[1]), product, "cancelled")

    replies = [ask("示例", DAY), ask("示例", DAY, limit=1), ask("第590号", DAY, limit=1)]

    assert [(reply.conclusion, reply.more) for reply in replies] == [
        ("查到 2 条，其中 1 条 2025-06-01 当日可以使用专用标志。", False),
        ("查到的不止 1 条，下面是最接近的；其中 0 条 2025-06-01 当日可以使用专用标志。", True),
        ("查到的不止 1 条，下面是最接近的；其中 1 条 2025-06-01 当日可以使用专用标志。", True),
    ]


def test_who_may_use_the_mark_stands_first_however_it_was_asked():
    product = make.product()
    stopped = make.authorisation(make.producer("示例乙厂", make.USCC[0]), product, "suspended")
    valid = make.authorisation(make.producer("示例甲厂", make.USCC[1]), product)

    found = [[answer.code for answer in ask(text, date(2026, 6, 1)).answers] for text in ("示例", "第590号")]
    assert found == [[valid.code, stopped.code]] * 2


@pytest.mark.parametrize("typed", [make.USCC[1], checked("AAAAAAAA"), "1234567", "没有的酿造厂", "", "\x00"])
def test_nothing_found_says_what_that_proves(vinegar, typed):
    reply = ask(typed, DAY)

    assert (reply.lines, reply.empty, reply.proves[0]) == ((), False, MISSING)


def test_in_a_register_without_authorisations_nothing_found_proves_nothing():
    assert ask("示例酿造", DAY).proves[0] == EMPTY


def test_the_name_of_a_product_leads_to_its_list(vinegar):
    assert ask("老醋", DAY).products == (("duliu-laocu", "独流老醋"),)


def test_only_a_code_that_is_there_is_counted_as_asked_for(vinegar):
    for text in (CODE, CODE, checked("AAAAAAAA"), "示例酿造"):
        ask(text, DAY)

    assert (inquiries.times(CODE, clock.today()), dict(inquiries._waiting)) == (
        2,
        {(CODE, clock.today().isoformat()): 2},
    )


def test_applications_under_way_are_found_by_nothing(vinegar):
    make.authorisation(
        make.producer("示例待审有限公司", make.USCC[1]), vinegar.product, "examined", code=checked("AAAAAAAA")
    )

    assert [ask(text, DAY).lines for text in ("示例待审", make.USCC[1], checked("AAAAAAAA"))] == [(), (), ()]


def test_the_list_of_a_product_is_there_though_empty_and_that_of_no_product_is_not():
    make.product()

    assert of_product("duliu-laocu", DAY) == []
    with pytest.raises(NotInRegister):
        of_product("no-such-product", DAY)
