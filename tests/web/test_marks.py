"""The desk's pages of the users of the mark: who sees and does what, what a page says, and that a refusal leaves no
trace."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from gi_registry.core import clock
from gi_registry.core.history import Why, last_change, put
from gi_registry.core.models import Change
from gi_registry.gazette.models import Document
from gi_registry.marks.actions import order_rectification
from gi_registry.marks.codes import show_code
from gi_registry.marks.models import (
    Attachment,
    Authorisation,
    ChangeRequest,
    OriginCheck,
    Rectification,
    Site,
    Step,
    UseReport,
)
from gi_registry.parties.models import Party
from gi_registry.products.models import Role
from gi_registry.web.marks import beside
from tests import handed_in, make, shapes
from tests.web.test_applications import sign_in
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/desk/marks/"
DAY = date(2025, 6, 2)
WHO = {"producer": "示例酿造有限公司", "product": "duliu-laocu", "basis": "announced"}


@pytest.fixture
def laocu():
    """A protected product whose area is a tenth of a degree from 116.8°E 38.8°N."""
    product = make.product()
    for regime in ("product", "certification"):
        make.protection(product, regime=regime)
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    return product


@pytest.fixture
def maker():
    return make.producer(address="示例路 1 号")


@pytest.fixture
def user(maker, laocu):
    """An authorisation at a state."""

    def made(state="active", **values):
        return make.authorisation(maker, laocu, state, **values)

    return made


@pytest.fixture
def official():
    return make.person("market", "market", last_name="李", first_name="强")


@pytest.fixture
def market(official):
    return sign_in(official)


@pytest.fixture
def auditor():
    return sign_in(make.person("auditor", "auditor"))


def at(one, part=""):
    return f"{LIST}{one.code}/{part}"


def seen(row, **more):
    return {"seen": last_change(row)} | more


def left_nothing(act):
    """What was answered, and whether nothing at all was written."""
    before = Change.objects.count()
    answer = act()
    return answer, before == Change.objects.count()


def refused(act):
    """The status and the words of a refusal, and whether it left nothing."""
    answer, clean = left_nothing(act)
    return answer.status_code, text_of(answer), clean


def steps(one):
    return list(one.steps.order_by("pk").values_list("state", flat=True))


# --- The register of users -------------------------------------------------------------------------------------------


def test_the_empty_register_says_how_to_begin(market, auditor):
    said = text_of(market.get(LIST))

    assert re.findall(r"(导入公告名单|按公告补录一家|为使用人立卷) (公告|还)", said) == [
        ("导入公告名单", "公告"),
        ("按公告补录一家", "公告"),
        ("为使用人立卷", "还"),
    ]
    assert "使用人由市场监管部门登记" in text_of(auditor.get(LIST))
    assert LIST + "new/" not in auditor.get(LIST).content.decode()


def test_a_line_says_what_stands_today_what_is_due_next_and_by_whom(market, user):
    one = user("rectify", on=date(2024, 3, 1))
    due = clock.today() + timedelta(days=5)
    make.rectification(one, due_on=due)
    make.row(UseReport, {"authorisation": one, "year": clock.today().year - 1}, filed_on=DAY, by="测试", used=1)

    said = text_of(market.get(LIST))

    assert f"示例酿造有限公司 {show_code(one.code)} 91120118MA0000007K 独流老醋 公告核准 可以使用 限期改正" in said
    assert f"限期改正：改正并答复 按标准组织生产 还有 5 天 {due} 使用人" in said


def test_whose_product_is_protected_no_more_is_found_and_told_so(market, user):
    one, ended = user(), user("cancelled", basis="recorded")
    make.protection(one.product, valid_until=clock.today())

    def shown(stands):
        content = market.get(LIST, {"stands": stands}).content.decode()
        return set(re.findall(r'<th scope="row"><a href="/desk/marks/(\w+)/">', content))

    assert {stands: shown(stands) for stands in ("valid", "unprotected", "cancelled")} == {
        "valid": set(),
        "unprotected": {one.code},
        "cancelled": {ended.code},
    }
    said = text_of(market.get(f"{LIST}{one.code}/"))
    assert f"可以使用的日子 2024-03-01 起可以使用 {clock.today()} 产品的保护终止" in said
    assert "产品的保护已终止：建议注销，或者记下终止的公告" in said
    assert "证明（打印）" not in said


def test_what_has_ended_by_itself_is_nowhere_shown_as_in_use(market, user):
    one, ended = user(), clock.today()
    Authorisation.objects.filter(pk=one.pk).update(valid_until=ended)

    page = market.get(at(one)).content.decode()

    heading = re.search(r'<div class="title">(.*?)</div>', page, re.DOTALL)[1]
    assert re.findall(r'<span class="tag[^"]*">([^<]*)<', heading) == ["已到期"]
    stations = re.findall(
        r'class="station station-(\w+)".*?station-name">([^<]*)<.*?station-day">(.*?)</span>', page, re.DOTALL
    )
    assert [(kind, name) for kind, name, _day in stations[-2:]] == [("done", "可以使用"), ("here", "已到期")]
    assert str(ended) in stations[-1][2]
    assert "已到期 可以使用" not in text_of(market.get(LIST))


@pytest.mark.parametrize(
    ("state", "ended", "said"),
    [
        ("draft", False, "准备中"),
        ("active", False, ""),
        ("active", True, ""),
        ("change_review", False, "可以使用，变更审查中"),
        ("change_review", True, ""),
        ("rectify", True, "限期改正"),
        ("suspended", False, ""),
        ("cancelled", False, ""),
        ("lapsed", False, "成员资格或许可已终止"),
    ],
)
def test_a_state_is_told_where_it_says_more_than_the_standing(user, state, ended, said):
    one = user(state, basis="licensee" if state == "lapsed" else "announced")
    one.valid_until = clock.today() if ended else None

    assert beside(one, clock.today()) == said


def test_filters_narrow_the_register(market, user, laocu):
    town = make.place("120118102", name="独流镇")
    other = make.producer("示例合作社", make.USCC[1], unit=town)
    pear = make.product("puluo-li", "普罗梨")
    active, draft = user(), user("draft", basis="recorded")
    expired = make.authorisation(
        other, pear, valid_until=date(2025, 1, 1), basis="licensee", trademark_number="4409718"
    )
    suspended = make.authorisation(other, laocu, "suspended")
    make.former(other, "示例旧合作社", None, date(2020, 1, 1))
    make.site(active, unit=town)

    def shown(**asked):
        return set(
            re.findall(r'<th scope="row"><a href="/desk/marks/(\w+)/">', market.get(LIST, asked).content.decode())
        )

    every = {active.code, draft.code, expired.code, suspended.code}
    assert shown() == every
    assert shown(product="puluo-li") == {expired.code}
    assert shown(basis="recorded") == {draft.code}
    assert shown(stands="valid") == {active.code}
    assert shown(stands="expired") == {expired.code}
    assert shown(stands="suspended") == {suspended.code}
    assert shown(stands="under_way") == {draft.code}
    assert shown(stands="failed") == set()
    assert shown(unit="120118102") == {active.code, expired.code, suspended.code}
    assert shown(q="旧合作") == {expired.code, suspended.code}
    assert shown(q=show_code(draft.code).lower()) == {draft.code}
    assert shown(q="9112 0118 MA00") == {active.code, draft.code}
    assert shown(q="4409718") == {expired.code}
    assert shown(q="shilihezuo") == shown(q="slhzs") == {expired.code, suspended.code}
    assert shown(q="没有") == shown(q="--") == set()
    assert "没有符合条件的使用人" in text_of(market.get(LIST, {"q": "没有"}))


@pytest.mark.parametrize("asked", [{"basis": "nothing"}, {"stands": "nothing"}])
def test_a_filter_that_there_is_not_is_refused_in_one_sentence(market, asked):
    answer = market.get(LIST, asked)

    assert (answer.status_code, "没有“nothing”这种依据或状态" in text_of(answer)) == (400, True)


@pytest.mark.parametrize("size", [1, 3])
def test_three_users_cost_as_many_questions_as_one(market, maker, size, django_assert_num_queries):
    for number in range(size):
        one = make.authorisation(maker, make.product(f"p{number}", f"产品{number}"))
        make.site(one)
        make.attachment(one)

    with django_assert_num_queries(14):
        market.get(LIST)


def test_pages_of_fifty(market, laocu):
    for number in range(51):
        make.authorisation(make.producer(f"示例{number:02d}号厂", uscc=""), laocu)

    first, second = market.get(LIST).content.decode(), market.get(LIST, {"page": 2}).content.decode()

    assert (first.count('scope="row"'), second.count('scope="row"')) == (50, 1)


def test_the_workbook_has_what_the_filters_leave(market, user):
    user()
    user("draft", basis="recorded")

    book = load_workbook(io.BytesIO(market.get("/desk/marks.xlsx", {"stands": "valid"}).content)).active

    lines = [[cell.value for cell in row] for row in book.iter_rows()]
    assert (len(lines), lines[0][:3], lines[1][1:3]) == (
        2,
        ["编码", "使用人", "统一社会信用代码"],
        ["示例酿造有限公司", "91120118MA0000007K"],
    )


# --- Who reads what --------------------------------------------------------------------------------------------------


def test_officials_auditors_and_inspectors_read_all_and_only_the_office_acts(user, auditor, market):
    one = user()
    readers = [auditor, sign_in(make.person("inspector", "inspector")), sign_in(make.person("agriculture", "agri"))]

    pages = [reader.get(at(one)) for reader in readers]

    assert [page.status_code for page in pages] == [200] * 3
    assert [f"{at(one)}steps/" in page.content.decode() for page in [*pages, market.get(at(one))]] == [
        False,
        False,
        False,
        True,
    ]


def test_an_association_reads_those_of_its_products_and_another_is_to_it_as_if_it_were_not_there(user, maker, laocu):
    pear = make.product("puluo-li", "普罗梨")
    party = make.row(Party, {"name": "示例协会"}, kind="association", **make.sourced())
    make.row(Role, {"product": laocu, "party": party, "part": "association"}, **make.sourced())
    association = sign_in(make.person("association", "association", party=party))
    own, other = user(), make.authorisation(maker, pear)

    listed = association.get(LIST).content.decode()

    assert (at(own) in listed, at(other) in listed) == (True, False)
    assert association.get(at(own)).status_code == 200
    hidden, nothing = association.get(at(other)), association.get(f"{LIST}7KQM2X4HA/")
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    assert text_of(hidden).replace(other.code, "") == text_of(nothing).replace("7KQM2X4HA", "")


def test_a_liaison_reads_those_of_the_producers_of_their_unit(user, laocu):
    town = make.place("120118102", name="独流镇")
    near = make.authorisation(make.producer("示例合作社", make.USCC[1], unit=town), laocu, "draft")
    far = user("draft")
    liaison = sign_in(make.person("liaison", "liaison", unit=town))

    assert [liaison.get(at(one)).status_code for one in (near, far)] == [200, 404]


def test_the_history_reaches_those_who_read_the_rows(user, laocu, market):
    one = user("draft")
    market.post(at(one, "sites/new/"), {"name": "示例车间", "lon": "116.85", "lat": "38.85", "datum": "cgcs2000"})
    party = make.row(Party, {"name": "示例协会"}, kind="association", **make.sourced())
    make.row(Role, {"product": laocu, "party": party, "part": "association"}, **make.sourced())
    association = sign_in(make.person("association", "association", party=party))
    elsewhere = sign_in(
        make.person("association", "elsewhere", party=make.producer("示例协会二", "", kind="association"))
    )

    assert f"生产场所 {one.code} 示例车间" in text_of(association.get("/desk/changes/"))
    assert "示例车间" not in text_of(elsewhere.get("/desk/changes/"))


def test_producers_have_no_business_here(user, maker):
    producer = sign_in(make.person("producer", "producer", party=maker))

    assert [producer.get(address).status_code for address in (LIST, at(user()))] == [403, 403]


ACTS = (
    "edit/",
    "steps/suspended/",
    "withdraw/1/",
    "change/",
    "papers/new/",
    "papers/1/remove/",
    "sites/new/",
    "sites/1/check/",
    "sites/1/end/",
    "sites/1/remove/",
    "rectifications/new/",
    "rectifications/1/answer/",
    "rectifications/1/close/",
)


@pytest.mark.parametrize("part", ["", *ACTS])
def test_who_may_only_read_changes_nothing(auditor, user, part):
    one = user("rectify")
    make.rectification(one)
    make.site(one)

    answer, clean = left_nothing(lambda: auditor.post(at(one, part), {"name": "示例"}))

    assert (answer.status_code, clean) == (405 if part == "" else 403, True)


@pytest.mark.parametrize("part", ["new/", "announced/", "rolls/", "rolls/template.xlsx"])
def test_who_may_only_read_opens_nothing(auditor, laocu, maker, part):
    assert refused(lambda: auditor.post(f"{LIST}{part}", WHO))[::2] == (403, True)


# --- Opening ---------------------------------------------------------------------------------------------------------


def test_a_file_is_opened_for_a_producer(market, laocu, maker):
    answer = market.post(f"{LIST}new/", WHO, follow=True)

    one = Authorisation.objects.get()
    assert answer.redirect_chain == [(at(one), 302)]
    assert (one.state, steps(one), one.course) == ("draft", ["draft"], [])
    assert f"已为“示例酿造有限公司”立卷，编码 {show_code(one.code)}。" in text_of(answer)


def test_a_user_is_recorded_from_an_announcement_and_what_came_before_is_not_known(market, laocu, maker):
    make.announcement("第590号", date(2024, 3, 1))

    answer = market.post(f"{LIST}announced/", WHO | {"announcement": "1", "note": "示例"}, follow=True)

    one = Authorisation.objects.get()
    assert (one.state, one.valid_from, steps(one)) == ("active", date(2024, 3, 1), ["active"])
    assert re.search(r"此前的步骤 未查明 可以使用 2024-03-01 .*当初交了哪些材料未查明", text_of(answer))


def test_without_an_announcement_nobody_is_recorded_and_nothing_typed_is_lost(market, laocu, maker):
    status, _said, clean = refused(lambda: market.post(f"{LIST}announced/", WHO | {"note": "不要丢"}))
    page = market.post(f"{LIST}announced/", WHO | {"note": "不要丢"}).content.decode()

    assert (status, clean) == (400, True)
    assert ("不要丢" in page, "示例酿造有限公司" in page) == (True, True)


def test_natural_persons_and_who_has_no_code_cannot_be_chosen(market, laocu):
    make.producer("示例农户", "", kind="person")
    make.producer("示例无码厂", "")

    page = market.get(f"{LIST}new/").content.decode()

    assert ("示例农户" in page, "示例无码厂" in page) == (False, False)
    assert refused(lambda: market.post(f"{LIST}new/", WHO | {"producer": "示例无码厂"}))[::2] == (400, True)


def test_one_file_of_a_kind_at_a_time(market, user):
    user("draft")

    status, said, clean = refused(lambda: market.post(f"{LIST}new/", WHO))

    assert (status, clean) == (400, True)
    assert "该使用人对这一产品已有同一依据的、未了结的记录" in said


def test_numbers_are_corrected_and_of_two_writers_the_second_is_told(market, user):
    one = user()
    typed = seen(one, standard_number="GB/T 20560-2006")

    first = market.post(at(one, "edit/"), typed)
    status, said, clean = refused(lambda: market.post(at(one, "edit/"), typed | {"standard_number": "DB12/T 1-2020"}))

    one.refresh_from_db()
    assert (first.status_code, one.standard_number) == (302, "GB/T 20560-2006")
    assert (status, clean, "GB/T 20560-2006" in said) == (409, True, True)


# --- One file --------------------------------------------------------------------------------------------------------


def test_the_line_shows_what_was_done_where_it_stands_and_the_shortest_way_into_use(market, user):
    page = market.get(at(user("verification")))

    line = page.content.decode().split('<ol class="line"')[1].split("</ol>")[0]
    assert re.findall(r'station-(done|here|ahead)"', line) == ["done", "here", *["ahead"] * 5]
    assert re.findall(r'station-name">([^<]+)<', line) == [
        "准备中",
        "已受理，产地核验",
        "产地核验通过",
        "省级审核",
        "国家知识产权局审查",
        "已注册登记",
        "可以使用",
    ]


def test_what_is_in_use_has_its_public_page_and_certificate_and_an_application_has_none(market, user):
    active, draft = user(), user("draft", basis="recorded")

    shown = [market.get(at(one)).content.decode() for one in (active, draft)]

    assert [f"/v/{one.code}" in page for one, page in zip((active, draft), shown, strict=True)] == [True, False]


def test_a_code_is_found_however_it_is_written(market, user):
    one = user()

    assert market.get(f"{LIST}{show_code(one.code).lower()}/").status_code == 200


@pytest.mark.parametrize("size", [1, 3])
def test_a_file_asks_as_often_for_one_of_a_kind_as_for_three(market, user, size, django_assert_num_queries):
    one = user("rectify")
    for number in range(size):
        make.mark_step(one, "rectify", DAY)
        make.rectification(one, closed_on=DAY, mended=True)
        make.attachment(one, "other")
        site = make.site(one, name=f"示例车间{number}")
        make.origin_check(site, area=one.product.areas.get(), verdict="inside", distance_m=1.0)

    with django_assert_num_queries(24):
        market.get(at(one))


# --- Steps -----------------------------------------------------------------------------------------------------------


def ready(one):
    """With both papers of art. 20 and a site."""
    for item in ("form", "test_report"):
        make.attachment(one, item)
    return make.site(one)


def test_an_application_goes_in_once_papers_and_site_are_there(market, user):
    one = user("draft")
    status, said, clean = refused(lambda: market.post(at(one, "steps/intake/"), seen(one)))
    ready(one)

    answer = market.post(at(one, "steps/intake/"), seen(one), follow=True)

    assert (status, clean) == (400, True)
    assert "还缺《地理标志专用标志使用申请书》、《地理标志产品特色质量检验检测报告》，不能提交" in said
    assert steps(one) == ["draft", "intake"]
    assert "已记下“提交申请”。" in text_of(answer)


def test_a_step_of_the_state_asks_for_its_announcement(market, user):
    one = user("examined")
    make.announcement("第700号", DAY)

    status, said, clean = refused(lambda: market.post(at(one, "steps/registered/"), seen(one, on="2025-06-02")))
    market.post(at(one, "steps/registered/"), seen(one, announcement="1"))

    assert (status, clean, "这一栏必填" in said) == (400, True, True)
    assert steps(one)[-1] == "registered"


def test_a_step_that_cannot_follow_is_refused_and_says_why(market, user):
    one = user("draft")
    make.announcement()

    page = text_of(market.get(at(one, "steps/cancelled/")))
    answer = refused(lambda: market.post(at(one, "steps/cancelled/"), seen(one, ground="stopped", announcement="1")))

    assert "现在是“准备中”，这时不能办“注销”" in page
    assert (answer[0], answer[2], "现在是“准备中”，这时不能办“注销”" in answer[1]) == (400, True, True)


def test_what_stands_in_the_way_is_said_once(market, user):
    one = user("verification")

    asked = [
        market.get(at(one, "steps/verified/")),
        market.post(at(one, "steps/verified/"), seen(one)),
    ]
    assert [text_of(page).count("没有在用的生产场所，产地核验不能通过") for page in asked] == [1, 1]


def test_the_history_names_a_source_by_its_title(market, user):
    one = user()
    put(Authorisation, {"pk": one.pk}, {"standard_number": "示例标准"}, by="测试", why=Why(source="gazette"))

    assert "依据 来源 gazette" in text_of(market.get(at(one)))


def test_the_list_names_what_is_due_now_and_not_what_has_a_year(market, user):
    user(valid_until=clock.today() + timedelta(days=92))
    for year in range(2024, clock.today().year):
        report = {"filed_on": DAY, "by": "测试", "used": 1, "last_used_on": clock.today() - timedelta(days=400)}
        make.row(UseReport, {"authorisation": Authorisation.objects.get(), "year": year}, **report)

    assert "期限届满" not in text_of(market.get(LIST))
    Authorisation.objects.update(valid_until=clock.today() + timedelta(days=91))
    assert "期限届满 还有 90 天" in text_of(market.get(LIST))


@pytest.mark.parametrize("state", ["nothing", "eligible", "void"])
def test_a_step_that_the_basis_does_not_know_is_not_found(market, user, state):
    assert market.get(at(user(), f"steps/{state}/")).status_code == 404


def test_of_two_officials_the_second_is_told(market, user):
    one = user("verified")
    typed = seen(one, note="不要丢")

    market.post(at(one, "steps/provincial/"), typed)
    answer, clean = left_nothing(lambda: market.post(at(one, "steps/provincial/"), typed))

    assert (answer.status_code, clean, "不要丢" in answer.content.decode()) == (409, True, True)


def test_a_step_taken_by_mistake_is_taken_back_and_both_stay(market, user):
    one = user("verified")
    market.post(at(one, "steps/provincial/"), seen(one))

    answer = market.post(at(one, "withdraw/3/"), seen(one, reason="点错了"), follow=True)

    one.refresh_from_db()
    assert (one.state, steps(one)) == ("verified", ["draft", "verified", "provincial", "verified"])
    assert re.search("撤回“省级审核”，回到“产地核验通过”.*省级审核 已撤回 撤回原因：点错了", text_of(answer))


@pytest.mark.parametrize(("number", "status"), [(1, 400), (9, 404)])
def test_only_the_last_step_is_taken_back(market, user, number, status):
    one = user("verified")

    assert refused(lambda: market.post(at(one, f"withdraw/{number}/"), seen(one, reason="点错了")))[::2] == (
        status,
        True,
    )


# --- Cancelling ------------------------------------------------------------------------------------------------------


def offered(page):
    """The grounds that a form offers."""
    return re.findall(r'<option value="(\w+)">', page.content.decode().split('name="ground"')[1].split("</select>")[0])


FIRM = ["licence_lost", "permit_lost", "moved_out", "stopped"]


def test_the_two_grounds_that_need_a_rectification_are_offered_only_once_it_came_to_nothing(market, user):
    one = user("rectify")
    make.rectification(one, "substandard", due_on=clock.today())

    before = market.get(at(one, "steps/cancel_proposed/"))
    Rectification.objects.update(due_on=clock.today() - timedelta(days=1))
    after = market.get(at(one, "steps/cancel_proposed/"))

    assert (offered(before), offered(after)) == (FIRM, [*FIRM, "substandard"])
    assert "须先限期改正，期满仍未改正的才能注销（令第80号第三十一条）" in text_of(before)


def test_the_end_of_the_protection_stands_apart_from_the_six_grounds_and_only_where_the_register_shows_it(market, user):
    one = user()
    before = market.get(at(one, "steps/cancel_proposed/"))
    make.protection(one.product, valid_until=clock.today())
    after = market.get(at(one, "steps/cancel_proposed/"))

    apart = '<optgroup label="不在令第80号第三十一条所列之内">'
    assert (offered(before), offered(after)) == (FIRM, [*FIRM, "unprotected"])
    assert [apart in page.content.decode() for page in (before, after)] == [False, True]

    market.post(at(one, "steps/cancel_proposed/"), seen(one, ground="unprotected"))
    said = text_of(market.get(at(one)))
    assert "事由：使用随产品的保护终止（不在令第80号第三十一条所列之内）" in said
    assert re.search(r"注销的事由 .*，且限期未改正 .* 不在这六项之列：产品的保护已经终止", said)


def test_an_order_accuses_nobody_of_not_having_put_it_right(market, user):
    one = user()
    form = market.get(at(one, "rectifications/new/"))
    make.rectification(one, due_on=clock.today() + timedelta(days=5))

    assert offered(form) == ["substandard", "unused"]
    assert "且限期未改正" not in text_of(form)
    assert "<h3>未按相应标准组织生产 <span" in market.get(at(one)).content.decode()


def test_a_ground_that_is_not_offered_is_refused(market, user):
    one = user()

    answer = refused(lambda: market.post(at(one, "steps/cancel_proposed/"), seen(one, ground="unused")))

    assert answer[::2] == (400, True)


def test_cancelling_is_proposed_by_us_and_recorded_from_the_states_announcement_on_the_same_ground(market, user):
    one = user()
    make.announcement("第700号", clock.today())

    market.post(at(one, "steps/cancel_proposed/"), seen(one, ground="stopped"))
    market.post(at(one, "steps/cancelled/"), seen(one, ground="stopped", announcement="2"))

    one.refresh_from_db()
    assert (one.state, one.steps.last().ground) == ("cancelled", "stopped")
    assert at(one, "steps/") not in market.get(at(one)).content.decode()


# --- Papers ----------------------------------------------------------------------------------------------------------


def upload(content=handed_in.PDF, name="申请书.pdf"):
    return SimpleUploadedFile(name, content)


def test_a_paper_is_handed_in_and_taken_out_while_the_application_is_written(market, user):
    one = user("draft")

    answer = market.post(at(one, "papers/new/"), {"item": "form", "file": upload()}, follow=True)
    row = Attachment.objects.get()
    market.post(at(one, "papers/1/remove/"), seen(row))

    assert "已收下《地理标志专用标志使用申请书》。" in text_of(answer)
    assert (Attachment.objects.count(), Document.objects.get().public) == (0, False)


def test_a_step_rests_on_what_an_office_decided_and_not_on_what_was_handed_in_to_it(market, user):
    one = user("provincial")
    papers = {item: make.attachment(one, item).document for item in ("form", "test_report", "other", "notice")}

    page = market.get(at(one, "steps/examined/")).content.decode()

    assert {item for item, paper in papers.items() if paper.sha256 in page} == {"other", "notice"}
    typed = seen(one, document=papers["form"].sha256)
    assert refused(lambda: market.post(at(one, "steps/examined/"), typed))[::2] == (400, True)
    market.post(at(one, "steps/examined/"), typed | {"document": papers["notice"].sha256})
    assert steps(one)[-1] == "examined"


def test_a_document_of_the_product_is_put_to_the_file(market, user, laocu):
    one, report = user("draft"), make.document("检验报告")
    laocu.documents.add(report)

    market.post(at(one, "papers/new/"), {"item": "test_report", "document": report.sha256})

    assert Attachment.objects.values_list("item", "document").get() == ("test_report", report.pk)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"item": "form"}, "二者取一"),
        ({"item": "form", "file": b"MZ"}, "不"),
        ({"file": handed_in.PDF}, "这一栏必填"),
    ],
)
def test_what_is_no_paper_is_refused(market, user, typed, sentence):
    one = user("draft")
    typed = {name: upload(value) if isinstance(value, bytes) else value for name, value in typed.items()}

    status, said, clean = refused(lambda: market.post(at(one, "papers/new/"), typed))

    assert (status, clean, sentence in said, Document.objects.count()) == (400, True, True, 0)


def test_what_was_handed_in_stays(market, user):
    one = user("intake")
    row = make.attachment(one)

    assert refused(lambda: market.post(at(one, "papers/1/remove/"), seen(row)))[::2] == (400, True)


def test_a_number_that_means_another_row_by_now_takes_nothing_out(market, user):
    one = user("draft")
    first, second = make.attachment(one, "form"), make.attachment(one, "test_report")
    typed = seen(first)
    first.delete()

    answer = refused(lambda: market.post(at(one, "papers/1/remove/"), typed))

    assert (answer[0], answer[2], list(Attachment.objects.all())) == (409, True, [second])


# --- Sites -----------------------------------------------------------------------------------------------------------

WORKSHOP = {"name": "示例车间", "lon": "116°51′", "lat": "38.85", "datum": "cgcs2000", "accuracy_m": "10"}


def test_a_site_is_registered_and_the_map_says_at_once_whether_it_lies_in_the_area(market, user):
    one = user("draft")

    answer = market.post(at(one, "sites/new/"), WORKSHOP, follow=True)

    site = Site.objects.get()
    assert (site.name, round(site.location.x, 6), site.accuracy_m) == ("示例车间", 116.85, 10.0)
    assert re.search(r"已登记“示例车间”。在范围内，距界线约 4,\d\d\d 米", text_of(answer))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"lon": "38.85", "lat": "116.85"}, "纬度"),
        ({"accuracy_m": "-1"}, "定位精度不能是负数"),
        ({"datum": "beijing54"}, ""),
        ({"name": ""}, "这一栏必填"),
    ],
)
def test_a_site_that_cannot_be_is_refused_and_nothing_typed_is_lost(market, user, typed, sentence):
    one = user("draft")

    answer, clean = left_nothing(lambda: market.post(at(one, "sites/new/"), WORKSHOP | {"address": "不要丢"} | typed))

    assert (answer.status_code, clean, sentence in text_of(answer)) == (400, True, True)
    assert "不要丢" in answer.content.decode()


def test_a_check_keeps_what_was_found_and_what_the_map_said_that_day(market, user, official):
    one = user("verification")
    site = make.site(one)

    page = text_of(market.get(at(one, "sites/1/check/")))
    market.post(at(one, "sites/1/check/"), seen(site, found="yes", on=str(clock.today()), note="示例"))

    check = OriginCheck.objects.get()
    assert "在范围内，距界线约" in page
    assert (check.conforms, check.verdict, check.by) == (True, "inside", str(official))
    assert re.search(
        r"示例车间 核验符合 .*现场核验符合 当日图上在范围内，距界线约 \d+ 米", text_of(market.get(at(one)))
    )


def test_a_finding_that_the_map_contradicts_is_refused(market, user):
    one = user("verification")
    site = make.site(one, lon=117.5)

    status, said, clean = refused(lambda: market.post(at(one, "sites/1/check/"), seen(site, found="yes")))

    assert (status, clean, "不能记为符合" in said) == (400, True, True)


def test_a_site_is_ended_and_in_a_draft_taken_out(market, user):
    active, draft = user(), user("draft", basis="recorded")
    ended, dropped = make.site(active), make.site(draft)

    market.post(at(active, "sites/1/end/"), seen(ended, day="2025-06-02"))
    market.post(at(draft, "sites/1/remove/"), seen(dropped))

    ended.refresh_from_db()
    assert (ended.valid_until, list(Site.objects.all())) == (DAY, [ended])


def test_a_site_of_what_was_handed_in_is_not_taken_out(market, user):
    site = make.site(user("intake"))

    assert refused(lambda: market.post(at(site.authorisation, "sites/1/remove/"), seen(site)))[::2] == (400, True)


@pytest.mark.parametrize("act", ["check", "end", "remove"])
def test_a_site_that_there_is_not(market, user, act):
    assert market.get(at(user(), f"sites/1/{act}/")).status_code == 404


# --- Rectification ---------------------------------------------------------------------------------------------------

NOTICE = {"ground": "substandard", "demand": "补做检验", "ordered_on": "2025-06-02", "due_on": "2025-07-02"}


def test_a_rectification_is_ordered_answered_and_closed_and_the_use_goes_on(market, user):
    one = user()

    market.post(at(one, "rectifications/new/"), seen(one) | NOTICE)
    row = Rectification.objects.get()
    market.post(at(one, "rectifications/1/answer/"), seen(row, text="示例：已补做"))
    answer = market.post(at(one, "rectifications/1/close/"), seen(row, mended="yes"), follow=True)

    one.refresh_from_db()
    row.refresh_from_db()
    assert (one.state, steps(one)[-2:], row.mended, row.answer) == (
        "active",
        ["rectify", "active"],
        True,
        "示例：已补做",
    )
    assert "已办结：已改正，可以继续使用。" in text_of(answer)


def test_the_way_back_into_use_is_to_close_the_open_one_and_there_is_none_once_it_failed(market, user):
    one = user("rectify")
    row = make.rectification(one)
    way = f'class="button button-main" href="{at(one, "rectifications/1/close/")}">办理：已改正，继续使用'

    before = market.get(at(one)).content.decode()
    make.row(Rectification, {"pk": row.pk}, closed_on=DAY, mended=False)
    after = text_of(market.get(at(one)))

    assert (way in before, "办理：已改正" in after, "逾期未改正：停止使用资格，或者建议注销" in after) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    "typed",
    [{"ground": "stopped"}, {"demand": " "}, {"due_on": "2025-06-02"}, {"ordered_on": "2099-01-01"}, {"due_on": ""}],
)
def test_a_notice_that_cannot_be_is_refused(market, user, typed):
    one = user()

    assert refused(lambda: market.post(at(one, "rectifications/new/"), seen(one) | NOTICE | typed))[::2] == (400, True)


def test_nobody_orders_in_a_state_that_does_not_know_it(market, user):
    one = user("suspended")

    assert refused(lambda: market.post(at(one, "rectifications/new/"), seen(one) | NOTICE))[::2] == (400, True)


def test_before_its_day_nobody_has_failed(market, user, official):
    one = user()
    due = clock.today() + timedelta(days=1)
    row = order_rectification(one, "unused", by=official, demand="开始使用", ordered_on=DAY, due_on=due)

    status, said, clean = refused(lambda: market.post(at(one, "rectifications/1/close/"), seen(row, mended="no")))

    assert (status, clean, "才满，此前不能记为“逾期未改正”" in said) == (400, True, True)


def test_of_two_answers_the_second_is_told(market, user, official):
    one = user()
    row = order_rectification(one, "unused", by=official, demand="开始使用", ordered_on=DAY, due_on=clock.today())
    typed = seen(row, text="先到")

    market.post(at(one, "rectifications/1/answer/"), typed)
    answer, clean = left_nothing(lambda: market.post(at(one, "rectifications/1/answer/"), typed | {"text": "后到"}))

    assert (answer.status_code, clean, "后到" in answer.content.decode()) == (409, True, True)


@pytest.mark.parametrize("act", ["answer", "close"])
def test_a_rectification_that_there_is_not(market, user, act):
    assert market.get(at(user(), f"rectifications/1/{act}/")).status_code == 404


# --- Change of name or address ---------------------------------------------------------------------------------------


def test_a_change_is_asked_for_and_made_by_the_announcement(market, user, maker):
    one = user()
    make.announcement("第700号", clock.today())

    market.post(at(one, "change/"), seen(one, name="示例新名酿造有限公司"))
    before = Party.objects.get(pk=maker.pk).name
    market.post(at(one, "steps/active/"), seen(one, announcement="2"))

    maker.refresh_from_db()
    assert (before, maker.name) == ("示例酿造有限公司", "示例新名酿造有限公司")
    assert maker.former_particulars.get().name == "示例酿造有限公司"
    assert "名称改为“示例新名酿造有限公司”" in text_of(market.get(at(one)))


@pytest.mark.parametrize(
    ("state", "typed"), [("active", {}), ("suspended", {"name": "示例新名"}), ("draft", {"name": "新"})]
)
def test_a_change_that_is_none_or_cannot_be_asked_for_is_refused(market, user, state, typed):
    one = user(state)

    assert refused(lambda: market.post(at(one, "change/"), seen(one) | typed))[::2] == (400, True)
    assert (ChangeRequest.objects.count(), Step.objects.count()) == (0, one.steps.count())
