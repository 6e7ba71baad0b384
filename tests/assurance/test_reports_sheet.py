from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from gi_registry.assurance import reports_sheet
from gi_registry.assurance.judging import Verdict as Judged
from gi_registry.assurance.models import Qualification, TestReport, Value
from gi_registry.assurance.reports_sheet import Verdict, admit, read_sheet
from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.core.models import Change
from gi_registry.parties.models import User
from tests import make

pytestmark = pytest.mark.django_db

HEAD = [*("报告编号", "检验机构", "产品名称", "受检单位", "批号", "抽样日期", "签发日期", "有效期至")]
HEAD += ["检验项目", "检验结果", "单位", "检验方法"]
ABOUT = [
    "示例-1",
    "示例检验中心",
    "独流老醋",
    "示例酿造有限公司",
    "B1",
    "2026-02-20",
    date(2026, 3, 1),
    "2026年12月31日",
]
ACID = ["总酸", "5.6", "g/100mL", ""]
SUGAR = ["还原糖", "<0,01", "g/100mL", ""]
BELOW = [""] * len(ABOUT)


@pytest.fixture
def product():
    product = make.product()
    make.protection(product)
    make.maker(product, make.producer())
    make.qualification(make.laboratory())
    make.standard(product, limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 5}])
    return product


@pytest.fixture
def official():
    return make.person("market")


def workbook(*rows, head=HEAD):
    book = Workbook()
    for line in [head, *rows]:
        book.active.append(line)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def keeper():
    """Somebody who may hand in for every product."""
    return User.objects.filter(username="keeper").first() or make.person("market", "keeper")


def read(*rows, **more):
    return read_sheet("报告.xlsx", workbook(*rows), **{"by": keeper()} | more)


def about(**changes):
    """The cells about the report, some of them otherwise."""
    return [changes.get(name, cell) for name, cell in zip(HEAD, ABOUT, strict=False)]


def told(sheet):
    return [(row.number, row.verdict, row.sentences) for row in sheet.rows]


def test_a_report_of_several_rows_is_read_with_the_empty_cells_below_its_first(product):
    before = Change.objects.count()

    sheet = read(ABOUT + ACID, BELOW + SUGAR)

    assert told(sheet) == [
        (2, Verdict.GOOD, ["有效期至按含当日读，2027-01-01 届满。"]),
        (3, Verdict.DOUBTFUL, ["“0,01”的逗号按小数点读。"]),
    ]
    assert [[line.verdict for line in row.lines] for row in sheet.rows] == [[Judged.PASS], [Judged.NOT_COMPARABLE]]
    assert (TestReport.objects.count(), Change.objects.count()) == (0, before)


def test_what_was_shown_as_good_is_stored_as_reported(product, official):
    sheet = read(ABOUT + ACID, BELOW + SUGAR)

    [report] = admit(sheet, by=official, **make.sourced())

    assert (report.number, report.product, report.producer.name, report.batch) == (
        *("示例-1", product, "示例酿造有限公司", "B1"),
    )
    assert (report.sampled_on, report.issued_on, report.valid_until) == (
        *(date(2026, 2, 20), date(2026, 3, 1), date(2027, 1, 1)),
    )
    assert [str(value) for value in report.values.all()] == ["总酸 5.6 g/100mL", "还原糖 <0,01 g/100mL"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (about(检验机构="示例不明机构") + ACID, "登记簿没有检验机构“示例不明机构”：请先登记。"),
        (about(检验机构="") + ACID, "没有写检验机构。"),
        (about(产品名称="不明产品") + ACID, "登记簿没有产品“不明产品”。"),
        (about(产品名称="") + ACID, "没有写产品名称，也没有选定产品。"),
        (about(受检单位="示例不明企业") + ACID, "登记簿没有生产者“示例不明企业”：请先登记。"),
        (about(抽样日期="2026-03-02") + ACID, "报告签发日 2026-03-01 早于抽样日 2026-03-02，不可能：请核对。"),
        (about(抽样日期="去年") + ACID, "抽样日期：日期“去年”读不出来：请写成 2010-12-24 这样的年-月-日。"),
        (about(抽样日期="") + ACID, "没有写抽样日期。"),
        (about(签发日期="2099-01-01") + ACID, "日期 2099-01-01 超出登记簿的范围"),
        (about(报告编号="") + ACID, "没有写报告编号。"),
        ([*ABOUT, "", "5.6", "", ""], "没有写检验项目。"),
        ([*ABOUT, "总酸", "", "", ""], "没有写检验结果。"),
        ([*ABOUT, "总酸", "1,234", "", ""], "“1,234”里的逗号可能是小数点，也可能是千分位：请改写。"),
        ([*ABOUT, "总酸", "5.6 mg/kg", "g/100mL", ""], "结果“5.6 mg/kg”里的单位与所填单位“g/100mL”不同：请核对。"),
    ],
)
def test_a_row_that_cannot_be_is_told_why_and_nothing_is_stored(product, official, row, sentence):
    sheet = read(row)

    [one] = sheet.rows
    assert one.verdict is Verdict.WRONG
    assert any(sentence in said for said in one.faults)
    with pytest.raises(BadInput, match="没有一份报告可以登记"):
        admit(sheet, by=official, **make.sourced())
    assert not TestReport.objects.exists()


def test_one_wrong_row_holds_its_report_back_and_no_other(product, official):
    sheet = read(ABOUT + ACID, [*BELOW, "还原糖", "大约", "", ""], about(报告编号="示例-2") + ACID)

    assert [row.verdict for row in sheet.rows] == [Verdict.WRONG, Verdict.WRONG, Verdict.GOOD]
    assert sheet.rows[0].faults == ["同一报告第 3 行有误，整份报告不登记。"]
    assert [report.number for report in admit(sheet, by=official, **make.sourced())] == ["示例-2"]


def test_rows_of_one_report_that_contradict_each_other_are_told(product):
    sheet = read(ABOUT + ACID, about(抽样日期="2026-02-21") + SUGAR)

    assert sheet.rows[1].faults == ["“抽样日期”与同一报告第 2 行不同。"]


def test_a_parameter_twice_in_a_report_is_told(product):
    assert read(ABOUT + ACID, BELOW + ACID).rows[1].faults == ["“总酸”与第 2 行重复。"]


def test_a_report_that_is_there_is_passed_over(product, official):
    admit(read(ABOUT + ACID), by=official, **make.sourced())

    sheet = read(ABOUT + ACID)
    assert told(sheet)[0][1:] == (
        Verdict.THERE,
        ["报告 示例-1 已登记在“独流老醋”下，不再重复。", "有效期至按含当日读，2027-01-01 届满。"],
    )


def test_the_chosen_product_is_meant_where_a_row_names_none(product, official):
    sheet = read(about(产品名称="") + ACID, product=product)

    assert admit(sheet, by=official, **make.sourced())[0].product == product


def test_what_is_good_no_longer_is_not_stored(product, official):
    sheet = read(ABOUT + ACID)
    make.lab_report(product, make.laboratory(), number="示例-1")
    before = Change.objects.count()

    with pytest.raises(BadInput, match="登记簿刚有变动，第 2 行"):
        admit(sheet, by=official, **make.sourced())

    assert (Value.objects.count(), Change.objects.count()) == (0, before)


def test_who_may_not_hand_in_stores_nothing(product):
    sheet = read(ABOUT + ACID)
    with pytest.raises(NotAllowed):
        admit(sheet, by=make.person("inspector"), **make.sourced())
    assert not TestReport.objects.exists()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["随便", "什么"]], "没有找到表头"),
        ([HEAD], "表里除了表头没有内容"),
        ([[*HEAD, "结果"], ABOUT + ACID], "有两列都像“检验结果”"),
    ],
)
def test_a_table_that_is_none_of_reports_is_refused(product, rows, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_sheet("报告.xlsx", workbook(*rows[1:], head=rows[0]), by=keeper())


def test_headings_that_nobody_knows_are_named_and_a_title_may_stand_above(product):
    content = workbook([*HEAD, "检验员"], [*ABOUT, *ACID, "张三"], head=["2026 年报告汇总"])

    assert read_sheet("报告.xlsx", content, by=keeper()).unknown == ("检验员",)


def test_a_laboratory_without_a_cma_on_the_day_of_issue_is_to_be_looked_at(product):
    Qualification.objects.update(valid_until=date(2026, 2, 28))

    (row,) = read([*ABOUT, *ACID]).rows

    assert row.verdict is Verdict.DOUBTFUL
    assert "签发日该机构没有登记有效的资质认定（CMA）。" in row.sentences


@pytest.mark.parametrize("size", [1, 3])
def test_a_table_costs_the_same_number_of_queries_however_long(product, size, django_assert_num_queries):
    content = workbook(*(about(报告编号=f"示例-{number}") + ACID for number in range(size)))

    by = keeper()
    with django_assert_num_queries(11):
        sheet = read_sheet("报告.xlsx", content, by=by)

    assert [row.verdict for row in sheet.rows] == [Verdict.GOOD] * size


def test_the_empty_table_has_the_headings_that_are_read():
    sheet, notes = load_workbook(BytesIO(reports_sheet.template())).worksheets

    assert [cell.value for cell in sheet[1]] == list(reports_sheet.LABELS.values())
    assert [cell.value for cell in notes["A"]][1:] == list(reports_sheet.LABELS.values())


def test_a_day_left_as_a_number_is_read_and_told(product):
    sheet = read(about(抽样日期="46073") + ACID)

    assert (sheet.rows[0].verdict, sheet.rows[0].warnings) == (
        Verdict.DOUBTFUL,
        ["抽样日期：“46073”是表格的日期序号，读作 2026-02-20。"],
    )


def test_a_report_on_a_product_out_of_reach_is_held_back_in_the_diagnosis(product):
    party = make.producer("示例协会", make.USCC[2])
    sheet = read(ABOUT + ACID, by=make.person("association", party=party))

    assert sheet.rows[0].faults == ["独流老醋不在您负责的范围内：不能登记它的报告。"]


def test_a_producer_whom_the_register_does_not_name_is_asked_about(product):
    make.producer("示例外厂", make.USCC[1])
    sheet = read(about(受检单位="示例外厂") + ACID)

    assert sheet.rows[0].verdict is Verdict.DOUBTFUL
    assert "登记簿没有把示例外厂列为独流老醋的生产者：请核对。" in sheet.rows[0].warnings


def test_a_result_that_cannot_be_compared_is_to_be_looked_at(product):
    sheet = read([*ABOUT, "总酸", "5.6", "mg/kg", ""])

    assert sheet.rows[0].verdict is Verdict.DOUBTFUL
