"""The desk's page of lists of users: every row is told before anything is stored, and a refusal loses nothing."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from gi_registry.core.models import Change
from gi_registry.marks.models import Authorisation
from gi_registry.parties.models import Party
from tests import make
from tests.web.test_applications import sign_in
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
ROLLS = "/desk/marks/rolls/"
HEAD = ["企业名称", "统一社会信用代码", "产品名称", "备注"]
GOOD = ["示例酿造有限公司", make.USCC[0], "独流老醋"]
WRONG = ["示例错码厂", "91120118MA0000007G", "独流老醋"]


@pytest.fixture
def market(db):
    product = make.product()
    make.protection(product)
    make.announcement("第590号", date(2024, 3, 1))
    return sign_in(make.person("market"))


def xlsx(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(file)
    return SimpleUploadedFile("名单.xlsx", file.getvalue())


def csv(*rows):
    text = "\n".join(",".join(row) for row in (HEAD, *rows))
    return SimpleUploadedFile("名单.csv", text.encode("gb18030"))


def sent(client, file, **more):
    return client.post(ROLLS, {"announcement": "1", "basis": "announced", "file": file} | more)


def signed_in_page(answer):
    return re.search(r'name="examined" value="([^"]+)"', answer.content.decode())[1]


def changes():
    return Change.objects.count()


@pytest.mark.parametrize("written", [xlsx, csv])
def test_every_row_is_told_and_nothing_is_stored_before_it_was_confirmed(market, written):
    before = changes()

    answer = sent(market, written(GOOD, WRONG))

    said = text_of(answer)
    assert (answer.status_code, changes()) == (200, before)
    assert "共 2 行：可以登记 1 行；有误，不登记 1 行。" in said
    assert "下面的栏目不认识，没有读：备注。" in said
    assert re.search(r"3 示例错码厂 91120118MA0000007G 独流老醋 有误，不登记 统一社会信用代码的校验位不对", said)


def test_the_good_rows_are_stored_once_they_are_confirmed(market):
    answer = market.post(ROLLS, {"examined": signed_in_page(sent(market, xlsx(GOOD)))}, follow=True)

    one = Authorisation.objects.get()
    assert answer.redirect_chain == [("/desk/marks/", 302)]
    assert "已按国家知识产权局公告 第590号登记 1 个使用人。" in text_of(answer)
    assert (one.producer.name, one.state, one.valid_from) == ("示例酿造有限公司", "active", date(2024, 3, 1))


def test_the_rows_that_were_not_stored_stay_with_their_reasons(market):
    answer = market.post(ROLLS, {"examined": signed_in_page(sent(market, xlsx(GOOD, WRONG)))})

    said = text_of(answer)
    assert (answer.status_code, Authorisation.objects.get().producer.name) == (200, "示例酿造有限公司")
    assert "已按国家知识产权局公告 第590号登记 1 个使用人。" in said
    assert "还有 1 行有误，没有登记：原因见下" in said
    assert re.search(r"3 示例错码厂 91120118MA0000007G 独流老醋 有误，不登记 统一社会信用代码的校验位不对", said)
    assert "examined" not in answer.content.decode()


def test_a_list_without_products_takes_the_chosen_one(market):
    row = ["示例酿造有限公司", make.USCC[0], ""]

    lacking, given = sent(market, xlsx(row)), sent(market, xlsx(row), product="duliu-laocu")

    assert (lacking.status_code, given.status_code) == (400, 200)
    assert "没有写产品名称，也没有选定产品" in text_of(lacking)


def test_sent_twice_it_is_stored_once(market):
    told = signed_in_page(sent(market, xlsx(GOOD)))
    market.post(ROLLS, {"examined": told})
    before = changes()

    answer = market.post(ROLLS, {"examined": told})

    assert (answer.status_code, changes(), Authorisation.objects.count()) == (400, before, 1)
    assert "已按国家知识产权局公告 第590号登记，现为“可以使用”，不再重复。" in text_of(answer)


def test_what_is_not_as_it_was_shown_is_shown_again_and_nothing_is_stored(market):
    second = ["示例合作社", make.USCC[1], "独流老醋"]
    told = signed_in_page(sent(market, xlsx(GOOD, second)))
    make.producer("示例另一家", make.USCC[1])
    before = changes()

    answer = market.post(ROLLS, {"examined": told})

    assert (answer.status_code, changes()) == (409, before)
    assert "检查以后登记簿有了变动，一行也没有写" in text_of(answer)
    market.post(ROLLS, {"examined": signed_in_page(answer)})
    assert list(Authorisation.objects.values_list("producer__name", flat=True)) == ["示例酿造有限公司"]


def test_a_confirmation_that_somebody_tampered_with_is_refused(market):
    answer = market.post(ROLLS, {"examined": signed_in_page(sent(market, xlsx(GOOD))) + "x"})

    assert (answer.status_code, Party.objects.count()) == (400, 0)
    assert "这份检查结果已经过期或不完整" in text_of(answer)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("名单.xlsx", b"PK\x03\x04 broken"), "打不开"),
        (SimpleUploadedFile("名单.csv", "名称\n示例".encode()), "没有找到表头"),
        (SimpleUploadedFile("名单.csv", b""), "文件是空的"),
    ],
)
def test_what_is_no_list_is_refused_and_what_was_chosen_stays(market, file, sentence):
    before = changes()

    answer = sent(market, file, basis="member")

    assert (answer.status_code, changes(), sentence in text_of(answer)) == (400, before, True)
    assert '<option value="member" selected>' in answer.content.decode()


def test_a_long_list_is_counted_whole_and_shown_in_part(market):
    rows = [[f"示例{number}", "0", "独流老醋"] for number in range(501)]

    said = text_of(sent(market, csv(*rows)))

    assert ("有误，不登记 501 行" in said, "只列出 500 行，共 501 行。" in said) == (True, True)


def test_the_template_has_the_columns_that_are_read(market):
    sheet = load_workbook(io.BytesIO(market.get(f"{ROLLS}template.xlsx").content)).active

    assert [cell.value for cell in sheet[1]] == [
        "企业名称",
        "统一社会信用代码",
        "产品名称",
        "住所",
        "商标注册号",
        "标准编号",
    ]
    assert sheet.column_dimensions["B"].number_format == "@"
