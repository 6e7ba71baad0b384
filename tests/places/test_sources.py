from __future__ import annotations

import json
from itertools import combinations

import pytest
import shapely
from shapely import Point

from gi_registry.places.management.commands.make_cells import as_geojson, cells_from
from gi_registry.places.sources import schematic_cells
from tests import shapes

DISTRICT = shapes.pierced(116.7, 38.6, 0.6)
SEATS = {"a": Point(116.8, 38.7), "b": Point(117.2, 38.7), "c": Point(117.2, 39.1), "d": Point(116.75, 39.15)}


@pytest.fixture(scope="module")
def cells():
    return {code: cell.shape for code, cell in schematic_cells(DISTRICT, SEATS).items()}


def test_cells_do_not_overlap(cells):
    assert [shapely.area(one & other) for one, other in combinations(cells.values(), 2)] == [
        pytest.approx(0, abs=1e-9)
    ] * 6


def test_cells_cover_the_district_and_nothing_else(cells):
    assert shapely.union_all(list(cells.values())).symmetric_difference(DISTRICT).area == pytest.approx(0, abs=1e-6)


def test_each_cell_holds_its_own_seat(cells):
    holders = {code: [key for key, cell in cells.items() if cell.contains(seat)] for code, seat in SEATS.items()}

    assert holders == {code: [code] for code in SEATS}


def test_cells_are_the_same_every_time_and_whatever_the_order():
    turned = dict(reversed(SEATS.items()))

    assert schematic_cells(DISTRICT, turned) == schematic_cells(DISTRICT, SEATS)


def test_a_cell_is_as_uncertain_as_half_the_way_to_the_farthest_neighbour():
    cells = schematic_cells(shapes.square(116, 38, 2), {"west": Point(116.5, 39), "east": Point(117.5, 39)})

    assert {code: cell.uncertainty_m for code, cell in cells.items()} == {
        "west": pytest.approx(43_290, abs=30),
        "east": pytest.approx(43_290, abs=30),
    }


def test_the_shipped_cells_are_what_the_command_makes(settings):
    shipped = (settings.GEODATA_DIR / "cells.geojson").read_text(encoding="utf-8")

    assert as_geojson(cells_from(settings.GEODATA_DIR)) == shipped


def test_the_shipped_cells_cover_the_district_without_overlap(settings):
    def read(name):
        return json.loads((settings.GEODATA_DIR / name).read_text(encoding="utf-8"))["features"]

    cells = [shapely.geometry.shape(feature["geometry"]) for feature in read("cells.geojson")]
    districts = {f["properties"]["code"]: shapely.geometry.shape(f["geometry"]) for f in read("districts.geojson")}

    assert len(cells) == 18
    assert max(shapely.area(one & other) for one, other in combinations(cells, 2)) == pytest.approx(0, abs=1e-9)
    assert shapely.union_all(cells).symmetric_difference(districts["120118"]).area == pytest.approx(0, abs=1e-6)
