"""Drawing a producing area in a real browser: no ring may be lost on the way from the database and back."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import shapely
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from gi_registry.parties.permissions import Role
from gi_registry.places.geometry import Count, to_shapely
from gi_registry.products.models import Area, AreaDraft, Product
from tests import make, shapes
from tests.browser.conftest import PHONE

DESK = "/desk/products/taitou-xigua/areas/"
ISLANDS = shapes.islands(116.8, 38.85, 0.06)  # two parts, each with a hole


@pytest.fixture
def drawing(opened):
    """Open the desk's page of the product's areas as an official, where the newest version is two pierced squares."""

    @contextmanager
    def opening(shape=ISLANDS, **options):
        product = Product.objects.get(slug="taitou-xigua")
        make.area(product, shape, regime="collective", basis="proposed")
        Group.objects.get_or_create(name=Role.AGRICULTURE.label)  # emptied with all tables after the test before
        make.person("agriculture", last_name="王", first_name="敏")
        with opened(f"/sign-in/?next={DESK}", **options) as page:
            page.set_default_timeout(10_000)
            page.get_by_label("用户名").fill("wangmin")
            page.get_by_label("口令").fill("流水不腐 24")
            page.get_by_role("button", name="登录").click()
            yield page

    return opening


def begin(page, way="在图上画"):
    """Start a draft under the regime that has the two squares."""
    page.get_by_role("form", name="集体商标").get_by_role("button", name=way).click()
    expect(page.locator(".leaflet-draw, .unit-choice").first).to_be_visible()


def go_on(page):
    page.get_by_role("button", name="看看改了什么").click()
    expect(page.get_by_role("heading", name="保存之前，看看改了什么")).to_be_visible()


def drawn():
    return to_shapely(AreaDraft.objects.get().boundary)


def pieces(page, kind):
    return page.locator(f".piece-{kind}")


def ring(page, points):
    """Click a ring on the map, in parts of its width and height, and close it on its first point."""
    page.clock.install()
    page.locator("[data-map]").scroll_into_view_if_needed()
    box = page.locator("[data-map]").bounding_box()
    for x, y in [*points, points[0]]:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.down()
        page.mouse.up()
        page.clock.run_for(60)  # Leaflet.draw takes no second point within 50 ms


def test_a_shape_opened_and_sent_unmoved_keeps_every_ring_vertex_for_vertex(drawing):
    with drawing() as page:
        begin(page)
        expect(pieces(page, "part")).to_have_count(2)
        expect(pieces(page, "hole")).to_have_count(2)
        go_on(page)

        assert shapely.equals_identical(drawn(), to_shapely(Area.objects.get(regime="collective").boundary))
        expect(page.locator(".losses")).to_have_count(0)


def test_editing_without_moving_and_finishing_keeps_every_ring(drawing):
    with drawing() as page:
        begin(page)
        page.get_by_role("link", name="移动顶点").click()
        expect(page.locator(".leaflet-editing-icon").first).to_be_visible()
        assert page.locator(".leaflet-editing-icon").count() == 2 * 16  # four vertices and four middles of four rings
        page.get_by_role("link", name="完成").click()
        go_on(page)

        assert shapely.equals_identical(drawn(), ISLANDS)


def test_a_hole_is_cut_and_another_filled_and_what_is_lost_is_confirmed_by_name(drawing):
    with drawing(expected=("status of 400",)) as page:
        begin(page)
        page.get_by_role("button", name="挖一个孔洞").click()
        ring(page, corner_of_the_first_part(page))
        expect(pieces(page, "hole")).to_have_count(3)
        expect(page.get_by_role("status")).to_contain_text("孔洞已挖好")
        page.get_by_role("button", name="填上地块 2 的孔洞 1").click()
        expect(pieces(page, "hole")).to_have_count(2)
        go_on(page)

        assert Count.of(drawn()).holes == 2
        page.get_by_role("button", name="保存这一版").click()
        expect(page.get_by_role("alert")).to_contain_text("请逐项勾选确认")
        for box in page.locator(".losses input").all():
            box.check()
        page.get_by_role("button", name="保存这一版").click()
        expect(page.get_by_role("status")).to_contain_text("已保存为第")
        assert Count.of(to_shapely(Area.objects.filter(regime="collective").last().boundary)).holes == 2


def corner_of_the_first_part(page):
    """A small triangle in the lower left corner of the first part, left of its hole, in parts of the map."""
    box = page.locator("[data-map]").bounding_box()
    paths = [path.bounding_box() for path in page.locator(".leaflet-overlay-pane path").all()]
    part = min(paths, key=lambda path: path["x"])

    def at(x, y):
        return (
            (part["x"] + part["width"] * x - box["x"]) / box["width"],
            (part["y"] + part["height"] * y - box["y"]) / box["height"],
        )

    return [at(0.08, 0.92), at(0.28, 0.92), at(0.08, 0.72)]


def test_a_hole_outside_every_part_is_not_cut_and_this_is_said(drawing):
    with drawing() as page:
        begin(page)
        page.get_by_role("button", name="挖一个孔洞").click()
        ring(page, [(0.44, 0.4), (0.52, 0.4), (0.52, 0.5)])

        expect(page.get_by_role("status")).to_contain_text("孔洞必须整个落在一个地块里面")
        expect(pieces(page, "hole")).to_have_count(2)


def test_a_part_is_added_and_another_deleted_from_the_keyboard(drawing):
    with drawing() as page:
        begin(page)
        page.get_by_role("link", name="加一个地块").click()
        ring(page, [(0.44, 0.4), (0.52, 0.4), (0.52, 0.5), (0.44, 0.5)])
        expect(pieces(page, "part")).to_have_count(3)
        page.get_by_role("button", name="删去地块 1").focus()
        page.keyboard.press("Enter")
        expect(pieces(page, "part")).to_have_count(2)
        go_on(page)

        count = Count.of(drawn())
        assert (count.parts, count.holes) == (2, 1)
        expect(page.locator(".losses")).to_contain_text("去掉")


def test_a_vertex_of_a_hole_is_moved_and_cancelling_puts_it_back(drawing):
    with drawing() as page:
        begin(page)
        before = page.locator("#id_boundary").input_value()
        page.get_by_role("link", name="移动顶点").click()
        handles = page.locator(".leaflet-editing-icon")
        box = handles.nth(8).bounding_box()  # of the first hole, after the eight of the outer ring
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 18, box["y"] + 14, steps=4)
        page.mouse.up()
        assert page.locator("#id_boundary").input_value() != before
        page.get_by_role("link", name="取消").click()

        assert page.locator("#id_boundary").input_value() == before


def test_the_toolbar_speaks_chinese_and_its_icons_are_loaded(drawing):
    with drawing() as page:
        begin(page)
        titles = page.locator(".leaflet-draw-toolbar a").evaluate_all("links => links.map(link => link.title)")
        icon = page.locator(".leaflet-draw-toolbar a").first
        image = icon.evaluate("link => getComputedStyle(link, '::before').backgroundImage")

        assert titles == ["加一个地块", "加一个矩形地块", "移动顶点", "删去地块"]
        address = image.removeprefix('url("').removesuffix('")')
        assert page.request.get(address).ok


def test_text_that_is_no_shape_stays_and_is_refused_with_the_reason(drawing):
    with drawing(expected=("status of 400",)) as page:
        begin(page)
        page.get_by_text("坐标文字（GeoJSON 或 WKT）").click()
        text = page.locator("#id_boundary")
        text.fill("POLYGON((116 38,117 39,117 38,116 39,116 38))")
        text.blur()
        expect(page.get_by_role("status")).to_contain_text("读不成图形")
        page.get_by_role("button", name="看看改了什么").click()

        expect(page.locator(".wrong")).to_contain_text("边与边相交")
        assert text.input_value().startswith("POLYGON((116 38")


def test_units_are_chosen_on_the_map_and_in_the_list_alike(drawing):
    with drawing() as page:
        begin(page, "选行政区")
        boxes = page.locator("[data-units] input")
        chosen = boxes.evaluate_all("boxes => boxes.filter(box => box.checked).length")
        page.locator(".unit-choice").nth(2).click()
        page.get_by_label("中旺镇").focus()
        page.keyboard.press("Space")

        expect(page.locator(".unit-choice.is-chosen")).to_have_count(chosen + 2)
        expect(page.locator("[data-chosen]")).to_have_text(f"已选 {chosen + 2} 个")
        go_on(page)
        assert AreaDraft.objects.get().units.count() == chosen + 2
        expect(page.locator("path.change-added").first).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_screen(drawing):
    with drawing(viewport=PHONE) as page:
        widths = [page.evaluate("document.documentElement.scrollWidth")]
        begin(page)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
        go_on(page)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

        assert widths == [390] * 3


def test_without_script_the_coordinates_can_be_typed(drawing):
    with drawing(java_script_enabled=False) as page:
        page.get_by_role("form", name="集体商标").get_by_role("button", name="在图上画").click()
        page.get_by_text("坐标文字（GeoJSON 或 WKT）").click()
        page.locator("#id_boundary").fill(shapes.pierced(116.9, 38.9, 0.05).wkt)
        go_on(page)

        assert Count.of(drawn()).holes == 1
        expect(page.locator(".change-still")).to_be_visible()
