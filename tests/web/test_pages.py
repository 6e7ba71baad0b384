from __future__ import annotations

import html
import re
from datetime import date

import pytest

from gi_registry.products.models import Name
from tests import make, shapes

pytestmark = pytest.mark.django_db
PRODUCTS = ["独流老醋", "台头西瓜", "静海黑猪", "静海金丝小枣", "陈官屯冬菜", "普罗梨"]


def text_of(answer):
    """What a reader without JavaScript sees: the page without tags, scripts and templates."""
    page = re.sub(r"(?s)<(script|template|style).*?</\1>", "", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page)))


def missing(answer, facts):
    return [fact for fact in facts if fact not in text_of(answer)]


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        ("/", [*PRODUCTS, "共 6 个产品", "已保护", "候选", "不是法定界线", "审图号"]),
        ("/products/", [*PRODUCTS, "未查明", "2010-12-24", "转述", "未核实", "农产品地理标志"]),
        (
            "/products/duliu-laocu/",
            [
                "独流(老)醋",
                "GB/T 19461-2008",
                "独流镇",
                "未查明",
                "公告文字未核实",
                "静海区政府网站非物质文化遗产页面",
                "示意",
            ],
        ),
        (
            "/products/taitou-xigua/",
            [
                "天津市静海县台头镇、独流镇、梁头镇、王口镇、良王庄乡等5个乡镇所辖行政区域",
                "2010年第163号",
                "台头西瓜词条（品牌网）",
                "转述",
                "DB12/T 412-2009",
                "km²",
            ],
        ),
        ("/products/jinghai-heizhu/", ["证明商标", "未查明", "天津市静海区知识产权“十四五”规划", "原文"]),
        (
            "/products/jinghai-jinsixiaozao/",
            ["东经116°24′00″~117°15′00″", "原文所印坐标范围的西界超出所列行政区，原样保留，未用于绘图。"],
        ),
        ("/products/chenguantun-dongcai/", ["候选", "拟定范围", "陈官屯镇"]),
        ("/products/puluo-li/", ["候选", "推定范围", "没有找到规划以外的任何资料"]),
        ("/places/120118102/", ["独流镇", "120118102", "独流老醋", "台头西瓜", "静海金丝小枣", "示意", "GeoNames"]),
        ("/places/120118001/", ["华康街道", "未查明"]),
        ("/places/120118/", ["静海区", "静海黑猪", "独流镇", "天地图行政区划界线"]),
        (
            "/sources/",
            ["天津市静海区知识产权“十四五”规划", "国家质检总局公告2010年第163号（转载）", "令第80号", "CC BY 4.0"],
        ),
        ("/check/", ["位置核查", "BD-09（百度地图）"]),
        (
            "/check/?lon=116.9074&lat=39.02868&accuracy=10",
            ["独流老醋", "台头西瓜", "静海金丝小枣", "在范围内", "离界线太近，无法判定", "未核实", "距界线"],
        ),
        ("/check/?lon=东经116°54′26″&lat=39°1′43″N", ["独流老醋"]),
        ("/check/?lon=100&lat=30", ["不在任何产地范围内", "在范围外"]),
    ],
)
def test_every_page_gives_its_facts_without_javascript(client, jinghai, address, facts):
    answer = client.get(address)

    assert (answer.status_code, missing(answer, facts)) == (200, [])


@pytest.mark.parametrize("address", ["/", "/products/"])
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=dllc", ["独流老醋"]),
        ("q=独留老醋", ["独流老醋"]),
        ("stage=candidate", ["陈官屯冬菜", "普罗梨"]),
        ("category=fruit&on=2010-12-23", ["静海金丝小枣"]),
        ("category=fruit&on=2010-12-24", ["台头西瓜", "静海金丝小枣"]),
    ],
)
def test_lists_show_what_is_asked_for_on_the_day(client, jinghai, address, query, shown):
    text = text_of(client.get(f"{address}?{query}"))

    assert [name for name in PRODUCTS if name in text] == shown


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/?on=yesterday", "日期“yesterday”读不出来：请写成 2010-12-24 这样的年-月-日。"),
        ("/?stage=gone", "阶段“gone”不存在"),
        ("/products/?regime=eu", "保护制度“eu”不存在"),
        ("/products/duliu-laocu/?on=1900-01-01", "日期 1900-01-01 超出登记簿的范围"),
        ("/places/120118102/?on=x", "日期“x”读不出来"),
        ("/check/?lon=39.02868&lat=116.9074", "经度和纬度是否颠倒了？"),
        ("/check/?lon=116.9&lat=", "请填写纬度。"),
        ("/check/?lon=116.9&lat=38.9&accuracy=-1", "定位精度不能是负数"),
        ("/check/?lon=116.9&lat=38.9&accuracy=nan", "定位精度“nan”不是数字"),
        ("/check/?lon=116.9&lat=38.9&datum=mars", "不认识的坐标系“mars”"),
        ("/check/?lon=116.9&lat=38.9&on=x", "日期“x”读不出来"),
    ],
)
def test_bad_input_is_refused_with_its_sentence(client, jinghai, address, sentence):
    answer = client.get(address)

    assert (answer.status_code, missing(answer, [sentence])) == (400, [])


def test_what_was_typed_stays_in_the_refused_form(client, jinghai):
    answer = client.get(
        "/check/", {"lon": "116.9", "lat": "一百", "accuracy": "12", "on": "2020-01-01", "datum": "bd09"}
    )

    values = re.findall(r'value="([^"]*)"', answer.content.decode())
    assert {"116.9", "一百", "12", "2020-01-01"} - set(values) == set()
    assert re.search(r'value="bd09"\s+selected', answer.content.decode())


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/products/no-such/", "登记簿没有网址名为“no-such”的产品。"),
        ("/places/999999/", "登记簿没有代码为“999999”的行政区。"),
        ("/no-such-page/", "没有这个页面"),
    ],
)
def test_what_names_nothing_is_404_with_a_sentence(client, jinghai, address, sentence):
    answer = client.get(address)

    assert (answer.status_code, missing(answer, [sentence])) == (404, [])


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/products/taitou-xigua/?on=2010-12-23", "登记簿没有这个产品在 2010-12-23 的保护记录。"),
        ("/products/?q=没有这种东西", "没有找到“没有这种东西”"),
        ("/products/?stage=ended", "没有产品同时满足这些条件。"),
        ("/places/120111/", "登记簿收录的产地范围没有写到这里。"),
    ],
)
def test_where_there_is_nothing_to_show_a_sentence_says_so(client, jinghai, address, sentence):
    answer = client.get(address)

    assert (answer.status_code, missing(answer, [sentence])) == (200, [])


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/?on=2025-01-01", "登记簿在 2025-01-01 没有收录任何产品。"),
        ("/products/?on=2025-01-01", "登记簿在 2025-01-01 没有收录任何产品。"),
        ("/check/?lon=116.9&lat=38.9", "登记簿当日没有画出界线的产地范围。"),
        ("/sources/", "来源与可信等级"),
    ],
)
def test_an_empty_register_speaks_in_sentences(client, address, sentence):
    answer = client.get(address)

    assert (answer.status_code, missing(answer, [sentence])) == (200, [])


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 6),
        ("/?part=list", 4),
        ("/products/", 5),
        ("/products/?q=product", 10),
        ("/products/product-0/", 32),
        ("/places/120118100/", 9),
        ("/sources/", 10),
        ("/check/?lon=116.85&lat=38.85", 6),
    ],
)
def test_many_rows_cost_as_many_queries_as_one(client, size, address, queries, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


def test_names_are_escaped(client):
    product = make.product("sly", "<script>alert(1)</script>")
    make.protection(product)
    make.area(product, shapes.square(116.8, 38.8, 0.1))

    pages = [
        client.get(address).content.decode()
        for address in ("/", "/products/", "/products/sly/", "/check/?lon=116.85&lat=38.85")
    ]

    assert [page for page in pages if "<script>alert" in page] == []


def test_a_product_page_bears_the_name_of_the_day_and_tells_when_it_changed(client):
    product, day = make.product(name="旧名"), date(2025, 1, 1)
    make.protection(product)
    Name.objects.update(valid_until=day)
    make.row(Name, {"product": product, "text": "新名"}, kind="common", valid_from=day, **make.sourced())

    pages = [client.get(product.get_absolute_url(), {"on": on}).content.decode() for on in ("2024-12-31", "2025-01-01")]

    assert [re.findall("<h1>(.*?)</h1>", page) for page in pages] == [["旧名"], ["新名"]]
    assert "2025-01-01 通称：新名" in text_of(client.get(product.get_absolute_url()))
