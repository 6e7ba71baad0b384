from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict
from gi_registry.core.models import Change
from gi_registry.intake import imports
from gi_registry.intake.imports import Shape
from gi_registry.intake.models import ReceivedFile, Step
from gi_registry.places.geometry import to_geos
from gi_registry.places.models import PlaceVersion
from gi_registry.products.models import Area
from tests import make, shapes

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 1)
CELLS = {"120118102": ("独流镇", 116.8), "120118103": ("王口镇", 116.9), "120118104": ("台头镇", 117.0)}
BIGGER = shapes.square(116.8, 38.8, 0.12)


def received(name="界线.geojson", content=b"{}", purpose="units"):
    upload = SimpleUploadedFile(name, content)
    return imports.receive(upload, purpose=purpose, product=None, regime="", by="王敏")


def content_of(file):
    with file.file.open("rb") as opened:
        return opened.read()


def feature(number=1, name="", code="", shape=BIGGER):
    return Shape(number, name, code, shape)


@pytest.fixture
def district():
    """Three towns in a row as schematic cells; one product drawn from the first two."""
    towns = {
        code: make.place(code, shapes.square(west, 38.8, 0.1), name=name, schematic=True)
        for code, (name, west) in CELLS.items()
    }
    product = make.product()
    make.protection(product)
    both = [towns["120118102"], towns["120118103"]]
    shape = imports.draw_area(both, "", DAY)
    make.area(product, shapes.square(116.8, 38.8, 0.1), drawn_on=DAY, wording="独流镇、王口镇", schematic=True)
    area = Area.objects.get()
    area.boundary, area.outline, area.hectares = shape.boundary, shape.outline, shape.hectares
    area.save()
    area.units.set(both)
    return towns


def admit(file, features, day=DAY, **values):
    given = {"source": make.source("survey"), "grade": "primary", "uncertainty_m": 5.0, "by": "王敏"} | values
    return imports.admit_units(file, imports.matched(features, day), day=day, **given)


def test_a_file_is_kept_as_it_is_with_its_hash_and_number():
    first, second = received(content=b"{}"), received()

    assert (first.file_number, second.file_number) == (f"{clock.today().year}-0001", f"{clock.today().year}-0002")
    assert (first.name, first.bytes, content_of(first), first.step) == ("界线.geojson", 2, b"{}", Step.EXAMINING)
    assert first.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_the_path_in_a_name_is_left_out(settings):
    file = received(name="../../etc/passwd.geojson")

    assert file.name == "passwd.geojson"
    assert file.file.path == str(settings.PRIVATE_DIR / "received" / f"{file.file_number}.geojson")


@pytest.mark.parametrize(
    ("content", "limit_mb", "sentence"), [(b"", 1, "文件是空的"), (b"x" * 20, 0.00001, "超过 1e-05 MB 的限度")]
)
def test_an_empty_or_too_big_file_is_refused_and_not_kept(settings, content, limit_mb, sentence):
    settings.UPLOAD_LIMIT_MB = {"delivery": limit_mb}

    with pytest.raises(BadInput, match=sentence):
        received(content=content)

    assert (ReceivedFile.objects.count(), settings.PRIVATE_DIR.exists()) == (0, False)


def test_a_file_whose_row_cannot_be_written_is_not_left_behind(settings):
    with pytest.raises(Conflict, match="请再交一次"):
        received(purpose=None)

    assert (ReceivedFile.objects.count(), [p for p in settings.PRIVATE_DIR.rglob("*") if p.is_file()]) == (0, [])


def test_the_second_of_two_who_admit_a_file_is_told_and_nothing_is_written_twice(district):
    file = received()
    read_by_both = ReceivedFile.objects.get()
    admit(file, [feature(1, code="120118102")])

    with pytest.raises(Conflict, match="别人刚办过这个文件"):
        admit(read_by_both, [feature(1, code="120118102")], day=date(2026, 6, 1))
    assert PlaceVersion.objects.filter(valid_from=date(2026, 6, 1)).count() == 0


def test_the_second_of_two_who_choose_is_told_and_the_choices_of_the_first_stand(settings):
    settings.WORK_APART = True  # the work itself begins when the transaction of this test would end: never
    file = received()
    ReceivedFile.objects.update(step=Step.EXAMINED)
    first, second = ReceivedFile.objects.get(), ReceivedFile.objects.get()
    imports.set_to_work(first, Step.TREATING, choices={"layer": "甲"})

    with pytest.raises(Conflict, match="别人刚办过这个文件"):
        imports.set_to_work(second, Step.TREATING, choices={"layer": "乙"})
    file.refresh_from_db()
    assert (file.step, file.choices) == (Step.TREATING, {"layer": "甲"})


def test_a_file_that_could_not_be_treated_is_kept_for_other_choices():
    file = received()
    ReceivedFile.objects.update(step=Step.TREATING)

    imports.refuse(file.pk, "太大。")

    row = ReceivedFile.objects.get()
    assert (row.step, row.refusal, content_of(row)) == (Step.EXAMINED, "太大。", b"{}")


def test_features_find_their_unit_by_code_or_by_name_with_or_without_its_kind(district):
    features = [
        feature(1, code="120118102"),
        feature(2, code="120118103000", name="别的名字"),
        feature(3, name="台头"),
        feature(4, name="不在这里"),
        feature(5),
    ]

    matches = imports.matched(features, DAY)
    assert [match.unit and match.unit.name for match in matches] == ["独流镇", "王口镇", "台头镇", None, None]
    assert imports.missing(matches[:2]) == ["台头镇"]


def test_borders_take_the_place_of_cells_from_a_day_and_areas_are_drawn_anew(district):
    file = received()

    drifts = admit(file, [feature(1, code="120118102")])

    versions = PlaceVersion.objects.filter(place__code="120118102").order_by("valid_from")
    assert [(v.valid_from, v.valid_until, v.schematic) for v in versions] == [
        (make.LONG_AGO, DAY, True),
        (DAY, None, False),
    ]
    old, new = Area.objects.order_by("valid_from")
    assert [(a.valid_from, a.valid_until, a.wording) for a in (old, new)] == [
        (make.LONG_AGO, DAY, "独流镇、王口镇"),
        (DAY, None, "独流镇、王口镇"),
    ]
    assert new.boundary == imports.draw_area([district["120118102"], district["120118103"]], "", DAY).boundary
    assert set(new.units.all()) == {district["120118102"], district["120118103"]}
    (drift,) = drifts
    assert (drift.product, drift.still_schematic, drift.removed_ha) == ("独流老醋", True, 0.0)
    assert drift.after_ha == pytest.approx(drift.before_ha + drift.added_ha, abs=0.02)
    file.refresh_from_db()
    assert (file.step, file.drift[0]["added_ha"]) == (Step.ADMITTED, drift.added_ha)


def test_an_area_whose_units_all_have_borders_is_no_longer_schematic(district):
    west, east = shapes.square(116.8, 38.8, 0.1), shapes.square(116.9, 38.8, 0.1)

    (drift,) = admit(received(), [feature(1, code="120118102", shape=west), feature(2, name="王口镇", shape=east)])

    assert (drift.still_schematic, drift.added_ha, drift.removed_ha) == (False, 0.0, 0.0)


def test_a_version_that_begins_later_is_drawn_again_from_its_own_first_day(district):
    later = date(2026, 9, 1)
    old = Area.objects.get()
    Area.objects.filter(pk=old.pk).update(valid_until=later)
    make.area(old.product, shapes.square(116.8, 38.8, 0.1), valid_from=later, drawn_on=later, schematic=True)
    Area.objects.get(valid_from=later).units.set(old.units.all())

    drifts = admit(received(), [feature(1, code="120118102")])

    assert len(drifts) == 2
    assert list(Area.objects.order_by("valid_from").values_list("valid_from", "valid_until", "drawn_on")) == [
        (make.LONG_AGO, DAY, DAY),
        (DAY, later, DAY),
        (later, None, later),
    ]


def test_an_area_of_other_units_stays_as_it_is(district):
    assert admit(received(), [feature(1, code="120118104")]) == []
    assert Area.objects.count() == 1


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ([feature(1, name="不在这里")], "没有一个图形与登记簿的乡镇街道对得上"),
        ([feature(1, name="独流镇"), feature(2, code="120118102")], "120118102"),
    ],
)
def test_what_cannot_be_admitted_leaves_no_trace(district, features, sentence):
    file, before = received(), Change.objects.count()
    make.source("survey")

    with pytest.raises(BadInput, match=sentence):
        admit(file, features)

    file.refresh_from_db()
    assert (file.step, PlaceVersion.objects.count(), Change.objects.count()) == (Step.EXAMINING, 3, before + 1)


def test_history_names_the_file_day_and_source_of_every_row_it_changed(district):
    admit(received(), [feature(1, code="120118102")])

    lines = Change.objects.filter(by="王敏").values_list("table", "day", "source")
    assert set(lines) == {("行政区沿革", DAY, "survey"), ("产地范围", DAY, "survey")}
    assert all("据收件" in note for note in Change.objects.filter(by="王敏").values_list("note", flat=True))


def test_the_boundary_that_was_drawn_is_the_one_in_the_file(district):
    admit(received(), [feature(1, code="120118102", shape=shapes.pierced(116.8, 38.8, 0.1))])

    assert PlaceVersion.objects.get(place__code="120118102", valid_from=DAY).boundary == to_geos(
        shapes.pierced(116.8, 38.8, 0.1)
    )
