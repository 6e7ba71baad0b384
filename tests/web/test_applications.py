"""The desk's pages of applications: who may see and do what, what a page says, and that a refusal leaves no trace."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from icalendar import Calendar
from openpyxl import load_workbook

from gi_registry.applications.actions import take_step
from gi_registry.applications.models import Application, Material, Opposition, Step
from gi_registry.core import clock
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.parties.models import Party, User
from gi_registry.products.models import Protection, Regime, Role
from tests import make
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
BOARD = "/desk/applications/"
HERE = "/desk/applications/2025-0001/"
ALIKE = ("regime", "procedure", "state", "opened_on")


def sign_in(user):
    client = Client()
    client.force_login(user, backend=site.AUTHENTICATION_BACKENDS[1])
    return client


@pytest.fixture
def laocu():
    return make.product()


@pytest.fixture
def agri():
    return sign_in(make.person("agriculture", "agri", last_name="王", first_name="敏"))


@pytest.fixture
def market():
    return sign_in(make.person("market", "market", last_name="李", first_name="强"))


@pytest.fixture
def auditor():
    return sign_in(make.person("auditor", "auditor"))


def keeper_of(product):
    """Somebody of the association that keeps the product."""
    party = make.row(Party, {"name": "示例协会"}, kind="association", **make.sourced())
    make.row(Role, {"product": product, "party": party, "part": "association"}, **make.sourced())
    return sign_in(make.person("association", "association", party=party))


def steps():
    return list(Step.objects.order_by("pk").values_list("state", flat=True))


def left_nothing(act):
    """Whether the act wrote nothing at all."""
    before = Change.objects.count(), Step.objects.count(), Protection.objects.count()
    answer = act()
    return answer, before == (Change.objects.count(), Step.objects.count(), Protection.objects.count())


# --- The board -------------------------------------------------------------------------------------------------------


def test_the_board_has_a_column_for_every_stage_and_cards_say_what_falls_due_and_who_acts(agri, laocu):
    make.application(laocu, state="reply_due", on=clock.today() - timedelta(days=100))

    said = text_of(agri.get(BOARD))

    assert re.findall(r"(准备|省级初审|国家审查|待我方答复|公告与异议|复审与诉讼|已办结) (\d)", said) == [
        ("准备", "0"),
        ("省级初审", "0"),
        ("国家审查", "0"),
        ("待我方答复", "1"),
        ("公告与异议", "0"),
        ("复审与诉讼", "0"),
        ("已办结", "0"),
    ]
    assert re.search(
        r"独流老醋 地理标志产品认定（令第80号） 待答复形式审查意见 还有 \d+ 天 \d{4}-\d\d-\d\d .*该申请人 2025-0001",
        said,
    )


def test_the_table_shows_the_same_and_its_filters_narrow_it(agri, laocu):
    make.application(laocu)
    make.application(make.product("taitou-xigua", "台头西瓜"), state="reply_due", on=date(2025, 3, 3))
    make.application(make.product("puluo-li", "普罗梨"), procedure="trademark", state="filed")

    def shown(**asked):
        page = agri.get(BOARD, {"view": "table"} | asked).content.decode()
        return re.findall(r'<th scope="row"><a href="/desk/applications/[\d-]+/">(\w+)</a>', page)

    assert shown() == ["普罗梨", "台头西瓜", "独流老醋"] or shown() == ["台头西瓜", "普罗梨", "独流老醋"]
    assert shown(phase="preparing") == ["独流老醋"]
    assert shown(procedure="trademark") == ["普罗梨"]
    assert shown(who="国家知识产权局") == ["普罗梨"]
    assert sorted(shown(overdue="1")) == ["台头西瓜", "普罗梨"]
    assert shown(q="独流") == ["独流老醋"]


@pytest.mark.parametrize("asked", [{"phase": "nothing"}, {"procedure": "nothing"}])
def test_a_stage_or_procedure_that_there_is_not_is_refused_in_one_sentence(agri, asked):
    answer = agri.get(BOARD, asked)

    assert answer.status_code == 400
    assert "没有“nothing”这种阶段或程序" in text_of(answer)


@pytest.mark.parametrize("size", [1, 1_000])
@pytest.mark.parametrize("view", ["", "table"])
def test_the_board_asks_as_often_for_one_application_as_for_a_thousand(
    agri, laocu, size, view, django_assert_num_queries
):
    first = make.application(laocu, state="preliminary")
    more = [
        Application(product=laocu, file_number=f"2024-{n}", **{name: getattr(first, name) for name in ALIKE})
        for n in range(1, size)
    ]
    made = Application.objects.bulk_create(more)
    Step.objects.bulk_create(
        Step(application=file, state=first.state, on=first.opened_on, at=clock.now(), by="测试") for file in made
    )

    with django_assert_num_queries(8):
        answer = agri.get(BOARD, {"view": view})

    assert f"共 {size} 件" in text_of(answer)


def test_a_board_that_was_kept_is_made_again_when_the_register_moves(agri, laocu, django_assert_num_queries):
    make.application(laocu)
    agri.get(BOARD)
    with django_assert_num_queries(3):
        assert "共 1 件" in text_of(agri.get(BOARD))

    make.application(make.product("taitou-xigua", "台头西瓜"))

    assert "共 2 件" in text_of(agri.get(BOARD))


def test_a_board_that_was_kept_is_shown_to_nobody_else(agri, laocu):
    make.application(make.product("taitou-xigua", "台头西瓜"))
    agri.get(BOARD)

    assert "台头西瓜" not in text_of(keeper_of(laocu).get(BOARD))


def test_the_board_of_an_association_shows_only_its_own(laocu):
    make.application(laocu)
    make.application(make.product("taitou-xigua", "台头西瓜"))

    said = text_of(keeper_of(laocu).get(BOARD))

    assert ("独流老醋" in said, "台头西瓜" in said) == (True, False)


# --- Opening ---------------------------------------------------------------------------------------------------------


def opening(**values):
    return {"product": "duliu-laocu", "route": "product", "on": clock.today().isoformat()} | values


def test_a_file_is_opened_under_the_law_of_its_day(agri, laocu):
    answer = agri.post(f"{BOARD}new/", opening(), follow=True)

    number = f"{clock.today().year}-0001"
    assert answer.redirect_chain == [(f"/desk/applications/{number}/", 302)]
    assert f"已立卷 {number}，适用《地理标志产品保护办法》（2023年）" in text_of(answer)
    assert Application.objects.values_list("procedure", "regime", "state").get() == ("product_2024", "product", "draft")


def test_an_old_file_is_opened_under_the_old_law(agri, laocu):
    agri.post(f"{BOARD}new/", opening(on="2009-05-01"))

    assert Application.objects.get().procedure == "product_2005"


def test_a_migration_is_a_link_to_the_old_registration(agri, laocu):
    old = make.protection(laocu, regime=Regime.AGRICULTURAL)

    agri.post(f"{BOARD}new/", opening(migrates="on"))

    assert Application.objects.get().predecessor == old


def test_a_migration_without_an_old_registration_is_refused(agri, laocu):
    answer, clean = left_nothing(lambda: agri.post(f"{BOARD}new/", opening(migrates="on")))

    assert (answer.status_code, clean) == (400, True)
    assert "没有有效的农产品地理标志登记" in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"route": "agricultural"}, "农产品地理标志自 2022-03-01 起停止新登记"),
        ({"route": "minor_change"}, "变更和撤销须针对一项现有的保护"),
        ({"on": "2099-01-01"}, "超出登记簿的范围"),
        ({"on": "1999-01-01"}, "1999-01-01 不适用《地理标志产品保护办法》"),
        ({"product": "nothing"}, "这个产品不在您负责的范围内"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence_and_nothing_is_opened(agri, laocu, typed, sentence):
    answer, clean = left_nothing(lambda: agri.post(f"{BOARD}new/", opening(**typed)))

    assert (answer.status_code, clean) == (400, True)
    assert sentence in text_of(answer)


def test_the_market_official_records_a_revocation_and_opens_nothing_else(market, laocu):
    make.protection(laocu)

    refused, clean = left_nothing(lambda: market.post(f"{BOARD}new/", opening(route="major_change")))
    market.post(f"{BOARD}revocations/new/", opening(route="revocation"))

    assert (refused.status_code, clean) == (403, True)
    assert Application.objects.get().procedure == "revocation"


def test_who_neither_prepares_nor_records_opens_nothing(auditor, laocu):
    answer, clean = left_nothing(lambda: auditor.post(f"{BOARD}new/", opening()))

    assert (answer.status_code, clean) == (403, True)


# --- Protections of before -------------------------------------------------------------------------------------------


def of_before(**values):
    return {"product": "duliu-laocu", "regime": "product", "announcement": "1", "number": "101", "note": ""} | values


def test_a_protection_of_before_is_brought_in_by_the_market_official(market, laocu):
    make.announcement("第143号", date(2010, 12, 24), title="关于批准独流老醋的公告")

    answer = market.post(f"{BOARD}existing/new/", of_before(note="县志有载"), follow=True)

    said, number = text_of(answer), f"{clock.today().year}-0001"
    assert f"已补录 {number}：自 2010-12-24 起受地理标志产品保护。" in said
    assert "此前的步骤 未查明 批准公告 2010-12-24" in said
    assert f"案卷 {number}，按 2010-12-24 的公告补录 ·" in said
    assert "补录：此前的步骤未查明。县志有载" in said
    assert "当初交了哪些材料未查明" in said
    assert Protection.objects.values_list("stage", "valid_from", "number").get() == (
        "protected",
        date(2010, 12, 24),
        "101",
    )


def test_the_way_to_bring_in_is_offered_to_who_may(agri, market, laocu):
    assert f'href="{BOARD}existing/new/"' in market.get(BOARD).content.decode()
    assert f'href="{BOARD}existing/new/"' not in agri.get(BOARD).content.decode()
    assert "由记录国家步骤的部门补录" in text_of(agri.get(f"{BOARD}new/"))
    form = market.get(f"{BOARD}existing/new/?product=duliu-laocu").content.decode()
    assert '<option value="duliu-laocu" selected>' in form


@pytest.mark.parametrize("who", ["agri", "auditor", "association"])
def test_the_wrong_person_brings_nothing_in(request, laocu, who):
    make.announcement("第143号", date(2010, 12, 24), title="关于批准独流老醋的公告")
    client = keeper_of(laocu) if who == "association" else request.getfixturevalue(who)

    answer, clean = left_nothing(lambda: client.post(f"{BOARD}existing/new/", of_before()))

    assert (answer.status_code, clean) == (403, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"announcement": ""}, "这一栏必填"),
        ({"regime": ""}, "这一栏必填"),
        ({"announcement": "2"}, "是关于“台头西瓜”的"),
        ({"regime": "agricultural", "announcement": "3"}, "农产品地理标志自 2022-03-01 起停止新登记"),
        ({"regime": "collective"}, "已受集体商标保护，不必补录"),
        ({"regime": "certification"}, "有未办结的案卷 2025-0001"),
    ],
)
def test_what_cannot_be_brought_in_is_said_and_what_was_typed_stays(market, laocu, typed, sentence):
    make.product("taitou-xigua", "台头西瓜")
    make.announcement("第143号", date(2010, 12, 24), title="关于批准独流老醋的公告")
    make.announcement("第144号", date(2010, 12, 24), title="关于批准台头西瓜的公告")
    make.announcement("第500号", date(2022, 3, 2), title="关于登记独流老醋的公告")
    make.protection(laocu, regime="collective")
    make.application(laocu, "trademark", "examined")

    answer, clean = left_nothing(lambda: market.post(f"{BOARD}existing/new/", of_before(note="我写的话") | typed))

    assert (answer.status_code, clean) == (400, True)
    assert sentence in text_of(answer)
    assert "我写的话" in answer.content.decode()


def test_what_was_brought_in_by_mistake_is_withdrawn(market, laocu):
    make.announcement("第143号", date(2010, 12, 24), title="关于批准独流老醋的公告")
    market.post(f"{BOARD}existing/new/", of_before())
    file = Application.objects.get()
    here = f"{BOARD}{file.file_number}/"
    assert f'href="{here}withdraw/1/"' in market.get(here).content.decode()

    market.post(f"{here}withdraw/1/", {"reason": "公告看错", "seen": last_change(file)})

    said = text_of(market.get(here))
    assert "此前的步骤 未查明 补录已撤回 程序到此为止" in said.replace("接下来 ", "")
    assert "撤回原因：公告看错" in said
    assert (Protection.objects.count(), Application.objects.get().state) == (0, "void")
    assert market.post(f"{BOARD}existing/new/", of_before()).status_code == 302


# --- One file --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_file_draws_its_path_and_says_what_may_follow(agri, laocu):
    make.application(laocu)

    said = text_of(agri.get(HERE))

    assert "准备中 2025-03-03 省级初审 还没有到" in said
    assert "还没有申请人，不能提交。" in said
    assert "申请要件 9 项，已齐 0 项，还缺：" in said


def test_a_clock_says_days_left_who_acts_the_article_and_what_follows(agri, laocu):
    make.application(laocu, state="reply_due", on=clock.today() - timedelta(days=10))

    said = text_of(agri.get(HERE))

    assert re.search(r"还有 \d+ 天", said)
    assert "《地理标志产品保护办法》（2023年）第十三条" in said
    assert "期满未答复或者答复后仍不合格的，不予受理。" in said


def test_a_rule_without_a_limit_says_so(agri, laocu):
    make.application(laocu, state="technical")

    assert "无法定期限" in text_of(agri.get(HERE))


def test_the_auditor_reads_and_is_offered_no_act(auditor, laocu):
    file = make.application(laocu, state="preliminary", on=clock.today() - timedelta(days=30))
    make.opposition(file, filed_on=clock.today() - timedelta(days=20))

    answer = auditor.get(HERE)

    assert answer.status_code == 200
    assert re.findall(r'href="/desk/applications/2025-0001/([^"]*)"', answer.content.decode()) == ["dossier.zip"]


def test_the_page_of_an_old_mark_says_that_its_renewal_is_not_known(agri, laocu):
    make.application(laocu, "trademark", "registered", on=date(2010, 1, 5))

    said = text_of(agri.get(HERE))

    assert "是否已经续展未查明" in said
    assert (re.search(r"已满 \d+ 天", said) is not None, "逾期 " in said) == (True, False)


def test_a_file_that_there_is_not_is_not_found(agri):
    answer = agri.get(HERE)

    assert (answer.status_code, "没有案卷号为“2025-0001”的申请" in text_of(answer)) == (404, True)


def test_an_association_does_not_see_the_file_of_another_product(laocu):
    make.application(make.product("taitou-xigua", "台头西瓜"))

    assert keeper_of(laocu).get(HERE).status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_a_file_asks_as_often_for_one_of_a_kind_as_for_three(agri, laocu, size, django_assert_num_queries):
    file = make.application(laocu, state="preliminary", on=clock.today() - timedelta(days=30))
    for item in ("area", "form", "report")[:size]:
        make.opposition(file, state="negotiation", filed_on=clock.today() - timedelta(days=20))
        make.row(Material, {"application": file, "item": item}, state="ready").documents.set([make.document()])

    with django_assert_num_queries(16):
        agri.get(HERE)


# --- Steps -----------------------------------------------------------------------------------------------------------


def test_our_step_is_taken(agri, laocu):
    file = make.complete(make.application(laocu))

    answer = agri.post(f"{HERE}steps/provincial/", {"seen": last_change(file), "note": "送省局"}, follow=True)

    assert "已记下“提交申请”。" in text_of(answer)
    assert steps() == ["draft", "provincial"]


def test_the_states_step_needs_its_announcement(market, laocu):
    file = make.application(laocu, state="technical")
    paper = make.announcement("第601号", date(2025, 6, 2), title="独流老醋初步认定公告")

    refused, clean = left_nothing(lambda: market.post(f"{HERE}steps/preliminary/", {"seen": last_change(file)}))
    market.post(f"{HERE}steps/preliminary/", {"seen": last_change(file), "announcement": "1"})

    assert (refused.status_code, clean) == (400, True)
    assert Step.objects.latest("pk").announcement == paper
    assert steps()[-1] == "preliminary"


def test_a_period_that_runs_from_receipt_asks_for_the_day_of_receipt(market, laocu):
    file = make.application(laocu, state="formal")
    paper = make.document("补正通知", published_on=date(2025, 4, 1))
    laocu.documents.add(paper)
    typed = {"document": paper.sha256, "seen": last_change(file)}

    answer, clean = left_nothing(lambda: market.post(f"{HERE}steps/reply_due/", typed))
    assert (answer.status_code, clean, "收到日" in text_of(answer)) == (400, True, True)
    market.post(f"{HERE}steps/reply_due/", typed | {"on": "2025-04-08"})

    assert Step.objects.latest("pk").on == date(2025, 4, 8)
    assert "法律从收到之日起算；这里按案卷所记的日期。" in text_of(market.get(HERE))


def test_announcements_are_told_apart_by_day_and_title(market, laocu):
    make.application(laocu, state="technical")
    make.announcement("第601号", date(2025, 9, 1), title="关于初步认定独流老醋的公告")

    form = market.get(f"{HERE}steps/preliminary/").content.decode()
    assert "国家知识产权局公告 第601号（2025-09-01）关于初步认定独流老醋的公告</option>" in form


def test_recognition_makes_the_protection(market, laocu):
    file = make.application(laocu, state="preliminary", on=date(2025, 3, 3))
    make.announcement("第602号", date(2025, 9, 1), title="独流老醋认定公告")

    market.post(f"{HERE}steps/recognised/", {"seen": last_change(file), "announcement": "1"})

    assert list(Protection.objects.values_list("stage", "valid_from")) == [("protected", date(2025, 9, 1))]


@pytest.mark.parametrize(("who", "state"), [("market", "abandoned"), ("auditor", "abandoned"), ("agri", "formal")])
def test_the_wrong_person_takes_no_step(request, laocu, who, state):
    client = request.getfixturevalue(who)
    make.application(laocu, state="provincial" if state == "formal" else "")

    answers = [left_nothing(lambda m=method: getattr(client, m)(f"{HERE}steps/{state}/")) for method in ("get", "post")]

    assert [(answer.status_code, clean) for answer, clean in answers] == [(403, True), (403, True)]


@pytest.mark.parametrize(
    ("state", "typed", "sentence"),
    [
        ("recognised", {"announcement": "1"}, "“准备中”之后不能是“认定公告”"),
        ("formal", {}, "“准备中”之后不能是“形式审查”"),
    ],
)
def test_a_step_out_of_order_is_refused_and_what_was_typed_stays(market, laocu, state, typed, sentence):
    file = make.application(laocu)
    make.announcement(title="独流老醋公告")
    typed |= {"seen": last_change(file), "note": "我写的话"}

    answer, clean = left_nothing(lambda: market.post(f"{HERE}steps/{state}/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert sentence in text_of(answer)
    assert "我写的话" in answer.content.decode()


def test_an_announcement_of_another_product_is_refused(market, laocu):
    make.product("taitou-xigua", "台头西瓜")
    file = make.application(laocu, state="technical")
    make.announcement("第603号", date(2025, 6, 2), title="台头西瓜初步认定公告")

    answer, clean = left_nothing(
        lambda: market.post(f"{HERE}steps/preliminary/", {"seen": last_change(file), "announcement": "1"})
    )

    assert (answer.status_code, clean) == (400, True)
    assert "是关于“台头西瓜”的，没有提到“独流老醋”" in text_of(answer)


def test_a_day_before_the_step_it_follows_is_refused(market, laocu):
    file = make.application(laocu, state="provincial")
    paper = make.document()
    laocu.documents.add(paper)

    typed = {"seen": last_change(file), "document": paper.sha256, "on": "2025-01-01"}
    answer, clean = left_nothing(lambda: market.post(f"{HERE}steps/formal/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert "2025-01-01 早于上一步" in text_of(answer)


def test_of_two_who_act_at_once_the_second_is_told_and_keeps_what_was_typed(agri, laocu):
    file = make.complete(make.application(laocu))
    seen = last_change(file)
    other = make.person("agriculture", "other", last_name="赵")
    take_step(file, "abandoned", by=other)

    answer, clean = left_nothing(lambda: agri.post(f"{HERE}steps/provincial/", {"seen": seen, "note": "我写的话"}))

    assert (answer.status_code, clean) == (409, True)
    assert "赵（other） 已在" in text_of(answer)
    assert "我写的话" in answer.content.decode()


def test_a_mistake_is_withdrawn_with_a_reason_and_stays_struck_through(agri, laocu):
    file = make.complete(make.application(laocu))
    agri.post(f"{HERE}steps/provincial/", {"seen": last_change(file)})
    file.refresh_from_db()

    answer = agri.post(f"{HERE}withdraw/2/", {"seen": last_change(file), "reason": "还没有送出"}, follow=True)

    page = answer.content.decode()
    assert re.search(r"<s>\s*提交申请\s*</s>", page)
    assert "撤回原因：还没有送出" in text_of(answer)
    assert Application.objects.get().state == "draft"


@pytest.mark.parametrize(("number", "sentence"), [(1, "第一步不能撤回"), (9, "案卷里没有第 9 条步骤")])
def test_what_cannot_be_withdrawn_is_said(agri, laocu, number, sentence):
    file = make.application(laocu)

    answer, clean = left_nothing(
        lambda: agri.post(f"{HERE}withdraw/{number}/", {"seen": last_change(file), "reason": "错了"})
    )

    assert (answer.status_code in {400, 404}, clean) == (True, True)
    assert sentence in text_of(answer)


def test_the_wrong_person_withdraws_nothing(market, agri, laocu):
    file = make.complete(make.application(laocu))
    agri.post(f"{HERE}steps/provincial/", {"seen": last_change(file)})

    answer, clean = left_nothing(lambda: market.post(f"{HERE}withdraw/2/", {"reason": "错了"}))

    assert (answer.status_code, clean) == (403, True)


# --- The applicant ---------------------------------------------------------------------------------------------------


def test_an_applicant_is_named_before_the_file_goes_out(agri, laocu):
    file = make.application(laocu)
    party = make.row(Party, {"name": "示例协会"}, kind="association", **make.sourced())

    agri.post(f"{HERE}applicant/", {"applicant": "示例协会", "seen": last_change(file)})

    assert Application.objects.get().applicant == party


def test_after_that_it_is_not_changed(agri, laocu):
    file = make.application(laocu, state="provincial")
    make.row(Party, {"name": "示例协会"}, kind="association", **make.sourced())

    typed = {"applicant": "示例协会", "seen": last_change(file)}
    answer, clean = left_nothing(lambda: agri.post(f"{HERE}applicant/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert "申请已到“省级初审”，申请人不能再换。" in text_of(answer)


@pytest.mark.parametrize("who", ["market", "auditor"])
def test_the_wrong_person_names_no_applicant(request, laocu, who):
    make.application(laocu)

    answer, clean = left_nothing(lambda: request.getfixturevalue(who).post(f"{HERE}applicant/", {"applicant": "x"}))

    assert (answer.status_code, clean) == (403, True)


# --- Materials -------------------------------------------------------------------------------------------------------


def test_an_item_is_ready_with_its_document(agri, laocu):
    make.application(laocu)
    paper = make.document("产地范围建议")
    laocu.documents.add(paper)

    agri.post(f"{HERE}materials/area/", {"state": "ready", "documents": [paper.sha256], "seen": "0"})

    said = text_of(agri.get(HERE))
    assert "申请要件 9 项，已齐 1 项" in said
    assert "产地范围建议" in said


@pytest.mark.parametrize(
    ("item", "typed", "status", "sentence"),
    [
        ("area", {"state": "ready"}, 400, "“已备齐”须附上文件"),
        ("area", {"state": "delivered"}, 400, "“已提交”须附上文件"),
        ("nothing", {"state": "preparing"}, 404, "清单中没有这项材料"),
    ],
)
def test_what_a_material_cannot_be_is_said(agri, laocu, item, typed, status, sentence):
    make.application(laocu)

    answer, clean = left_nothing(lambda: agri.post(f"{HERE}materials/{item}/", typed | {"seen": "0"}))

    assert (answer.status_code, clean) == (status, True)
    assert sentence in text_of(answer)


def test_materials_are_closed_with_the_file(agri, laocu):
    make.application(laocu, state="abandoned")

    typed = {"state": "preparing", "seen": "0"}
    answer, clean = left_nothing(lambda: agri.post(f"{HERE}materials/area/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert "申请已到“不再准备”，不再收材料。" in text_of(answer)


def test_of_two_who_keep_one_item_the_second_is_told_and_sees_what_stands(agri, laocu):
    file = make.application(laocu)
    make.row(Material, {"application": file, "item": "area"}, state="preparing", note="别人写的")

    typed = {"state": "missing", "note": "我写的", "seen": "0"}
    answer, clean = left_nothing(lambda: agri.post(f"{HERE}materials/area/", typed))

    assert (answer.status_code, clean) == (409, True)
    assert ("我写的" in answer.content.decode(), "别人写的" in text_of(answer)) == (True, True)


@pytest.mark.parametrize("who", ["market", "auditor"])
def test_the_wrong_person_keeps_no_material(request, laocu, who):
    make.application(laocu)

    answer, clean = left_nothing(
        lambda: request.getfixturevalue(who).post(f"{HERE}materials/area/", {"state": "preparing"})
    )

    assert (answer.status_code, clean) == (403, True)


def test_an_association_keeps_the_materials_of_its_own_product(laocu):
    make.application(laocu)

    keeper_of(laocu).post(f"{HERE}materials/area/", {"state": "preparing", "seen": "0"})

    assert Material.objects.get().state == "preparing"


# --- Oppositions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def opposed(laocu):
    return make.application(laocu, state="preliminary", on=clock.today() - timedelta(days=30))


def objection(file, **values):
    return (
        {"opponent": "示例异议人", "filed_on": clock.today().isoformat(), "reasons": "范围有误"}
        | {"seen": last_change(file)}
        | values
    )


def test_an_opposition_is_recorded_taken_on_and_decided(market, laocu, opposed):
    paper = make.document("异议受理通知")
    laocu.documents.add(paper)

    market.post(f"{HERE}oppositions/new/", objection(opposed))
    for state in ("negotiation", "adjudication", "dismissed"):
        seen = last_change(Opposition.objects.get())
        typed = {"document": paper.sha256, "on": clock.today().isoformat(), "seen": seen}
        market.post(f"{HERE}oppositions/1/{state}/", typed)

    assert Opposition.objects.get().state == "dismissed"
    assert "示例异议人 异议不成立" in text_of(market.get(HERE))


def test_a_second_opposition_of_the_same_day_and_person_is_refused(market, opposed):
    market.post(f"{HERE}oppositions/new/", objection(opposed))

    answer, clean = left_nothing(lambda: market.post(f"{HERE}oppositions/new/", objection(opposed)))

    assert (answer.status_code, clean) == (400, True)
    assert "同一异议人同一天的异议已经登记" in text_of(answer)


def test_an_opposition_before_the_announcement_is_refused(market, opposed):
    typed = objection(opposed, filed_on=(clock.today() - timedelta(days=40)).isoformat())

    answer, clean = left_nothing(lambda: market.post(f"{HERE}oppositions/new/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert "还不能提出异议" in text_of(answer)


def test_there_is_no_opposition_where_there_is_no_window(market, laocu):
    file = make.application(laocu, state="technical")

    answer, clean = left_nothing(lambda: market.post(f"{HERE}oppositions/new/", objection(file)))

    assert (answer.status_code, clean) == (400, True)
    assert "“已受理，技术审查”阶段没有异议期。" in text_of(answer)


def test_an_opposition_that_was_decided_goes_no_further(market, opposed):
    decided = make.opposition(opposed, state="dismissed", filed_on=clock.today() - timedelta(days=20))

    typed = {"seen": last_change(decided), "note": "我写的话"}
    answer, clean = left_nothing(lambda: market.post(f"{HERE}oppositions/1/upheld/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert "异议“异议不成立”之后不能是“异议成立”。" in text_of(answer)


@pytest.mark.parametrize("address", ["oppositions/new/", "oppositions/1/negotiation/"])
def test_only_who_records_the_states_steps_records_oppositions(agri, opposed, address):
    make.opposition(opposed, filed_on=clock.today() - timedelta(days=20))

    answer, clean = left_nothing(lambda: agri.post(f"{HERE}{address}", objection(opposed)))

    assert (answer.status_code, clean) == (403, True)


def test_a_decision_without_the_states_paper_is_refused(market, opposed):
    objected = make.opposition(opposed, filed_on=clock.today() - timedelta(days=20))

    typed = {"note": "我写的话", "seen": last_change(objected)}
    answer, clean = left_nothing(lambda: market.post(f"{HERE}oppositions/1/negotiation/", typed))

    assert (answer.status_code, clean) == (400, True)
    assert "请附上所依据的通知或公告" in text_of(answer)
    assert "我写的话" in answer.content.decode()


def test_of_two_who_decide_one_opposition_at_once_the_second_is_told_and_keeps_what_was_typed(market, laocu, opposed):
    objected = make.opposition(opposed, state="adjudication", filed_on=clock.today() - timedelta(days=20))
    paper = make.document("裁定书")
    laocu.documents.add(paper)
    typed = {"document": paper.sha256, "on": clock.today().isoformat(), "seen": last_change(objected)}
    market.post(f"{HERE}oppositions/1/dismissed/", typed)

    answer, clean = left_nothing(lambda: market.post(f"{HERE}oppositions/1/upheld/", typed | {"note": "我写的话"}))

    assert (answer.status_code, clean) == (409, True)
    assert "李强（market） 已在" in text_of(answer)
    assert "我写的话" in answer.content.decode()


@pytest.mark.parametrize("address", ["oppositions/7/negotiation/", "oppositions/1/nothing/", "steps/nothing/"])
def test_an_opposition_or_step_that_there_is_not_is_not_found(market, opposed, address):
    make.opposition(opposed, filed_on=clock.today() - timedelta(days=20))

    assert market.get(f"{HERE}{address}").status_code == 404


# --- To take along ---------------------------------------------------------------------------------------------------


def test_the_workbook_has_the_rows_that_the_filters_leave_and_runs_nothing(auditor):
    make.application(make.product(name="=1+1"), state="reply_due", on=clock.today() - timedelta(days=10))
    make.application(make.product("taitou-xigua", "台头西瓜"))

    answer = auditor.get("/desk/applications.xlsx", {"phase": "ours"})

    (head, row) = load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    assert [cell.value for cell in row][:2] == ["2025-0001", "=1+1"]
    assert row[1].data_type == "s"
    said = {title.value: cell.value for title, cell in zip(head, row, strict=True)}
    assert (said["阶段"], said["该谁办"]) == ("待答复形式审查意见", "申请人")
    assert said["还有天数"] > 100
    assert "filename*=utf-8''" in answer.headers["Content-Disposition"]


def test_the_dossier_is_streamed_under_its_chinese_name(auditor, laocu):
    make.application(laocu)

    answer = auditor.get(f"{HERE}dossier.zip")

    content = b"".join(answer.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["00 封面与材料清单.docx"]
    assert "%E5%8D%B7%E5%AE%97.zip" in answer.headers["Content-Disposition"]


def test_the_dossier_of_another_product_is_refused(laocu):
    make.application(make.product("taitou-xigua", "台头西瓜"))

    assert keeper_of(laocu).get(f"{HERE}dossier.zip").status_code == 403


def events(answer):
    return [str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_a_calendar_has_only_what_its_owner_may_see(auditor, laocu):
    make.application(laocu, state="reply_due", on=clock.today())
    make.application(make.product("taitou-xigua", "台头西瓜"), state="reply_due", on=clock.today())

    assert len(events(auditor.get("/desk/applications.ics"))) == 2
    assert [line[:4] for line in events(keeper_of(laocu).get("/desk/applications.ics"))] == ["独流老醋"]


def secret_of(client):
    return re.search(r"/calendars/[\w-]+\.ics", client.get(f"{BOARD}calendar/").content.decode())[0]


def test_a_calendar_that_cannot_sign_in_has_a_secret_address_until_it_is_renewed(auditor, laocu, client):
    make.application(laocu, state="reply_due", on=clock.today())
    old = secret_of(auditor)
    assert (old, len(events(client.get(old)))) == (secret_of(auditor), 1)

    auditor.post(f"{BOARD}calendar/")

    assert client.get(old).status_code == 404
    assert len(events(client.get(secret_of(auditor)))) == 1


def test_who_lost_their_role_has_no_calendar_any_more(auditor, client):
    address = secret_of(auditor)
    User.objects.get(username="auditor").groups.clear()

    assert client.get(address).status_code == 404


def test_the_desk_says_what_falls_due(agri, laocu):
    make.application(laocu, state="provincial", on=clock.today() - timedelta(days=85))

    assert re.search(
        r"30 天内到期 全部申请 还有 \d 天 \d{4}-\d\d-\d\d 独流老醋 2025-0001 省级初审", text_of(agri.get("/desk/"))
    )
