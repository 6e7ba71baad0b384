from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps

from gi_registry.applications.actions import (
    bring_in,
    handle_opposition,
    migrate,
    object_to,
    open_application,
    recognise,
    set_material,
    take_step,
    withdraw_step,
)
from gi_registry.applications.models import Application, Material, MaterialState, Opposition, Step
from gi_registry.applications.path import deadlines_of
from gi_registry.applications.states import Objection, Procedure
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotAllowed, NotInRegister
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.parties.models import Party
from gi_registry.parties.permissions import Act, Role
from gi_registry.products.models import Part, Protection, Regime, Stage
from gi_registry.products.models import Role as PartyRole
from gi_registry.products.permissions import may_on
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2025, 3, 3)
P2024 = Procedure.PRODUCT_2024
PRELIMINARY = {"number": "第601号", "issued_on": date(2025, 9, 1)}
RECOGNITION = {"number": "第640号", "issued_on": date(2025, 12, 1)}


@pytest.fixture
def product():
    return make.product("chenguantun-dongcai", "陈官屯冬菜", "vegetable")


@pytest.fixture
def agriculture():
    return make.person(Role.AGRICULTURE, "liqiang")


@pytest.fixture
def market():
    return make.person(Role.MARKET, "zhangwei")


def association(product, username="xiehui"):
    """Somebody of an association that keeps the product."""
    party = make.row(Party, {"name": "示例冬菜协会"}, kind="association", **make.sourced())
    key = {"product": product, "party": party, "part": Part.ASSOCIATION}
    make.row(PartyRole, key, valid_from=make.LONG_AGO, **make.sourced())
    return make.person(Role.ASSOCIATION, username, party=party)


def everything():
    """Every row of the register that an act could leave behind."""
    kept = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    return {model: list(model._default_manager.order_by("pk").values()) for model in kept}


OURS = {"applications", "products", "gazette", "parties", "core"}


def refused(error, act, *args, **values):
    """The sentence with which the act is refused; whatever stood before stands as it was."""
    before = everything()
    with pytest.raises(error) as found:
        act(*args, **values)
    assert everything() == before
    return found.value.sentence


def lines():
    return list(Change.objects.order_by("id").values_list("table", flat=True))


# --- Opening ---------------------------------------------------------------------------------------------------------


def test_an_application_is_opened_with_its_first_step_and_a_line_of_history(product, agriculture):
    before = len(lines())

    opened = open_application(product, P2024, by=agriculture, on=DAY, note="规划专栏5")

    assert opened.file_number == f"{clock.today().year}-0001"
    assert (opened.state, opened.regime, opened.opened_on) == ("draft", "product", DAY)
    step = opened.steps.get()
    assert (step.state, step.on, step.by, step.note) == ("draft", DAY, str(agriculture), "规划专栏5")
    assert lines()[before:] == ["申请", "步骤"]


def test_file_numbers_run_on(product, agriculture):
    opened = [open_application(make.product(slug, slug), P2024, by=agriculture).file_number for slug in ("a", "b")]

    assert opened == [f"{clock.today().year}-0001", f"{clock.today().year}-0002"]


@pytest.mark.parametrize("role", [Role.MARKET, Role.INSPECTOR, Role.PRODUCER, Role.LIAISON, Role.AUDITOR])
def test_only_those_who_prepare_open_an_application(product, role):
    sentence = refused(NotAllowed, open_application, product, P2024, by=make.person(role))

    assert sentence == "您不能对“陈官屯冬菜”办理“准备并提交申请”。"


def test_an_association_opens_for_its_own_product_and_for_no_other(product):
    person = association(product)

    assert open_application(product, P2024, by=person).state == "draft"
    other = make.product()
    assert refused(NotAllowed, open_application, other, P2024, by=person).startswith("您不能对“独流老醋”")


@pytest.mark.parametrize(
    ("procedure", "on", "sentence"),
    [
        (
            P2024,
            "2024-01-31",
            "2024-01-31 不适用《地理标志产品保护办法》（2023年），不能按“地理标志产品认定（令第80号）”立卷。",
        ),
        (
            Procedure.PRODUCT_2005,
            "2024-02-01",
            "2024-02-01 不适用《地理标志产品保护规定》（2005年），不能按“地理标志产品批准（2005年规定）”立卷。",
        ),
        (
            Procedure.AGRICULTURAL,
            "2022-03-01",
            "农产品地理标志自 2022-03-01 起停止新登记，不能再立卷：可按令第80号申请地理标志产品。",
        ),
        (P2024, "2999-01-01", "2999-01-01 还没有到，不能先记。"),
    ],
)
def test_no_application_is_opened_outside_the_time_of_its_law(product, agriculture, procedure, on, sentence):
    assert (
        refused(BadInput, open_application, product, procedure, by=agriculture, on=date.fromisoformat(on)) == sentence
    )


def test_a_trademark_needs_its_regime(product, agriculture):
    sentence = refused(BadInput, open_application, product, Procedure.TRADEMARK, by=agriculture)
    assert sentence == "“集体商标、证明商标注册”须选定保护制度：证明商标或集体商标。"

    opened = open_application(product, Procedure.TRADEMARK, by=agriculture, regime=Regime.COLLECTIVE)
    assert opened.regime == "collective"


def test_there_is_one_open_file_of_a_kind(product, agriculture):
    first = open_application(product, P2024, by=agriculture)

    sentence = refused(BadInput, open_application, product, P2024, by=agriculture)
    assert sentence == f"“陈官屯冬菜”已有未办结的申请 {first.file_number}，不能重复立卷。"


def test_what_is_protected_is_not_applied_for_again(product, agriculture):
    make.protection(product)

    sentence = refused(BadInput, open_application, product, P2024, by=agriculture)
    assert sentence == "“陈官屯冬菜”已受地理标志产品保护，不必再申请。"


def test_a_change_is_about_a_protection_of_the_product(product, agriculture):
    own, other = make.protection(product), make.protection(make.product())

    opened = open_application(product, Procedure.MAJOR_CHANGE, by=agriculture, protection=own)
    assert (opened.protection, opened.state) == (own, "draft")
    sentences = [
        refused(BadInput, open_application, product, Procedure.MINOR_CHANGE, by=agriculture, protection=protection)
        for protection in (None, other)
    ]
    assert sentences == [
        "变更和撤销须针对一项现有的保护。",
        "“独流老醋 地理标志产品 已保护”不是“陈官屯冬菜”的地理标志产品保护。",
    ]


def test_a_candidate_cannot_be_changed(product, agriculture):
    candidate = make.protection(product, stage="candidate")

    sentence = refused(
        BadInput, open_application, product, Procedure.MINOR_CHANGE, by=agriculture, protection=candidate, on=DAY
    )
    assert sentence == "“陈官屯冬菜 地理标志产品 候选”在 2025-03-03 没有受保护，谈不上变更和撤销。"


def test_a_revocation_is_recorded_by_the_market_official(product, agriculture, market):
    protection = make.protection(product)

    assert refused(NotAllowed, open_application, product, Procedure.REVOCATION, by=agriculture, protection=protection)
    opened = open_application(product, Procedure.REVOCATION, by=market, protection=protection)
    assert opened.state == "requested"


def test_an_agricultural_registration_is_migrated_by_a_link_and_stays_as_it_is(product, agriculture):
    registered = make.protection(product, regime="agricultural")

    opened = migrate(registered, by=agriculture)

    registered.refresh_from_db()
    assert (opened.procedure, opened.predecessor) == (P2024, registered)
    assert (registered.stage, registered.valid_until) == ("protected", None)


def test_only_a_standing_agricultural_registration_of_the_product_is_migrated(product, agriculture):
    over = make.protection(product, regime="agricultural", valid_until=date(2020, 1, 1))
    mark = make.protection(product, regime="certification")
    foreign = make.protection(make.product(), regime="agricultural")

    sentences = [
        refused(BadInput, open_application, product, P2024, by=agriculture, predecessor=protection, on=DAY)
        for protection in (over, mark, foreign)
    ]
    assert sentences == [
        "“陈官屯冬菜 农产品地理标志 已保护”在 2025-03-03 没有有效登记，不能承接。",
        "只有农产品地理标志可以承接为地理标志产品申请。",
        "“独流老醋 农产品地理标志 已保护”不是“陈官屯冬菜”的登记。",
    ]


# --- Steps -----------------------------------------------------------------------------------------------------------


def test_a_complete_application_is_filed_and_its_materials_are_delivered(product, agriculture):
    make.protection(product, stage="candidate", valid_from=date(2022, 3, 2))
    application = make.complete(make.application(product))

    step = take_step(application, "provincial", by=agriculture, on=date(2025, 4, 1))

    application.refresh_from_db()
    assert (application.state, step.on, step.by) == ("provincial", date(2025, 4, 1), str(agriculture))
    assert set(application.materials.values_list("state", flat=True)) == {"delivered"}
    standing = product.protections.order_by("valid_from").values_list("stage", "valid_from", "valid_until")
    assert list(standing) == [
        ("candidate", date(2022, 3, 2), date(2025, 4, 1)),
        ("in_procedure", date(2025, 4, 1), None),
    ]


def test_what_is_not_complete_is_not_filed_and_the_sentence_names_what_is_missing(product, agriculture):
    application = make.complete(make.application(product))
    application.materials.filter(item__in=["report", "standard"]).delete()

    assert refused(BadInput, take_step, application, "provincial", by=agriculture) == (
        "申请要件 9 项，已齐 7 项，还缺：产品质量检验检测报告、拟申请保护的地理标志产品的技术标准，"
        "不能提交（令第80号第十一条）。"
    )


def test_without_an_applicant_nothing_is_filed(product, agriculture):
    sentence = refused(BadInput, take_step, make.application(product), "provincial", by=agriculture)

    assert sentence == "还没有申请人，不能提交。"


@pytest.mark.parametrize("role", [Role.MARKET, Role.INSPECTOR, Role.PRODUCER, Role.LIAISON, Role.AUDITOR])
def test_our_steps_are_taken_only_by_those_who_prepare(product, role):
    application = make.complete(make.application(product))

    assert refused(NotAllowed, take_step, application, "provincial", by=make.person(role)) == (
        "您不能对“陈官屯冬菜”办理“准备并提交申请”。"
    )


@pytest.mark.parametrize(
    "role", [Role.AGRICULTURE, Role.ASSOCIATION, Role.INSPECTOR, Role.PRODUCER, Role.LIAISON, Role.AUDITOR]
)
def test_the_states_steps_are_recorded_only_by_the_market_official(product, role):
    application = make.application(product, state="provincial")

    assert refused(NotAllowed, take_step, application, "formal", by=make.person(role), document=make.document()) == (
        "您不能对“陈官屯冬菜”办理“记录国家的步骤”。"
    )


def test_a_step_of_the_state_rests_on_its_notice(product, market):
    application = make.application(product, state="provincial")
    notice = make.document("初审意见", published_on=date(2025, 5, 6))

    sentence = refused(BadInput, take_step, application, "formal", by=market)
    assert sentence == "“形式审查”是国家的步骤：请附上所依据的通知或公告。"

    step = take_step(application, "formal", by=market, document=notice)
    assert (step.on, step.document) == (date(2025, 5, 6), notice)


def test_a_step_is_refused_before_the_notice_it_rests_on(product, market):
    application = make.application(product, state="provincial")
    notice = make.document("初审意见", published_on=date(2025, 5, 6))

    sentence = refused(BadInput, take_step, application, "formal", by=market, document=notice, on=date(2025, 5, 5))
    assert sentence == "2025-05-05 早于所依据文件“初审意见”的发布日 2025-05-06。"


def test_a_step_is_refused_before_the_step_it_follows_and_in_the_future(product, market):
    application, notice = make.application(product, state="provincial"), make.document()

    sentences = [
        refused(BadInput, take_step, application, "formal", by=market, document=notice, on=day)
        for day in (date(2025, 3, 2), date(2999, 1, 1))
    ]
    assert sentences == ["2025-03-02 早于上一步“省级初审”的 2025-03-03。", "2999-01-01 还没有到，不能先记。"]


def test_an_announcement_dates_its_step(product, market):
    application = make.application(product, state="technical")
    announced = make.announcement(**PRELIMINARY)

    sentence = refused(
        BadInput, take_step, application, "preliminary", by=market, announcement=announced, on=date(2025, 9, 2)
    )
    assert sentence == "国家知识产权局公告 第601号发布于 2025-09-01，与所填的 2025-09-02 不同。"
    assert take_step(application, "preliminary", by=market, announcement=announced).on == date(2025, 9, 1)


def test_what_the_state_announces_is_not_recorded_without_its_announcement(product, market):
    application = make.application(product, state="technical")

    sentence = refused(BadInput, take_step, application, "preliminary", by=market, document=make.document())
    assert sentence == "“初步认定公告”是国家的决定：请选定所依据的公告。"


UNNAMED = "的标题和说明没有提到“陈官屯冬菜”：确实包含它的，先在这份公告的标题或说明里写明，再来记录。"


def test_an_announcement_of_another_product_is_refused(product, market):
    application = make.application(product, state="technical")
    tied = make.announcement("第602号", date(2025, 9, 1), title="")
    make.protection(make.product(), announcement=tied)
    named = make.announcement("第603号", date(2025, 9, 1), title="关于初步认定独流老醋的公告")

    unknown = make.announcement("第604号", date(2025, 9, 1), title="关于初步认定沙窝萝卜的公告")
    silent = make.announcement("第605号", date(2025, 9, 1), title="")

    sentences = [
        refused(BadInput, take_step, application, "preliminary", by=market, announcement=announced)
        for announced in (tied, named, unknown, silent)
    ]
    assert sentences == [
        "国家知识产权局公告 第602号是关于“独流老醋”的，没有提到“陈官屯冬菜”。",
        "国家知识产权局公告 第603号是关于“独流老醋”的，没有提到“陈官屯冬菜”。",
        f"国家知识产权局公告 第604号{UNNAMED}",
        f"国家知识产权局公告 第605号{UNNAMED}",
    ]


def test_an_announcement_of_many_products_names_this_one_in_its_note(product, market):
    application = make.application(product, state="technical")
    batch = make.announcement("第604号", date(2025, 9, 1), title="关于九个产品的公告", note="含陈官屯冬菜")

    assert take_step(application, "preliminary", by=market, announcement=batch).announcement == batch


def test_an_announcement_may_cover_many_products(product, market):
    application = make.application(product, state="technical")
    batch = make.announcement("第604号", date(2025, 9, 1), title="关于初步认定独流老醋、陈官屯冬菜的公告")
    make.protection(make.product(), announcement=batch)

    assert take_step(application, "preliminary", by=market, announcement=batch).announcement == batch


def test_one_announcement_serves_one_step(product, market):
    application = make.application(product, state="technical")
    announced = make.announcement(**PRELIMINARY)
    take_step(application, "preliminary", by=market, announcement=announced)

    sentence = refused(BadInput, recognise, application, by=market, announcement=announced)
    assert sentence == "国家知识产权局公告 第601号已经用于这份申请的另一步。"


def test_a_word_that_is_no_state_is_refused(product, market):
    sentence = refused(BadInput, take_step, make.application(product), "registered", by=market)

    assert sentence == "“地理标志产品认定（令第80号）”没有这一步。"


def test_the_second_of_two_people_is_told_who_was_faster(product, agriculture, market):
    application = make.application(product, state="formal")
    seen = last_change(application)
    same = Application.objects.get(pk=application.pk)
    take_step(application, "technical", by=market, document=make.document(), seen=seen)

    sentence = refused(Conflict, take_step, same, "reply_due", by=market, document=make.document("补正通知"), seen=seen)
    assert sentence.startswith("zhangwei 已在 ")


def test_who_holds_an_old_copy_meets_the_state_of_today(product, market):
    application, same = (make.application(product, state="formal"), Application.objects.first())
    take_step(application, "technical", by=market, document=make.document())

    sentence = refused(BadInput, take_step, same, "reply_due", by=market, document=make.document("补正通知"))
    assert sentence == "“已受理，技术审查”之后不能是“待答复形式审查意见”。"


# --- Recognition -----------------------------------------------------------------------------------------------------


def test_recognition_makes_the_protection_from_its_announcement(product, market):
    make.protection(product, stage="in_procedure", valid_from=date(2025, 4, 1))
    application = make.complete(make.application(product, state="preliminary"))

    step = recognise(application, by=market, announcement=make.announcement(**RECOGNITION))

    application.refresh_from_db()
    made = application.protection
    assert (application.state, step.protection) == ("recognised", made)
    assert (made.stage, made.regime, made.valid_from, made.valid_until) == (
        "protected",
        "product",
        date(2025, 12, 1),
        None,
    )
    assert (made.announcement.number, made.holder, made.source) == ("第640号", application.applicant, make.source())
    assert product.protections.get(stage="in_procedure").valid_until == date(2025, 12, 1)


def test_a_registration_number_goes_to_the_protection(product, market):
    application = make.application(product, "trademark", "published")

    recognise(application, by=market, announcement=make.announcement(**RECOGNITION), number="4409718")

    assert product.protections.get().number == "4409718"


@pytest.mark.parametrize("role", [Role.AGRICULTURE, Role.ASSOCIATION, Role.AUDITOR])
def test_nobody_but_the_market_official_records_a_recognition(product, role):
    application = make.application(product, state="preliminary")

    assert refused(
        NotAllowed, recognise, application, by=make.person(role), announcement=make.announcement(**RECOGNITION)
    )


def test_no_recognition_before_the_window_is_over(product, market):
    application = make.application(product, state="preliminary", on=date(2025, 8, 1))
    early = make.announcement("第640号", date(2025, 10, 9))

    assert refused(BadInput, recognise, application, by=market, announcement=early) == (
        "异议期到 2025-10-09 才满（《地理标志产品保护办法》（2023年）第十五条），此前不能“认定公告”。"
    )
    assert recognise(application, by=market, announcement=make.announcement("第641号", date(2025, 10, 10)))


@pytest.mark.parametrize("state", ["filed", "negotiation", "adjudication"])
def test_no_recognition_while_an_opposition_is_pending(product, market, state):
    application = make.application(product, state="preliminary")
    make.opposition(application, state)

    sentence = refused(BadInput, recognise, application, by=market, announcement=make.announcement(**RECOGNITION))
    assert sentence == "还有异议没有处理完（令第80号第十五条、第十六条）。"


@pytest.mark.parametrize("state", ["not_accepted", "agreed", "dismissed"])
def test_recognition_after_oppositions_that_came_to_nothing(product, market, state):
    application = make.application(product, state="preliminary")
    make.opposition(application, state)

    assert recognise(application, by=market, announcement=make.announcement(**RECOGNITION))


def test_an_upheld_opposition_ends_in_no_recognition(product, market):
    application = make.application(product, state="preliminary")
    make.opposition(application, Objection.UPHELD)

    sentence = refused(BadInput, recognise, application, by=market, announcement=make.announcement(**RECOGNITION))
    assert sentence == "有异议成立，不能“认定公告”（令第80号第十五条、第十六条）。"
    take_step(application, "not_recognised", by=market, document=make.document(), on=date(2025, 12, 1))
    assert product.protections.get().stage == Stage.CANDIDATE


@pytest.mark.parametrize(("last", "state"), [("upheld", "not_recognised"), ("dismissed", "recognised")])
def test_no_decision_before_the_oppositions_it_rests_on(product, market, last, state):
    application = make.application(product, state="preliminary")
    opposition = make.opposition(application, Objection.ADJUDICATION)
    handle_opposition(opposition, Objection(last), by=market, document=make.document(), on=date(2025, 11, 3))
    paper = {"announcement": make.announcement("第640号", date(2025, 11, 2))}
    if state == "not_recognised":
        paper = {"document": make.document(), "on": date(2025, 11, 2)}

    sentence = refused(BadInput, take_step, application, state, by=market, **paper)
    assert sentence.startswith("2025-11-02 早于异议办理的 2025-11-03，不能“")
    assert sentence.endswith("（令第80号第十五条、第十六条）。")


def test_what_was_decided_of_an_opposition_stands_once_the_file_has_gone_on(product, market):
    application = make.application(product, state="preliminary")
    opposition = make.opposition(application, Objection.ADJUDICATION)
    told = handle_opposition(opposition, Objection.UPHELD, by=market, document=make.document(), on=date(2025, 6, 2))
    take_step(application, "not_recognised", by=market, document=make.document(), on=date(2025, 12, 1))

    assert refused(BadInput, withdraw_step, told, by=market, reason="错") == (
        "案卷已到“不予认定”，异议不能再动：记错了的，先撤回案卷的那一步。"
    )


def test_a_mark_is_judged_by_the_articles_of_the_day_on_which_it_was_published(product, market):
    application = make.application(product, "trademark", "published")
    make.opposition(application)

    sentence = refused(BadInput, recognise, application, by=market, announcement=make.announcement(**RECOGNITION))
    assert sentence == "还有异议没有处理完（《中华人民共和国商标法》（2019年修正）第三十三条、第三十五条）。"


@pytest.mark.parametrize(
    ("procedure", "before", "state"),
    [(Procedure.MAJOR_CHANGE, "provincial", "review"), (Procedure.REVOCATION, "requested", "review")],
)
def test_a_change_or_a_revocation_goes_on_only_while_the_protection_holds(product, market, procedure, before, state):
    make.protection(product, valid_until=date(2025, 4, 1))
    application = make.application(product, procedure, before)

    late = {"document": make.document(), "on": date(2025, 4, 1)}
    assert refused(BadInput, take_step, application, state, by=market, **late) == (
        "“陈官屯冬菜”在 2025-04-01 没有受保护，谈不上变更和撤销。"
    )
    assert take_step(application, state, by=market, **late | {"on": date(2025, 3, 31)})


def test_a_change_that_lost_its_protection_can_still_fail(product, market):
    make.protection(product, valid_until=date(2025, 4, 1))
    application = make.application(product, Procedure.MAJOR_CHANGE, "review")

    assert take_step(application, "failed", by=market, document=make.document(), on=date(2025, 5, 6))


def test_no_acceptance_is_announced_under_the_order_of_2005_after_its_end(product, market, agriculture):
    application = make.application(product, "product_2005", "formal", on=date(2024, 1, 15))

    sentence = refused(
        BadInput,
        take_step,
        application,
        "accepted",
        by=market,
        announcement=make.announcement("第600号", date(2024, 2, 1)),
    )
    assert sentence == (
        "《地理标志产品保护规定》（2005年）在 2024-02-01 不适用，不会再有“受理公告”：请按这一天的法律另立案卷。"
    )
    assert refused(BadInput, open_application, product, P2024, by=agriculture).startswith("“陈官屯冬菜”已有未办结的")
    take_step(application, "abandoned", by=agriculture, on=date(2024, 2, 1))
    assert open_application(product, P2024, by=agriculture)


def test_no_denial_without_an_upheld_opposition(product, market):
    application = make.application(product, state="preliminary")

    sentence = refused(BadInput, take_step, application, "not_recognised", by=market, document=make.document())
    assert sentence == "没有成立的异议，不能“不予认定”（令第80号第十五条、第十六条）。"


def test_a_revocation_ends_the_protection_from_its_announcement(product, market):
    protection = make.protection(product)
    application = make.application(product, "revocation", "review", protection=protection)

    take_step(application, "revoked", by=market, announcement=make.announcement(**RECOGNITION))

    standing = list(product.protections.order_by("valid_from").values_list("stage", "valid_until"))
    assert standing == [("protected", date(2025, 12, 1)), ("ended", None)]


def test_a_file_of_the_past_leaves_the_protection_that_stands(product, market):
    standing = make.protection(product)
    application = make.application(product, "product_2005", "technical", on=date(2010, 6, 1))

    recognise(application, by=market, announcement=make.announcement("2010年第163号", date(2010, 12, 24)))

    application.refresh_from_db()
    assert application.protection == standing
    assert product.protections.count() == 1


# --- Withdrawing -----------------------------------------------------------------------------------------------------


def test_a_step_entered_by_mistake_is_withdrawn_by_another_that_says_why(product, market):
    application = make.application(product, state="formal")
    mistake = take_step(application, "technical", by=market, document=make.document(), on=date(2025, 6, 1))

    withdrawal = withdraw_step(mistake, by=market, reason="受理通知是另一产品的")

    application.refresh_from_db()
    assert (application.state, withdrawal.withdraws, withdrawal.note) == ("formal", mistake, "受理通知是另一产品的")
    assert [step.state for step in application.steps.all()] == ["draft", "formal", "technical", "formal"]
    assert [step.state for step in application.steps.standing()] == ["draft", "formal"]
    assert take_step(application, "reply_due", by=market, document=make.document("补正通知"), on=date(2025, 5, 1))


def test_withdrawing_a_filing_brings_materials_and_register_back(product, agriculture):
    make.protection(product, stage="candidate", valid_from=date(2022, 3, 2))
    application = make.complete(make.application(product))
    filed = take_step(application, "provincial", by=agriculture, on=date(2025, 4, 1))

    withdraw_step(filed, by=agriculture, reason="还没有送出")

    application.refresh_from_db()
    assert application.state == "draft"
    assert set(application.materials.values_list("state", flat=True)) == {"ready"}
    assert list(product.protections.values_list("stage", "valid_from", "valid_until")) == [
        ("candidate", date(2022, 3, 2), None)
    ]
    assert take_step(application, "provincial", by=agriculture, on=date(2025, 3, 20))


def test_withdrawing_a_recognition_takes_the_protection_back_and_history_keeps_it(product, market):
    before = make.protection(product, stage="in_procedure", valid_from=date(2025, 4, 1))
    application = make.application(product, state="preliminary")
    step = recognise(application, by=market, announcement=make.announcement(**RECOGNITION))

    withdraw_step(step, by=market, reason="公告看错")

    application.refresh_from_db()
    assert (application.state, application.protection) == ("preliminary", None)
    assert list(product.protections.values_list("pk", "stage", "valid_until")) == [(before.pk, "in_procedure", None)]
    line = Change.objects.get(table="保护", after__isnull=True)
    assert line.before["stage"] == "protected"
    assert recognise(application, by=market, announcement=make.announcement("第650号", date(2025, 11, 3)))


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_withdrawal_says_why(product, market, reason):
    application = make.application(product, state="formal")

    sentence = refused(BadInput, withdraw_step, application.steps.last(), by=market, reason=reason)
    assert sentence == "撤回步骤必须写明原因。"


def test_only_the_last_standing_step_is_withdrawn_and_never_the_first(product, market, agriculture):
    application = make.application(product, state="formal")
    take_step(application, "technical", by=market, document=make.document())
    first, second, _last = application.steps.all()

    assert (
        refused(BadInput, withdraw_step, second, by=market, reason="错") == "只能撤回最后一步：请先撤回它之后的步骤。"
    )
    alone = make.application(make.product())
    assert refused(BadInput, withdraw_step, alone.steps.get(), by=agriculture, reason="错") == "第一步不能撤回。"
    assert refused(BadInput, withdraw_step, first, by=agriculture, reason="错").startswith("只能撤回最后一步")


def test_a_withdrawn_step_is_not_withdrawn_twice(product, market):
    application = make.application(product, state="formal")
    mistake = take_step(application, "technical", by=market, document=make.document())
    withdraw_step(mistake, by=market, reason="错")

    assert refused(BadInput, withdraw_step, mistake, by=market, reason="错").startswith("只能撤回最后一步")


def test_a_step_is_withdrawn_by_those_who_may_take_it(product, market, agriculture):
    application = make.application(product, state="formal")

    assert refused(NotAllowed, withdraw_step, application.steps.last(), by=agriculture, reason="错")


def test_an_announcement_that_was_opposed_is_not_withdrawn(product, market):
    application = make.application(product, state="preliminary")
    make.opposition(application)

    sentence = refused(BadInput, withdraw_step, application.steps.of_path().last(), by=market, reason="错")
    assert sentence == "已有针对这一公告的异议，不能撤回这一步。"


def test_a_recognition_that_was_built_upon_is_not_withdrawn(product, market):
    application = make.application(product, state="preliminary")
    step = recognise(application, by=market, announcement=make.announcement(**RECOGNITION))
    revocation = open_application(
        product, Procedure.REVOCATION, by=market, protection=Protection.objects.get(), on=date(2026, 1, 5)
    )
    assert refused(BadInput, withdraw_step, step, by=market, reason="错").startswith("还有别的记录依据")
    take_step(revocation, "review", by=market, document=make.document(), on=date(2026, 1, 6))
    take_step(revocation, "revoked", by=market, announcement=make.announcement("第700号", date(2026, 3, 2)))

    sentence = refused(BadInput, withdraw_step, step, by=market, reason="错")
    assert sentence == "登记簿中此后已有新的保护记录，不能撤回这一步。"


# --- Protections of before -------------------------------------------------------------------------------------------


def approved(issued_on=date(2010, 12, 24), title="关于批准陈官屯冬菜的公告"):
    return make.announcement("第143号", issued_on, title=title)


@pytest.mark.parametrize(
    ("regime", "on", "procedure", "state"),
    [
        (Regime.PRODUCT, date(2003, 4, 5), Procedure.PRODUCT_2005, "approved"),
        (Regime.PRODUCT, date(2024, 1, 31), Procedure.PRODUCT_2005, "approved"),
        (Regime.PRODUCT, date(2024, 2, 1), Procedure.PRODUCT_2024, "recognised"),
        (Regime.COLLECTIVE, date(2010, 12, 24), Procedure.TRADEMARK, "registered"),
        (Regime.CERTIFICATION, date(2010, 12, 24), Procedure.TRADEMARK, "registered"),
        (Regime.AGRICULTURAL, date(2010, 12, 24), Procedure.AGRICULTURAL, "registered"),
    ],
)
def test_a_protection_of_before_is_brought_in_under_the_law_of_its_announcement(
    product, market, regime, on, procedure, state
):
    act, holder = approved(on), make.row(Party, {"name": "示例协会"}, kind="association", **make.sourced())

    file = bring_in(product, regime, by=market, announcement=act, number="4409718", holder=holder, note="见公报")

    assert (file.procedure, file.regime, file.state, file.opened_on) == (procedure, regime, state, on)
    step, made = file.steps.get(), product.protections.get()
    assert (step.state, step.on, step.announcement, step.protection) == (state, on, act, made)
    assert step.note == "补录：此前的步骤未查明。见公报"
    assert (file.protection, made.stage, made.valid_from, made.valid_until) == (made, "protected", on, None)
    assert (made.announcement, made.number, made.holder, made.source) == (act, "4409718", holder, act.source)


def test_a_protection_of_before_ends_the_candidate_that_stood(product, market):
    make.protection(product, stage="candidate", valid_from=date(2009, 1, 1))

    bring_in(product, Regime.PRODUCT, by=market, announcement=approved())

    assert list(product.protections.order_by("pk").values_list("stage", "valid_from", "valid_until")) == [
        ("candidate", date(2009, 1, 1), date(2010, 12, 24)),
        ("protected", date(2010, 12, 24), None),
    ]


@pytest.mark.parametrize("role", [Role.AGRICULTURE, Role.ASSOCIATION, Role.LIAISON, Role.AUDITOR, Role.INSPECTOR])
def test_only_the_market_official_brings_a_protection_in(product, role):
    act = approved()

    assert refused(NotAllowed, bring_in, product, Regime.PRODUCT, by=make.person(role), announcement=act) == (
        "您不能对“陈官屯冬菜”办理“记录国家的步骤”。"
    )


def test_what_is_protected_or_under_way_is_not_brought_in(product, market):
    act = approved()
    make.protection(product, regime="collective", valid_from=date(2015, 1, 1))
    make.application(product, "product_2024", "technical")

    assert refused(BadInput, bring_in, product, Regime.COLLECTIVE, by=market, announcement=act) == (
        "“陈官屯冬菜”已受集体商标保护，不必补录。"
    )
    assert refused(BadInput, bring_in, product, Regime.PRODUCT, by=market, announcement=act) == (
        "“陈官屯冬菜”在这一制度下有未办结的案卷 2025-0001：阶段随案卷的步骤变，请到案卷里办。"
    )


@pytest.mark.parametrize(
    "values",
    [
        {"stage": "candidate", "valid_from": date(2010, 12, 24)},
        {"stage": "candidate", "valid_from": None, "attested_on": date(2022, 3, 2)},
        {"stage": "candidate", "valid_from": date(2005, 1, 1), "valid_until": date(2015, 1, 1)},
        {"stage": "ended", "valid_from": date(2020, 1, 1)},
    ],
)
def test_a_protection_of_before_is_not_put_before_what_stands(product, market, values):
    make.protection(product, **values)
    act = approved()

    sentence = refused(BadInput, bring_in, product, Regime.PRODUCT, by=market, announcement=act)
    assert sentence.endswith("的记录晚于 2010-12-24 的公告，不能补录在它前面：写错了的请先在产品页更正。")


def test_nothing_is_brought_in_from_a_foreign_a_later_or_a_closed_announcement(product, market):
    make.product("taitou-xigua", "台头西瓜")
    foreign = make.announcement("第144号", date(2010, 12, 24), title="关于批准台头西瓜的公告")
    later = make.announcement("第900号", date(2999, 1, 1), title="关于认定陈官屯冬菜的公告")
    closed = make.announcement("第500号", date(2022, 3, 1), title="关于登记陈官屯冬菜的公告")

    def sentence(regime, act):
        return refused(BadInput, bring_in, product, regime, by=market, announcement=act)

    assert sentence(Regime.PRODUCT, foreign).endswith("是关于“台头西瓜”的，没有提到“陈官屯冬菜”。")
    assert sentence(Regime.PRODUCT, later) == "2999-01-01 还没有到，不能先记。"
    assert sentence(Regime.AGRICULTURAL, closed).startswith("农产品地理标志自 2022-03-01 起停止新登记")


def test_an_entry_of_before_is_withdrawn_with_what_it_made_and_then_made_again(product, market):
    make.protection(product, stage="candidate", valid_from=date(2009, 1, 1))
    act = approved()
    file = bring_in(product, Regime.PRODUCT, by=market, announcement=act)

    withdrawal = withdraw_step(file.steps.get(), by=market, reason="产品选错")

    file.refresh_from_db()
    assert (file.state, file.protection, withdrawal.state) == ("void", None, "void")
    assert list(product.protections.values_list("stage", "valid_until")) == [("candidate", None)]
    assert refused(BadInput, withdraw_step, file.steps.first(), by=market, reason="再撤") == (
        "只能撤回最后一步：请先撤回它之后的步骤。"
    )
    assert bring_in(product, Regime.PRODUCT, by=market, announcement=act).file_number.endswith("-0002")


def test_an_agricultural_registration_of_before_goes_on_in_its_file(product, market):
    file = bring_in(product, Regime.AGRICULTURAL, by=market, announcement=approved())

    take_step(file, "deregistered", by=market, announcement=make.announcement("第9号", date(2021, 5, 6)))

    assert list(product.protections.order_by("pk").values_list("stage", "valid_from")) == [
        ("protected", date(2010, 12, 24)),
        ("ended", date(2021, 5, 6)),
    ]


# --- Materials -------------------------------------------------------------------------------------------------------


def test_an_item_is_made_ready_with_its_documents(product, agriculture):
    application, report = make.application(product), make.document("检验报告")

    material = set_material(
        application, "report", MaterialState.READY, by=agriculture, documents=[report], note="2025年"
    )

    assert (material.state, list(material.documents.all()), material.note) == ("ready", [report], "2025年")


def test_a_registered_mark_is_renewed_and_struck_from_announcements(product, market):
    make.protection(product, regime="certification", valid_from=date(2012, 3, 3))
    file = make.application(product, "trademark", "registered", on=date(2012, 3, 3))
    take_step(file, "renewed", by=market, announcement=make.announcement("第11号", date(2022, 2, 14)))
    sentence = refused(BadInput, take_step, file, "struck", by=market)
    take_step(file, "struck", by=market, announcement=make.announcement("第12号", date(2024, 5, 6)))

    now = Protection.objects.get(product=product, valid_until__isnull=True)
    assert sentence == "“注销、撤销或者宣告无效公告”是国家的决定：请选定所依据的公告。"
    assert (now.stage, now.valid_from) == (Stage.ENDED, date(2024, 5, 6))


def test_an_applicant_without_a_part_in_the_product_reaches_it_no_more_after_filing_than_before(product, agriculture):
    party = make.row(Party, {"name": "示例冬菜协会"}, kind="association", **make.sourced())
    applicant = make.person(Role.ASSOCIATION, "xiehui", party=party)
    before = may_on(applicant, Act.APPLICATIONS, product)
    file = make.complete(open_application(product, P2024, by=agriculture, on=DAY))
    make.row(Application, {"pk": file.pk}, applicant=party)
    take_step(file, "provincial", by=agriculture, on=date(2025, 3, 4))

    assert Protection.objects.get(product=product).holder == party
    assert (before, may_on(applicant, Act.APPLICATIONS, product)) == (False, False)


def test_an_association_prepares_for_its_own_product(product):
    person = association(product)

    assert set_material(make.application(product), "form", MaterialState.PREPARING, by=person).state == "preparing"
    assert refused(
        NotAllowed, set_material, make.application(make.product()), "form", MaterialState.PREPARING, by=person
    )


@pytest.mark.parametrize("role", [Role.MARKET, Role.INSPECTOR, Role.PRODUCER, Role.LIAISON, Role.AUDITOR])
def test_others_do_not_touch_the_materials(product, role):
    application = make.application(product)

    assert refused(NotAllowed, set_material, application, "form", MaterialState.PREPARING, by=make.person(role))


@pytest.mark.parametrize(
    ("item", "state", "error", "sentence"),
    [
        ("report", MaterialState.READY, BadInput, "“已备齐”须附上文件。"),
        ("report", MaterialState.DELIVERED, BadInput, "“已提交”须附上文件。"),
        ("members", MaterialState.PREPARING, NotInRegister, "清单中没有这项材料。"),
    ],
)
def test_an_item_is_not_ready_without_a_document_nor_outside_the_checklist(
    product, agriculture, item, state, error, sentence
):
    assert refused(error, set_material, make.application(product), item, state, by=agriculture) == sentence


def test_nothing_is_delivered_before_the_filing(product, agriculture):
    application, paper = make.application(product), make.document()

    sentence = refused(
        BadInput, set_material, application, "report", MaterialState.DELIVERED, by=agriculture, documents=[paper]
    )
    assert sentence == "申请还没有提交，材料不能记为“已提交”。"


def test_an_item_asked_for_later_is_delivered_while_the_procedure_runs(product, agriculture):
    application, paper = make.application(product, state="reply_due"), make.document()

    material = set_material(
        application, "other", MaterialState.DELIVERED, by=agriculture, documents=[paper], note="答复附件"
    )
    assert material.state == "delivered"


def test_an_ended_application_takes_no_more_materials(product, agriculture):
    application = make.application(product, state="rejected")

    sentence = refused(BadInput, set_material, application, "form", MaterialState.PREPARING, by=agriculture)
    assert sentence == "申请已到“驳回”，不再收材料。"


def test_the_second_of_two_who_fill_an_item_is_told(product, agriculture):
    application = make.application(product)
    material = set_material(application, "form", MaterialState.PREPARING, by=agriculture)
    seen = last_change(material)
    set_material(application, "form", MaterialState.PREPARING, by=agriculture, note="盖章中", seen=seen)

    assert refused(
        Conflict, set_material, application, "form", MaterialState.MISSING, by=agriculture, seen=seen
    ).startswith("liqiang 已在 ")


# --- Oppositions -----------------------------------------------------------------------------------------------------


def test_an_opposition_is_recorded_taken_on_negotiated_and_dismissed(product, market):
    application = make.application(product, state="preliminary")
    opposition = object_to(
        application,
        by=market,
        opponent="示例异议人",
        filed_on=date(2025, 4, 1),
        reasons="产地范围有误",
        documents=[make.document("异议请求书")],
    )
    for day, state in enumerate([Objection.NEGOTIATION, Objection.ADJUDICATION, Objection.DISMISSED], 2):
        handle_opposition(opposition, state, by=market, document=make.document(state), on=date(2025, 4, day))

    opposition.refresh_from_db()
    application.refresh_from_db()
    assert (opposition.state, application.state) == ("dismissed", "preliminary")
    assert [(step.state, step.on.day) for step in opposition.steps.all()] == [
        ("filed", 1),
        ("negotiation", 2),
        ("adjudication", 3),
        ("dismissed", 4),
    ]
    assert [str(step.state_label) for step in application.steps.of_path()] == ["准备中", "初步认定公告"]


@pytest.mark.parametrize("role", [Role.AGRICULTURE, Role.ASSOCIATION, Role.PRODUCER, Role.AUDITOR])
def test_only_the_market_official_records_oppositions(product, role):
    application, person = make.application(product, state="preliminary"), make.person(role)
    opposition = make.opposition(application)

    assert refused(NotAllowed, object_to, application, by=person, opponent="示例", filed_on=date(2025, 4, 1))
    assert refused(
        NotAllowed, handle_opposition, opposition, Objection.NEGOTIATION, by=person, document=make.document()
    )


@pytest.mark.parametrize("state", ["draft", "technical", "recognised"])
def test_there_is_nothing_to_oppose_outside_the_window(product, market, state):
    application = make.application(product, state=state)

    sentence = refused(BadInput, object_to, application, by=market, opponent="示例", filed_on=date(2025, 4, 1))
    assert sentence == f"“{application.state_label}”阶段没有异议期。"


@pytest.mark.parametrize(
    ("filed_on", "sentence"),
    [
        ("2025-03-02", "2025-03-02 早于初步认定公告的 2025-03-03，还不能提出异议。"),
        ("2999-01-01", "2999-01-01 还没有到，不能先记。"),
    ],
)
def test_an_opposition_is_refused_before_the_announcement_and_in_the_future(product, market, filed_on, sentence):
    application = make.application(product, state="preliminary")
    day = date.fromisoformat(filed_on)

    assert refused(BadInput, object_to, application, by=market, opponent="示例", filed_on=day) == sentence


def test_the_same_opposition_is_recorded_once(product, market):
    application = make.application(product, state="preliminary")
    object_to(application, by=market, opponent="示例", filed_on=date(2025, 4, 1), reasons="理由")

    sentence = refused(BadInput, object_to, application, by=market, opponent="示例", filed_on=date(2025, 4, 1))
    assert sentence == "同一异议人同一天的异议已经登记。"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"filed_on": date(2025, 5, 7)},
            "异议期已于 2025-05-06 届满（《地理标志产品保护办法》（2023年）第十五条），逾期的异议只能不予受理。",
        ),
        ({"reasons": ""}, "没有具体说明理由的异议只能不予受理（令第80号第十五条、第十六条）。"),
    ],
)
def test_what_comes_late_or_without_reasons_can_only_be_turned_away(product, market, values, sentence):
    opposition = make.opposition(make.application(product, state="preliminary"), **values)
    notice = make.document()

    assert (
        refused(BadInput, handle_opposition, opposition, Objection.NEGOTIATION, by=market, document=notice) == sentence
    )
    assert handle_opposition(opposition, Objection.NOT_ACCEPTED, by=market, document=notice).state == "not_accepted"


def test_an_opposition_on_the_last_day_after_the_holiday_is_in_time(product, market):
    opposition = make.opposition(make.application(product, state="preliminary"), filed_on=date(2025, 5, 6))

    assert handle_opposition(opposition, Objection.NEGOTIATION, by=market, document=make.document())


def test_what_the_state_does_with_an_opposition_rests_on_its_notice(product, market):
    opposition = make.opposition(make.application(product, state="preliminary"))

    sentence = refused(BadInput, handle_opposition, opposition, Objection.NEGOTIATION, by=market)
    assert sentence == "“已受理，协商”是国家的步骤：请附上所依据的通知或公告。"


def test_the_second_of_two_who_decide_an_opposition_is_told(product, market):
    opposition = make.opposition(make.application(product, state="preliminary"), Objection.ADJUDICATION)
    seen, notice = last_change(opposition), make.document()
    on = {"document": notice, "on": date(2025, 6, 2), "seen": seen}
    handle_opposition(opposition, Objection.DISMISSED, by=market, **on)

    assert refused(Conflict, handle_opposition, opposition, Objection.UPHELD, by=market, **on).startswith(str(market))
    told = opposition.steps.last()
    assert refused(Conflict, withdraw_step, told, by=market, reason="错", seen=seen).startswith(str(market))


def test_a_step_of_an_opposition_is_withdrawn_without_touching_the_path(product, market):
    application = make.application(product, state="preliminary")
    opposition = make.opposition(application)
    step = handle_opposition(opposition, Objection.NEGOTIATION, by=market, document=make.document())

    withdraw_step(step, by=market, reason="错")

    opposition.refresh_from_db()
    application.refresh_from_db()
    assert (opposition.state, application.state) == ("filed", "preliminary")


def test_a_whole_way_from_the_draft_to_the_protection(product, agriculture, market):
    make.protection(product, stage="candidate", valid_from=date(2022, 3, 2))
    application = make.complete(open_application(product, P2024, by=agriculture, on=date(2024, 6, 3)))
    take_step(application, "provincial", by=agriculture, on=date(2024, 7, 1))
    for state, day in [("formal", "2024-09-02"), ("reply_due", "2024-10-08")]:
        notice = make.document(state, date.fromisoformat(day))
        take_step(application, state, by=market, document=notice)
    application.refresh_from_db()
    assert [due.deadline.day for due in deadlines_of(application, date(2024, 10, 9))] == [date(2025, 2, 8)]
    take_step(application, "replied", by=agriculture, on=date(2025, 2, 8))
    take_step(application, "technical", by=market, document=make.document("受理通知书", date(2025, 3, 3)))
    take_step(application, "preliminary", by=market, announcement=make.announcement(**PRELIMINARY))
    recognise(application, by=market, announcement=make.announcement(**RECOGNITION))

    assert [(p.stage, p.valid_from) for p in product.protections.order_by("valid_from")] == [
        ("candidate", date(2022, 3, 2)),
        ("in_procedure", date(2024, 7, 1)),
        ("protected", date(2025, 12, 1)),
    ]
    counted = (Application.objects.count(), Step.objects.count(), Opposition.objects.count(), Material.objects.count())
    assert counted == (1, 8, 0, 9)
