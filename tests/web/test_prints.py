from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gi_registry.core import clock
from gi_registry.marks.ledger import balance_of
from gi_registry.marks.models import Batch, Entry
from gi_registry.products.models import Part
from gi_registry.products.models import Role as PartyRole
from tests import make

pytestmark = pytest.mark.django_db

RUN = {"printer": "示例印刷厂", "label_kind": "sticker", "quantity": "1000", "printed_on": "2026-05-04"}


@pytest.fixture
def user():
    return make.authorisation(make.producer(), make.product(), code="TEAM00001")


@pytest.fixture
def rival():
    return make.authorisation(
        make.producer("示例对手有限公司", make.USCC[1]), make.product("b", "乙"), code="TEAM00002"
    )


@pytest.fixture
def official(client):
    client.force_login(make.person("market"), backend="gi_registry.parties.permissions.RegisterBackend")
    return client


def seen(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def signed_in(client, person):
    client.force_login(person, backend="gi_registry.parties.permissions.RegisterBackend")
    return client


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_each_batch_and_all_of_them_come_to(official, user):
    for number in range(2):
        make.entry(make.batch(user, 1000 + number), "issued", 300, date(2024, 5, 1))
    page = seen(official, "/desk/prints/")

    assert page.count("2024-0001") == 2  # the address and the name
    for part in ("2,001", "1,401", "600", "共 2 批"):
        assert part in page


def test_the_list_is_found_by_product_and_by_name(official, user, rival):
    make.batch(user)
    make.batch(rival)

    def found(query):
        return [number for number in ("2024-0001", "2024-0002") if number in seen(official, f"/desk/prints/?{query}")]

    assert found("") == ["2024-0001", "2024-0002"]
    assert found("product=b") == found("q=对手") == found("q=team00002") == found("q=2024-0002") == ["2024-0002"]
    assert found("q=没有") == []


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_costs_as_many_queries_for_one_as_for_three(official, user, size, django_assert_num_queries):
    for _number in range(size):
        make.batch(user)

    with django_assert_num_queries(15):
        seen(official, "/desk/prints/")


def test_a_batch_shows_its_lines_and_what_cannot_be(official, user):
    batch = make.batch(user)
    make.entry(batch, "issued", 1200, date(2024, 5, 1), note="发往灌装线")
    page = seen(official, f"/desk/prints/{batch.number}/")

    assert "批次 2024-0001 自 2024-05-01 起库存为 -200 枚" in page
    assert "发往灌装线" in page
    assert "/desk/prints/2024-0001/lines/2/reverse/" in page


def test_a_reversed_line_and_its_reversal_are_shown_and_not_offered_again(official, user):
    batch = make.batch(user)
    wrong = make.entry(batch, "issued", 1200, date(2024, 5, 1))
    make.entry(batch, "issued", 1200, date(2024, 5, 1), reverses=wrong)
    page = seen(official, f"/desk/prints/{batch.number}/")

    assert "已冲销" in page
    assert "冲销：发放" in page
    assert "/lines/2/reverse/" not in page
    assert "/lines/3/reverse/" not in page


def test_who_only_reads_is_offered_nothing_to_write(client, user):
    batch = make.batch(user)
    auditor = signed_in(client, make.person("auditor"))

    assert "/lines/" not in seen(auditor, f"/desk/prints/{batch.number}/")
    assert "/desk/prints/new/" not in seen(auditor, "/desk/prints/")


def test_associations_read_of_their_products_only(client, user):
    batch = make.batch(user)
    stranger = signed_in(client, make.person("association", party=make.producer("示例协会", make.USCC[2])))

    assert batch.number not in seen(stranger, "/desk/prints/")
    assert stranger.get(f"/desk/prints/{batch.number}/").status_code == 404


def test_the_filter_offers_an_association_its_own_products_only(client, user, rival):
    make.batch(user)
    make.batch(rival)
    party = make.producer("示例协会", make.USCC[2])
    key = {"party": party, "product": rival.product, "part": Part.ASSOCIATION}
    make.row(PartyRole, key, valid_from=date(2000, 1, 1), **make.sourced())
    association = signed_in(client, make.person("association", party=party))

    assert re.findall(r'<option value="(\w[\w-]*)"', seen(association, "/desk/prints/")) == ["b"]


def test_who_may_not_use_the_mark_today_is_told_before_marks_are_printed(official, user, rival):
    make.row(type(user), {"pk": user.pk}, valid_until=clock.today())
    page = seen(official, "/desk/prints/new/")

    assert re.findall(r'data-label="今天"><span class="tag[^"]*">([^<]*)<', page) == ["可以使用", "已到期"]
    assert "今天不能使用的，只补记以前的印制" in page


def test_alarms_and_marks_unused_for_two_years_are_listed(official, user, rival):
    make.entry(make.batch(user), "used", 1200, date(2024, 5, 1))
    page = seen(official, "/desk/prints/alarms/")

    assert "用得比印得多 200 枚" in page
    assert "/desk/prints/2024-0001/" in page
    assert (
        page.count("2026-05-01") == 2
    )  # of the first: two years after its last use, as the row and as its machine form
    assert "登记簿从未收到流水或报告" in page  # of the rival
    assert "1 处对不上" in seen(official, "/desk/prints/")


def test_the_workbook_has_a_row_for_each_batch(official, user):
    batch = make.batch(user, serial_from="JH0001", serial_to="JH1000")
    make.entry(batch, "issued", 300, date(2024, 5, 1))
    response = official.get("/desk/prints.xlsx")
    heading, row = load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True)

    assert dict(zip(heading, row, strict=True)) == {
        "批次号": "2024-0001",
        "产品": "独流老醋",
        "使用人": "示例酿造有限公司",
        "统一社会信用代码": make.USCC[0],
        "核准编码": "TEAM00001",
        "印制单位": "示例印刷厂",
        "标示方法": "粘贴标签",
        "印制日": row[7],
        "起始序号": "JH0001",
        "终止序号": "JH1000",
        "印制（枚）": 1000,
        "库存（枚）": 700,
        "使用人手中（枚）": 300,
        "已使用（枚）": 0,
        "已损毁（枚）": 0,
    }


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_for_whom_is_chosen_first_and_then_the_run_is_written(official, user, rival):
    assert "?mark=TEAM00001" in seen(official, "/desk/prints/new/")
    assert "TEAM00002" not in seen(official, "/desk/prints/new/?q=酿造")
    assert "印好即交使用人" in seen(official, "/desk/prints/new/?mark=team00001")

    response = official.post("/desk/prints/new/?mark=TEAM00001", RUN | {"issued": "on"}, follow=True)
    number = Batch.objects.get().number
    assert response.redirect_chain == [(f"/desk/prints/{number}/", 302)]
    assert f"已记下批次 {number}。" in response.content.decode()
    assert [entry.kind for entry in Entry.objects.all()] == ["printed", "issued"]


def test_who_writes_for_one_user_only_is_led_there_at_once(client, user, rival):
    own = signed_in(client, make.person("producer", party=user.producer))

    assert own.get("/desk/prints/new/").headers["Location"] == "/desk/prints/new/?mark=TEAM00001"


def test_what_is_refused_stays_in_the_form(official, user):
    response = official.post("/desk/prints/new/?mark=TEAM00001", RUN | {"serial_from": "A1", "serial_to": "A9"})

    assert response.status_code == 400
    page = response.content.decode()
    assert "序号从 A1 到 A9 共 9 个，与数量 1,000 枚不符。" in page
    assert 'value="示例印刷厂"' in page
    assert not Batch.objects.exists()


def test_a_line_is_written_and_taken_back(official, user):
    batch = make.batch(user)
    line = {"kind": "issued", "quantity": "300", "on": "2026-05-04", "note": ""}
    response = official.post(f"/desk/prints/{batch.number}/lines/new/", line, follow=True)
    assert "已记发放 300 枚。" in response.content.decode()
    assert balance_of(batch).in_hand == 300

    address = f"/desk/prints/{batch.number}/lines/2/reverse/"
    assert "2026-05-04，发放 300 枚" in seen(official, address)
    assert "已冲销第 2 笔。" in official.post(address, {"reason": "记错"}, follow=True).content.decode()
    assert balance_of(batch).in_hand == 0


def test_a_line_cannot_be_printing(official, user):
    batch = make.batch(user)
    line = {"kind": "printed", "quantity": "300", "on": "2026-05-04"}

    assert official.post(f"/desk/prints/{batch.number}/lines/new/", line).status_code == 400
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    ["/desk/prints/2024-0009/", "/desk/prints/2024-0001/lines/9/reverse/", "/desk/prints/new/?mark=NOBODY"],
)
def test_what_is_not_there_is_said(official, user, address):
    make.batch(user)

    assert official.get(address).status_code == 404


def test_producers_write_about_their_own_marks_and_a_rival_does_not(client, user, rival):
    batch = make.batch(user)
    addresses = [
        f"/desk/prints/{batch.number}/lines/new/",
        f"/desk/prints/{batch.number}/lines/1/reverse/",
        "/desk/prints/new/?mark=TEAM00001",
    ]
    user.product.documents.add(make.document("别人的样张"))
    own = signed_in(client, make.person("producer", "own", party=user.producer))
    assert "别人的样张" not in own.get(addresses[0]).content.decode()
    assert [own.get(address).status_code for address in addresses] == [200, 200, 200]
    line = {"kind": "spoiled", "quantity": "1", "on": "2026-05-04"}
    assert own.post(addresses[0], line, follow=True).redirect_chain == [("/account/", 302)]  # they have no desk

    other = signed_in(client, make.person("producer", "other", party=rival.producer))
    assert [other.get(address).status_code for address in addresses] == [404, 404, 404]
    assert other.post(addresses[0], {"kind": "used", "quantity": "1", "on": "2026-05-04"}).status_code == 404
    assert Entry.objects.count() == 2
