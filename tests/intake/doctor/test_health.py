from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from gi_registry.intake.doctor import diagnose, health
from gi_registry.intake.doctor.health import Example, Finding
from gi_registry.places.geometry import hectares
from tests import shapes
from tests.intake.doctor import files
from tests.intake.doctor.files import BOW_TIE, DISTRICT, OTHER, TOWN


def found(folder, *drawn) -> dict[str, Finding]:
    path = files.geojson(folder / "a.geojson", *drawn)
    return {finding.key: finding for finding in diagnose(path, path.name, DISTRICT, files.unheard).findings}


def test_a_finding_tells_which_features_where_and_what_its_repair_changes(tmp_path):
    assert found(tmp_path, TOWN, shapely.transform(BOW_TIE, lambda xy: np.add(xy, (0.06, 0)))) == {
        "self_intersection": Finding(
            "self_intersection",
            "界线自相交",
            1,
            (Example(2, 116.985, 38.825),),
            "stop",
            "make_valid",
            0.0,
            pytest.approx(hectares(TOWN) / 2, rel=1e-3),
        )
    }


def test_an_overlap_is_measured(tmp_path):
    overlap = found(tmp_path, TOWN, shapes.square(116.925, 38.8, 0.05))["overlaps"]
    assert overlap.examples == (Example(2, 116.9375, 38.825),)
    assert overlap.area_before_ha == pytest.approx(hectares(TOWN) / 2, rel=1e-4)


def test_neighbours_that_only_touch_do_not_overlap(tmp_path):
    assert found(tmp_path, TOWN, shapes.square(116.95, 38.8, 0.05), shapes.square(116.9, 38.85, 0.1)) == {}


def test_a_thin_hole_is_a_sliver_and_a_wide_one_is_not(tmp_path):
    slit = shapely.box(116.91, 38.81, 116.91 + 5e-6, 38.84)
    assert set(found(tmp_path, shapely.orient_polygons(TOWN.difference(slit)))) == {"sliver", "holes"}


def test_borders_that_cross_a_million_times_are_told_from_dense_ones():
    random = np.random.default_rng(1)
    tangle = shapely.Polygon(random.uniform((116.8, 38.7), (117.0, 38.9), (3_000, 2)))
    turn = np.linspace(0, 2 * math.pi, 20_000, endpoint=False)
    dense = shapely.Polygon(np.column_stack((np.cos(turn), np.sin(turn))))
    assert health.tangled(np.array([tangle]))
    assert not health.tangled(np.array([dense, dense]))


def test_every_finding_has_its_words():
    assert {severity for _label, severity, _repair in health.KINDS.values()} == {"stop", "warn", "info"}
    assert set(health.REASONS.values()) <= set(health.KINDS)


def test_two_towns_side_by_side_have_nothing_wrong(tmp_path):
    assert found(tmp_path, TOWN, OTHER) == {}
