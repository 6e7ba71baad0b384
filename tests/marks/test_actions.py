from __future__ import annotations

import secrets
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import transaction

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotAllowed, NotInRegister
from gi_registry.core.history import last_change
from gi_registry.core.models import Change
from gi_registry.gazette.models import Document
from gi_registry.gazette.papers import Rests
from gi_registry.gazette.validators import HandedIn
from gi_registry.marks import actions
from gi_registry.marks.actions import (
    add_site,
    answer_rectification,
    ask_change,
    attach,
    check_site,
    close_rectification,
    correct,
    detach,
    drop_site,
    end_site,
    hand_in,
    open_authorisation,
    order_rectification,
    record_announced,
    take_step,
    withdraw_step,
)
from gi_registry.marks.codes import read_code
from gi_registry.marks.models import (
    Attachment,
    Authorisation,
    ChangeRequest,
    OriginCheck,
    Rectification,
    Site,
    Step,
)
from gi_registry.marks.path import NEEDS_GROUND
from gi_registry.marks.states import ROUTES, Basis, Ground, State
from gi_registry.parties.models import FormerParticulars, Party
from gi_registry.parties.permissions import Role
from gi_registry.places.datums import gcj02_to_cgcs2000
from tests import make, shapes

pytestmark = pytest.mark.django_db

DAY = date(2025, 6, 2)
MAY = {Role.MARKET, Role.ADMINISTRATOR}
OURS = {"marks", "products", "gazette", "parties", "core"}


@pytest.fixture
def market():
    return make.person(Role.MARKET, "zhangwei")


@pytest.fixture
def product():
    """One that is protected under all regimes, with an area of a tenth of a degree."""
    product = make.product()
    for regime in ("product", "collective", "certification"):
        make.protection(product, regime=regime)
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    return product


@pytest.fixture
def producer():
    return make.producer(address="示例路 1 号")


@pytest.fixture
def maker(producer):
    """Somebody of the producer."""
    return make.person(Role.PRODUCER, "maker", party=producer)


@pytest.fixture
def rival():
    return make.person(Role.PRODUCER, "rival", party=make.producer("示例同业合作社", make.USCC[1]))


@pytest.fixture
def user(producer, product):
    """An authorisation at a state."""

    def made(state="active", product=product, **values):
        return make.authorisation(producer, product, state, **values)

    return made


def everything():
    """Every row of the register that an act could leave behind."""
    kept = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    return {model: list(model._default_manager.order_by("pk").values()) for model in kept}


def refused(error, act, *args, **values):
    """The sentence with which the act is refused; whatever stood before stands as it was."""
    before = everything()
    with pytest.raises(error) as found:
        act(*args, **values)
    assert everything() == before
    return found.value.sentence


def now(authorisation):
    """The authorisation as it stands."""
    return Authorisation.objects.get(pk=authorisation.pk)


def path(authorisation):
    return [(step.state, step.on) for step in authorisation.steps.standing()]


def announced(on=DAY, number="第650号"):
    return make.announcement(number, on)


# --- The tables ------------------------------------------------------------------------------------------------------


def ready(authorisation):
    """With all that a step into any state could need."""
    for item in ("form", "test_report"):
        make.attachment(authorisation, item)
    make.origin_check(make.site(authorisation))
    if authorisation.state == State.RECTIFY:
        make.rectification(authorisation)
    if authorisation.state == State.CHANGE_REVIEW:
        make.row(ChangeRequest, {"step": authorisation.steps.last()}, name="示例新名酿造有限公司")
    return authorisation


def go(authorisation, state, by):
    """Take the step into `state` by the act that is made for it."""
    if state == State.RECTIFY:
        return order_rectification(
            authorisation, Ground.SUBSTANDARD, by=by, demand="按标准生产", ordered_on=DAY, due_on=date(2025, 7, 2)
        )
    if state == State.CHANGE_REVIEW:
        return ask_change(authorisation, by=by, name="示例新名酿造有限公司", on=DAY)
    if (authorisation.state, state) == (State.RECTIFY, State.ACTIVE):
        return close_rectification(authorisation.rectifications.get(), True, by=by, on=DAY)
    ground = Ground.LICENCE_LOST if state in NEEDS_GROUND else ""
    return take_step(authorisation, state, by=by, note="说明", announcement=announced(), ground=ground)


@pytest.mark.parametrize(
    ("basis", "before"), [(basis, state) for basis, route in ROUTES.items() for state in route.next]
)
def test_what_the_table_lets_follow_follows_and_nothing_else(user, market, basis, before):
    authorisation = ready(user(before, basis=basis))
    reached = set()
    for after in State:
        with transaction.atomic():
            try:
                go(authorisation, after, market)
                assert now(authorisation).state == after
                reached.add(after)
            except BadInput as refusal:
                said = refusal.sentence
                assert said.startswith(("现在是“", "已经是“")) or "没有“" in said
            transaction.set_rollback(True)

    assert reached == ROUTES[basis].next[before]


PAPERS = [
    (basis, before, after, route.rests_of(before, after))
    for basis, route in ROUTES.items()
    for before, following in route.next.items()
    for after in sorted(following)
    if route.rests_of(before, after) != Rests.OURS
]


@pytest.mark.parametrize(("basis", "before", "after", "rests"), PAPERS)
def test_a_step_of_the_state_needs_the_states_paper(user, market, basis, before, after, rests):
    authorisation = ready(user(before, basis=basis))
    ground = Ground.LICENCE_LOST if after in NEEDS_GROUND else ""
    values = {"by": market, "note": "说明", "ground": ground}

    unfounded = refused(BadInput, take_step, authorisation, after, **values)
    assert ("请选定所依据的公告" if rests == Rests.ANNOUNCEMENT else "请附上所依据的通知或公告") in unfounded
    notice = make.document(published_on=DAY)
    if rests == Rests.ANNOUNCEMENT:
        assert "请选定所依据的公告" in refused(BadInput, take_step, authorisation, after, document=notice, **values)
    else:
        assert take_step(authorisation, after, document=notice, **values).on == DAY


# --- Opening ---------------------------------------------------------------------------------------------------------


def test_a_producer_opens_its_own_application(producer, product, maker):
    opened = open_authorisation(producer, product, Basis.ANNOUNCED, by=maker, note="示例")

    assert (opened.state, opened.course, opened.announcement, opened.opened_on) == ("draft", [], None, clock.today())
    assert read_code(opened.code) == opened.code
    assert [(step.state, step.by, step.note) for step in opened.steps.all()] == [("draft", str(maker), "示例")]
    assert opened.source.title == "本登记簿的专用标志案卷"
    assert list(Authorisation.objects.public()) == []


def test_places_in_the_list_of_revocations_are_given_once_and_in_no_order(
    producer, product, market, rival, monkeypatch
):
    places, drawn = [], iter([417, 417, 3])
    monkeypatch.setattr(secrets, "randbelow", lambda number: places.append(number) or next(drawn))
    first = open_authorisation(producer, product, Basis.ANNOUNCED, by=market)
    second = open_authorisation(rival.party, product, Basis.ANNOUNCED, by=market)

    assert ([first.index, second.index], places) == ([417, 3], [8_192] * 3)


@pytest.mark.parametrize("basis", [Basis.MEMBER, Basis.LICENSEE])
def test_by_a_trade_mark_an_announcement_makes_somebody_eligible(producer, product, market, maker, basis):
    values = {"by": market, "trademark_number": "4409718", "valid_until": date(2030, 1, 1)}
    assert refused(BadInput, open_authorisation, producer, product, basis, **values) == (
        "“已公告为成员或被许可人”是国家的决定：请选定所依据的公告。"
    )

    notice = {"announcement": announced()}
    assert "您不能替" in refused(NotAllowed, open_authorisation, producer, product, basis, by=maker, **notice)
    opened = open_authorisation(producer, product, basis, **values | notice)
    assert (opened.state, opened.opened_on, opened.course) == ("eligible", DAY, [])
    filed = take_step(opened, State.FILED, by=maker)
    used = take_step(
        filed.authorisation, State.ACTIVE, by=market, announcement=make.announcement("第660号", clock.today())
    )
    assert used.authorisation.course == [[clock.today().isoformat(), None, "valid"]]


@pytest.mark.parametrize("role", [role for role in Role if role not in MAY])
def test_others_open_no_applications(producer, product, role):
    other = make.person(role, "other")

    assert refused(NotAllowed, open_authorisation, producer, product, Basis.ANNOUNCED, by=other) == (
        "您不能替“示例酿造有限公司”办理专用标志。"
    )
    assert "您不能替" in refused(
        NotAllowed, record_announced, producer, product, Basis.ANNOUNCED, by=other, announcement=announced()
    )


def test_only_whoever_has_a_code_can_use_the_mark(product, market):
    person = make.producer("张建国", kind="person")
    nameless = make.producer("示例无码合作社", "")

    assert "自然人没有统一社会信用代码" in refused(
        BadInput, open_authorisation, person, product, Basis.ANNOUNCED, by=market
    )
    assert refused(BadInput, open_authorisation, nameless, product, Basis.ANNOUNCED, by=market) == (
        "“示例无码合作社”还没有登记统一社会信用代码，使用专用标志须标注它（公告第三五四号）。"
    )


@pytest.mark.parametrize(
    ("basis", "regime"), [("announced", "product"), ("member", "collective"), ("licensee", "certification")]
)
def test_the_mark_is_for_what_is_protected_under_the_regime_of_the_basis(producer, market, basis, regime):
    product = make.product()
    make.protection(product, regime=regime, valid_from=DAY)
    early = {"by": market, "announcement": announced(date(2025, 1, 1), "第640号")}

    assert "没有受" in refused(BadInput, record_announced, producer, product, Basis(basis), **early)
    values = {"by": market, "announcement": announced()}
    assert record_announced(producer, product, Basis(basis), **values).state == "active"


def test_one_open_authorisation_on_a_basis_and_a_new_one_after_the_end(user, producer, product, market):
    user("draft")
    again = refused(BadInput, open_authorisation, producer, product, Basis.ANNOUNCED, by=market)
    assert again == "该使用人对这一产品已有同一依据的、未了结的记录。"

    Authorisation.objects.update(state="refused")
    assert open_authorisation(producer, product, Basis.ANNOUNCED, by=market).state == "draft"


def test_a_new_use_begins_after_the_end_of_the_one_before(user, producer, product, market):
    user("cancelled")
    asked = (producer, product, Basis.ANNOUNCED)
    until = "登记簿里这一使用于 2025-03-01 到“已注销”：只有此后的申请和公告才能重新登记。"
    assert refused(BadInput, open_authorisation, *asked, by=market, on=date(2025, 3, 1)) == until

    assert open_authorisation(*asked, by=market, on=date(2025, 3, 2)).state == "draft"


def test_what_was_recorded_by_mistake_may_be_recorded_again(producer, product, market):
    values = {"by": market, "announcement": announced()}
    withdraw_step(record_announced(producer, product, Basis.ANNOUNCED, **values).steps.get(), by=market, reason="误记")

    assert record_announced(producer, product, Basis.ANNOUNCED, **values).course == [["2025-06-02", None, "valid"]]


@pytest.mark.parametrize("state", [State.SUSPENDED, State.CANCELLED])
def test_the_announcement_that_admitted_a_user_ends_nothing(producer, product, market, state):
    used = record_announced(producer, product, Basis.ANNOUNCED, by=market, announcement=announced())
    values = {"by": market, "announcement": announced(), "ground": Ground.STOPPED if state in NEEDS_GROUND else ""}

    own = "国家知识产权局公告 第650号正是核准使用的那一份，以后的步骤不能再依据它。"
    assert refused(BadInput, take_step, used, state, **values) == own
    take_step(used, state, **values | {"announcement": announced(number="第651号")})
    assert now(used).course == [["2025-06-02", None, str(state)]]


def test_what_the_state_announced_is_recorded_without_the_steps_before(producer, product, market):
    values = {"by": market, "announcement": announced(), "standard_number": "GB/T 0000-2020", "note": "示例"}
    recorded = record_announced(producer, product, Basis.ANNOUNCED, **values)

    assert (recorded.state, recorded.valid_from, recorded.course, recorded.standard_number) == (
        "active",
        DAY,
        [["2025-06-02", None, "valid"]],
        "GB/T 0000-2020",
    )
    assert (recorded.announcement, recorded.source) == (announced(), announced().source)
    assert [step.note for step in recorded.steps.all()] == ["补录：此前的步骤未查明。示例"]


def test_a_term_ends_after_it_began(producer, product, market):
    values = {"by": market, "announcement": announced(), "valid_until": DAY}

    assert refused(BadInput, record_announced, producer, product, Basis.LICENSEE, **values) == "期限届满须晚于起始日。"


# --- Steps -----------------------------------------------------------------------------------------------------------


def test_from_the_draft_to_the_use(producer, product, maker, market):
    authorisation = open_authorisation(producer, product, Basis.ANNOUNCED, by=maker, on=date(2025, 1, 6))
    for item in ("form", "test_report"):
        attach(authorisation, item, make.document(item), by=maker)
    site = add_site(authorisation, by=maker, name="示例车间", lon=116.85, lat=38.85, valid_from=date(2024, 1, 1))
    take_step(authorisation, State.INTAKE, by=maker, on=date(2025, 1, 7))
    take_step(authorisation, State.CORRECTION, by=market, on=date(2025, 1, 8), note="报告缺页")
    take_step(authorisation, State.INTAKE, by=maker, on=date(2025, 1, 9))
    take_step(authorisation, State.VERIFICATION, by=market, on=date(2025, 1, 10))
    check_site(site, by=market, on=date(2025, 1, 13), conforms=True)
    take_step(authorisation, State.VERIFIED, by=market, on=date(2025, 1, 14))
    take_step(authorisation, State.PROVINCIAL, by=market, on=date(2025, 1, 15))
    take_step(authorisation, State.EXAMINED, by=market, document=make.document(published_on=date(2025, 2, 3)))
    assert now(authorisation).course == []
    take_step(authorisation, State.REGISTERED, by=market, announcement=announced())
    used = take_step(authorisation, State.ACTIVE, by=market, announcement=announced())

    assert path(authorisation)[-4:] == [
        ("provincial", date(2025, 1, 15)),
        ("examined", date(2025, 2, 3)),
        ("registered", DAY),
        ("active", DAY),
    ]
    stands = used.authorisation
    assert (stands.state, stands.course, stands.valid_from) == ("active", [["2025-06-02", None, "valid"]], DAY)
    assert (stands.announcement, stands.source) == (announced(), announced().source)
    assert list(Authorisation.objects.public()) == [stands]


@pytest.mark.parametrize("role", [role for role in Role if role not in MAY])
def test_others_take_no_step_of_the_office(user, role):
    authorisation = user()
    other = make.person(role, "other")
    values = {"by": other, "announcement": announced(), "ground": Ground.STOPPED}

    assert refused(NotAllowed, take_step, authorisation, State.CANCELLED, **values) == (
        "您不能对这一使用人办理“登记专用标志使用人”。"
    )


def test_a_producer_takes_no_step_of_the_office_and_none_for_another(user, maker, rival):
    ours = user("draft")

    assert "您不能" in refused(NotAllowed, take_step, ours, State.ABANDONED, by=rival)
    assert "您不能" in refused(NotAllowed, take_step, ours, State.VERIFICATION, by=maker)
    assert take_step(ours, State.ABANDONED, by=maker).authorisation.state == "abandoned"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("draft", "intake", "还缺《地理标志专用标志使用申请书》"),
        ("verification", "verified", "没有在用的生产场所"),
        ("intake", "correction", "请写明要补正什么：须一次告知。"),
        ("intake", "not_accepted", "请写明不予受理的理由。"),
        ("verification", "verify_failed", "请写明产地核验不通过的理由。"),
        ("active", "rectify", "请用“责令限期改正”。"),
        ("active", "change_review", "请用“申请变更”。"),
        ("rectify", "active", "请用“办结限期改正”"),
        ("active", "cancel_proposed", "请选定注销的事由"),
        ("cancelled", "active", "现在是“已注销”，这时不能办“公告，可以使用”。"),
        ("draft", "eligible", "“公告核准”没有“已公告为成员或被许可人”这一步。"),
        ("draft", "void", "“公告核准”没有“登记有误，已撤回”这一步。"),
    ],
)
def test_what_stands_in_the_way_of_a_step_is_said(user, market, before, after, sentence):
    assert sentence in refused(BadInput, take_step, user(before), State(after), by=market)


def test_a_step_that_no_table_knows_is_not_found(user, market):
    assert refused(NotInRegister, take_step, user(), "promoted", by=market) == "没有这样的步骤。"


def test_a_step_follows_in_time(user, market):
    authorisation = user("intake")
    late = clock.today() + timedelta(days=1)

    assert refused(BadInput, take_step, authorisation, State.VERIFICATION, by=market, on=date(2024, 2, 1)) == (
        "2024-02-01 早于上一步“已提交，待受理”的 2024-03-01。"
    )
    assert "还没有到" in refused(BadInput, take_step, authorisation, State.VERIFICATION, by=market, on=late)
    paper = {"document": make.document(published_on=DAY), "on": date(2025, 5, 1)}
    assert "早于所依据文件" in refused(BadInput, take_step, authorisation, State.VERIFICATION, by=market, **paper)
    assert "还没有到" in refused(
        BadInput,
        take_step,
        user("registered", basis="announced", product=make.product("puluo-li", "蒲洛梨")),
        State.ACTIVE,
        by=market,
        announcement=announced(late),
    )


def test_whoever_was_outrun_is_told_and_leaves_no_trace(user, market):
    authorisation = user("intake")
    seen = last_change(authorisation)
    take_step(authorisation, State.VERIFICATION, by=market, seen=seen)

    assert "没有覆盖" in refused(
        Conflict, take_step, authorisation, State.NOT_ACCEPTED, by=market, note="材料不齐", seen=seen
    )


def test_a_cancelling_keeps_the_ground_of_its_proposal(user, market):
    authorisation = user()
    take_step(authorisation, State.CANCEL_PROPOSED, by=market, on=date(2025, 5, 6), ground=Ground.MOVED_OUT)
    assert now(authorisation).course == [["2024-03-01", None, "valid"]]
    cancelled = take_step(authorisation, State.CANCELLED, by=market, announcement=announced())

    assert cancelled.ground == Ground.MOVED_OUT
    assert cancelled.authorisation.course == [["2024-03-01", "2025-06-02", "valid"], ["2025-06-02", None, "cancelled"]]
    assert "不写注销的事由" in refused(
        BadInput, take_step, user(on=DAY), State.SUSPENDED, by=market, document=make.document(), ground="stopped"
    )


def test_that_the_protection_ended_is_a_ground_where_it_did(user, product, market):
    used = user()
    asked = {"by": market, "ground": Ground.UNPROTECTED, "on": DAY}
    assert refused(BadInput, take_step, used, State.CANCEL_PROPOSED, **asked) == (
        "登记簿里“独流老醋”的保护在 2025-06-02 没有终止。"
    )

    make.protection(product, valid_until=DAY)
    assert take_step(now(used), State.CANCEL_PROPOSED, **asked).ground == "unprotected"


def test_nobody_comes_into_use_for_what_is_protected_no_more(user, product, market):
    make.protection(product, valid_until=DAY)

    sentence = refused(BadInput, take_step, user("registered"), State.ACTIVE, by=market, announcement=announced())
    assert "在 2025-06-02 没有受地理标志产品保护" in sentence


@pytest.mark.parametrize("ground", [Ground.SUBSTANDARD, Ground.UNUSED])
@pytest.mark.parametrize("state", [State.CANCEL_PROPOSED, State.CANCELLED])
def test_two_grounds_need_a_rectification_that_came_to_nothing(user, market, ground, state):
    authorisation = user()
    paper = {"announcement": announced()} if state == State.CANCELLED else {"on": DAY}

    assert "须先限期改正" in refused(BadInput, take_step, authorisation, state, by=market, ground=ground, **paper)
    order = {"by": market, "demand": "改正", "ordered_on": date(2025, 4, 1), "due_on": date(2025, 6, 1)}
    rectification = order_rectification(authorisation, ground, **order)
    step = take_step(authorisation, state, by=market, ground=ground, **paper)
    rectification.refresh_from_db()
    assert (rectification.mended, rectification.closed_on, rectification.closed_by) == (False, DAY, step)


def test_back_from_a_suspension_the_use_goes_on(user, market):
    authorisation = user()
    take_step(authorisation, State.SUSPENDED, by=market, document=make.document(published_on=date(2025, 3, 3)))
    used = take_step(authorisation, State.ACTIVE, by=market, document=make.document("恢复", published_on=DAY))

    assert used.authorisation.course == [
        ["2024-03-01", "2025-03-03", "valid"],
        ["2025-03-03", "2025-06-02", "suspended"],
        ["2025-06-02", None, "valid"],
    ]
    assert used.authorisation.valid_from == date(2024, 3, 1)


# --- Withdrawing -----------------------------------------------------------------------------------------------------


def test_a_step_recorded_by_mistake_is_withdrawn_and_both_stay_in_the_history(user, market):
    authorisation = user()
    before = {name: getattr(authorisation, name) for name in ("state", "course", "valid_from", "announcement_id")}
    step = take_step(authorisation, State.CANCELLED, by=market, announcement=announced(), ground=Ground.STOPPED)

    withdrawn = withdraw_step(step, by=market, reason="公告看错了")

    stands = now(authorisation)
    assert {name: getattr(stands, name) for name in before} == before
    assert (withdrawn.withdraws, withdrawn.note) == (step, "公告看错了")
    assert authorisation.steps.count() == 4


def test_of_a_first_step_from_an_announcement_nothing_is_left_in_public(producer, product, market):
    recorded = record_announced(producer, product, Basis.ANNOUNCED, by=market, announcement=announced())
    withdraw_step(recorded.steps.get(), by=market, reason="不是这一家")

    stands = now(recorded)
    assert (stands.state, stands.course, stands.valid_from, stands.announcement) == ("void", [], None, None)
    assert list(Authorisation.objects.public()) == list(Authorisation.objects.standing_over()) == []
    assert record_announced(producer, product, Basis.ANNOUNCED, by=market, announcement=announced()).state == "active"


def test_a_producer_takes_back_what_it_entered_itself_and_nothing_else(user, producer, maker, market, rival):
    authorisation = ready(user("draft"))
    step = take_step(authorisation, State.INTAKE, by=maker)

    assert "您不能" in refused(NotAllowed, withdraw_step, step, by=rival, reason="误")
    withdraw_step(step, by=maker, reason="还要补一份报告")
    assert now(authorisation).state == "draft"
    by_office = take_step(authorisation, State.INTAKE, by=market)
    assert "您不能" in refused(NotAllowed, withdraw_step, by_office, by=maker, reason="误")


def test_what_cannot_be_withdrawn_is_said(user, market):
    authorisation = user()
    first, active = authorisation.steps.all()

    assert refused(BadInput, withdraw_step, active, by=market, reason=" ") == "撤回步骤必须写明原因。"
    assert "只能撤回最后一步" in refused(BadInput, withdraw_step, first, by=market, reason="误")
    draft = user("draft", product=make.product("puluo-li", "蒲洛梨")).steps.get()
    assert "第一步不能撤回" in refused(BadInput, withdraw_step, draft, by=market, reason="误")
    make.batch(authorisation)
    assert refused(BadInput, withdraw_step, active, by=market, reason="误") == (
        "已有印制批次或年度报告依据这一步，不能撤回。"
    )


def test_a_withdrawn_step_is_not_withdrawn_again(user, market):
    step = take_step(user(), State.SUSPENDED, by=market, document=make.document())
    withdraw_step(step, by=market, reason="误")

    assert "只能撤回最后一步" in refused(BadInput, withdraw_step, step, by=market, reason="误")


# --- Numbers and term ------------------------------------------------------------------------------------------------


def test_numbers_and_term_are_corrected_by_the_office(user, market, maker):
    authorisation = user(basis="licensee")
    values = {"trademark_number": "4409718", "standard_number": "", "valid_until": date(2027, 1, 1)}

    assert "您不能" in refused(NotAllowed, correct, authorisation, by=maker, **values)
    assert "期限届满" in refused(
        BadInput, correct, authorisation, by=market, **values | {"valid_until": date(2024, 1, 1)}
    )
    correct(authorisation, by=market, **values)
    longer = "期限延后或取消的，请写明依据：续展、续许可的公告号或备案号。"
    for until in (date(2030, 1, 1), None):
        assert refused(BadInput, correct, now(authorisation), by=market, **values | {"valid_until": until}) == longer
    correct(authorisation, by=market, note="续展", **values | {"valid_until": date(2030, 1, 1)})
    correct(authorisation, by=market, note="续展", **values)
    stands = now(authorisation)
    assert (stands.trademark_number, stands.standing_on(date(2027, 1, 1)).label) == ("4409718", "已到期")
    assert Change.objects.first().note == "续展"


@pytest.mark.parametrize("state", ["cancelled", "void"])
def test_of_what_is_over_nothing_is_corrected(user, market, state):
    values = {"trademark_number": "", "standard_number": "", "valid_until": date(2030, 1, 1), "note": "续展"}
    assert "不再变动" in refused(BadInput, correct, user(state), by=market, **values)


# --- Documents and sites ---------------------------------------------------------------------------------------------


def test_documents_are_handed_in_until_the_end(user, maker, market, rival):
    authorisation, document = user("draft"), make.document("申请书")

    for person in (maker, market):
        attach(authorisation, "form", document, by=person)
    assert [(one.item, one.document) for one in authorisation.attachments.all()] == [("form", document)]
    assert "您不能" in refused(NotAllowed, attach, authorisation, "form", document, by=rival)
    assert "材料" in refused(BadInput, attach, authorisation, "menu", document, by=maker)
    take_step(authorisation, State.ABANDONED, by=maker)
    assert "不再变动" in refused(BadInput, attach, authorisation, "other", document, by=maker)


def test_only_an_application_that_is_still_written_gives_something_back(user, maker, market, rival):
    authorisation = user("draft")
    attachment, site = make.attachment(authorisation), make.site(authorisation)

    assert "您不能" in refused(NotAllowed, detach, attachment, by=rival)
    assert "您不能" in refused(NotAllowed, drop_site, site, by=rival)
    detach(attachment, by=maker)
    drop_site(site, by=maker)
    assert (Attachment.objects.count(), Site.objects.count()) == (0, 0)

    handed_in = user("intake", product=make.product("puluo-li", "蒲洛梨"))
    attachment, site = make.attachment(handed_in, "test_report"), make.site(handed_in)
    for act, row in ((detach, attachment), (drop_site, site)):
        assert refused(BadInput, act, row, by=market) == "申请已经提交，交来的材料和生产场所不能拿走。"


def test_there_is_an_end_to_the_files_of_a_producer_and_what_it_took_out_again_counts(
    user, maker, market, settings, monkeypatch
):
    monkeypatch.setattr(actions, "MOST_PAPERS", 2)
    authorisation = user("draft")
    files = [HandedIn(f"{n}.pdf", "application/pdf", b"%PDF-1.4 sample" + bytes([n])) for n in range(65, 69)]

    hand_in(authorisation, "form", files[0], by=maker)
    detach(hand_in(authorisation, "form", files[1], by=maker), by=maker)
    assert refused(BadInput, hand_in, authorisation, "form", files[2], by=maker) == (
        "这份案卷已经收过 2 份文件，不能再自己交：还有材料的，请联系登记机关。"
    )
    assert len(list((settings.PRIVATE_DIR / "documents").glob("*"))) == 2
    hand_in(authorisation, "other", files[3], by=market)


def test_a_file_is_kept_once_and_stands_or_falls_with_its_row(user, maker, rival, settings):
    authorisation = user("draft")
    handed = HandedIn("申请书.pdf", "application/pdf", b"%PDF-1.4 sample")
    stored = settings.PRIVATE_DIR / "documents"

    with pytest.raises(NotAllowed):
        hand_in(authorisation, "form", handed, by=rival)
    with pytest.raises(ValueError, match="menu"):
        hand_in(authorisation, "menu", handed, by=maker)
    assert not list(stored.glob("*"))

    attachment = hand_in(authorisation, "form", handed, by=maker)
    assert hand_in(authorisation, "form", handed, by=maker) == attachment
    document = Document.objects.get()
    assert (attachment.document, document.title, document.public) == (document, "地理标志专用标志使用申请书", False)
    assert [file.read_bytes() for file in stored.glob("*")] == [handed.content]


def test_a_site_keeps_the_datum_that_it_came_in(user, maker):
    site = add_site(user("draft"), by=maker, name=" 示例车间 ", lon="116.9074", lat="38.9", datum="gcj02", hectares=1.5)

    assert (site.name, site.datum, site.valid_from, site.attested_on) == ("示例车间", "gcj02", None, clock.today())
    assert (site.location.x, site.location.y) == gcj02_to_cgcs2000(116.9074, 38.9)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"lon": 38.85, "lat": 116.85}, "纬度必须在"),
        ({"lon": 18.85, "lat": 80.0}, "颠倒"),
        ({"datum": "mars"}, "不认识的坐标系“mars”"),
        ({"accuracy_m": -1.0}, "位置误差应在 0 到 50000 米之间。"),
        ({"accuracy_m": float("nan")}, "位置误差应在 0 到 50000 米之间。"),
        ({"name": " "}, "生产场所：此字段不能为空"),
        ({"hectares": -2.0}, "面积（公顷）"),
    ],
)
def test_a_place_that_cannot_be_is_refused(user, maker, values, sentence):
    given = {"name": "示例车间", "lon": 116.85, "lat": 38.85} | values

    assert sentence in refused(BadInput, add_site, user("draft"), by=maker, **given)


def test_after_the_application_the_office_alone_writes_where_goods_are_made(user, maker, market, rival):
    authorisation = user()
    place = {"name": "示例车间", "lon": 116.85, "lat": 38.85, "valid_from": date(2024, 1, 1)}

    assert "您不能" in refused(NotAllowed, add_site, authorisation, by=rival, **place)
    assert "请联系登记机关" in refused(BadInput, add_site, authorisation, by=maker, **place)
    site = add_site(authorisation, by=market, **place)
    assert "请联系登记机关" in refused(BadInput, end_site, site, by=maker, day=DAY)
    assert "截止日必须晚于起始日" in refused(BadInput, end_site, site, by=market, day=date(2024, 1, 1))
    assert end_site(site, by=market, day=DAY).valid_until == DAY
    over = user("cancelled", product=make.product("puluo-li", "蒲洛梨"))
    assert "不再变动" in refused(BadInput, add_site, over, by=market, **place)


def test_an_origin_check_keeps_what_the_map_said_and_what_was_found(user, market, product):
    site = make.site(user("verification"))

    check = check_site(site, by=market, on=DAY, conforms=True, note="看过车间", document=make.document("核验报告"))

    assert (check.area, check.verdict, check.distance_m, check.conforms) == (
        product.areas.get(),
        "inside",
        pytest.approx(4340.5, abs=1),
        True,
    )
    assert check_site(site, by=market).conforms is None


def test_an_origin_check_is_the_offices_and_never_contradicts_the_map_in_silence(user, market, maker):
    site = make.site(user("verification"), 117.5, valid_until=date(2025, 7, 1))
    values = {"on": DAY, "conforms": True}

    assert "您不能" in refused(NotAllowed, check_site, site, by=maker, **values)
    assert "不能记为符合" in refused(BadInput, check_site, site, by=market, **values)
    assert "不是生产场所" in refused(BadInput, check_site, site, by=market, on=date(2025, 7, 1))
    assert "还没有到" in refused(BadInput, check_site, site, by=market, on=clock.today() + timedelta(days=1))
    assert check_site(site, by=market, on=DAY, conforms=False).verdict == "outside"
    assert OriginCheck.objects.count() == 1


# --- Rectification ---------------------------------------------------------------------------------------------------

ORDER = {"demand": "按标准组织生产", "ordered_on": date(2025, 4, 1), "due_on": date(2025, 5, 6)}


def ordered(authorisation, market, **values):
    return order_rectification(authorisation, Ground.SUBSTANDARD, by=market, **ORDER | values)


def test_a_fault_is_mended_and_the_use_goes_on_all_the_while(user, market, maker):
    authorisation = user()
    rectification = ordered(authorisation, market, document=make.document(published_on=date(2025, 4, 1)))
    assert (now(authorisation).state, rectification.step.on) == ("rectify", date(2025, 4, 1))

    answer_rectification(rectification, "已整改", by=maker, documents=[make.document("照片")])
    closed = close_rectification(rectification, True, by=market, on=date(2025, 5, 9), note="复查合格")

    assert (closed.answer, closed.answered_on, closed.mended, closed.closed_on) == (
        "已整改",
        clock.today(),
        True,
        date(2025, 5, 9),
    )
    assert [one.item for one in authorisation.attachments.all()] == ["answer"]
    assert path(authorisation)[-2:] == [("rectify", date(2025, 4, 1)), ("active", date(2025, 5, 9))]
    assert now(authorisation).course == [["2024-03-01", None, "valid"]]
    assert closed.closed_by == authorisation.steps.last()


def test_a_fault_that_is_not_mended_leads_to_a_proposal(user, market):
    authorisation = user()
    rectification = ordered(authorisation, market)

    assert refused(BadInput, close_rectification, rectification, False, by=market, on=date(2025, 5, 6)) == (
        "限期到 2025-05-06 才满，此前不能记为“逾期未改正”。"
    )
    close_rectification(rectification, False, by=market, on=date(2025, 5, 7))
    assert now(authorisation).state == "rectify"
    assert "已经办结" in refused(BadInput, close_rectification, rectification, True, by=market)
    take_step(authorisation, State.CANCEL_PROPOSED, by=market, on=date(2025, 5, 8), ground=Ground.SUBSTANDARD)
    assert now(authorisation).state == "cancel_proposed"


@pytest.mark.parametrize(
    ("ground", "values", "sentence"),
    [
        (Ground.STOPPED, {}, "只有未按标准组织生产和两年内未使用须先限期改正（令第80号第三十一条）。"),
        (Ground.UNUSED, {"demand": " "}, "请写明要求改正什么。"),
        (Ground.UNUSED, {"due_on": date(2025, 4, 1)}, "限期 2025-04-01 须晚于通知日 2025-04-01。"),
        (Ground.UNUSED, {"ordered_on": date(2024, 1, 1)}, "2024-01-01 早于上一步“可以使用”的 2024-03-01。"),
    ],
)
def test_an_order_says_what_why_and_until_when(user, market, ground, values, sentence):
    assert refused(BadInput, order_rectification, user(), ground, by=market, **ORDER | values) == sentence


def test_orders_are_the_offices_and_answers_the_producers(user, market, maker, rival):
    authorisation = user()
    assert "您不能" in refused(NotAllowed, order_rectification, authorisation, Ground.UNUSED, by=maker, **ORDER)
    rectification = ordered(authorisation, market)

    assert "已经是“限期改正”，没有再记一次" in refused(
        BadInput, order_rectification, authorisation, Ground.UNUSED, by=market, **ORDER
    )
    assert "您不能" in refused(NotAllowed, answer_rectification, rectification, "已整改", by=rival)
    assert refused(BadInput, answer_rectification, rectification, " ", by=maker) == "请写明改正的情况。"
    assert "您不能" in refused(NotAllowed, close_rectification, rectification, True, by=maker)
    assert "早于责令改正" in refused(BadInput, close_rectification, rectification, True, by=market, on=date(2025, 3, 1))
    close_rectification(rectification, True, by=market, on=DAY)
    assert refused(BadInput, answer_rectification, rectification, "已整改", by=maker) == "这次限期改正已经办结。"


def test_an_order_given_by_mistake_is_gone_with_its_step_unless_it_was_answered(user, market, maker):
    authorisation = user()
    withdraw_step(ordered(authorisation, market).step, by=market, reason="误")
    assert (now(authorisation).state, Rectification.objects.count()) == ("active", 0)

    rectification = ordered(authorisation, market)
    answer_rectification(rectification, "已整改", by=maker)
    assert "已经答复" in refused(BadInput, withdraw_step, rectification.step, by=market, reason="误")


def test_with_the_step_that_closed_it_a_rectification_is_open_again(user, market):
    authorisation = user()
    rectification = ordered(authorisation, market)
    closed = close_rectification(rectification, True, by=market, on=date(2025, 5, 9))
    withdraw_step(closed.closed_by, by=market, reason="看错了")

    rectification.refresh_from_db()
    assert (now(authorisation).state, rectification.closed_on, rectification.mended) == ("rectify", None, None)
    assert close_rectification(rectification, False, by=market, on=DAY).mended is False


def test_a_suspension_before_its_day_leaves_open_whether_a_fault_was_mended(user, market):
    authorisation = user()
    rectification = ordered(authorisation, market)
    take_step(authorisation, State.SUSPENDED, by=market, document=make.document(published_on=date(2025, 4, 20)))

    rectification.refresh_from_db()
    assert (rectification.closed_on, rectification.mended) == (date(2025, 4, 20), None)


# --- Change of name or address ---------------------------------------------------------------------------------------


def test_an_announced_change_renames_the_producer_and_keeps_the_old_name(user, producer, market, maker):
    authorisation = user()
    asked = ask_change(authorisation, by=maker, name="示例新名酿造有限公司", on=date(2025, 5, 6), note="已换执照")
    assert now(authorisation).standing_on(DAY).label == "可以使用"
    assert Party.objects.get(pk=producer.pk).name == "示例酿造有限公司"

    take_step(authorisation, State.ACTIVE, by=market, announcement=announced())

    party = Party.objects.get(pk=producer.pk)
    assert (asked.name, asked.address, party.name, party.address) == (
        "示例新名酿造有限公司",
        "",
        "示例新名酿造有限公司",
        "示例路 1 号",
    )
    former = FormerParticulars.objects.get()
    assert (former.name, former.valid_until, former.source) == ("示例酿造有限公司", DAY, announced().source)
    assert (now(authorisation).valid_from, now(authorisation).announcement.number) == (date(2024, 3, 1), "第590号")


def test_a_notice_ends_the_review_without_a_change(user, producer, market, maker):
    authorisation = user()
    ask_change(authorisation, by=maker, address="示例路 2 号", on=date(2025, 5, 6))

    assert "请附上所依据的通知或公告" in refused(BadInput, take_step, authorisation, State.ACTIVE, by=market)
    take_step(authorisation, State.ACTIVE, by=market, document=make.document(published_on=DAY))
    assert (Party.objects.get(pk=producer.pk).address, FormerParticulars.objects.count()) == ("示例路 1 号", 0)


def test_a_change_is_asked_by_the_producer_for_something_else_than_what_stands(user, maker, rival):
    authorisation = user()
    same = {"name": "示例酿造有限公司", "address": "示例路 1 号"}

    assert "您不能" in refused(NotAllowed, ask_change, authorisation, by=rival, name="示例新名")
    assert "没有变更可申请" in refused(BadInput, ask_change, authorisation, by=maker)
    assert "没有变更可申请" in refused(BadInput, ask_change, authorisation, by=maker, **same)
    draft = user("draft", product=make.product("puluo-li", "蒲洛梨"))
    assert "现在是“准备中”，这时不能办“申请变更名称或住所”。" in refused(
        BadInput, ask_change, draft, by=maker, name="示例新名"
    )


def test_a_name_that_another_has_is_refused_where_it_is_asked_and_where_the_change_is_made(user, market, maker, rival):
    authorisation, taken = user(), rival.party.name
    assert "已有另一主体" in refused(BadInput, ask_change, authorisation, by=maker, name=taken)

    ask_change(authorisation, by=maker, name="示例新名酿造有限公司", on=date(2025, 5, 6))
    make.producer("示例新名酿造有限公司", make.USCC[2])
    assert "已有另一主体" in refused(
        BadInput, take_step, authorisation, State.ACTIVE, by=market, announcement=announced()
    )


def test_with_its_step_a_change_and_a_request_are_taken_back(user, producer, market, maker):
    authorisation = user()
    asked = ask_change(authorisation, by=maker, name="示例新名酿造有限公司", on=date(2025, 5, 6))
    made = take_step(authorisation, State.ACTIVE, by=market, announcement=announced())

    withdraw_step(made, by=market, reason="公告看错了")
    assert (Party.objects.get(pk=producer.pk).name, now(authorisation).state) == ("示例酿造有限公司", "change_review")
    withdraw_step(asked.step, by=maker, reason="不改了")
    assert (now(authorisation).state, ChangeRequest.objects.count()) == ("active", 0)


def test_a_change_that_was_announced_for_two_uses_goes_with_the_last_of_them(user, producer, product, market, maker):
    uses = [user(), user(product=make.product("puluo-li", "蒲洛梨"))]
    for one in uses:
        ask_change(one, by=maker, name="示例新名酿造有限公司", on=date(2025, 5, 6))
    made = [take_step(one, State.ACTIVE, by=market, announcement=announced()) for one in uses]

    withdraw_step(made[0], by=market, reason="公告没有写这一产品")
    assert Party.objects.get(pk=producer.pk).name == "示例新名酿造有限公司"
    withdraw_step(made[1], by=market, reason="公告看错了")
    assert (Party.objects.get(pk=producer.pk).name, FormerParticulars.objects.count()) == ("示例酿造有限公司", 0)


@pytest.mark.parametrize("state", [State.RECTIFY, State.SUSPENDED])
def test_who_asks_for_a_change_is_not_shielded_by_it(user, market, maker, state):
    used = user()
    ask_change(used, by=maker, name="示例新名酿造有限公司", on=date(2025, 5, 6))

    go(now(used), state, market)
    assert now(used).state == state


# --- History ---------------------------------------------------------------------------------------------------------


def test_steps_are_neither_changed_nor_removed(user):
    step = user().steps.last()

    for act in (step.save, step.delete):
        assert "步骤" in refused(BadInput, act)
    assert Step.objects.count() == 2
