from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings as site
from django.test import Client

from gi_registry.core.history import changes_of, last_change
from gi_registry.core.models import Change
from gi_registry.gazette.models import Announcement, Source
from gi_registry.parties.models import Party
from gi_registry.products.models import Role
from tests import make, shapes
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user, backend=site.AUTHENTICATION_BACKENDS[1])
    return client


@pytest.fixture
def agri():
    return signed_in(make.person("agriculture", "agri", last_name="王", first_name="敏"))


@pytest.fixture
def market():
    return signed_in(make.person("market", "market", last_name="李", first_name="强"))


# --- Sources and announcements ---------------------------------------------------------------------------------------


def test_a_source_is_registered_under_a_key_in_pinyin(agri):
    answer = agri.post("/desk/sources/new/", {"title": "静海县志", "grade": "secondary", "publisher": "县志办"})

    assert answer.headers["Location"] == "/desk/sources/jinghaixianzhi/"
    assert Source.objects.values_list("title", "publisher", "grade").get() == ("静海县志", "县志办", "secondary")
    assert "静海县志" in text_of(agri.get("/desk/sources/"))


def test_no_source_takes_the_address_of_the_form(agri):
    answer = agri.post("/desk/sources/new/", {"title": "New", "grade": "secondary"})

    assert answer.headers["Location"] == "/desk/sources/new-2/"


def test_a_source_is_corrected_with_history_and_its_key_stays(agri, market):
    row = make.source("plan", title="规化")
    form = {"title": "规划", "grade": "primary", "seen": last_change(row), "reason": "错字", "key": "another"}

    assert agri.post("/desk/sources/plan/edit/", form).status_code == 302

    row.refresh_from_db()
    assert (row.key, row.title, changes_of(row).first().before) == ("plan", "规划", {"title": "规化"})
    late = market.post("/desk/sources/plan/edit/", form | {"title": "别的规划"})
    assert (late.status_code, 'value="别的规划"' in late.content.decode()) == (409, True)
    assert "王敏（agri） 已在" in text_of(late)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"title": ""}, "这一栏必填"),
        ({"grade": "best"}, "best"),
        ({"address": "not an address"}, "URL"),
        ({"published_on": "去年"}, "日期“去年”读不出来"),
        ({"key": "plan"}, "标识"),
        ({"key": "有 空格"}, "标识"),
        ({"key": "new"}, "“new”是登记新来源的网址"),
    ],
)
def test_a_source_that_cannot_be_is_refused_and_stays_in_the_form(agri, form, sentence):
    make.source("plan")
    before = Change.objects.count()

    answer = agri.post("/desk/sources/new/", {"title": "县志", "grade": "primary", "licence": "CC BY 4.0"} | form)

    assert (answer.status_code, sentence in text_of(answer)) == (400, True), text_of(answer)
    assert 'value="CC BY 4.0"' in answer.content.decode()
    assert (Source.objects.count(), Change.objects.count()) == (1, before)


ACT = {"issuer": "国家知识产权局", "number": "第500号", "issued_on": "2024-01-01", "grade": "primary"}


def test_an_announcement_is_registered_and_corrected_by_its_number(agri):
    make.source("plan")

    made = agri.post("/desk/announcements/new/", ACT | {"source": "plan"})
    assert made.headers["Location"] == "/desk/announcements/1/"
    row = Announcement.objects.get()
    form = ACT | {"source": "plan", "title": "关于……的公告", "seen": last_change(row)}
    assert agri.post("/desk/announcements/1/edit/", form).status_code == 302

    assert Announcement.objects.values_list("title", "issued_on").get() == ("关于……的公告", date(2024, 1, 1))
    assert changes_of(row).first().by == "王敏（agri）"
    assert "第500号" in text_of(agri.get("/desk/announcements/"))
    assert agri.get("/desk/announcements/2/").status_code == agri.get("/desk/announcements/0/").status_code == 404


def test_the_same_announcement_is_refused_with_its_new_source(agri):
    make.source("plan")
    agri.post("/desk/announcements/new/", ACT | {"source": "plan"})

    again = agri.post("/desk/announcements/new/", ACT | {"new_title": "公报", "new_grade": "primary", "title": "二"})

    assert (again.status_code, Announcement.objects.count(), Source.objects.count()) == (400, 1, 1)


@pytest.mark.parametrize("role", ["auditor", "inspector", "association", "liaison"])
def test_who_may_not_keep_sources_reads_them(role):
    make.source("plan", title="规划")
    reader = signed_in(make.person(role))

    assert "规划" in text_of(reader.get("/desk/sources/"))
    assert (reader.get("/desk/sources/plan/").status_code, reader.get("/desk/sources/new/").status_code) == (200, 403)
    assert reader.post("/desk/sources/plan/edit/", {"title": "改了"}).status_code == 403
    page = reader.get("/desk/sources/").content.decode() + reader.get("/desk/sources/plan/").content.decode()
    assert re.findall(r'href="/desk/sources/[^"]*(?:new|edit)/"', page) == []


# --- Parties ---------------------------------------------------------------------------------------------------------


def party(name, **values):
    return make.row(Party, {"name": name}, **{"kind": "enterprise"} | make.sourced() | values)


def sent(row, **values):
    """What a browser sends of the form of a party."""
    form = {"name": row.name, "kind": row.kind, "unit": row.unit.code if row.unit else "", "source": "gazette"}
    return form | {"grade": "primary", "day": "2024-05-01", "seen": last_change(row)} | values


CONTACT = {"contact_name": "赵六", "contact_phone": "022-12345678"}


def test_a_contact_is_kept_in_the_desk_with_history(agri, market):
    row = party("独流甲厂")

    assert agri.post("/desk/parties/1/edit/", sent(row, **CONTACT)).status_code == 302

    row.refresh_from_db()
    assert (row.contact_name, row.contact_phone) == ("赵六", "022-12345678")
    assert changes_of(row).first().day == date(2024, 5, 1)
    assert "赵六" in text_of(market.get("/desk/parties/"))
    page = text_of(market.get("/desk/parties/1/"))
    assert [part for part in ("赵六", "022-12345678", "王敏（agri）") if part not in page] == []


def test_a_code_is_kept_as_it_counts_and_what_was_understood_is_said(agri):
    row = party("示例甲厂")
    typed = {"uscc": "9112o118 ma0000007k", "address": "示例路 1 号"}

    answer = agri.post("/desk/parties/1/edit/", sent(row, **typed), follow=True)

    row.refresh_from_db()
    assert (row.uscc, row.address) == (make.USCC[0], "示例路 1 号")
    said = "统一社会信用代码记为 91120118MA0000007K：空格和连字符已去掉。小写按大写读。O 按 0 读。"
    assert said in text_of(answer)
    assert make.USCC[0] in text_of(agri.get("/desk/parties/"))
    assert make.USCC[0] in text_of(agri.get("/desk/parties/1/"))


def test_a_code_typed_as_it_counts_needs_no_words_and_an_odd_one_is_kept_with_a_warning(agri):
    row = party("示例甲厂")
    plain = agri.post("/desk/parties/1/edit/", sent(row, uscc=make.USCC[0]), follow=True)
    row.refresh_from_db()
    odd = agri.post("/desk/parties/1/edit/", sent(row, uscc="91120118MA0000006G"), follow=True)

    assert "记为" not in text_of(plain)
    assert "记为 91120118MA0000006G：第 9 至 17 位自带的校验位对不上" in text_of(odd)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("91120118MA0000007A", "统一社会信用代码的校验位不对，有一位写错了：请对照营业执照再填一次。"),
        ("120223000012345", "统一社会信用代码有 18 位，所填的是 15 位"),
        (make.USCC[1], "登记簿中已有主体用这一统一社会信用代码。"),
    ],
)
def test_a_code_that_cannot_be_is_refused_and_stays_in_the_form(agri, typed, sentence):
    row = party("示例甲厂")
    make.producer("示例乙社", make.USCC[1])

    answer = agri.post("/desk/parties/1/edit/", sent(row, uscc=typed))

    row.refresh_from_db()
    assert (answer.status_code, row.uscc) == (400, "")
    assert sentence in text_of(answer)
    assert f'value="{typed}"' in answer.content.decode()


def test_who_a_user_of_the_mark_is_officials_alone_write(agri, duliu):
    row = make.producer("示例酿造有限公司", unit=duliu)
    make.authorisation(row, make.product())
    liaison = signed_in(make.person("liaison", unit=duliu))
    form = sent(row, uscc=make.USCC[1], address="示例路 9 号", **CONTACT) | {"name": "示例冒名公司"}

    assert liaison.post("/desk/parties/1/edit/", form).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.uscc, row.address, row.contact_name) == ("示例酿造有限公司", make.USCC[0], "", "赵六")
    assert 'name="uscc"' not in liaison.get("/desk/parties/1/edit/").content.decode()
    assert "请在它的专用标志案卷里记变更" in text_of(agri.get("/desk/parties/1/edit/"))
    assert "这一栏必填" in text_of(agri.post("/desk/parties/1/edit/", sent(row, uscc="")))


def test_two_officials_on_one_party(agri, market):
    row = party("独流甲厂")
    outrun = sent(row, contact_name="钱七")
    agri.post("/desk/parties/1/edit/", sent(row, **CONTACT))

    answer = market.post("/desk/parties/1/edit/", outrun)

    row.refresh_from_db()
    assert (answer.status_code, row.contact_name) == (409, "赵六")
    assert ('value="钱七"' in answer.content.decode(), "赵六" in text_of(answer)) == (True, True)


@pytest.fixture
def duliu():
    return make.place("120118102", shapes.square(116.8, 38.8, 0.1), name="独流镇")


@pytest.fixture
def taitou():
    return make.place("120118101", shapes.square(116.9, 38.8, 0.1), name="台头镇")


def test_a_liaison_sees_and_edits_only_the_parties_of_their_unit(duliu, taitou):
    own, elsewhere = party("独流甲厂", unit=duliu), party("台头乙社", unit=taitou)
    liaison = signed_in(make.person("liaison", unit=duliu))

    page = text_of(liaison.get("/desk/parties/"))
    assert ("独流甲厂" in page, "台头乙社" in page) == (True, False)
    assert [liaison.get(f"/desk/parties/{number}/").status_code for number in (1, 2)] == [200, 403]
    assert liaison.post("/desk/parties/1/edit/", sent(own, **CONTACT)).status_code == 302
    assert liaison.post("/desk/parties/2/edit/", sent(elsewhere, **CONTACT)).status_code == 403
    assert dict(Party.objects.values_list("name", "contact_name")) == {"独流甲厂": "赵六", "台头乙社": ""}


def test_a_liaison_registers_parties_in_their_unit_only(duliu, taitou):
    make.source()
    liaison = signed_in(make.person("liaison", unit=duliu))
    form = {"name": "独流丙社", "kind": "cooperative", "source": "gazette", "grade": "primary", "day": "2024-05-01"}

    refused = [liaison.post("/desk/parties/new/", form | {"unit": code}).status_code for code in ("120118101", "")]
    assert (refused, Party.objects.count()) == ([400, 400], 0)
    assert liaison.post("/desk/parties/new/", form | {"unit": "120118102"}).status_code == 302
    assert Party.objects.get().unit == duliu


@pytest.fixture
def association():
    body = party("独流协会", kind="association")
    product = make.product()
    make.row(
        Role, {"product": product, "party": body, "part": "association"}, valid_from=make.LONG_AGO, **make.sourced()
    )
    return make.person("association", party=body)


def test_an_association_sees_and_edits_only_the_parties_of_its_products(association):
    own, _elsewhere = party("独流甲厂"), party("台头乙社")
    laocu = association.party.roles.get().product
    make.row(Role, {"product": laocu, "party": own, "part": "enterprise"}, valid_from=make.LONG_AGO, **make.sourced())
    theirs = signed_in(association)

    page = text_of(theirs.get("/desk/parties/"))
    assert [name in page for name in ("独流协会", "独流甲厂", "台头乙社")] == [True, True, False]
    assert [theirs.get(f"/desk/parties/{number}/edit/").status_code for number in (1, 2, 3)] == [200, 200, 403]


def test_an_association_says_of_a_new_party_what_it_is_to_its_product(association):
    make.product("puluo-li", "普罗梨", "fruit")
    theirs = signed_in(association)
    form = {"name": "独流丁厂", "kind": "enterprise", "source": "gazette", "grade": "primary", "day": "2024-05-01"}

    refused = [
        theirs.post("/desk/parties/new/", form | more).status_code
        for more in ({}, {"product": "puluo-li", "part": "enterprise"})
    ]
    assert (refused, Party.objects.filter(name="独流丁厂").exists()) == ([400, 400], False)
    assert theirs.post("/desk/parties/new/", form | {"product": "duliu-laocu", "part": "enterprise"}).status_code == 302
    role = Role.objects.get(party__name="独流丁厂")
    assert (role.product.slug, role.part, role.attested_on) == ("duliu-laocu", "enterprise", date(2024, 5, 1))


def test_an_association_reaches_nobody_by_naming_them_to_its_product(association):
    party("台头乙社", contact_phone="13800000000")
    theirs = signed_in(association)
    form = {"part": "enterprise", "party": "台头乙社", "attested_on": "2024-01-01", "source": "gazette"}

    answer = theirs.post("/desk/products/duliu-laocu/roles/new/", form | {"grade": "primary"})

    assert (answer.status_code, Role.objects.count()) == (400, 1)
    assert "台头乙社" not in text_of(theirs.get("/desk/products/duliu-laocu/roles/new/"))
    assert theirs.get("/desk/parties/2/").status_code == 403


def test_an_association_reads_of_those_who_lead_and_changes_nothing_there(association):
    lead = party("某县人民政府", kind="government")
    laocu = association.party.roles.get().product
    make.row(Role, {"product": laocu, "party": lead, "part": "lead"}, valid_from=make.LONG_AGO, **make.sourced())
    theirs = signed_in(association)

    assert [theirs.get(f"/desk/parties/2/{then}").status_code for then in ("", "edit/")] == [200, 403]
    assert theirs.post("/desk/parties/2/edit/", sent(lead, name="别的政府")).status_code == 403
    assert "/desk/parties/2/edit/" not in theirs.get("/desk/parties/2/").content.decode()


@pytest.mark.parametrize("part", ["lead", "department", "association", "applicant"])
def test_the_parts_on_which_reach_hangs_are_for_officials(association, agri, part):
    laocu = association.party.roles.get().product
    key = {"product": laocu, "party": association.party, "part": part}
    row = make.row(Role, key, valid_from=make.LONG_AGO, **make.sourced())
    number = list(laocu.roles.order_by("pk")).index(row) + 1
    here, theirs = "/desk/products/duliu-laocu/", signed_in(association)
    form = {"part": part, "party": "独流协会", "attested_on": "2024-01-01", "source": "gazette", "grade": "primary"}

    refused = [theirs.post(f"{here}roles/{number}/{then}/", form).status_code for then in ("correct", "change", "end")]
    assert (refused, theirs.post(f"{here}roles/new/", form).status_code) == ([403, 403, 403], 400)
    assert f"{here}roles/{number}/correct/" not in theirs.get(here).content.decode()
    assert f"{here}roles/{number}/correct/" in agri.get(here).content.decode()


@pytest.mark.parametrize(("part", "status"), [("producer", 403), ("enterprise", 403), ("applicant", 200)])
def test_a_product_is_a_partys_own_by_the_part_it_has(part, status):
    body = party("台头乙社", kind="cooperative")
    make.row(Role, {"product": make.product(), "party": body, "part": part}, valid_from=make.LONG_AGO, **make.sourced())
    theirs = signed_in(make.person("association", party=body))

    assert theirs.get("/desk/products/duliu-laocu/").status_code == status


def test_who_keeps_only_their_own_makes_no_source_on_the_way(association):
    theirs = signed_in(association)

    form = sent(association.party, source="", new_title="偷加的来源", new_grade="primary")
    answer = theirs.post("/desk/parties/1/edit/", form)

    assert (answer.status_code, Source.objects.filter(title="偷加的来源").exists()) == (400, False)
    assert "新来源" not in text_of(theirs.get("/desk/parties/1/edit/"))


def test_an_auditor_reads_contacts_and_their_history_and_writes_nothing(agri):
    row = party("独流甲厂")
    agri.post("/desk/parties/1/edit/", sent(row, **CONTACT))
    auditor = signed_in(make.person("auditor"))

    pages = [auditor.get(address) for address in ("/desk/parties/", "/desk/parties/1/", "/desk/changes/")]

    assert ["赵六" in text_of(page) for page in pages] == [True, True, True]
    assert re.findall(r'href="/desk/[^"]*(?:new|edit)/"', "".join(page.content.decode() for page in pages)) == []
    assert auditor.post("/desk/parties/1/edit/", sent(row)).status_code == 403


# --- What the public may read ----------------------------------------------------------------------------------------

PUBLIC = [
    "/",
    "/products/",
    "/products/duliu-laocu/",
    "/places/120118102/",
    "/check/?lon=116.85&lat=38.85",
    "/sources/",
    "/data/",
    "/api/products.geojson",
    "/api/products/duliu-laocu.geojson",
    "/api/places.geojson",
    "/api/covering?lon=116.85&lat=38.85&nearest=1",
    "/downloads/products.csv",
    "/downloads/products.geojson",
    "/downloads/products.kml",
    "/downloads/places.csv",
    "/catalog.jsonld",
]


@pytest.fixture
def a_person(duliu):
    """A natural person who holds the protection of a product and plays every part for it, with a contact."""
    laocu = make.product()
    person = party("欧阳建国", kind="person", unit=duliu, **CONTACT)
    make.protection(laocu, holder=person)
    make.area(laocu, shapes.square(116.8, 38.8, 0.1)).units.set([duliu])
    for part in ("lead", "department", "association", "enterprise", "applicant", "producer"):
        make.row(Role, {"product": laocu, "party": person, "part": part}, valid_from=make.LONG_AGO, **make.sourced())
    return person


@pytest.mark.parametrize("address", PUBLIC)
def test_no_public_answer_shows_a_contact_or_the_full_name_of_a_person(client, a_person, address):
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content

    assert answer.status_code == 200
    shown = content.decode()
    assert [secret for secret in ("欧阳建国", "建国", "赵六", "022-12345678") if secret in shown] == []


def test_the_public_page_says_who_has_each_part_of_the_frame(client, a_person):
    body = party("静海区人民政府", kind="government")
    lead = Role.objects.filter(part="lead")
    Role.objects.exclude(part="lead").delete()
    lead.update(party=body)

    page = text_of(client.get("/products/duliu-laocu/"))

    assert "政府主导 静海区人民政府 原文" in page
    assert "部门牵头 未查明 协会管理 未查明 企业自律 未查明" in page
    assert "申请人或注册人 欧**" in page


def test_a_part_that_has_ended_is_not_shown_as_if_it_went_on(client, a_person):
    Role.objects.update(valid_until=date(2020, 1, 1))

    assert "政府主导 未查明" in text_of(client.get("/products/duliu-laocu/"))
    assert "政府主导 欧**" in text_of(client.get("/products/duliu-laocu/?on=2010-01-01"))


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"), [("/desk/sources/", 4), ("/desk/announcements/", 5), ("/desk/parties/", 7)]
)
def test_the_lists_ask_a_fixed_number_of_questions(agri, django_assert_num_queries, size, address, queries):
    for number, product in enumerate(make.register(size)):
        make.source(f"source-{number}")
        key = {"issuer": "局", "number": str(number), "issued_on": date(2024, 1, 1)}
        make.row(Announcement, key, **make.sourced())
        make.row(Role, {"product": product, "party": party(f"厂{number}"), "part": "producer"}, **make.sourced())

    with django_assert_num_queries(queries):
        agri.get(address)
