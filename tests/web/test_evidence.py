from __future__ import annotations

from datetime import date

import pytest

from gi_registry.assurance.models import (
    Appointment,
    Attachment,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Standard,
    TestReport,
    Value,
)
from gi_registry.core import clock
from gi_registry.core.history import last_change
from gi_registry.parties.models import Party
from tests import make

pytestmark = pytest.mark.django_db

BACKEND = "gi_registry.parties.permissions.RegisterBackend"
HERE = "/desk/systems/duliu-laocu/"
EVIDENCE = f"{HERE}evidence/"
BASIS = {"source": "gazette", "grade": "primary", "note": ""}


@pytest.fixture(autouse=True)
def day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 6, 1))


@pytest.fixture
def product():
    product = make.product()
    make.protection(product)
    return product


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


def sent(client, address, values):
    """Where a form led, and the page there."""
    response = client.post(address, values, follow=True)
    return [to for to, _status in response.redirect_chain], response.content.decode()


def refused(client, address, values, status=400):
    response = client.post(address, values)
    assert response.status_code == status
    return response.content.decode()


def lines(prefix, *rows):
    """A table as a browser sends it."""
    head = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    return head | {f"{prefix}-{at}-{name}": text for at, row in enumerate(rows) for name, text in row.items()}


def numbers_of(laboratory):
    return str(list(Laboratory.objects.order_by("pk")).index(laboratory) + 1)


def report_page():
    return f"{HERE}reports/{TestReport.objects.get().key}/"


# --- Standards -------------------------------------------------------------------------------------------------------

STANDARD = {"number": "GB/T 99991—2020", "title": "示例标准", "issued_on": "2020-06-01", "valid_from": "2021-01-01"}


def test_a_standard_is_written_with_its_limits_and_put_right(official, product):
    rows = lines("limits", {"parameter": "总酸", "lower": "5", "unit": "g/100mL"}, {"parameter": ""})
    to, page = sent(official, f"{HERE}standards/new/", STANDARD | BASIS | rows)
    assert to == [f"{EVIDENCE}#standards"]
    assert "已登记 GB/T 99991—2020，指标 1 项。" in page
    assert "≥5 g/100mL" in seen(official, f"{HERE}standards/1/")

    edit = f"{HERE}standards/1/edit/"
    assert 'value="5"' in seen(official, edit)
    changed = lines(
        "limits", {"parameter": "总酸", "lower": "5.5", "unit": "g/100mL"}, {"parameter": "铅", "upper": "1"}
    )
    seen_now = official.get(edit).context["form"].initial["seen"]
    sent(official, edit, STANDARD | BASIS | changed | {"seen": seen_now})
    assert [str(limit) for limit in Limit.objects.order_by("pk")] == ["总酸 ≥5.5 g/100mL", "铅 ≤1"]


def test_what_is_no_standard_number_is_refused_and_stays_in_the_form(official, product):
    page = refused(official, f"{HERE}standards/new/", STANDARD | BASIS | {"number": "第三号"} | lines("limits", {}))

    assert "“第三号”不像标准号" in page
    assert 'value="示例标准"' in page
    assert not Standard.objects.exists()


def test_a_line_without_its_parameter_is_pointed_at(official, product):
    page = refused(official, f"{HERE}standards/new/", STANDARD | BASIS | lines("limits", {"lower": "5"}))

    assert "第 1 行“项目”：这一格必填。" in page
    assert not Standard.objects.exists()


@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        ({"upper": "十二"}, "第 1 行“上限”：“十二”不是一个数"),
        ({"lower": "5", "upper": "1,234"}, "第 1 行“上限”：“1,234”里的逗号可能是小数点"),
        ({"lower": "6", "upper": "5"}, "第 1 行“下限”：下限大于上限。"),
        ({}, "第 1 行“上限”：请写上限、下限或文字要求中的至少一项。"),
    ],
)
def test_a_bound_that_cannot_be_read_stays_in_its_box(official, product, bounds, sentence):
    page = refused(official, f"{HERE}standards/new/", STANDARD | BASIS | lines("limits", {"parameter": "铅"} | bounds))

    assert sentence in page
    assert all(f'value="{typed}"' in page for typed in bounds.values())
    assert not Standard.objects.exists()


def test_a_name_that_is_too_long_is_told_in_our_words(official, product):
    page = refused(
        official, f"{HERE}standards/new/", STANDARD | BASIS | lines("limits", {"parameter": "铅" * 81, "upper": "1"})
    )

    assert "第 1 行“项目”：不超过 80 字。" in page


def test_a_bound_may_have_a_comma(official, product):
    assert 'inputmode="decimal"' in seen(official, f"{HERE}standards/new/")
    sent(official, f"{HERE}standards/new/", STANDARD | BASIS | lines("limits", {"parameter": "铅", "upper": "10,5"}))

    assert str(Limit.objects.get()) == "铅 ≤10.5"


def test_a_standard_for_all_products_is_written_by_officials_only(client, official, product):
    address = "/desk/systems/standards/new/"
    to, _page = sent(official, address, STANDARD | BASIS | lines("limits", {}))
    assert to == ["/desk/systems/clauses/"]
    assert Standard.objects.get().product is None
    assert "通用" in seen(official, EVIDENCE)

    keeper = make.producer("示例协会", make.USCC[2])
    make.row(make.Part, {"product": product, "party": keeper, "part": "association"}, **make.sourced())
    assert signed_in(client, make.person("association", "x", party=keeper)).get(address).status_code == 403


def test_a_standard_names_what_replaces_it_and_what_it_replaces(official, product):
    make.standard(product, "GB/T 99991-2010")
    make.standard(product, "GB/T 99991-2020", replaces="GB/T 99991-2010、GB/T 99990-2000")
    old, new = (seen(official, f"{HERE}standards/{number}/") for number in (1, 2))

    assert f'<dt>被代替</dt><dd><a href="{HERE}standards/2/">GB/T 99991-2020</a>' in old
    assert "已有代替它的标准，废止日未登记。" in old
    assert f'<dt>代替</dt><dd><a href="{HERE}standards/1/">GB/T 99991-2010</a>、GB/T 99990-2000</dd>' in new


# --- Test reports ----------------------------------------------------------------------------------------------------


@pytest.fixture
def report(product):
    """What is sent of a report."""
    make.standard(product, limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 5}])
    days = {"sampled_on": "2026-04-01", "issued_on": "2026-04-10"}
    return BASIS | days | {"number": "示例-1", "laboratory": numbers_of(make.laboratory())}


def test_a_new_report_offers_what_is_limited_and_judges_what_is_typed(official, report):
    assert 'value="总酸"' in seen(official, f"{HERE}reports/new/")
    rows = lines(
        "values",
        {"parameter": "总酸", "text": "4,2", "unit": "g/100mL"},
        {"parameter": "铅", "text": "<0.01", "unit": "mg/kg"},
    )
    to, page = sent(official, f"{HERE}reports/new/", report | rows)
    assert to == [report_page()]
    assert "已登记报告 示例-1：不合格 1 项，不可比 1 项。" in page
    for part in ("不合格", "不在 ≥5 g/100mL 之内", "不可比", "没有登记“铅”的限值"):
        assert part in page


def test_an_offered_parameter_without_a_result_is_left_out(official, report):
    rows = lines("values", {"parameter": "总酸", "unit": "g/100mL"}, {"parameter": "铅", "text": "未检出"})
    sent(official, f"{HERE}reports/new/", report | rows)

    assert [str(value) for value in Value.objects.all()] == ["铅 未检出"]


@pytest.mark.parametrize(
    ("changed", "rows", "sentence"),
    [
        ({"issued_on": "2026-03-01"}, [{"parameter": "铅", "text": "1"}], "早于抽样日"),
        ({"issued_on": "2027-03-01"}, [{"parameter": "铅", "text": "1"}], "2027-03-01"),
        ({}, [{"parameter": "铅", "text": "大约三"}], "第 1 行"),
        ({}, [], "请至少填写一项检验结果"),
        ({"laboratory": "9"}, [{"parameter": "铅", "text": "1"}], ""),
        ({"standard_number": "第三号"}, [{"parameter": "铅", "text": "1"}], "不像标准号"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(official, report, changed, rows, sentence):
    assert sentence in refused(official, f"{HERE}reports/new/", report | changed | lines("values", *rows))
    assert not TestReport.objects.exists()


def test_a_report_with_a_failed_line_is_put_right_only_with_a_reason(official, report):
    rows = lines("values", {"parameter": "总酸", "text": "4.2", "unit": "g/100mL"})
    sent(official, f"{HERE}reports/new/", report | rows)
    edit, mended = f"{report_page()}edit/", lines("values", {"parameter": "总酸", "text": "5.2", "unit": "g/100mL"})
    now = report | mended | {"seen": official.get(edit).context["form"].initial["seen"]}

    assert "请写明原因。" in refused(official, edit, now)
    sent(official, edit, now | {"reason": "抄错一位"})
    assert Value.objects.get().text == "5.2"


def test_a_report_is_taken_away_with_a_reason(official, product):
    make.lab_report(product, make.laboratory(), results={"总酸": "5"})
    to, _page = sent(official, f"{report_page()}remove/", {"reason": "登记在别的产品下"})

    assert to == [f"{EVIDENCE}#reports"]
    assert not TestReport.objects.exists()


def test_an_old_page_removes_and_edits_no_other_report(official, product):
    laboratory = make.laboratory()
    gone, _next = (make.lab_report(product, laboratory, number=f"示例-{at}", results={"总酸": "5"}) for at in (1, 2))
    away, edit = (f"{HERE}reports/{gone.key}/{act}/" for act in ("remove", "edit"))
    sent(official, away, {"reason": "登记错了"})

    for address in (away, edit):
        assert "这份报告已经不在登记簿里" in refused(official, address, {"reason": "登记错了"}, 404)
    assert [one.number for one in TestReport.objects.all()] == ["示例-2"]


def test_reports_and_records_stand_newest_first(official, product):
    laboratory = make.laboratory()
    for month in (3, 5, 4):
        day = date(2026, month, 1)
        make.lab_report(product, laboratory, number=f"示例-{month}", sampled_on=day, issued_on=day)
        make.quality_record(product, "internal", title=f"记录-{month}", made_on=day)
    page = seen(official, EVIDENCE)

    for name in ("示例", "记录"):
        assert page.index(f"{name}-5") < page.index(f"{name}-4") < page.index(f"{name}-3")


# --- Quality records -------------------------------------------------------------------------------------------------

RECORD = {"kind": "plan_testing", "title": "示例规划", "made_on": "2026-05-01"}


def test_a_record_meets_its_clause_is_put_right_and_taken_away(official, product):
    assert "T1 未满足" in seen(official, HERE)
    to, _page = sent(official, f"{HERE}records/new/", RECORD | BASIS)
    assert to == [f"{EVIDENCE}#records"]
    assert "T1 已满足：示例规划" in seen(official, HERE)

    edit = f"{HERE}records/{QualityRecord.objects.get().key}/edit/"
    stale = {"valid_until": "2026-05-20", "seen": official.get(edit).context["form"].initial["seen"]}
    sent(official, edit, RECORD | BASIS | stale)
    assert "于 2026-05-20 到期" in seen(official, HERE)

    sent(official, f"{HERE}records/{QualityRecord.objects.get().key}/remove/", {"reason": "不是本产品的"})
    assert not QualityRecord.objects.exists()


def test_who_was_slower_is_told_what_stands_now(official, product):
    make.quality_record(product, "plan_testing")
    page = refused(
        official, f"{HERE}records/{QualityRecord.objects.get().key}/edit/", RECORD | BASIS | {"seen": "0"}, 409
    )

    assert "您填的内容都还在下面" in page


def test_kinds_of_records_stand_under_their_systems_with_the_clauses_they_serve(official, product):
    make.local_clause()
    page = seen(official, f"{HERE}records/new/?kind=plan_testing&clause=JH1")

    assert '<optgroup label="检验检测体系">' in page
    assert '<option value="plan_testing" selected>检测体系规划文件（T1）</option>' in page
    assert '<option value="JH1" selected>JH1 示例要求</option>' in page


def test_a_record_that_serves_no_clause_says_so(official, product):
    _to, page = sent(official, f"{HERE}records/new/", RECORD | BASIS | {"kind": "other"})

    assert "它的性质是其他，没有对应条款" in page


def test_what_is_missing_leads_to_the_form_that_takes_it(official, product):
    make.local_clause()
    page = seen(official, HERE)

    for end in ("records/new/?kind=plan_testing", "records/new/?kind=other&amp;clause=JH1", "standards/new/"):
        assert f'href="{HERE}{end}"' in page


def test_a_document_is_handed_in_on_the_way_to_a_form_and_leads_back_there(official, product):
    back = f"{HERE}records/new/"
    assert f'documents/new/?back={back}"' in seen(official, back)
    new = "/desk/products/duliu-laocu/documents/new/"

    assert f'href="{back}">不改了' in seen(official, f"{new}?back={back}")
    assert 'href="/desk/products/duliu-laocu/">不改了' in seen(official, f"{new}?back=https://example.com/")


# --- Laboratories ----------------------------------------------------------------------------------------------------


def test_a_laboratory_its_certificate_and_what_it_tests(official, product):
    party = make.row(Party, {"name": "示例检验所"}, kind="other", **make.sourced())
    sent(official, "/desk/systems/laboratories/new/", {"party": party.name, "note": ""})
    paper = {"kind": "cma", "number": "示例证1", "valid_from": "2024-01-01", "valid_until": "2026-05-01"}
    sent(official, "/desk/systems/laboratories/1/papers/new/", paper | BASIS)
    assert "今天无效" in seen(official, "/desk/systems/laboratories/")

    make.qualification(make.laboratory(), number="示例证2")
    twice = refused(official, "/desk/systems/laboratories/1/papers/new/", paper | BASIS | {"number": "示例证２"})
    assert "证书编号 示例证2 已登记在示例检验中心名下" in twice

    sent(official, f"{HERE}laboratories/new/", {"laboratory": "1"} | BASIS)
    assert "T4 未满足" in seen(official, HERE)
    edit = "/desk/systems/laboratories/1/papers/1/"
    seen_now = official.get(edit).context["form"].initial["seen"]
    sent(official, edit, paper | BASIS | {"valid_until": "2027-05-01", "seen": seen_now})
    assert "T4 已满足" in seen(official, HERE)

    sent(official, f"{HERE}laboratories/1/end/", {"day": "2026-06-01", "reason": "合同到期"})
    assert Appointment.objects.get().valid_until == date(2026, 6, 1)
    assert Qualification.objects.filter(laboratory__party=party).count() == 1


# --- What officials say ----------------------------------------------------------------------------------------------


def test_a_word_on_a_clause_rests_on_evidence_and_ends_with_a_reason(official, product):
    make.quality_record(product, "other", title="示例管理办法")
    address = f"{HERE}clauses/Q2/attach/"
    assert "质量记录：示例管理办法" in seen(official, address)
    word = {
        "effect": "meets",
        "evidence": f"record-{QualityRecord.objects.get().key}",
        "valid_from": "2026-06-01",
        "note": "逐条对照",
    }
    to, page = sent(official, address, word)
    assert to == [f"{HERE}#Q2"]
    assert "Q2 已满足" in page
    assert Attachment.objects.get().record == QualityRecord.objects.get()

    sent(
        official, f"{HERE}attachments/{Attachment.objects.get().key}/end/", {"day": "2026-06-01", "reason": "认定有误"}
    )
    assert "Q2 未满足" in seen(official, HERE)


def test_a_word_says_on_what_it_rests_and_what_was_set_aside_can_be_ended(official, product):
    report = make.lab_report(product, make.laboratory(), results={"总酸": "5"})
    make.clause_attachment("Q2", product, report=report)
    make.clause_attachment("S4", product, effect="not_applicable")

    assert f'依据 <a href="{report_page()}">报告 示例-1</a>' in seen(official, EVIDENCE)
    assert f'href="{EVIDENCE}#attachments">看认定、终止</a>' in seen(official, HERE)


def test_a_paper_says_which_of_its_days_is_not_known(official, product):
    laboratory = make.laboratory()
    make.qualification(laboratory, number="无期", valid_until=None)
    make.qualification(laboratory, number="无始", valid_from=None)
    page = seen(official, "/desk/systems/laboratories/")

    assert "有效，截止日未查明" in page
    assert "起始日未查明，不能确认有效" in page


def test_a_producer_is_chosen_only_where_the_clause_is_asked_of_each(official, product):
    make.maker(product, make.producer("示例本厂"))
    make.producer("示例外厂", make.USCC[1])
    one, each = (seen(official, f"{HERE}clauses/{key}/attach/") for key in ("S6", "S14"))

    assert "生产者</label>" not in one
    assert ("示例本厂" in each, "示例外厂" in each) == (True, False)


def test_associations_say_nothing_of_clauses(client, product):
    keeper = make.producer("示例协会", make.USCC[2])
    make.row(make.Part, {"product": product, "party": keeper, "part": "association"}, **make.sourced())
    own = signed_in(client, make.person("association", party=keeper))

    assert "/attach/" not in seen(own, HERE)
    assert own.get(f"{HERE}clauses/Q1/attach/").status_code == 403


def test_a_word_without_a_note_is_refused(official, product):
    refused(official, f"{HERE}clauses/Q2/attach/", {"effect": "meets", "valid_from": "2026-06-01", "note": ""})

    assert not Attachment.objects.exists()


def test_there_is_no_clause_by_a_strange_key(official, product):
    assert official.get(f"{HERE}clauses/X9/attach/").status_code == 404


def test_a_clause_of_the_district_is_added_and_asked_of_the_product(official, product):
    clause = {
        "key": "JH1",
        "system": "quality",
        "wording": "示例要求",
        "who": "producer",
        "article": "示例办法第一条",
        "valid_from": "2026-01-01",
    }
    to, _page = sent(official, "/desk/systems/clauses/new/", clause | BASIS)
    assert to == ["/desk/systems/clauses/"]
    assert "JH1 未满足" in seen(official, HERE)

    edit = "/desk/systems/clauses/JH1/edit/"
    seen_now = official.get(edit).context["form"].initial["seen"]
    sent(official, edit, clause | BASIS | {"wording": "示例新要求", "seen": seen_now})
    assert LocalClause.objects.get().wording == "示例新要求"
    assert "不能改" in seen(official, edit)

    seen_now = official.get(edit).context["form"].initial["seen"]
    renamed = {"key": "JH2", "valid_until": "2026-02-01", "seen": seen_now}
    sent(official, edit, clause | BASIS | renamed)
    assert [(one.key, one.valid_until) for one in LocalClause.objects.all()] == [("JH1", date(2026, 2, 1))]


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_associations_hand_in_evidence_of_their_own_products_only(client, product):
    keeper, other = make.producer("示例协会", make.USCC[2]), make.product("b", "乙")
    make.protection(other)
    make.row(make.Part, {"product": product, "party": keeper, "part": "association"}, **make.sourced())
    own = signed_in(client, make.person("association", party=keeper))

    sent(own, f"{HERE}records/new/", RECORD | BASIS)
    assert QualityRecord.objects.get().product == product
    assert own.get("/desk/systems/b/records/new/").status_code == 403
    assert own.post("/desk/systems/b/records/new/", RECORD | BASIS).status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_all_evidence_costs_as_many_queries_for_one_piece_as_for_three(
    official, product, size, django_assert_num_queries
):
    laboratory = make.laboratory()
    for number in range(size):
        make.standard(product, f"GB/T 9999{number}-2020")
        make.lab_report(product, laboratory, results={"总酸": "5"})
        make.quality_record(product, "plan_testing", title=f"示例{number}")
        make.clause_attachment(f"Q{number + 1}", product)
    make.appointment(product, laboratory)

    with django_assert_num_queries(18):
        seen(official, EVIDENCE)


def test_the_report_of_a_laboratory_without_a_cma_says_so(official, product):
    report = make.lab_report(product, make.laboratory(), results={"总酸": ("5.6", "g/100mL")})
    page = f"{HERE}reports/{report.key}/"
    assert "签发日该机构没有登记有效的资质认定（CMA）。" in seen(official, page)

    make.qualification(make.laboratory())
    assert "没有登记有效的资质认定" not in seen(official, page)


def test_limits_that_let_a_failed_line_go_ask_the_official_why(official, product):
    standard = make.standard(product, limits=[{"parameter": "总酸", "unit": "g/100mL", "lower": 5}])
    make.lab_report(product, make.laboratory(), results={"总酸": ("3", "g/100mL")})
    typed = STANDARD | BASIS | {"number": "GB/T 99991-2020", "seen": str(last_change(standard))}
    rows = lines("limits", {"parameter": "总酸", "unit": "g/100mL", "lower": "1"})

    page = refused(official, f"{HERE}standards/1/edit/", typed | rows)
    assert "请写明为什么更正" in page
    sent(official, f"{HERE}standards/1/edit/", typed | rows | {"reason": "照标准原文更正"})
    assert Limit.objects.get().lower == 1
