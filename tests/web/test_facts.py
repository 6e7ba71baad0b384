from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.conf import settings as site
from django.test import Client

from gi_registry.core import clock
from gi_registry.core.history import changes_of, last_change
from gi_registry.core.models import Change
from gi_registry.gazette.models import Announcement, Source
from gi_registry.parties.models import Party
from gi_registry.products.models import Name, Product, Protection
from tests import make, shapes
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
HERE = "/desk/products/duliu-laocu/"


def sign_in(client, user):
    client.force_login(user, backend=site.AUTHENTICATION_BACKENDS[1])
    return client


@pytest.fixture
def laocu():
    make.source("plan", title="规划")
    product = make.product()
    make.row(Name, {"product": product, "text": "独流陈醋"}, kind="alias", valid_from=make.LONG_AGO, **make.sourced())
    return product


@pytest.fixture
def agri(client):
    return sign_in(client, make.person("agriculture", "agri", last_name="王", first_name="敏"))


@pytest.fixture
def market():
    return sign_in(Client(), make.person("market", "market", last_name="李", first_name="强"))


def typed(row, **values):
    """What a browser sends of the form of a name, with some fields typed over."""
    day = row.valid_from.isoformat() if row.valid_from else ""
    form = {"text": row.text, "kind": row.kind, "valid_from": day, "source": "gazette", "grade": "primary"}
    return form | {"seen": str(last_change(row))} | values


def alias():
    return Name.objects.get(kind="alias")


def names():
    columns = ("text", "kind", "valid_from", "valid_until", "source__key", "grade")
    return list(Name.objects.order_by("pk").values_list(*columns))


def test_a_correction_puts_the_row_right_and_history_keeps_what_stood(agri, laocu):
    row = alias()

    answer = agri.post(
        f"{HERE}names/2/correct/", typed(row, text="独流老陈醋", source="plan", grade="secondary", reason="照规划改")
    )

    assert answer.headers["Location"] == f"{HERE}#names"
    assert names()[1:] == [("独流老陈醋", "alias", make.LONG_AGO, None, "plan", "secondary")]
    line = changes_of(row).first()
    assert (line.by, line.day, line.source, line.note) == ("王敏（agri）", make.LONG_AGO, "plan", "照规划改")
    assert (line.before["text"], line.after["text"]) == ("独流陈醋", "独流老陈醋")
    page = text_of(agri.get(f"{HERE}names/2/"))
    assert [part for part in ("王敏（agri）", "独流陈醋", "独流老陈醋", "照规划改") if part not in page] == []


def test_a_change_ends_the_row_on_its_day_and_begins_another(agri, laocu):
    answer = agri.post(f"{HERE}names/2/change/", typed(alias(), text="独流香醋", day="2020-05-01"))

    assert answer.status_code == 302
    assert names()[1:] == [
        ("独流陈醋", "alias", make.LONG_AGO, date(2020, 5, 1), "gazette", "primary"),
        ("独流香醋", "alias", date(2020, 5, 1), None, "gazette", "primary"),
    ]
    assert list(Change.objects.order_by("-pk").values_list("day", "source")[:2]) == [(date(2020, 5, 1), "gazette")] * 2


def test_an_end_ends_the_row_and_nothing_takes_its_place(agri, laocu):
    row = alias()

    agri.post(f"{HERE}names/2/end/", {"day": "2020-05-01", "source": "plan", "seen": last_change(row)})

    assert names()[1:] == [("独流陈醋", "alias", make.LONG_AGO, date(2020, 5, 1), "gazette", "primary")]
    assert changes_of(row).first().source == "plan"
    assert "今天不成立" in text_of(agri.get(HERE))


def test_a_new_fact_may_rest_on_a_source_made_on_the_spot(agri, laocu):
    form = {"text": "老醋", "kind": "alias", "attested_on": "2024-01-01", "grade": "unverified"}
    new = {"new_title": "县志", "new_grade": "secondary", "new_published_on": "1995-01-01"}

    assert agri.post(f"{HERE}names/new/", form | new).status_code == 302

    assert names()[2:] == [("老醋", "alias", None, None, "xianzhi", "unverified")]
    assert Source.objects.get(key="xianzhi").published_on == date(1995, 1, 1)


def test_the_second_of_two_officials_is_told_and_keeps_everything_they_typed(agri, market, laocu):
    row = alias()
    mine, other = typed(row, text="独流甲醋", reason="甲"), typed(row, text="独流乙醋", reason="乙的理由")
    agri.post(f"{HERE}names/2/correct/", mine)

    answer = market.post(f"{HERE}names/2/correct/", other)

    assert (answer.status_code, names()[1][0]) == (409, "独流甲醋")
    page = answer.content.decode()
    assert re.search(r"王敏（agri） 已在 \d{4}-\d\d-\d\d \d\d:\d\d 改过这条记录", text_of(answer))
    assert [part for part in ('value="独流乙醋"', "乙的理由", "独流甲醋") if part not in page] == []

    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    assert market.post(f"{HERE}names/2/correct/", other | {"seen": seen}).status_code == 302
    assert names()[1][0] == "独流乙醋"


@pytest.mark.parametrize("manner", ["correct", "change", "end"])
def test_no_manner_overwrites_what_somebody_else_changed(agri, market, laocu, manner):
    outrun = typed(alias(), text="独流乙醋", day="2020-05-01")
    agri.post(f"{HERE}names/2/end/", {"day": "2019-05-01", "source": "plan", "seen": last_change(alias())})
    before = (names(), Change.objects.count())

    assert market.post(f"{HERE}names/2/{manner}/", outrun).status_code == 409
    assert (names(), Change.objects.count()) == before


@pytest.mark.parametrize(
    ("manner", "form", "sentence"),
    [
        ("correct", {"text": ""}, "这一栏必填"),
        ("correct", {"valid_from": ""}, "起始日未查明的，写来源证明其已存在的最早一天"),
        ("correct", {"valid_from": "2010-13-40"}, "日期“2010-13-40”读不出来"),
        ("correct", {"valid_until": "1999-01-01"}, "截止日必须晚于起始日"),
        ("correct", {"kind": "nickname"}, "nickname"),
        ("correct", {"source": ""}, "请选一个来源"),
        ("correct", {"source": "no-such-source"}, "不在登记簿中"),
        ("correct", {"grade": ""}, "这一栏必填"),
        ("correct", {"new_title": "县志"}, "新来源要写明可信等级"),
        ("correct", {"new_publisher": "县志办"}, "新来源要写名称"),
        ("correct", {"seen": "many"}, "表单不完整"),
        ("change", {"text": "新名"}, "这一栏必填"),
        ("change", {"text": "新名", "day": "2000-01-01"}, "必须晚于这条记录的起始日（2000-01-01）"),
        ("change", {"day": "2020-01-01"}, "内容和原来一样"),
        ("end", {}, "这一栏必填"),
        ("end", {"day": "1999-01-01"}, "必须晚于这条记录的起始日"),
    ],
)
def test_what_cannot_be_is_refused_leaves_no_trace_and_stays_in_the_form(agri, laocu, manner, form, sentence):
    sent = typed(alias(), reason="还没写完的话") | form
    before = (names(), Source.objects.count(), Change.objects.count())

    answer = agri.post(f"{HERE}names/2/{manner}/", sent)

    assert (answer.status_code, sentence in text_of(answer)) == (400, True), text_of(answer)
    assert "还没写完的话" in answer.content.decode()
    assert (names(), Source.objects.count(), Change.objects.count()) == before


def test_a_refused_fact_takes_its_new_source_with_it(agri, laocu):
    new = {"new_title": "县志", "new_grade": "secondary", "source": ""}

    answer = agri.post(f"{HERE}names/2/change/", typed(alias(), day="1990-01-01", text="新名") | new)

    assert (answer.status_code, Source.objects.filter(title="县志").exists()) == (400, False)
    assert 'value="县志"' in answer.content.decode()


def test_the_same_form_sent_twice_makes_one_row(agri, laocu):
    form = {"text": "老醋", "kind": "alias", "attested_on": "2024-01-01", "source": "plan", "grade": "secondary"}
    agri.post(f"{HERE}names/new/", form)

    answer = agri.post(f"{HERE}names/new/", form)

    assert (answer.status_code, Name.objects.filter(text="老醋").count()) == (400, 1)
    assert "没有重复登记" in text_of(answer)


def test_the_product_goes_by_the_common_name_that_holds_today(agri, laocu):
    common = Name.objects.get(kind="common")

    agri.post(f"{HERE}names/1/correct/", typed(common, text="独流新醋", attested_on="2020-01-01"))

    laocu.refresh_from_db()
    assert laocu.common_name == "独流新醋"


def test_a_product_never_loses_its_common_name(agri, laocu):
    common = Name.objects.get(kind="common")
    tomorrow = clock.today() + timedelta(days=1)

    ended = agri.post(f"{HERE}names/1/end/", typed(common, day="2020-01-01"))
    later = agri.post(f"{HERE}names/1/change/", typed(common, day=tomorrow.isoformat(), text="明日醋"))

    laocu.refresh_from_db()
    assert (ended.status_code, later.status_code, laocu.common_name) == (400, 400, "独流老醋")


def test_a_new_product_comes_with_its_common_name(agri, laocu):
    form = {"slug": "wangkou-chaohuo", "text": "王口炒货", "category": "other", "valid_from": "", "grade": "secondary"}

    refused = agri.post("/desk/products/new/", form | {"source": "plan"})
    made = agri.post("/desk/products/new/", form | {"source": "plan", "attested_on": "2024-01-01"})

    assert (refused.status_code, made.headers["Location"]) == (400, "/desk/products/wangkou-chaohuo/")
    product = Product.objects.get(slug="wangkou-chaohuo")
    assert (product.common_name, list(product.names.values_list("text", "kind"))) == (
        "王口炒货",
        [("王口炒货", "common")],
    )
    assert "王口炒货" in text_of(agri.get("/desk/"))


@pytest.mark.parametrize("slug", ["duliu-laocu", "Big", "a_b", "new", ""])
def test_a_product_needs_a_slug_of_its_own(agri, laocu, slug):
    form = {"slug": slug, "text": "醋", "category": "other", "attested_on": "2024-01-01", "grade": "primary"}

    assert agri.post("/desk/products/new/", form | {"source": "plan"}).status_code == 400
    assert list(Product.objects.values_list("slug", flat=True)) == ["duliu-laocu"]


def test_the_category_of_a_product_is_corrected_from_a_day_on_a_source(agri, market, laocu):
    seen = last_change(laocu)
    form = {"category": "other", "day": "2024-01-01", "source": "plan", "seen": seen}

    assert agri.post(f"{HERE}edit/", form).status_code == 302
    assert market.post(f"{HERE}edit/", form | {"category": "fruit"}).status_code == 409
    line = changes_of(laocu).first()
    assert (line.before, line.after, line.day, line.source) == (
        {"category": "condiment"},
        {"category": "other"},
        date(2024, 1, 1),
        "plan",
    )


def test_a_stage_that_an_open_file_decides_is_not_set_beside_it(agri, laocu):
    row = make.protection(laocu, stage="candidate")
    make.application(laocu)
    form = {"regime": "product", "stage": "in_procedure", "day": "2024-01-01", "source": "plan", "grade": "primary"}

    refused = agri.post(f"{HERE}protections/1/change/", form | {"seen": last_change(row)})
    ended = agri.post(f"{HERE}protections/1/end/", {"day": "2024-01-01", "source": "plan", "seen": last_change(row)})

    assert "有未办结的案卷 2025-0001" in text_of(refused)
    assert (refused.status_code, ended.status_code) == (400, 400)
    assert list(Protection.objects.values_list("stage", "valid_until")) == [("candidate", None)]


def test_the_state_decides_only_by_an_announcement(agri, laocu):
    make.row(Announcement, {"issuer": "国家知识产权局", "number": "1", "issued_on": date(2024, 1, 1)}, **make.sourced())
    row = make.protection(laocu)
    form = {"regime": "product", "stage": "ended", "day": "2024-01-01", "source": "plan", "grade": "primary"}
    form |= {"seen": last_change(row)}

    refused = agri.post(f"{HERE}protections/1/change/", form)
    done = agri.post(f"{HERE}protections/1/change/", form | {"announcement": "1"})

    assert (refused.status_code, done.status_code) == (400, 302)
    assert "“已终止”由国家决定：请选定所依据的公告" in text_of(refused)
    assert list(Protection.objects.order_by("pk").values_list("stage", "announcement__number")) == [
        ("protected", None),
        ("ended", "1"),
    ]


@pytest.mark.parametrize("manner", ["new", "change", "correct"])
def test_a_product_comes_under_protection_in_applications_and_not_here(agri, market, laocu, manner):
    act = make.announcement("1", date(2024, 1, 1))
    row = make.protection(laocu, stage="candidate", announcement=act)
    regime = "collective" if manner == "new" else "product"
    form = {"regime": regime, "stage": "protected", "announcement": "1", "source": "plan", "grade": "primary"}
    form |= {"valid_from": "2024-01-01", "day": "2024-01-01", "seen": last_change(row)}
    address = f"{HERE}protections/{'new' if manner == 'new' else f'1/{manner}'}/"
    before = Change.objects.count()

    answers = [official.post(address, form) for official in (agri, market)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "“已保护”只从“申请”进入登记簿" in text_of(answers[0])
    assert 'href="/desk/applications/"' in answers[0].content.decode()
    assert (Change.objects.count(), Protection.objects.get().stage) == (before, "candidate")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"stage": "ended"}, "“已终止”须依据作出这一决定的公告，所选的是原来那一份"),
        ({"valid_until": "2025-01-01"}, "保护的终止由国家决定"),
        ({"announcement": ""}, "请选定所依据的公告"),
    ],
)
def test_a_correction_makes_and_ends_no_protection(agri, laocu, values, sentence):
    act = make.row(
        Announcement, {"issuer": "国家知识产权局", "number": "1", "issued_on": date(2024, 1, 1)}, **make.sourced()
    )
    row = make.protection(laocu, announcement=act)
    form = {"regime": "product", "stage": "protected", "announcement": "1", "valid_from": str(row.valid_from)}
    form |= {"source": "plan", "grade": "primary", "seen": last_change(row)}

    refused = agri.post(f"{HERE}protections/1/correct/", form | values)

    assert (refused.status_code, sentence in text_of(refused)) == (400, True), text_of(refused)
    assert Protection.objects.values_list("stage", "valid_until", "announcement").get() == ("protected", None, act.pk)
    assert agri.post(f"{HERE}protections/1/correct/", form | {"number": "第1号"}).status_code == 302


def test_every_kind_of_fact_is_shown_with_source_and_grade(jinghai, client):
    sign_in(client, make.person("auditor"))

    page = text_of(client.get(HERE))

    facts = ["独流(老)醋", "GB/T 19461-2008", "政府主导", "未查明", "转述", "示意", "地理标志产品 · 已保护", "变更记录"]
    assert [fact for fact in facts if fact not in page] == []


@pytest.mark.parametrize("role", ["auditor", "inspector"])
def test_who_only_reads_sees_no_way_to_write(client, laocu, role):
    sign_in(client, make.person(role))

    pages = "".join(client.get(address).content.decode() for address in ("/desk/", HERE, f"{HERE}names/2/"))

    assert re.findall(r'href="[^"]*/(?:correct|change|end|new|edit)/"', pages) == []
    assert client.post(f"{HERE}names/2/correct/", typed(alias(), text="别的")).status_code == 403
    assert names()[1][0] == "独流陈醋"


def test_a_producer_is_told_why_the_desk_is_closed(client, laocu):
    sign_in(client, make.person("producer"))

    answer = client.get(HERE)

    assert (answer.status_code, "您的账号不能看工作台" in text_of(answer)) == (403, True)


def test_a_liaison_keeps_the_parties_of_the_products_of_their_unit_and_nothing_else(client, laocu):
    unit = make.place("120118102", shapes.square(116.8, 38.8, 0.1), name="独流镇")
    make.area(laocu, shapes.square(116.8, 38.8, 0.1)).units.set([unit])
    make.product("puluo-li", "普罗梨", "fruit")
    make.row(Party, {"name": "独流甲厂"}, kind="enterprise", **make.sourced())
    sign_in(client, make.person("liaison", unit=unit))
    form = {
        "part": "enterprise",
        "party": "独流甲厂",
        "attested_on": "2024-01-01",
        "source": "plan",
        "grade": "primary",
    }

    assert client.post("/desk/products/puluo-li/roles/new/", form).status_code == 403
    assert client.post(f"{HERE}names/2/correct/", typed(alias(), text="别的")).status_code == 403
    assert client.get("/desk/products/puluo-li/").status_code == 403
    assert client.post(f"{HERE}roles/new/", form).status_code == 302
    assert "企业自律 独流甲厂" in text_of(client.get(HERE))
    page = client.get(HERE).content.decode()
    assert sorted(set(re.findall(rf'href="{HERE}([a-z]+)/[^"]*(?:new|correct)/"', page))) == ["documents", "roles"]


def test_who_keeps_only_their_own_reads_the_history_of_that_and_of_nothing_else(market, client, laocu):
    unit = make.place("120118102", shapes.square(116.8, 38.8, 0.1), name="独流镇")
    make.area(laocu, shapes.square(116.8, 38.8, 0.1)).units.set([unit])
    make.product("puluo-li", "普罗梨", "fruit")
    make.row(Party, {"name": "独流甲厂"}, kind="enterprise", unit=unit, **make.sourced())
    make.row(Party, {"name": "台头乙社"}, kind="enterprise", **make.sourced())
    sign_in(client, make.person("liaison", unit=unit))

    page = text_of(client.get("/desk/changes/"))

    assert [name in page for name in ("独流陈醋", "独流甲厂", "普罗梨", "台头乙社")] == [True, True, False, False]
    foreign = changes_of(Product.objects.get(slug="puluo-li")).get().pk
    assert "没有记录" in text_of(client.get(f"/desk/changes/?like={foreign}"))
    assert ("导入" in page, "导入" in text_of(market.get("/desk/"))) == (False, True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_standard_is_written_in_one_way_with_its_limits(agri, laocu, method):
    make.standard(laocu)
    evidence = "/desk/systems/duliu-laocu/evidence/#standards"

    page = agri.get(HERE).content.decode()
    assert ("/desk/systems/duliu-laocu/standards/new/" in page, f"{HERE}standards/" in page) == (True, False)
    ways = ("standards/new/", "standards/1/correct/", "standards/1/change/", "standards/1/end/")
    assert [getattr(agri, method)(f"{HERE}{way}").headers["Location"] for way in ways] == [
        "/desk/systems/duliu-laocu/standards/new/",
        *[evidence] * 3,
    ]
    assert agri.get(f"{HERE}standards/1/").headers["Location"] == evidence


@pytest.mark.parametrize("number", [0, 3, 10**12])
def test_a_number_that_names_no_fact_is_not_found(agri, laocu, number):
    assert agri.get(f"{HERE}names/{number}/").status_code == 404
    assert agri.get(f"{HERE}names/{number}/correct/").status_code == 404


def test_no_page_of_the_desk_shows_the_number_of_a_row_in_the_database(agri, laocu):
    pages = "".join(
        agri.get(address).content.decode()
        for address in ("/desk/", "/desk/changes/", HERE, f"{HERE}names/2/", f"{HERE}protections/new/")
    )

    assert re.findall(r"(?:products|gazette|parties)\.\w+:\d+", pages) == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_pages_of_the_desk_ask_a_fixed_number_of_questions(client, django_assert_num_queries, size):
    first = make.register(size)[0]
    for number in range(size):
        make.row(Name, {"product": first, "text": f"别称{number}"}, kind="alias", **make.sourced())
    sign_in(client, make.person("market"))

    with django_assert_num_queries(11):
        client.get("/desk/")
    with django_assert_num_queries(18):
        client.get("/desk/products/product-0/")


def test_shapes_are_not_read_for_the_page_of_a_product(agri, laocu):
    make.area(laocu, shapes.square(116.8, 38.8, 0.1))

    assert agri.get(HERE).status_code == 200
