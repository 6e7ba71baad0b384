from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.core.models import Change
from gi_registry.marks.actions import record_announced
from gi_registry.marks.models import Authorisation
from gi_registry.marks.rolls import MOST_USERS, Verdict, admit, read_roll
from gi_registry.marks.states import Basis
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Role
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 2)
HEAD = ["序号", "企业名称", "统一社会信用代码", "产品名称", "住所"]
FIRST, SECOND, THIRD, FOURTH = make.USCC


@pytest.fixture
def market():
    return make.person(Role.MARKET, "zhangwei")


@pytest.fixture
def vinegar():
    product = make.product()
    for regime in ("product", "certification"):
        make.protection(product, regime=regime)
    return product


@pytest.fixture
def cabbage(vinegar):
    product = make.product("chenguantun-dongcai", "陈官屯冬菜", "vegetable")
    make.protection(product)
    return product


def announced():
    return make.announcement("第650号", DAY)


def csv(*rows, head=HEAD):
    return "\n".join(",".join(row) for row in [head, *rows]).encode()


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(*rows, basis=Basis.ANNOUNCED, head=HEAD, **more):
    return read_roll(csv(*rows, head=head), "名单.csv", announcement=announced(), basis=basis, **more)


def told(roll):
    return [(row.number, row.verdict, row.sentences) for row in roll.rows]


def only(*row, **more):
    """Verdict and sentences of the only row."""
    (line,) = read(row, **more).rows
    return line.verdict, line.sentences


# --- Reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_file_of_good_rows_is_good(vinegar, encoding):
    content = csv(["1", "示例酿造有限公司", FIRST, "独流老醋", "示例路 1 号"]).decode().encode(encoding)

    roll = read_roll(content, "名单.csv", announcement=announced(), basis=Basis.ANNOUNCED)

    assert told(roll) == [(2, Verdict.GOOD, [])]
    assert roll.unknown == ("序号",)
    assert (roll.rows[0].product, roll.rows[0].party) == (vinegar, None)


def test_a_workbook_may_have_a_title_above_its_headings_and_products_written_once(vinegar, cabbage):
    content = xlsx(
        ["附件：核准使用地理标志专用标志企业名单"],
        [],
        ["产品名称", "企业名称（全称）", "统一社会信用代码（18 位）", "执行标准"],
        ["独流老醋", "示例酿造有限公司", FIRST, "GB/T 0000-2020"],
        [None, "示例酿造二厂", SECOND, None],
        [None, None, None, None],
        ["陈官屯冬菜", "示例冬菜合作社", THIRD, None],
    )

    roll = read_roll(content, "名单.xlsx", announcement=announced(), basis=Basis.ANNOUNCED)

    assert told(roll) == [
        (4, Verdict.GOOD, []),
        (5, Verdict.DOUBTFUL, ["产品名称空白，按上一行的“独流老醋”读。"]),
        (7, Verdict.GOOD, []),
    ]
    assert [row.product for row in roll.rows] == [vinegar, vinegar, cabbage]
    assert roll.unknown == ()


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (["企业名称", "电话"], "没有找到表头：表头须有“企业名称”和“统一社会信用代码”两栏。"),
        (["企业名称", "统一社会信用代码", "生产者"], "有两列都像“企业名称”，不知道该取哪一列：请只留一列。"),
        (["企业名称", "统一社会信用代码"], "表里除了表头没有内容。"),
    ],
)
def test_a_table_without_headings_or_rows_is_refused(head, sentence):
    with pytest.raises(BadInput) as refused:
        read(head=head)

    assert refused.value.sentence == sentence


def test_a_list_is_as_long_as_can_be_stored_in_one_request():
    with pytest.raises(BadInput, match="一份名单最多 1,000 行：请分成几个文件。"):
        read(*[("1", "示例厂", FIRST)] * (MOST_USERS + 1))


# --- Diagnosis -------------------------------------------------------------------------------------------------------


def test_what_was_understood_of_a_code_is_said(vinegar):
    assert only("1", "示例厂", "9112o118ma0000007k", "独流（老）醋") == (
        Verdict.GOOD,
        ["代码：小写按大写读。", "代码：O 按 0 读。"],
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("1", "示例厂", "", "独流老醋"), "请填写统一社会信用代码。"),
        (
            ("1", "示例厂", "91120118MA0000007A", "独流老醋"),
            "统一社会信用代码的校验位不对，有一位写错了：请对照营业执照再填一次。",
        ),
        (("1", "示例厂", FIRST, "镇江香醋"), "登记簿没有产品“镇江香醋”。"),
        (("1", "", FIRST, "独流老醋"), "没有写企业名称。"),
        (("1", "示例厂", FIRST, ""), "没有写产品名称，也没有选定产品。"),
    ],
)
def test_a_row_that_cannot_be_read_is_wrong(vinegar, row, sentence):
    assert only(*row) == (Verdict.WRONG, [sentence])


def test_a_code_that_a_workbook_kept_as_a_number_is_not_guessed(vinegar):
    content = xlsx(HEAD, [1, "示例厂", 121201180000000000, "独流老醋"])
    (row,) = read_roll(content, "名单.xlsx", announcement=announced(), basis=Basis.ANNOUNCED).rows

    assert row.sentences == ["统一社会信用代码在表里是数字，后几位已经丢失：请把这一列设为文本，再照原件填。"]


def test_a_product_that_is_not_protected_under_the_basis_is_wrong(cabbage):
    assert only("1", "示例厂", FIRST, "陈官屯冬菜", basis=Basis.MEMBER) == (
        Verdict.WRONG,
        [
            "登记簿里“陈官屯冬菜”在 2025-06-02 没有受集体商标保护，不能按“集体商标注册人的集体成员”登记使用人。",
            "没有商标注册号：标签上须标注它，请补上。",
        ],
    )


def test_the_number_of_the_trade_mark_is_read(vinegar):
    head = [*HEAD, "商标注册号"]
    (row,) = read(("1", "示例厂", FIRST, "独流老醋", "", "第4409718号"), basis=Basis.LICENSEE, head=head).rows

    assert (row.verdict, row.trademark_number) == (Verdict.GOOD, "4409718")
    assert only("1", "示例厂", FIRST, "独流老醋", "", "见附件", basis=Basis.LICENSEE, head=head) == (
        Verdict.WRONG,
        ["商标注册号“见附件”读不出来。"],
    )


def test_a_product_chosen_for_all_is_meant_where_a_row_names_none(vinegar, cabbage):
    roll = read(("1", "示例厂", FIRST, ""), ("2", "示例合作社", SECOND, "陈官屯冬菜"), product=vinegar)

    assert [(row.product, row.verdict) for row in roll.rows] == [(vinegar, Verdict.GOOD), (cabbage, Verdict.GOOD)]


def test_a_producer_is_known_by_its_code(vinegar):
    party = make.producer("示例酿造有限公司")
    make.former(party, "示例酿造厂", None, date(2024, 1, 1))

    assert only("1", "示例酿造有限公司", FIRST, "独流老醋") == (Verdict.GOOD, [])
    assert only("1", "示例酿造厂", FIRST, "独流老醋") == (
        Verdict.DOUBTFUL,
        ["“示例酿造厂”是“示例酿造有限公司”的曾用名，按代码认定为同一家。"],
    )
    assert only("1", "示例又一家", FIRST, "独流老醋") == (
        Verdict.WRONG,
        ["登记簿里这一代码属于“示例酿造有限公司”，与表中的名称不同：请核对。"],
    )
    assert only("1", "示例酿造有限公司", SECOND, "独流老醋") == (
        Verdict.WRONG,
        [f"登记簿里“示例酿造有限公司”的代码是 {FIRST}，与表中的不同：请核对。"],
    )


def test_a_producer_without_a_code_gets_it_and_a_natural_person_none(vinegar):
    make.producer("示例无码合作社", "")
    make.producer("张建国", "", kind="person")

    assert only("1", "示例无码合作社", FIRST, "独流老醋") == (
        Verdict.DOUBTFUL,
        [f"登记簿里的“示例无码合作社”还没有代码，将补上 {FIRST}。"],
    )
    verdict, sentences = only("1", "张建国", FIRST, "独流老醋")
    assert verdict == Verdict.WRONG
    assert sentences[0].startswith("自然人没有统一社会信用代码")


def test_what_is_registered_already_is_passed_over_and_an_open_application_is_pointed_to(vinegar):
    user = make.authorisation(make.producer("示例酿造有限公司"), vinegar)
    row = ("1", "示例酿造有限公司", FIRST, "独流老醋")

    assert only(*row) == (Verdict.THERE, ["已按国家知识产权局公告 第590号登记，现为“可以使用”，不再重复。"])
    Authorisation.objects.update(state="examined", course=[])
    assert only(*row) == (
        Verdict.WRONG,
        ["登记簿里有它尚未办结的申请，现为“国家知识产权局审查”：请到那份案卷里记录公告。"],
    )
    Authorisation.objects.update(state="refused", announcement=None)
    assert only(*row) == (Verdict.GOOD, [])
    assert Authorisation.objects.get() == user


@pytest.mark.parametrize("state", ["active", "suspended", "cancelled", "lapsed"])
def test_an_announcement_admits_nobody_twice_whatever_became_of_it(vinegar, market, state):
    basis = Basis.LICENSEE if state == "lapsed" else Basis.ANNOUNCED
    user = make.authorisation(make.producer("示例酿造有限公司"), vinegar, state, basis=basis)
    content = csv(("1", "示例酿造有限公司", FIRST, "独流老醋"))

    roll = read_roll(content, "名单.csv", announcement=user.announcement, basis=basis)

    there = f"已按国家知识产权局公告 第590号登记，现为“{user.get_state_display()}”，不再重复。"
    assert (roll.rows[0].verdict, roll.rows[0].sentences[0]) == (Verdict.THERE, there)
    with pytest.raises(BadInput, match="没有一行可以登记。"):
        admit(roll, by=market)
    with pytest.raises(BadInput, match="不再重复"):
        record_announced(user.producer, vinegar, basis, by=market, announcement=user.announcement)
    assert Authorisation.objects.get() == user


def test_who_was_cancelled_is_admitted_again_by_a_later_announcement_alone(vinegar, market):
    make.authorisation(make.producer("示例酿造有限公司"), vinegar, "cancelled")
    content = csv(("1", "示例酿造有限公司", FIRST, "独流老醋"))

    def rows(day):
        announcement = make.announcement(f"{day}号", day)
        return read_roll(content, "名单.csv", announcement=announcement, basis=Basis.ANNOUNCED)

    ended = "登记簿里这一使用于 2025-03-01 到“已注销”：只有此后的申请和公告才能重新登记。"
    for day in (date(2024, 6, 1), date(2025, 3, 1)):
        assert told(rows(day)) == [(2, Verdict.THERE, [ended])]
    assert [one.course for one in admit(rows(date(2025, 3, 2)), by=market)] == [[["2025-03-02", None, "valid"]]]


def test_rows_that_contradict_each_other_are_told(vinegar, cabbage):
    roll = read(
        ("1", "示例酿造有限公司", FIRST, "独流老醋"),
        ("2", "示例酿造有限公司", FIRST, "陈官屯冬菜"),
        ("3", "示例酿造有限公司", FIRST, "独流老醋"),
        ("4", "示例别名厂", FIRST, "独流老醋"),
        ("5", "示例酿造有限公司", SECOND, "独流老醋"),
    )

    assert told(roll) == [
        (2, Verdict.GOOD, []),
        (3, Verdict.GOOD, []),
        (4, Verdict.WRONG, ["与第 2 行重复。"]),
        (5, Verdict.WRONG, ["与第 2 行代码相同而名称不同。"]),
        (6, Verdict.WRONG, ["与第 2 行名称相同而代码不同。"]),
    ]


@pytest.mark.parametrize("size", [1, 3])
def test_a_table_costs_as_many_questions_however_long_it_is(vinegar, size, django_assert_num_queries):
    rows = [(str(number), f"示例{number}厂", make.USCC[number], "独流老醋") for number in range(size)]
    make.producer("示例0厂")
    content, announcement = csv(*rows), announced()

    with django_assert_num_queries(6):
        read_roll(content, "名单.csv", announcement=announcement, basis=Basis.ANNOUNCED)


def test_reading_stores_nothing(vinegar):
    announced()
    before = Change.objects.count()
    read(("1", "示例厂", FIRST, "独流老醋"))

    assert Change.objects.count() == before


# --- Storing ---------------------------------------------------------------------------------------------------------


def test_the_good_rows_are_stored_in_one_go(vinegar, market):
    known = make.producer("示例无码合作社", "", kind="cooperative", address="")
    roll = read(
        ("1", "示例酿造有限公司", FIRST, "独流老醋", "示例路 1 号"),
        ("2", "示例无码合作社", SECOND, "独流老醋", "示例路 2 号"),
        ("3", "示例坏码厂", "91120118MA0000007A", "独流老醋", ""),
    )

    made = admit(roll, by=market, note="示例")

    assert [(one.producer.name, one.state, one.course) for one in made] == [
        ("示例酿造有限公司", "active", [["2025-06-02", None, "valid"]]),
        ("示例无码合作社", "active", [["2025-06-02", None, "valid"]]),
    ]
    columns = ("name", "uscc", "address", "kind", "source__key")
    assert list(Party.objects.order_by("uscc").values_list(*columns)) == [
        ("示例酿造有限公司", FIRST, "示例路 1 号", "enterprise", "gazette"),
        ("示例无码合作社", SECOND, "示例路 2 号", "cooperative", "gazette"),
    ]
    known.refresh_from_db()
    assert made[1].producer == known
    assert made[0].steps.get().note == "补录：此前的步骤未查明。示例"


def test_one_producer_of_two_products_is_made_once(vinegar, cabbage, market):
    roll = read(("1", "示例酿造有限公司", FIRST, "独流老醋"), ("2", "示例酿造有限公司", FIRST, "陈官屯冬菜"))

    assert [one.product for one in admit(roll, by=market)] == [vinegar, cabbage]
    assert Party.objects.filter(uscc=FIRST).count() == 1


def test_admitted_twice_it_is_there_once(vinegar, market):
    row = ("1", "示例酿造有限公司", FIRST, "独流老醋")
    roll = read(row)
    admit(roll, by=market)

    assert told(read(row)) == [(2, Verdict.THERE, ["已按国家知识产权局公告 第650号登记，现为“可以使用”，不再重复。"])]
    with pytest.raises(BadInput, match="登记簿刚有变动，第 2 行不能再照原样登记"):
        admit(roll, by=market)
    with pytest.raises(BadInput, match="没有一行可以登记。"):
        admit(read(row), by=market)
    assert Authorisation.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.MARKET, Role.ADMINISTRATOR}])
def test_others_store_nothing(vinegar, role):
    roll, other = read(("1", "示例厂", FIRST, "独流老醋")), make.person(role, "other")
    before = Change.objects.count()

    with pytest.raises(NotAllowed, match="您的账号不能按公告登记专用标志使用人。"):
        admit(roll, by=other)
    assert (Change.objects.count(), Party.objects.filter(uscc=FIRST).count()) == (before, 0)


def test_where_one_row_fails_nothing_is_left(vinegar, market):
    future = make.announcement("第999号", date(2999, 1, 1))
    content = csv(("1", "示例厂", FIRST, "独流老醋"))
    roll = read_roll(content, "名单.csv", announcement=future, basis=Basis.ANNOUNCED)
    before = Change.objects.count()

    with pytest.raises(BadInput, match="还没有到"):
        admit(roll, by=market)
    assert (Change.objects.count(), Party.objects.filter(uscc=FIRST).count()) == (before, 0)
