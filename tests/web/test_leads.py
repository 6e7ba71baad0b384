"""The desk's pages of leads, and what strangers report of labels."""

from __future__ import annotations

import hashlib
import html
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image

from gi_registry.core import clock
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.gazette.models import Document
from gi_registry.inspections import leads as acts
from gi_registry.inspections.models import Lead, Origin
from gi_registry.inspections.states import LeadState
from gi_registry.web import labels
from gi_registry.web.limits import Allowance
from tests import make
from tests.web.test_applications import sign_in
from tests.web.test_inspections import failing, sent
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/desk/leads/"
REPORT = "/verify/label/report/"
TYPED = {"text": "礼盒上印着专用标志，没有代码", "where": "示例商场一层"}


@pytest.fixture(autouse=True)
def nobody_asked_before(monkeypatch):
    """What other tests reported is not counted here."""
    monkeypatch.setattr(labels, "REPORTS", Allowance(3))


@pytest.fixture
def official():
    return make.person("market", "market", last_name="李", first_name="强")


@pytest.fixture
def market(official):
    return sign_in(official)


@pytest.fixture
def zhang():
    return make.person("inspector", "zhang", last_name="张", first_name="检")


@pytest.fixture
def lead(official):
    told = {"title": "示例线索", "text": "冒用专用标志", "contact": "示例举报人 13800000000"}
    return acts.open_lead(Origin.COMPLAINT, by=official, who="示例小店", **told)


def page_of(lead, part=""):
    return f"{LIST}{lead.number}/{part}"


# --- The list --------------------------------------------------------------------------------------------------------


def test_the_list_says_what_is_open_and_whose_it_is(market, official, lead):
    acts.take_step(lead, LeadState.ASSIGNED, by=official, assignee=official)

    text = text_of(market.get(LIST))

    assert f"示例线索 {lead.number} · 示例小店 投诉举报 {clock.today()} 已分派 — 李强（market）" in text


def test_the_nearest_clock_comes_first(market, official, lead):
    other = acts.open_lead(Origin.OTHER, by=official, title="后来的线索", text="情况")
    for one in (lead, other):
        acts.take_step(one, LeadState.ASSIGNED, by=official, assignee=official)
    acts.take_step(lead, LeadState.REPORTED, by=official, note="查明")
    acts.take_step(lead, LeadState.APPROVED, by=official)

    text = text_of(market.get(LIST))

    assert text.index("示例线索") < text.index("后来的线索")
    assert "还有 23 小时" in text


def test_states_narrow_the_list(market, official, lead):
    acts.take_step(lead, LeadState.ANSWERED, by=official, note="不属实，已答复")

    assert "没有未办结的线索。" in text_of(market.get(LIST))
    assert "共 1 条" in text_of(market.get(f"{LIST}?state="))
    assert "共 1 条" in text_of(market.get(f"{LIST}?state=answered"))
    assert market.get(f"{LIST}?state=lost").status_code == 400


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(market, official, size, django_assert_num_queries):
    for number in range(size):
        one = acts.open_lead(Origin.OTHER, by=official, title=f"线索 {number}", text="情况")
        acts.take_step(one, LeadState.ASSIGNED, by=official, assignee=official)
        acts.take_step(one, LeadState.REPORTED, by=official, note="查明")
    market.get(LIST)

    with django_assert_num_queries(6):
        market.get(LIST)


# --- One lead --------------------------------------------------------------------------------------------------------


def test_a_lead_goes_its_way_to_the_police_by_the_clock(market, lead):
    told = []
    for state, typed in (
        ("assigned", {"assignee": "market"}),
        ("reported", {"note": "已核实", "officer": "示例甲", "other_officer": "示例乙"}),
        ("approved", {}),
        ("transferred", {"office": "示例公安分局"}),
        ("answered", {"note": "公安机关已立案"}),
    ):
        answer = sent(market, page_of(lead, f"steps/{state}/"), **typed)
        assert answer.status_code == 302, text_of(answer)
        told.append(text_of(market.get(page_of(lead))))

    assert "负责人须决定是否批准移送：" in told[1]
    assert "核实的执法人员：示例甲、示例乙。 已核实" in told[1]
    assert (
        "《行政执法机关移送涉嫌犯罪案件的规定》第五条" in told[1]
        or "行政执法机关移送涉嫌犯罪案件的规定第五条" in told[1]
    )
    assert "须移送公安机关： 还有 23 小时" in told[2]
    assert "已移送公安机关 示例公安分局" in told[3]
    assert "已办结。" in told[4]
    assert Lead.objects.get().state == LeadState.ANSWERED


def test_a_clock_that_has_run_out_says_so(market, official, lead, monkeypatch):
    acts.take_step(lead, LeadState.ASSIGNED, by=official, assignee=official)
    acts.take_step(lead, LeadState.REPORTED, by=official, note="查明")
    acts.take_step(lead, LeadState.APPROVED, by=official)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=50))

    assert "须移送公安机关： 已过 1 天 2 小时" in text_of(market.get(page_of(lead)))


@pytest.mark.parametrize(
    ("state", "typed", "sentence"),
    [
        ("assigned", {}, "这一栏必填。"),
        ("passed_on", {"office": "示例部门"}, "这一栏必填。"),
        ("answered", {"note": " "}, "这一栏必填。"),
        ("passed_on", {"office": "示例公安分局", "note": "转"}, "移送公安机关有期限：请走“报请移送公安机关”。"),
        ("answered", {"note": "已办", "at": "2199-01-01T10:00"}, "这一步的时间还没有到，不能先记。"),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused_in_one_sentence(market, lead, state, typed, sentence):
    answer = sent(market, page_of(lead, f"steps/{state}/"), **typed)

    assert (answer.status_code, sentence in text_of(answer)) == (400, True)
    assert (Lead.objects.get().state, lead.steps.count()) == (LeadState.REGISTERED, 1)


def test_one_officer_is_too_few_to_report(market, official, lead):
    acts.take_step(lead, LeadState.ASSIGNED, by=official, assignee=official)

    answer = sent(market, page_of(lead, "steps/reported/"), note="查明", officer="示例甲", other_officer="示例甲 ")

    assert answer.status_code == 400
    assert "须有两名以上执法人员核实：请写另一名的姓名。" in text_of(answer)


def test_what_is_due_is_offered_first_and_not_to_approve_too(market, official, lead):
    acts.take_step(lead, LeadState.ASSIGNED, by=official, assignee=official)
    acts.take_step(lead, LeadState.REPORTED, by=official, note="示例甲、示例乙已核实")

    page = text_of(market.get(page_of(lead)))

    assert "接下来 批准移送 不批准移送，交回承办" in page


def test_a_step_that_there_is_not_is_not_found(market, lead):
    assert [market.get(page_of(lead, f"steps/{state}/")).status_code for state in ("registered", "nothing")] == [
        404,
        404,
    ]


def test_a_step_that_cannot_follow_is_said_before_its_form(market, lead):
    address, typed = page_of(lead, "steps/approved/"), {"seen": last_change(lead)}
    answers = [market.get(address), market.post(address, typed)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert all("线索“已登记”之后不能是“已批准移送”。" in text_of(answer) for answer in answers)


def test_what_a_lead_says_is_in_no_history_of_those_who_may_not_read_it(market, lead, zhang):
    for client in (
        sign_in(zhang),
        sign_in(make.person("auditor", "auditor")),
        sign_in(make.person("agriculture", "agri")),
    ):
        for page in ("/desk/changes/", "/desk/"):
            assert "冒用专用标志" not in client.get(page).content.decode()
    assert "冒用专用标志" in market.get("/desk/changes/").content.decode()


def test_a_step_after_somebody_else_was_faster_is_refused(market, official, lead):
    address = page_of(lead, "steps/answered/")
    seen = market.get(address).context["form"]["seen"].value()
    acts.take_step(lead, LeadState.ASSIGNED, by=official, assignee=official)

    answer = market.post(address, {"note": "已办", "seen": seen})

    assert answer.status_code == 409
    assert Lead.objects.get().state == LeadState.ASSIGNED


def test_papers_of_a_step_are_kept_and_given_to_those_at_the_desk(market, lead):
    paper = SimpleUploadedFile("移送书.pdf", b"%PDF-1.4\n1 0 obj\nstartxref\n0\n%%EOF\n")

    answer = sent(market, page_of(lead, "steps/passed_on/"), office="示例部门", note="不归本局管", file=paper)

    assert answer.status_code == 302, text_of(answer)
    document = Document.objects.get()
    assert (document.public, lead.steps.last().document) == (False, document)
    assert f"/desk/documents/{document.sha256}/" in market.get(page_of(lead)).content.decode()


def test_a_lead_from_an_inspection_knows_what_it_is_about(market, official, zhang):
    team = [zhang, make.person("inspector", "zhao")]
    user = make.authorisation(make.producer(), make.product())
    record = failing(make.task(make.plan(inspectors=team), user, team), zhang, 7, outcome="transfer")

    answer = sent(market, f"/desk/inspections/records/{record.uuid}/lead/", text="涉嫌伪造专用标志")

    lead = Lead.objects.get()
    assert answer.url == page_of(lead)
    assert (lead.origin, lead.record, lead.authorisation) == (Origin.INSPECTION, record, user)
    assert (lead.title, lead.who) == ("示例酿造有限公司：检查发现", "示例酿造有限公司")
    assert str(lead) in text_of(market.get(f"/desk/inspections/records/{record.uuid}/"))


def test_an_inspector_tells_of_their_own_inspection_and_follows_what_is_assigned_to_them(official, zhang, lead):
    team = [zhang, make.person("inspector", "zhao")]
    user = make.authorisation(make.producer(), make.product())
    record = failing(make.task(make.plan(inspectors=team), user, team), zhang, 7)
    client, here = sign_in(zhang), f"/desk/inspections/records/{record.uuid}/"

    sent(client, f"{here}lead/", text="涉嫌冒用", contact="示例人")
    own = Lead.objects.get(record=record)
    told = text_of(client.get(page_of(own)))
    assert ("涉嫌冒用" in told, "示例人" in told, "您登记的线索，由登记机关分派" in told) == (True, False, True)
    assert own.title in text_of(client.get(LIST))
    assert str(own) in text_of(client.get(here))
    assert client.get(page_of(lead)).status_code == 404
    assert "登记线索" not in text_of(client.get(LIST))
    assert client.get(f"{LIST}new/").status_code == 403
    assert client.post(f"{LIST}new/", {"origin": "other", "title": "一", "text": "二"}).status_code == 403
    acts.take_step(lead, LeadState.ASSIGNED, by=official, assignee=zhang)
    page = text_of(client.get(page_of(lead)))
    assert ("报请移送公安机关" in page, "转其他部门" in page) == (True, False)
    assert client.get(page_of(lead, "steps/passed_on/")).status_code == 403
    assert client.post(page_of(lead, "steps/passed_on/"), {"office": "示例部门", "note": "转"}).status_code == 403


def test_who_told_of_a_lead_is_read_by_those_who_follow_it_up_alone(market, lead):
    assert "示例举报人 13800000000 请保密" in text_of(market.get(page_of(lead)))
    for role in ("auditor", "agriculture"):
        client = sign_in(make.person(role, role))
        assert client.get(page_of(lead)).status_code == 403
        assert "13800000000" not in client.get("/desk/changes/").content.decode()
    assert not any("13800000000" in str(change.after) for change in Change.objects.all())


def test_numbers_go_on_after_the_ten_thousandth(official, lead):
    Lead.objects.filter(pk=lead.pk).update(number=f"{clock.today().year}-X9999")

    made = [acts.open_lead(Origin.OTHER, by=official, title=f"第 {at} 条", text="情况").number for at in range(3)]

    assert [number[5:] for number in made] == ["X10000", "X10001", "X10002"]


def test_a_new_lead_is_registered_with_all_that_was_said(market):
    make.product()
    typed = {"origin": "complaint", "title": "示例投诉", "text": "价签写错", "product": "duliu-laocu", "who": "示例店"}

    answer = sent(market, f"{LIST}new/", **typed, where="示例路", contact="示例人")

    lead = Lead.objects.get()
    assert answer.url == page_of(lead)
    said = (lead.get_origin_display(), lead.title, str(lead.product), lead.who, lead.where, lead.contact)
    assert said == ("投诉举报", "示例投诉", "独流老醋", "示例店", "示例路", "示例人")


# --- What strangers report -------------------------------------------------------------------------------------------


def photo(exif=True):
    image, told, file = Image.new("RGB", (40, 30), "red"), Image.Exif(), io.BytesIO()
    if exif:
        told.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (38.0, 51.0, 0.0), 3: "E", 4: (116.0, 51.0, 0.0)})
    image.save(file, "JPEG", exif=told)
    return SimpleUploadedFile("标签.jpg", file.getvalue())


def test_anybody_reports_a_label_without_an_account(market):
    make.product()
    client = Client()

    answer = client.post(REPORT, TYPED | {"product": "独流老醋", "contact": "示例人 13900000000"}, follow=True)

    lead = Lead.objects.get()
    assert f"已收到，编号 {lead.number}。" in text_of(answer)
    assert ("再反映一件" in text_of(answer), "看到了什么" in text_of(answer)) == (True, False)
    said = (lead.origin, lead.title, str(lead.product), lead.where, lead.contact, lead.steps.get().by)
    assert said == ("label", "标签反映：独流老醋", "独流老醋", "示例商场一层", "示例人 13900000000", "公众")
    assert "13900000000" in text_of(market.get(page_of(lead)))
    assert not any("13900000000" in str(change.after) for change in Change.objects.all())


def test_the_photo_of_a_report_loses_its_place_and_stays_private(market):
    Client().post(REPORT, TYPED | {"photo": photo()})

    document = Lead.objects.get().steps.get().document
    with document.file.open() as file, Image.open(file) as image:
        assert (image.size, dict(image.getexif())) == ((40, 30), {})
    assert Client().get(f"/documents/{document.sha256}/").status_code == 404
    given = b"".join(market.get(f"/desk/documents/{document.sha256}/").streaming_content)
    assert hashlib.sha256(given).hexdigest() == document.sha256
    for role in ("auditor", "agriculture", "inspector"):
        client = sign_in(make.person(role, role))
        assert client.get(f"/desk/documents/{document.sha256}/").status_code == 403
        assert "举报的照片" not in text_of(client.get("/desk/documents/"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"where": "示例商场"}, "这一栏必填。"),
        ({"text": "看到"}, "这一栏必填。"),
        (TYPED | {"photo": SimpleUploadedFile("标签.jpg", b"no picture")}, "这个文件的内容不是其中任何一种"),
        (
            TYPED | {"photo": SimpleUploadedFile("标签.pdf", b"%PDF-1.4\nstartxref\n0\n%%EOF\n")},
            "照片只收 JPEG 和 PNG。",
        ),
    ],
)
def test_a_report_that_cannot_be_taken_says_why_and_leaves_nothing(typed, sentence):
    answer = Client().post(REPORT, typed)

    assert (answer.status_code, sentence in text_of(answer)) == (400, True)
    assert (Lead.objects.count(), Document.objects.count()) == (0, 0)


def test_a_stranger_who_reports_again_and_again_is_told_to_wait():
    answers = [Client().post(REPORT, TYPED | {"where": f"示例商场 {at} 层"}) for at in range(5)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
    assert "反映得太频繁：请过" in text_of(answers[3])
    assert TYPED["text"] in text_of(answers[3])
    assert Lead.objects.count() == 3


def test_a_report_sent_twice_is_one_lead(monkeypatch):
    numbers = [Client().post(REPORT, TYPED, follow=True).context["messages"] for _time in range(2)]

    assert len({str(message) for messages in numbers for message in messages}) == 1
    assert Lead.objects.count() == 1


def test_the_check_of_a_label_leads_to_the_report_with_what_it_knew():
    make.authorisation(make.producer("示例酿造有限公司"), make.product())
    typed = "producer=示例公司&product=独流老醋&regime=product&uscc=91120118MA0000007K"
    page = html.unescape(Client().get(f"/verify/label/?{typed}").content.decode())

    [link] = re.findall(rf'href="({REPORT}\?[^"]*)"', page)
    form = Client().get(link).context["form"]
    assert (form["who"].value(), form["product"].value()) == ("示例公司", "独流老醋")
    code, broken = form["text"].value().splitlines()
    assert code == "统一社会信用代码：91120118MA0000007K"
    assert broken.startswith("核对不符的：")
