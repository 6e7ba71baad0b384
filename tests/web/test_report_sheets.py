from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from gi_registry.assurance.models import TestReport, Value
from gi_registry.core import clock
from tests import make

pytestmark = pytest.mark.django_db

ADDRESS = "/desk/systems/reports/import/"
HEADINGS = ["报告编号", "检验机构", "产品名称", "抽样日期", "签发日期", "检验项目", "检验结果", "单位"]
GOOD = ["示例-1", "示例检验中心", "独流老醋", "2026-04-01", "2026-04-10", "总酸", "5,6", "g/100mL"]
BASIS = {"source": "gazette", "grade": "primary", "note": ""}


@pytest.fixture(autouse=True)
def day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))


@pytest.fixture
def official(client):
    product = make.product()
    make.protection(product)
    make.standard(product, limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 5}])
    make.qualification(make.laboratory())
    client.force_login(make.person("market"), backend="gi_registry.parties.permissions.RegisterBackend")
    return client


def workbook(*rows):
    content = BytesIO()
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(content)
    return SimpleUploadedFile("报告.xlsx", content.getvalue())


def examined(client, *rows, status=200):
    response = client.post(ADDRESS, {"file": workbook(*rows)})
    assert response.status_code == status
    return response.content.decode()


def signed(page):
    return re.search(r'name="examined" value="([^"]+)"', page)[1]


def test_a_sheet_is_examined_first_and_stored_once_confirmed(official):
    page = examined(official, GOOD, ["", "", "", "", "", "铅", "<0.01", "mg/kg"])
    assert "共 2 行，1 份报告" in page
    assert "在 ≥5 g/100mL 之内" in page
    assert not TestReport.objects.exists()

    response = official.post(ADDRESS, {"examined": signed(page)} | BASIS, follow=True)
    assert response.redirect_chain == [("/desk/systems/duliu-laocu/evidence/", 302)]
    assert "已登记 1 份检验检测报告。" in response.content.decode()
    assert [value.text for value in Value.objects.order_by("pk")] == ["5,6", "<0.01"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({1: "无名检验所"}, "登记簿没有检验机构“无名检验所”：请先登记。"),
        ({4: "2026-03-01"}, "早于抽样日"),
        ({6: "大约三"}, "大约三"),
        ({2: "无名瓜"}, "登记簿没有产品“无名瓜”。"),
    ],
)
def test_each_bad_row_says_why_and_holds_its_report_back(official, changed, sentence):
    row = [changed.get(at, text) for at, text in enumerate(GOOD)]
    page = examined(official, row, ["", "", "", "", "", "铅", "<0.01", "mg/kg"], status=400)

    assert sentence in page
    assert "整份报告不登记" in page
    assert 'name="examined"' not in page


def test_without_a_source_nothing_is_stored_and_the_sheet_stays(official):
    page = examined(official, GOOD)
    response = official.post(ADDRESS, {"examined": signed(page), "grade": "primary"})

    assert response.status_code == 400
    assert signed(response.content.decode())
    assert not TestReport.objects.exists()


def test_what_was_registered_meanwhile_is_shown_again_and_not_stored(official):
    page = examined(official, GOOD)
    official.post(ADDRESS, {"examined": signed(page)} | BASIS)
    response = official.post(ADDRESS, {"examined": signed(page)} | BASIS)

    assert response.status_code == 409
    assert "检查以后登记簿有了变动" in response.content.decode()
    assert TestReport.objects.count() == 1


def test_rows_that_were_tampered_with_are_refused(official):
    assert official.post(ADDRESS, {"examined": "x:y:z"} | BASIS).status_code == 400


def test_what_is_no_table_is_refused_in_one_sentence(official):
    response = official.post(ADDRESS, {"file": SimpleUploadedFile("报告.xlsx", b"nothing")})

    assert response.status_code == 400
    assert not TestReport.objects.exists()


def test_the_template_has_the_headings_that_are_read(official):
    (headings,) = load_workbook(BytesIO(official.get("/desk/systems/reports/template.xlsx").content)).active.iter_rows(
        values_only=True
    )

    assert set(HEADINGS) <= set(headings)
