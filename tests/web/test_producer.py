from __future__ import annotations

import io
import re
from datetime import date
from html import unescape

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gi_registry.core import clock
from gi_registry.core.history import last_change
from gi_registry.gazette.models import Document
from gi_registry.gazette.validators import HandedIn
from gi_registry.marks import actions, keys, tokens
from gi_registry.marks.certificates import certificate, qr_svg
from gi_registry.marks.ledger import balance_of
from gi_registry.marks.models import Attachment, Authorisation, Batch, Entry, Item, Rectification, Site, UseReport
from gi_registry.marks.states import State
from gi_registry.parties.permissions import Role
from tests import handed_in, make, shapes
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db

CODE, UNKNOWN = "TEAM00001", "TEAM00009"
OURS = {"marks", "products", "gazette", "parties", "core"}
INSIDE = {"lon": "116.85", "lat": "38.85", "datum": "cgcs2000"}
RUN = {"printer": "示例印刷厂", "label_kind": "sticker", "quantity": "1000", "printed_on": "2026-05-04"}

# Every address of one's own authorisation.
ADDRESSES = [
    "",
    *("submit/", "abandon/", "withdraw/", "change/"),
    *("papers/1/", "papers/1/remove/", "papers/form/"),
    *("sites/new/", "sites/origin/?lon=116.85&lat=38.85", "sites/1/remove/"),
    *("rectifications/1/", "rectifications/1/notice"),
    *("prints/", "prints/new/", "prints/2024-0001/", "prints/2024-0001/lines/new/"),
    "prints/2024-0001/lines/1/reverse/",
    *("reports/", "reports/2025/"),
]


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 5, 4))


@pytest.fixture
def product():
    """One that is protected, with an area of a tenth of a degree."""
    product = make.product()
    make.protection(product)
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    return product


@pytest.fixture
def party():
    return make.producer(address="示例路 1 号")


@pytest.fixture
def maker(party):
    return make.person(Role.PRODUCER, "maker", party=party)


@pytest.fixture
def own(maker):
    return signed_in(maker)


@pytest.fixture
def rival():
    return signed_in(make.person(Role.PRODUCER, "rival", party=make.producer("示例同业合作社", make.USCC[1])))


@pytest.fixture
def market():
    return make.person(Role.MARKET, "market")


@pytest.fixture
def user(party, product):
    """An authorisation at a state."""

    def made(state="active", **values):
        return make.authorisation(party, product, state, **{"code": CODE} | values)

    return made


def signed_in(person):
    client = Client()
    client.force_login(person, backend="gi_registry.parties.permissions.RegisterBackend")
    return client


def page(answer, status=200):
    assert answer.status_code == status, text_of(answer)
    return text_of(answer)


def at(end=""):
    return f"/producer/{CODE}/{end}"


def done(client, end, **values):
    """What the page says after the form was sent; the form carries what its page carried."""
    answer = client.post(at(end), carried(client, end) | values, follow=True)
    assert answer.redirect_chain, text_of(answer)
    return text_of(answer)


def carried(client, end):
    """The number of the last change, as the form of the page has it."""
    found = re.search(r'name="seen"(?: value="(\d+)")?', client.get(at(end)).content.decode())
    return {"seen": found[1] or ""} if found else {}


def everything():
    """Every row of the register that an act could leave behind."""
    kept = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    return {model: list(model._default_manager.order_by("pk").values()) for model in kept}


def refused(client, end, status=400, **values):
    """The page by which a form is refused; whatever stood before stands as it was."""
    before = everything()
    answer = client.post(at(end), values)
    assert everything() == before
    return page(answer, status)


def file(name="申请书.pdf", content=handed_in.PDF):
    return SimpleUploadedFile(name, content)


def site(one, maker, **values):
    return actions.add_site(one, by=maker, **{"name": "示例车间"} | INSIDE | values)


def papers(one, maker):
    """The two documents of 令第80号 art. 20, each with a content of its own."""
    for item in (Item.FORM, Item.TEST_REPORT):
        content = handed_in.PDF.replace(b"obj<<", f"obj%{item}\n<<".encode())
        actions.hand_in(one, item, HandedIn(f"{item}.pdf", "application/pdf", content), by=maker)


def ordered(one, market, **values):
    """A rectification ordered today."""
    when = {"ordered_on": date(2026, 5, 1), "due_on": date(2026, 6, 1)}
    return actions.order_rectification(one, "substandard", by=market, demand="按标准组织生产", **when | values)


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.fixture
def full(user, maker, market):
    """One with something at every address."""
    one = user(state="draft")
    papers(one, maker)
    site(one, maker)
    begun = {"state": "active", "course": [["2024-03-01", None, "valid"]], "valid_from": date(2024, 3, 1)}
    make.row(Authorisation, {"pk": one.pk}, **begun, announcement=make.announcement("第590号", date(2024, 3, 1)))
    one = Authorisation.objects.get(pk=one.pk)
    make.mark_step(one, "active", date(2024, 3, 1))
    ordered(one, market, document=one.attachments.earliest("pk").document)
    make.batch(one)
    return one


@pytest.mark.parametrize("end", ADDRESSES)
def test_every_address_knows_its_own_and_nobody_elses(full, own, rival, end):
    answer = own.get(at(end))
    list(answer)  # a file that nobody reads would stay open
    assert answer.status_code not in {403, 404, 500}

    for method in ("get", "post", "delete"):
        answers = [getattr(rival, method)(f"/producer/{code}/{end}") for code in (CODE, UNKNOWN, "nobody", "%00")]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert len({answer.content for answer in answers}) == 1
        assert [told_by(answer) for answer in answers] == [told_by(answers[0])] * 4


def told_by(answer):
    """The headers, without the moment of the answer."""
    return {name: value for name, value in answer.headers.items() if name != "Expires"}


@pytest.mark.parametrize("end", ADDRESSES)
def test_whoever_does_not_produce_learns_nothing_here(full, end):
    stranger = [Client().get(f"/producer/{code}/{end}") for code in (CODE, UNKNOWN)]
    assert [answer.status_code for answer in stranger] == [302, 302]
    assert all("/sign-in/" in answer.headers["Location"] for answer in stranger)

    for role in (Role.MARKET, Role.AUDITOR, Role.ASSOCIATION):
        other = signed_in(make.person(role, role.value + "2"))
        answers = [other.get(f"/producer/{code}/{end}") for code in (CODE, UNKNOWN)]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].content == answers[1].content


def test_another_code_costs_as_many_questions_as_one_that_is_not_there(full, rival, django_assert_num_queries):
    for code in (CODE, UNKNOWN):
        with django_assert_num_queries(4):
            rival.get(f"/producer/{code}/papers/1/")


def test_a_rival_cannot_act_on_anything(full, rival):
    before = everything()
    for end in ADDRESSES:
        rival.post(at(end), {"note": "x", "text": "x", "name": "乙", "reason": "x", "kind": "used", "quantity": "1"})

    assert everything() == before


def test_the_own_list_shows_only_what_is_ones_own(full, own, rival):
    assert "独流老醋" in page(own.get("/producer/"))
    assert "独流老醋" not in page(rival.get("/producer/"))


def test_what_the_office_put_to_the_file_is_not_the_producers_to_read(full, own, market):
    inner = make.document("内部核验意见")
    actions.attach(full, Item.OTHER, inner, by=market)

    assert own.get(at("papers/3/")).status_code == 404
    assert "其他材料 " not in page(own.get(at())).replace("交其他材料", "")


def test_a_paper_that_somebody_else_stored_first_bears_neither_their_name_nor_their_words(full, own, rival):
    content = handed_in.docx()
    done(own, "papers/other/", file=file("甲家的秘方.docx", content))
    make.authorisation(make.producer("示例同业合作社", make.USCC[1]), full.product, "draft", code=UNKNOWN)
    rival.post(f"/producer/{UNKNOWN}/papers/other/", {"file": file("我的.docx", content)})

    seen = page(rival.get(f"/producer/{UNKNOWN}/"))
    got = rival.get(f"/producer/{UNKNOWN}/papers/1/")
    assert ("甲家" in seen, "maker" in seen) == (False, False)
    assert "%E7%94%B2" not in got.headers["Content-Disposition"]
    assert b"".join(got.streaming_content) == content


# --- All of one's own ------------------------------------------------------------------------------------------------


def test_an_account_without_a_party_is_told_what_to_do():
    lost = signed_in(make.person(Role.PRODUCER, "lost"))

    said = page(lost.get("/producer/"))
    assert "您的账号还没有归到任何一家单位名下" in said
    assert "请联系登记簿管理员" in said
    assert "请联系登记簿管理员" in page(lost.get("/producer/apply/"), 400)
    assert lost.get(at()).status_code == 404


def test_the_empty_page_says_how_to_apply_and_whom_to_ask(own):
    said = page(own.get("/producer/"))

    for part in ("令第80号第二十条", "特色质量检验检测报告", "市场监管部门", "申请使用专用标志"):
        assert part in said


def test_a_party_without_a_uscc_is_told_before_it_applies(product):
    party = make.producer("示例无码合作社", uscc="")
    lost = signed_in(make.person(Role.PRODUCER, "lost", party=party))

    assert "还没有登记统一社会信用代码" in page(lost.get("/producer/"))
    assert "还没有登记统一社会信用代码" in page(lost.post("/producer/apply/", {"product": product.slug}), 400)
    assert not Authorisation.objects.exists()


def test_the_list_has_what_is_due_and_a_qr_code_that_verifies(user, own, market):
    keys.rotate(clock.now())
    ordered(user(), market)
    answer = own.get("/producer/")

    said = page(answer)
    for part in (
        "可以使用",
        "TEA-M00-001",
        "限期改正：改正并答复",
        "还有 28 天",
        "报送 2025 年使用情况",
        "核实两年内是否使用过",
    ):
        assert part in said
    assert f"/v/{CODE}/certificate.png" in answer.content.decode()
    link = certificate(Authorisation.objects.with_names().get(), clock.now(), "http://testserver").link
    assert qr_svg(link) in answer.content.decode()
    assert tokens.verify(link, clock.now(), code=CODE).judgement == "genuine"


def test_without_a_key_the_list_says_why_there_is_no_code(user, own):
    user()

    answer = own.get("/producer/")
    assert "<svg viewBox" not in answer.content.decode().replace('<svg width="24"', "")
    assert "密钥" in page(answer)


@pytest.mark.parametrize(("state", "words"), [("suspended", "已停止使用资格"), ("cancelled", "已注销")])
def test_who_may_not_use_the_mark_has_no_qr_code(user, own, state, words):
    keys.rotate(clock.now())
    user(state)

    answer = own.get("/producer/")
    assert words in page(answer)
    assert "certificate.png" not in answer.content.decode()


def test_the_list_asks_as_often_for_three_as_for_one(party, product, own, user, django_assert_num_queries):
    keys.rotate(clock.now())
    user()
    with django_assert_num_queries(12):
        own.get("/producer/")
    for number in (1, 2):
        other = make.product(f"p-{number}", f"产品{number}")
        make.authorisation(party, other)
    with django_assert_num_queries(12):
        own.get("/producer/")


def test_the_account_leads_here_and_so_does_signing_in(own, maker, client):
    assert 'href="/producer/"' in own.get("/account/").content.decode()
    entered = client.post("/sign-in/", {"username": "maker", "password": "流水不腐 24"})
    assert entered.headers["Location"] == "/producer/"


# --- Applying --------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_from_the_first_field_on(own, product, maker):
    answer = own.post("/producer/apply/", {"product": product.slug}, follow=True)

    one = Authorisation.objects.get()
    assert answer.redirect_chain == [(f"/producer/{one.code}/", 302)]
    assert (one.producer, one.product, one.basis, one.state) == (maker.party, product, "announced", "draft")
    assert "草稿已存" in page(answer)
    assert "还缺《地理标志专用标志使用申请书》、《地理标志产品特色质量检验检测报告》" in page(own.get("/producer/"))


def test_only_what_is_protected_today_can_be_applied_for(own, product):
    other = make.product("other", "未保护的瓜")
    ended = make.product("ended", "已撤销的瓜")
    make.protection(ended, valid_until=date(2026, 5, 4))

    choices = re.findall(r'<option value="([^"]*)"', own.get("/producer/apply/").content.decode())
    assert choices == ["", product.slug]
    for slug in (other.slug, ended.slug, "nothing", ""):
        assert own.post("/producer/apply/", {"product": slug}).status_code == 400
    assert not Authorisation.objects.exists()


def test_what_is_in_use_or_applied_for_is_not_offered_again(own, product, user):
    other = make.product("other", "示例瓜")
    make.protection(other)
    user("draft")

    choices = re.findall(r'<option value="([^"]*)"', own.get("/producer/apply/").content.decode())
    assert choices == ["", other.slug]


def test_what_cannot_be_asked_for_now_is_told_before_it_is_typed(own, user, market):
    ordered(user(), market)
    answer = own.get(at("change/"))

    assert "现在是“限期改正”，这时不能办“申请变更名称或住所”。" in page(answer)
    assert 'name="name"' not in answer.content.decode()


def test_nobody_applies_twice_at_a_time(own, product):
    own.post("/producer/apply/", {"product": product.slug})

    said = page(own.post("/producer/apply/", {"product": product.slug}), 400)
    assert "您单位都已经在用或者在申请" in said
    assert Authorisation.objects.count() == 1


def test_the_two_documents_are_kept_private_and_come_back_as_they_were(own, user, settings):
    one = user("draft")
    said = done(own, "papers/form/", file=file("申请书（签字）.pdf"))

    assert "已收下《地理标志专用标志使用申请书》。" in said
    [row] = one.attachments.all()
    assert (row.item, row.document.public, row.document.by) == ("form", False, "maker")
    assert row.document.file.path.startswith(str(settings.PRIVATE_DIR))
    got = own.get(at("papers/1/"))
    assert b"".join(got.streaming_content) == handed_in.PDF
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert Client().get(f"/documents/{row.document.sha256}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("申请书.exe", b"MZ", "只收 PDF、JPEG、PNG、DOCX 和 XLSX"),
        ("申请书.png", handed_in.PDF, "内容却是 PDF"),
        ("申请书.pdf", b"", "文件是空的"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_one_sentence(own, user, name, content, words):
    user("draft")

    assert words in refused(own, "papers/form/", file=file(name, content))


def test_a_paper_is_taken_out_of_a_draft_and_not_once_it_was_submitted(own, user, maker):
    one = user("draft")
    papers(one, maker)
    assert "已拿走" in done(own, "papers/1/remove/")
    assert [row.item for row in one.attachments.all()] == ["test_report"]

    papers(one, maker)
    site(one, maker)
    seen = carried(own, "papers/1/remove/")
    actions.take_step(one, State.INTAKE, by=maker)
    assert "不能拿走" in refused(own, "papers/1/remove/", **seen)


@pytest.mark.parametrize(
    ("lon", "words"),
    [("116.85", "在范围内"), ("116.95", "在范围外"), ("116.9001", "离界线太近，无法判定")],
)
def test_a_position_is_checked_with_the_area_at_once(own, user, lon, words):
    user("draft")

    found = own.get(at("sites/origin/"), INSIDE | {"lon": lon, "accuracy_m": "30"})
    assert words in page(found)
    assert re.search(r"距界线约 [\d,.]+ (米|公里)", page(found))


def test_the_check_without_a_script_keeps_all_that_was_typed_and_stores_nothing(own, user):
    user("draft")
    typed = INSIDE | {"check": "1", "name": "东大洼瓜田", "address": "示例村", "hectares": "2"}

    before = everything()
    answer = own.post(at("sites/new/"), typed)
    assert everything() == before
    assert "在范围内" in page(answer)
    for value in ("东大洼瓜田", "示例村", "116.85"):
        assert f'value="{value}"' in answer.content.decode()

    wrong = own.post(at("sites/new/"), typed | {"lon": "38.85", "lat": "116.85"})
    assert "经度和纬度" in page(wrong, 400)
    assert 'value="东大洼瓜田"' in wrong.content.decode()


def test_a_site_read_from_another_map_is_turned_and_its_verdict_said(own, user):
    one = user("draft")
    said = done(own, "sites/new/", **INSIDE | {"name": "一号车间", "datum": "gcj02", "accuracy_m": "10"})

    kept = one.sites.get()
    assert "已登记“一号车间”：在范围内" in said
    assert (kept.datum, kept.accuracy_m) == ("gcj02", 10.0)
    assert kept.location.x != pytest.approx(116.85, abs=1e-3)


def test_what_is_wrong_with_a_site_is_said_and_nothing_typed_is_lost(own, user):
    user("draft")
    typed = {"name": "", "lon": "116.85", "lat": "三十八度", "datum": "cgcs2000", "address": "示例村 3 号"}

    answer = own.post(at("sites/new/"), typed)
    assert "这一栏必填。" in page(answer, 400)
    for value in ("三十八度", "示例村 3 号"):
        assert f'value="{value}"' in answer.content.decode()
    assert "读不出来" in refused(own, "sites/new/", **typed | {"name": "车间"})


def test_a_site_is_taken_out_of_a_draft(own, user, maker):
    site(user("draft"), maker)

    assert "已拿走“示例车间”。" in done(own, "sites/1/remove/")
    assert not Site.objects.exists()


def test_the_page_of_three_sites_asks_as_often_as_that_of_one(own, user, maker, django_assert_num_queries):
    one = user("draft")
    site(one, maker)
    with django_assert_num_queries(25):
        own.get(at())
    for number in (2, 3):
        site(one, maker, name=f"车间 {number}")
    with django_assert_num_queries(25):
        own.get(at())


def test_an_application_is_submitted_once_it_is_whole(own, user, maker):
    one = user("draft")
    assert "还缺《地理标志专用标志使用申请书》" in page(own.get(at("submit/")))
    assert "还缺《地理标志专用标志使用申请书》" in refused(own, "submit/")
    papers(one, maker)
    assert "还没有生产场所，不能提交" in refused(own, "submit/")

    site(one, maker)
    assert "已提交，等待审核。" in done(own, "submit/", note="请审核")
    step = one.steps.standing().last()
    assert (step.state, step.by, step.note) == ("intake", "maker", "请审核")
    assert "等 产地知识产权管理部门：审核材料，决定是否受理" in page(own.get(at()))
    assert "现在是“已提交，待受理”" in page(own.get(at("abandon/")))


def test_what_is_to_be_supplied_is_shown_supplied_and_submitted_again(own, user, maker, market):
    one = user("draft")
    papers(one, maker)
    site(one, maker)
    actions.take_step(one, State.INTAKE, by=maker)
    one.refresh_from_db()
    actions.take_step(one, State.CORRECTION, by=market, note="请补交营业执照复印件。")

    said = page(own.get(at()))
    assert "要补正的 请补交营业执照复印件。" in said
    done(own, "papers/other/", file=file("营业执照.docx", handed_in.docx()))
    assert "已提交，等待审核。" in done(own, "submit/", note="已补营业执照")
    assert Authorisation.objects.get().state == "intake"
    assert page(own.get(at())).count("请补交营业执照复印件。") == 1


def test_what_the_office_notes_for_itself_is_not_shown(own, user, maker, market):
    one = user("draft")
    papers(one, maker)
    site(one, maker)
    actions.take_step(one, State.INTAKE, by=maker)
    one.refresh_from_db()
    actions.take_step(one, State.VERIFICATION, by=market, note="内部：怀疑外购原料")

    assert "怀疑" not in page(own.get(at()))
    assert "market" not in page(own.get(at()))


def test_a_draft_that_is_not_wanted_any_more_ends_and_another_may_begin(own, user, product):
    user("draft")

    assert "已记下：不再申请。" in done(own, "abandon/")
    assert own.post("/producer/apply/", {"product": product.slug}).status_code == 302
    assert "不再变动" in page(own.get(at("papers/form/")), 400)


def test_a_step_taken_by_mistake_is_taken_back_by_who_took_it(own, user, maker, market):
    one = user("draft")
    papers(one, maker)
    site(one, maker)
    done(own, "submit/")
    assert "这一栏必填。" in refused(own, "withdraw/", reason="")
    assert "已撤回“已提交，待受理”。" in done(own, "withdraw/", reason="场所写错了")
    assert Authorisation.objects.get().state == "draft"

    done(own, "submit/")
    actions.take_step(Authorisation.objects.get(), State.VERIFICATION, by=market)
    assert "没有您可以撤回的步骤" in page(own.get(at("withdraw/")), 400)


def test_a_form_that_was_outrun_says_by_whom_and_keeps_what_was_typed(own, user, maker, market):
    one = user("draft")
    papers(one, maker)
    site(one, maker)
    seen = last_change(one)
    actions.correct(one, by=market, trademark_number="", standard_number="GB/T 0001", valid_until=None)

    said = refused(own, "submit/", 409, seen=str(seen), note="请审核")
    assert "没有覆盖" in said
    assert "请审核" in said


def test_who_is_a_licensee_by_announcement_asks_for_the_mark(own, party):
    pig = make.product("pig", "示例黑猪")
    make.protection(pig, regime="certification")
    make.authorisation(party, pig, "eligible", basis="licensee", code=CODE, announcement=make.announcement())

    assert "申请使用专用标志" in page(own.get(at()))
    assert "已提交，等待审核。" in done(own, "submit/")
    assert Authorisation.objects.get().state == "filed"


# --- Rectification and change ----------------------------------------------------------------------------------------


def test_a_rectification_is_answered_with_words_and_files(own, user, market):
    one = user()
    ordered(one, market, document=make.document("限期改正通知书"))
    said = page(own.get(at("rectifications/1/")))
    assert all(part in said for part in ("按标准组织生产", "2026-06-01（含当日）", "下载通知书"))

    proofs = [file("照片.png", handed_in.image("PNG")), file("检验报告.pdf")]
    assert "已交答复" in done(own, "rectifications/1/", text="已改用标准工艺。", files=proofs)
    row = Rectification.objects.get()
    assert (row.answer, row.answered_on) == ("已改用标准工艺。", date(2026, 5, 4))
    assert [kept.item for kept in one.attachments.all()] == ["answer", "answer"]
    assert "等 产地知识产权管理部门：限期改正：查明是否改正，办结" in page(own.get(at()))


def test_files_are_kept_though_the_words_still_lack(own, user, market):
    one = user()
    ordered(one, market)

    answer = own.post(at("rectifications/1/"), {"text": " ", "files": [file("检验报告.pdf")]})
    assert "请写明改正的情况。" in page(answer, 400)
    assert "已收下的文件" in text_of(answer)
    assert one.attachments.count() == 1


def test_a_bad_file_leaves_the_words_where_they_were(own, user, market):
    ordered(user(), market)

    typed = {"text": "已改用标准工艺。", "files": [file("报告.pdf", b"MZ")]}
    assert "已改用标准工艺。" in refused(own, "rectifications/1/", **typed)


def test_what_is_settled_takes_no_answer_any_more(own, user, market):
    row = ordered(user(), market)
    actions.close_rectification(row, True, by=market)

    assert "已办结，不用再答复。" in page(own.get(at("rectifications/1/")))
    assert "已经办结" in refused(own, "rectifications/1/", text="晚了", files=[file()])


def test_a_change_of_name_is_asked_for_with_its_form(own, user, party):
    one = user()
    assert "示例路 1 号" in page(own.get(at("change/")))
    assert "没有变更可申请" in refused(own, "change/", name=party.name, **carried(own, "change/"))

    done(own, "change/", name="示例新酿造有限公司", file=file())
    one.refresh_from_db()
    assert (one.state, party.name) == ("change_review", "示例酿造有限公司")
    assert [row.item for row in one.attachments.all()] == ["change_form"]
    assert "申请变更为：示例新酿造有限公司" in page(own.get(at()))


# --- Marks made and used ---------------------------------------------------------------------------------------------


def test_a_run_is_recorded_and_its_marks_go_where_they_went(own, user):
    one = user()
    assert "还没有记过印制" in page(own.get(at("prints/")))
    said = done(own, "prints/new/", **RUN | {"issued": "on"})
    number = Batch.objects.get().number
    assert f"已记下批次 {number}。" in said

    here = f"prints/{number}/lines/new/"
    for kind, quantity in (("used", "600"), ("spoiled", "20"), ("returned", "100")):
        assert f"{quantity} 枚。" in done(own, here, kind=kind, quantity=quantity, on="2026-05-04")
    held = balance_of(Batch.objects.get())
    assert (held.printed, held.used, held.spoiled, held.stock, held.in_hand) == (1000, 600, 20, 100, 280)
    assert all(part in page(own.get(at("prints/"))) for part in ("印制 1,000，使用 600，结存 380 枚", "示例印刷厂"))
    assert {entry.by for entry in Entry.objects.all()} == {"maker"}
    assert one.batches.count() == 1


def test_more_used_than_printed_is_written_down_and_explains_itself(own, user):
    make.batch(user(), 1000)
    done(own, "prints/2024-0001/lines/new/", kind="used", quantity="1200", on="2026-05-04")

    for end in ("prints/", "prints/2024-0001/", ""):
        assert "用得比印得多 200 枚：印制 1,000 枚" in page(own.get(at(end)))


def test_a_wrong_line_is_taken_back_with_its_reason(own, user):
    batch = make.batch(user())
    done(own, "prints/2024-0001/lines/new/", kind="used", quantity="300", on="2026-05-04")

    assert "必填" in refused(own, "prints/2024-0001/lines/2/reverse/", reason="")
    assert "已冲销第 2 笔。" in done(own, "prints/2024-0001/lines/2/reverse/", reason="记错批次")
    assert balance_of(batch).used == 0
    said = page(own.get(at("prints/2024-0001/")))
    assert ("冲销：使用" in said, "登记机关" in said) == (True, True)


def test_what_the_office_wrote_is_taken_back_by_the_office(own, user):
    make.batch(user())

    assert "/lines/1/reverse/" not in own.get(at("prints/2024-0001/")).content.decode()
    said = refused(own, "prints/2024-0001/lines/1/reverse/", 403, reason="记错")
    assert "这一笔不是本单位记的：要更正，请联系登记机关。" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"printed_on": "2026-05-05"}, "还没有到"),
        ({"quantity": "0"}, "大于或等于1"),
        ({"serial_from": "A1", "serial_to": "A9"}, "与数量 1,000 枚不符"),
        ({"printer": ""}, "这一栏必填。"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_stays_in_the_form(own, user, more, words):
    user()

    assert words in refused(own, "prints/new/", **RUN | {"note": "第二版样张"} | more)


def test_nothing_is_printed_before_the_announcement(own, user):
    user("draft")

    assert "还没有公告准许使用专用标志" in page(own.get(at("prints/")))
    assert "还没有公告准许使用专用标志" in refused(own, "prints/new/", **RUN)


def test_a_run_is_only_found_under_its_own_code(own, user, party):
    make.batch(user())
    other = make.authorisation(party, make.product("b", "乙"), code=UNKNOWN)
    make.batch(other)

    assert own.get(at("prints/2024-0001/")).status_code == 200
    assert own.get(at("prints/2024-0002/")).status_code == 404


def test_a_proof_is_one_of_ones_own_papers_and_of_nobody_elses(own, user, maker):
    one = user()
    stranger = make.document("别家的样张")
    one.product.documents.add(stranger)
    papers(one, maker)

    form = unescape(own.get(at("prints/new/")).content.decode())
    assert "别家的样张" not in form
    done(own, "prints/new/", **RUN | {"proof": "2"})
    assert Batch.objects.get().proof == Attachment.objects.get(item="test_report").document
    assert Document.objects.filter(batches__isnull=False).count() == 1


# --- Yearly reports --------------------------------------------------------------------------------------------------


def test_the_years_say_which_are_open_and_what_a_report_leaves_open(own, user):
    one = user()
    make.row(UseReport, {"authorisation": one, "year": 2024}, used=5, filed_on=date(2025, 2, 1), by="测试")

    said = page(own.get(at("reports/")))
    assert "2025 年 未报 应在 2026-03-31 以前报，已过" in said
    assert "2024 年 已报 2025-02-01 还没填：产量（吨）、产值（万元）、销往何处、印制（枚）" in said
    assert "2023 年" not in said


def test_a_report_begins_with_the_ledger_is_filed_and_corrected(own, user):
    batch = make.batch(user(), printed_on=date(2025, 4, 1))
    make.entry(batch, "issued", 1000, date(2025, 4, 2))
    make.entry(batch, "used", 900, date(2025, 9, 1))
    form = own.get(at("reports/2025/")).content.decode()
    assert all(f'value="{value}"' in form for value in ("1000", "900", "100", "2025-09-01"))

    figures = {"printed": "1000", "used": "900", "left": "100", "output_t": "30"}
    assert "已报送 2025 年的用标情况。" in done(own, "reports/2025/", **figures)
    done(own, "reports/2025/", **figures | {"output_t": "31.5"})
    report = UseReport.objects.get()
    assert (report.output_t, report.used, report.by) == (31.5, 900, "maker")


@pytest.mark.parametrize(
    ("year", "status", "words"),
    [(2026, 404, "只报已经结束的年份"), (2019, 404, "只报已经结束的年份"), (2023, 400, "没有要报送的")],
)
def test_other_years_are_not_reported(own, user, year, status, words):
    user()

    assert words in refused(own, f"reports/{year}/", status, used="1")


def test_two_at_once_lose_nothing(own, user):
    one = user()
    make.row(UseReport, {"authorisation": one, "year": 2025}, used=5, filed_on=date(2026, 2, 1), by="测试")

    said = refused(own, "reports/2025/", 409, seen="0", used="7")
    assert "没有覆盖" in said
    assert "现在登记的 5" in said


def test_pictures_of_papers_are_taken_from_a_phone(own, user):
    user("draft")
    photo = io.BytesIO(handed_in.image("JPEG", (400, 300)))

    done(own, "papers/test_report/", file=file("IMG_0001.jpg", photo.getvalue()))
    assert Attachment.objects.get().document.media_type == "image/jpeg"
