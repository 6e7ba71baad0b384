from __future__ import annotations

import re
from datetime import date

import pytest

from gi_registry.marks.codes import checked, show_code
from tests import make
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db

CODE = checked("7KQM2X4H")


@pytest.fixture
def vinegar():
    return make.authorisation(make.producer(), make.product(), code=CODE)


def asked(client, **query):
    answer = client.get("/verify/", query)
    return answer.status_code, re.sub(r"\s+", " ", text_of(answer))


def test_the_box_alone_says_what_may_be_asked(client):
    status, text = asked(client)

    assert (status, "手上有什么，就查什么" in text, "没有查到" in text) == (200, True, False)


@pytest.mark.parametrize("q", ["示例酿造", "slnz", "9112 0118 maooooo o7k", CODE, "第590号"])
def test_one_authorisation_is_answered_at_a_glance(client, vinegar, q):
    status, text = asked(client, q=q)

    assert status == 200
    assert "✓ 可以使用 示例酿造有限公司今天可以在独流老醋上使用地理标志专用标志。" in text
    assert all(
        said in text for said in ("91120118MA0000007K", "公告核准 · 国家知识产权局公告 第590号", show_code(CODE))
    )
    assert "不等于手上的货是真的" in text


def test_a_copycats_name_has_no_tick_but_a_list_of_the_like(client, vinegar):
    text = asked(client, q="示例酿告")[1]

    assert "? 没有查到 登记簿没有查到“示例酿告”：没有使用人的名称带这几个字。 名称相近的" in text
    assert text.index("没有查到") < text.index("示例酿造有限公司")
    assert "示例酿造有限公司今天可以" not in text


def test_the_whole_name_of_a_product_is_answered_with_its_list(client, vinegar):
    text = asked(client, q="独流（老）醋")[1]

    assert ("谁可以在“独流老醋”上使用专用标志" in text, "没有查到" in text) == (True, False)


def test_nothing_is_said_of_days_to_come(client, vinegar):
    status, text = asked(client, q="示例酿造", on="2030-01-01")

    assert (status, "2030-01-01 还没有到" in text, "可以使用" in text) == (400, True, False)


def test_no_control_character_gets_into_the_page(client):
    assert "\x00" not in client.get("/verify/", {"q": "\x00\x01"}).content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("suspended", "! 已停止使用资格 示例酿造有限公司今天不能在独流老醋上使用"),
        ("cancelled", "✗ 已注销 示例酿造有限公司今天不能在独流老醋上使用"),
    ],
)
def test_who_may_no_longer_use_the_mark_is_told_so_in_words(client, state, said):
    make.authorisation(make.producer(), make.product(), state)

    assert said in asked(client, q="示例酿造")[1]


def test_the_packing_day_is_answered_and_today_is_added_where_it_differs(client):
    make.authorisation(make.producer(), make.product(), "cancelled")

    text = asked(client, q="示例酿造", on="2024-06-01")[1]

    assert "✓ 2024-06-01 可以使用 示例酿造有限公司 2024-06-01 当日可以在独流老醋上使用地理标志专用标志。" in text
    assert "今天与那一天不同。今天：已注销。" in text


def test_several_stand_in_a_table_with_their_standing(client, vinegar):
    make.authorisation(make.producer("示例独流食品厂", make.USCC[1]), vinegar.product, "cancelled")

    text = asked(client, q="示例")[1]

    assert "查到 2 条，其中 1 条今天可以使用专用标志。" in text
    assert ("✓ 可以使用" in text, "✗ 已注销" in text) == (True, True)


def test_the_days_of_use_are_named_and_told_alike_wherever_they_stand(client):
    product, said = make.product(), "2024-03-01 起可以使用，2025-03-01 注销"
    make.authorisation(make.producer(), product, "cancelled", code=CODE)
    assert f"可以使用的日子 {said}" in asked(client, q="示例酿造")[1]

    make.authorisation(make.producer("示例酿造二厂", make.USCC[1]), product)
    several = asked(client, q="示例酿造")[1]
    assert "可以使用的日子" in several
    assert f"第590号 {said.replace('，', ' ')}" in several
    assert f"可以使用的日子 {said}" in text_of(client.get(f"/v/{CODE}"))


def test_a_former_name_finds_the_producer_and_says_so(client, vinegar):
    make.former(vinegar.producer, "示例独流醋厂", None, date(2025, 1, 1))

    assert "“示例独流醋厂”是示例酿造有限公司的曾用名。" in asked(client, q="独流醋厂")[1]
    assert "示例独流醋厂 今名：示例酿造有限公司" in asked(client, q="独流醋厂", on="2024-06-01")[1]


@pytest.mark.parametrize("q", ["没有的酿造厂", make.USCC[1], checked("AAAAAAAA"), "第1号", "1234567", "（）", "<b>"])
def test_nothing_found_says_what_it_proves_and_what_to_do_next(client, vinegar, q):
    status, text = asked(client, q=q)

    assert (status, "没有查到" in text, "不说明对方一定没有获准" in text, "接下来可以" in text) == (
        200,
        True,
        True,
        True,
    )


def test_in_an_empty_register_nothing_found_proves_nothing(client):
    assert "还没有录入任何用标核准，所以查不到不说明任何问题" in asked(client, q="示例酿造")[1]


def test_the_name_of_a_product_leads_to_its_list(client, vinegar):
    make.authorisation(make.producer("示例老醋食品厂", make.USCC[1]), vinegar.product)

    for q in ("流老醋", "老醋"):
        assert "看谁可以在“独流老醋”上用标" in asked(client, q=q)[1]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"q": "91120118MA0000007A"}, "统一社会信用代码的校验位不对，有一位写错了"),
        ({"q": "8" + CODE[1:]}, "的校验位不对：有一位写错了"),
        ({"q": "醋" * 300}, "写得太长"),
        ({"q": "示例", "on": "31/12/2024"}, "日期“31/12/2024”读不出来"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(client, vinegar, query, sentence):
    answer = client.get("/verify/", query)

    assert (answer.status_code, sentence in text_of(answer), "接下来可以" in text_of(answer)) == (400, True, True)
    assert f'value="{query["q"]}"' in answer.content.decode()


def test_a_product_lists_who_may_use_its_mark_first(client, vinegar):
    make.authorisation(make.producer("示例独流食品厂", make.USCC[1]), vinegar.product, "cancelled")

    status, text = asked(client, product="duliu-laocu")

    assert (status, "谁可以在“独流老醋”上使用专用标志" in text, "1 家可以使用；登记簿共录入 2 条。" in text) == (
        200,
        True,
        True,
    )
    assert text.index("示例酿造有限公司") < text.index("示例独流食品厂")


def test_a_product_without_a_list_and_one_that_is_not_there(client):
    make.product()

    assert "没有录入名单 登记簿还没有录入这个产品的用标核准" in asked(client, product="duliu-laocu")[1]
    assert asked(client, product="no-such")[0] == 404
    assert asked(client, product="\x00")[0] == 404


def test_a_long_list_has_pages(client, monkeypatch, vinegar):
    monkeypatch.setattr("gi_registry.web.verify.ROWS", 1)
    make.authorisation(make.producer("示例独流食品厂", make.USCC[1]), vinegar.product)

    assert ("第 2 页，共 2 页" in asked(client, product="duliu-laocu", page="2")[1]) is True


@pytest.mark.parametrize("size", [1, 3])
def test_a_question_costs_the_same_queries_however_many_it_finds(client, django_assert_num_queries, size):
    product = make.product()
    for number, uscc in enumerate(make.USCC[:size]):
        make.authorisation(make.producer(f"示例{number}", uscc), product)
    client.get("/verify/", {"q": "示例"})
    with django_assert_num_queries(5):  # the revision for names, products, what is named and the frame; the answers
        client.get("/verify/", {"q": "示例"})


def test_who_has_signed_in_sees_their_own_bar_and_strangers_never_do(client, vinegar):
    client.force_login(make.person("market"), backend="gi_registry.parties.permissions.RegisterBackend")
    own = asked(client, q="示例")[1]
    client.logout()
    strange = asked(client, q="示例")[1]

    assert [("工作台" in text, "登录" in text) for text in (own, strange)] == [(True, False), (False, True)]


def test_the_page_of_a_product_names_who_may_use_its_mark_today(client, vinegar):
    make.protection(vinegar.product)
    make.authorisation(make.producer("示例独流食品厂", make.USCC[1]), vinegar.product, "cancelled")

    text = re.sub(r"\s+", " ", text_of(client.get("/products/duliu-laocu/")))

    assert ("可以使用专用标志的 全部 1 家 示例酿造有限公司" in text, "示例独流食品厂" in text) == (True, False)
    assert "核准使用专用标志的生产者名单" not in text
