from __future__ import annotations

from datetime import date

import pytest
import shapely

from gi_registry.core.errors import BadInput, Conflict, NotInRegister
from gi_registry.core.history import changes_of
from gi_registry.places.geometry import in_metres, to_geos, to_shapely
from gi_registry.places.models import Place
from gi_registry.products import areas
from gi_registry.products.areas import Footing
from gi_registry.products.models import Area, AreaDraft, Product
from gi_registry.products.register import area_register
from tests import make, shapes

pytestmark = pytest.mark.django_db

DAY, LATER = date(2026, 11, 24), date(2026, 12, 1)
BIG, SMALL, EAST = shapes.square(116.8, 38.8, 0.1), shapes.square(116.8, 38.8, 0.05), shapes.square(116.9, 38.8, 0.1)
ISLANDS = shapes.islands(116.8, 38.8, 0.09)  # two parts, each with a hole


def hectares(shape):
    return in_metres(shape).area / 10_000


@pytest.fixture
def product():
    product = make.product()
    make.protection(product)
    return product


@pytest.fixture
def first(product):
    """The version that stands when a test begins: the big square, since 2000."""
    return make.area(product, BIG)


def filled(draft, shape=None, units=(), **facts):
    """The draft as if its form had been sent with these facts."""
    values = {
        "day": DAY,
        "basis": "proposed",
        "grade": "secondary",
        "source": make.source("plan"),
        "announcement": None,
        "document": None,
        "wording": "四至以图为准",
        "stated_hectares": None,
        "note": "",
    }
    if shape is not None:
        values |= {"boundary": to_geos(shape), "datum": "cgcs2000", "uncertainty_m": 10.0, "schematic": False}
    return areas.revise(draft, values | facts, list(units), by="王敏", edition=draft.edition)


def draft_of(product, shape=None, units=(), way="drawn", **facts):
    return filled(areas.start(product, "product", way, by="王敏"), shape, units, **facts)


def saved(draft, confirmed=("land", "holes", "parts")):
    return areas.save(draft, by="王敏", edition=draft.edition, confirmed=confirmed)


def boundary_of(area):
    return bytes(Area.objects.get(pk=area.pk).boundary.wkb)


# --- Drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_begins_as_the_latest_version_stands(product, first):
    first.units.set([make.place("120118102", BIG)])

    draft = areas.start(product, "product", "drawn", by="王敏")

    kept = AreaDraft.objects.get(pk=draft.pk)
    assert (kept.basis, kept.grade, kept.source, kept.base) == ("act", "primary", first.source, first)
    assert (bytes(kept.boundary.wkb), list(kept.units.all())) == (boundary_of(first), list(first.units.all()))
    assert Footing(kept.base_id, kept.seen) == areas.footing(first)


def test_a_draft_of_a_product_without_area_begins_empty_and_proposed(product):
    draft = areas.start(product, "product", "units", by="王敏")

    assert (draft.base, draft.seen, draft.boundary, draft.basis, draft.grade) == (
        None,
        0,
        None,
        "proposed",
        "unverified",
    )


@pytest.mark.parametrize(("regime", "way"), [("none", "units"), ("product", "by magic")])
def test_a_draft_of_no_regime_or_way_is_refused(product, regime, way):
    with pytest.raises(BadInput, match="请选择保护制度和画法"):
        areas.start(product, regime, way, by="王敏")


def test_a_draft_by_units_is_drawn_from_their_borders_on_its_day(product):
    units = [make.place("120118101", BIG, uncertainty_m=10.0), make.place("120118102", EAST, schematic=True)]

    draft = draft_of(product, units=units, way="units")

    kept = AreaDraft.objects.get(pk=draft.pk)
    assert to_shapely(kept.boundary).equals(BIG.union(EAST))
    assert (kept.drawn_on, kept.uncertainty_m, kept.schematic, kept.wording) == (DAY, 10.0, True, "四至以图为准")


def test_a_draft_by_units_without_border_is_refused_and_keeps_what_it_had(product):
    draft = areas.start(product, "product", "units", by="王敏")

    with pytest.raises(BadInput, match="120118103 在 2026-11-24 没有界线"):
        filled(draft, units=[make.place("120118103")])
    assert AreaDraft.objects.get(pk=draft.pk).day is None


def test_who_was_outrun_on_a_draft_is_told_and_overwrites_nothing(product, first):
    draft = areas.start(product, "product", "drawn", by="王敏")
    stale = AreaDraft.objects.get(pk=draft.pk)
    filled(draft, SMALL)

    with pytest.raises(Conflict, match=r"王敏 已在 .* 改过这份草稿"):
        filled(stale, EAST)
    assert to_shapely(AreaDraft.objects.get().boundary).equals(SMALL)


def test_a_shape_from_a_file_becomes_a_draft_that_lacks_its_accuracy_only(product, first):
    draft = areas.draft_from_shape(product, "product", ISLANDS, by="王敏", datum="gcj02", name="台头.zip")

    kept = AreaDraft.objects.get(pk=draft.pk)
    assert (kept.way, kept.name, kept.datum, kept.base) == ("file", "台头.zip", "gcj02", first)
    assert to_shapely(kept.boundary).equals(ISLANDS)
    with pytest.raises(BadInput, match="草稿还缺：自何日起、界线误差（米）。"):
        areas.difference_of(kept)


def test_an_invalid_shape_from_a_file_is_refused_with_its_place(product):
    bow = shapely.from_wkt("POLYGON((116 38,117 39,117 38,116 39,116 38))")

    with pytest.raises(BadInput, match=r"边与边相交.*116.500000，38.500000"):
        areas.draft_from_shape(product, "product", bow, by="王敏", datum="cgcs2000", name="x")
    assert AreaDraft.objects.count() == 0


def test_a_range_printed_far_beyond_the_drawn_shape_is_warned_of(product):
    draft = draft_of(product, SMALL, wording="东经115°00′00″~116°51′00″，北纬38°48′00″~38°51′00″")

    assert draft.warning == "原文所印坐标范围的西界超出所列行政区，原样保留，未用于绘图。"


# --- Differences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_added_and_unchanged_make_the_new_area_removed_and_unchanged_the_old_one(product, seed):
    before = shapes.star(116.9, 38.9, seed)
    after = shapely.union_all(
        [shapes.star(116.93, 38.92, seed + 1000), shapes.pierced(117.1, 38.9, 0.05 + seed / 1000)]
    )

    found = areas.difference(to_geos(before), to_geos(after), product=product, day=DAY, stated=None)

    assert found.added + found.unchanged == pytest.approx(found.after.hectares, abs=1e-6)
    assert found.removed + found.unchanged == pytest.approx(found.before.hectares, abs=1e-6)
    assert (found.before.hectares, found.after.hectares) == pytest.approx((hectares(before), hectares(after)))


def test_a_difference_tells_sizes_pieces_neighbours_units_and_drift(product):
    make.place("120118101", BIG)
    make.place("120118102", EAST)
    other = make.product("taitou-xigua", "台头西瓜")
    make.area(other, EAST)
    reach = shapes.square(116.85, 38.8, 0.1)  # half of each square

    found = areas.difference(to_geos(BIG), to_geos(reach), product=product, day=DAY, stated=hectares(reach) / 2)

    half = hectares(BIG) / 2
    assert (found.before.pieces.rings, found.after.pieces.parts) == (1, 1)
    assert [found.added, found.removed, found.unchanged] == pytest.approx([half] * 3, rel=1e-4)
    assert [(m.area.product, round(m.hectares / half, 3)) for m in found.met] == [(other, 1.0)]
    assert [(t.unit.place.code, round(t.before / half, 3), round(t.share, 3)) for t in found.touched] == [
        ("120118101", 2.0, 0.5),
        ("120118102", 0.0, 0.5),
    ]
    assert found.drift.share == pytest.approx(1.0)


def test_a_first_version_is_all_added_and_loses_nothing(product):
    found = areas.difference(None, to_geos(ISLANDS), product=product, day=DAY, stated=None)

    assert (found.removed, found.unchanged, found.before.hectares, found.losses) == (0.0, 0.0, 0.0, [])
    assert (found.after.pieces.parts, found.after.pieces.holes, found.after.pieces.rings) == (2, 2, 4)


def losses(product, before, after):
    found = areas.difference(to_geos(before), to_geos(after), product=product, day=DAY, stated=None)
    return [loss.key for loss in found.losses]


ONE_HOLE_FILLED = shapely.MultiPolygon([shapely.Polygon(ISLANDS.geoms[0].exterior), ISLANDS.geoms[1]])
OTHER_HOLE = shapely.MultiPolygon(
    [
        shapely.Polygon(ISLANDS.geoms[0].exterior, [shapes.square(116.805, 38.805, 0.01).geoms[0].exterior]),
        ISLANDS.geoms[1],
    ]
)


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (ISLANDS, []),
        (shapely.union_all([ISLANDS, shapes.square(117.3, 38.8, 0.1)]), []),
        (ONE_HOLE_FILLED, ["holes"]),
        (OTHER_HOLE, ["land", "holes"]),  # as many holes as before, but not the same
        (shapely.MultiPolygon([ISLANDS.geoms[0]]), ["land", "holes", "parts"]),
        (shapely.transform(ISLANDS, lambda xy: xy + 1e-9), []),  # a tenth of a millimetre is no loss
        (shapely.transform(ISLANDS, lambda xy: xy + 1.0), ["land", "parts"]),
    ],
)
def test_what_is_lost_is_named(product, after, lost):
    assert losses(product, ISLANDS, after) == lost


def test_a_loss_says_how_much():
    found = areas.difference(to_geos(ISLANDS), to_geos(ONE_HOLE_FILLED), product=make.product(), day=DAY, stated=None)
    hole = hectares(ISLANDS.geoms[0].interiors[0].envelope)

    assert [loss.sentence for loss in found.losses] == [
        f"少 1 个孔洞（原有 2 个，改后 1 个，填上 {hole:,.2f} 公顷）",
    ]


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_saving_ends_the_old_version_and_begins_a_new_one_with_all_it_was_given(product, first):
    unit = make.place("120118101", BIG)
    area = saved(draft_of(product, SMALL, [unit], wording="一字不改 \n 两行", stated_hectares=12.5))

    old, new = Area.objects.order_by("pk")
    assert (old.valid_until, boundary_of(old), new) == (DAY, boundary_of(first), area)
    assert (new.valid_from, new.valid_until, new.wording, new.stated_hectares) == (DAY, None, "一字不改 \n 两行", 12.5)
    assert (new.source.key, new.grade, new.datum, new.uncertainty_m, list(new.units.all())) == (
        "plan",
        "secondary",
        "cgcs2000",
        10.0,
        [unit],
    )
    assert new.hectares == pytest.approx(hectares(SMALL), abs=0.01)
    assert AreaDraft.objects.count() == 0


def test_the_history_says_who_when_from_which_day_by_which_source_and_in_which_way(product, first):
    area = saved(draft_of(product, SMALL))

    lines = [changes_of(row).first() for row in (first, area)]
    assert [(line.by, line.day, line.source, line.note) for line in lines] == [("王敏", DAY, "plan", "在图上画")] * 2
    assert (lines[0].before, lines[0].after) == ({"valid_until": None}, {"valid_until": "2026-11-24"})


def test_a_saved_version_is_what_the_map_answers_at_once(product, first, client):
    where = {"lon": "116.95", "lat": "38.85"}
    assert client.get("/api/covering", where).json()["covering"] == []

    saved(draft_of(product, EAST))

    assert [area["slug"] for area in client.get("/api/covering", where).json()["covering"]] == ["duliu-laocu"]
    assert client.get("/api/covering", {"lon": "116.85", "lat": "38.85"}).json()["covering"] == []
    assert client.get("/api/covering", {"lon": "116.85", "lat": "38.85", "on": "2026-11-23"}).json()["covering"] != []
    assert len(area_register().facts) == 2


def test_a_loss_that_is_not_confirmed_is_refused_by_name_and_changes_nothing(product):
    make.area(product, ISLANDS)
    draft = draft_of(product, ONE_HOLE_FILLED)

    with pytest.raises(BadInput, match=r"少 1 个孔洞.*请逐项勾选确认"):
        saved(draft, confirmed=["land", "parts"])
    assert (Area.objects.count(), AreaDraft.objects.count()) == (1, 1)
    assert saved(draft, confirmed=["holes"]).valid_from == DAY


def test_who_was_outrun_by_another_version_is_told_and_keeps_the_draft(product, first):
    mine, theirs = draft_of(product, SMALL), draft_of(product, EAST)
    saved(theirs)

    with pytest.raises(Conflict, match=r"王敏 已在 .* 保存了第 2 版，您的修改没有覆盖它"):
        saved(mine)
    assert (Area.objects.count(), list(AreaDraft.objects.all())) == (2, [mine])


def test_a_draft_that_stands_on_the_newest_version_again_is_compared_with_it_and_saved(product, first):
    mine = draft_of(product, SMALL, day=LATER)
    saved(draft_of(product, EAST))

    mine = areas.start_from_latest(mine, by="王敏", edition=mine.edition)

    assert areas.difference_of(mine).unchanged == pytest.approx(0.0, abs=1e-6)
    assert saved(mine).valid_from == LATER
    assert [(a.valid_from, a.valid_until) for a in Area.objects.order_by("pk")] == [
        (make.LONG_AGO, DAY),
        (DAY, LATER),
        (LATER, None),
    ]


def test_a_correction_of_the_latest_version_by_somebody_else_counts_as_outrun(product, first):
    mine = draft_of(product, SMALL)
    saved(draft_of(product, EAST, day=make.LONG_AGO))

    with pytest.raises(Conflict, match="保存了第 1 版"):
        saved(mine)


def test_the_same_first_version_saved_twice_meets_the_other_one(product):
    mine, theirs = draft_of(product, SMALL), draft_of(product, EAST)
    saved(theirs)

    with pytest.raises(Conflict, match="保存了第 1 版"):
        saved(mine)


def test_on_the_very_day_of_the_latest_version_it_is_corrected_in_place_and_history_keeps_the_old_shape(product, first):
    draft = draft_of(product, SMALL, day=make.LONG_AGO)
    assert areas.what_happens(first, make.LONG_AGO) == (
        "第 1 版正是从 2000-01-01 起的：将在原处更正，原来的界线和文字留在变更记录里。"
    )

    corrected = saved(draft)

    assert (corrected.pk, Area.objects.count()) == (first.pk, 1)
    assert changes_of(first).first().before["boundary"] == to_geos(BIG).hexewkb.decode()


def test_a_correction_that_changes_nothing_is_said_to_be_none(product):
    first = saved(draft_of(product, BIG))

    with pytest.raises(BadInput, match="与第 1 版完全相同，没有可保存的。"):
        saved(draft_of(product, BIG))
    assert changes_of(first).count() == 1


@pytest.mark.parametrize(
    ("span", "day", "sentence"),
    [
        ({}, date(1999, 1, 1), "第 1 版从 2000-01-01 起，新版本不能早于它"),
        ({"valid_from": None, "attested_on": DAY}, DAY, "有来源证明 2026-11-24 已是这样：请选更晚的一天"),
    ],
)
def test_a_day_before_the_latest_version_is_refused(product, span, day, sentence):
    make.area(product, BIG, **span)

    with pytest.raises(BadInput, match=sentence):
        saved(draft_of(product, EAST, day=day))
    assert Area.objects.count() == 1


def test_what_happens_is_said_before(product):
    ended = make.area(product, BIG, valid_until=date(2020, 1, 1))
    unknown = make.area(product, BIG, regime="collective", valid_from=None, attested_on=date(2021, 1, 1))

    assert [areas.what_happens(base, DAY) for base in (None, ended, unknown)] == [
        "这是第一版，自 2026-11-24 起。",
        "第 1 版已在 2020-01-01 终止；新版本自 2026-11-24 起，旧版本保留。",
        "第 2 版到 2026-11-24（不含）为止；新版本自 2026-11-24 起，旧版本保留。",
    ]


def test_a_version_that_ended_before_is_left_as_it_is(product):
    ended = make.area(product, BIG, valid_until=date(2020, 1, 1))

    saved(draft_of(product, BIG))

    assert changes_of(ended).count() == 1


def test_an_act_needs_its_announcement_or_document(product):
    draft = draft_of(product, BIG, basis="act")

    with pytest.raises(BadInput, match="依据是“按公告文字”时，要选划定文件"):
        saved(draft)


def test_a_draft_that_is_gone_is_not_saved_twice(product):
    draft = draft_of(product, BIG)
    saved(draft)

    with pytest.raises(Conflict, match="已经保存或被丢弃"):
        saved(draft)


def test_the_file_that_a_shape_came_from_stands_in_the_history(product):
    draft = areas.draft_from_shape(product, "product", BIG, by="王敏", datum="bd09", name="台头.zip")
    area = saved(filled(draft, BIG, datum="bd09"))

    assert (changes_of(area).first().note, area.datum) == ("导入文件（台头.zip）", "bd09")


# --- Going back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_going_back_gives_the_same_border_byte_for_byte_in_one_act(product, seed):
    was = shapely.union_all([shapes.star(116.9, 38.9, seed), shapes.pierced(117.1, 38.9, 0.07)])
    unit = make.place("120118101", BIG)
    first = saved(draft_of(product, was, [unit], wording="第一版的原文", day=make.LONG_AGO))
    second = saved(draft_of(product, EAST))

    third = areas.go_back(
        areas.version(product, 1),
        day=LATER,
        by="李文",
        stood=areas.footing(second),
        confirmed=["land", "holes", "parts"],
        note="公告更正",
    )

    assert (boundary_of(third), third.outline.wkb) == (boundary_of(first), first.outline.wkb)
    assert (third.wording, list(third.units.all()), third.source) == ("第一版的原文", [unit], first.source)
    assert changes_of(third).first().note == "回到第 1 版：公告更正"
    assert [(v.number, v.area.valid_from, v.area.valid_until) for v in areas.versions_of(product)] == [
        (1, make.LONG_AGO, DAY),
        (2, DAY, LATER),
        (3, LATER, None),
    ]


def test_going_back_asks_for_what_would_be_lost_and_is_outrun_like_any_other(product, first):
    second = saved(draft_of(product, EAST))
    old = areas.version(product, 1)

    with pytest.raises(BadInput, match=r"去掉 .* 公顷"):
        areas.go_back(old, day=LATER, by="李文", stood=areas.footing(second))
    with pytest.raises(Conflict, match="保存了第 2 版"):
        areas.go_back(old, day=LATER, by="李文", stood=areas.footing(first), confirmed=["land", "parts"])
    assert Area.objects.count() == 2


def test_there_is_no_going_back_to_the_latest_version(product, first):
    with pytest.raises(BadInput, match="第 1 版就是最新的一版"):
        areas.go_back(areas.version(product, 1), day=LATER, by="李文", stood=areas.footing(first))


def test_a_version_of_no_such_number_is_not_in_the_register(product, first):
    with pytest.raises(NotInRegister, match="没有第 2 版"):
        areas.version(product, 2)


def test_versions_without_border_are_not_compared(product, first):
    bare = make.row(
        Area, {"product": product, "regime": "collective", "valid_from": DAY}, **{"basis": "act"} | make.sourced()
    )

    with pytest.raises(BadInput, match="有一版没有界线"):
        areas.compared(first, bare)


def test_regimes_have_versions_of_their_own_and_share_the_numbers(product, first):
    other = make.area(product, EAST, regime="collective")

    assert [(v.number, v.area) for v in areas.versions_of(product)] == [(1, first), (2, other)]
    assert (areas.latest(product, "product"), areas.latest(product, "agricultural")) == (first, None)


def test_versions_are_read_in_three_queries(product, first, django_assert_num_queries):
    saved(draft_of(product, EAST))

    with django_assert_num_queries(3):
        found = areas.versions_of(product)
    assert [version.made.by for version in found] == ["测试", "王敏"]


def test_units_of_jinghai_make_draft_difference_version_and_way_back(jinghai):
    product = Product.objects.get(slug="taitou-xigua")
    units = list(Place.objects.filter(code__in=["120118104", "120118102"]))
    draft = draft_of(product, units=units, way="units")

    found = areas.difference_of(draft)
    assert ([loss.key for loss in found.losses], found.added) == (["land", "parts"], pytest.approx(0, abs=0.01))
    second = saved(draft)
    third = areas.go_back(areas.version(product, 1), day=LATER, by="李文", stood=areas.footing(second))
    assert boundary_of(third) == boundary_of(areas.version(product, 1).area)
