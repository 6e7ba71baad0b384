from __future__ import annotations

import pytest

from gi_registry.opendata.sheets import LONGEST_CELL, in_cells, wkt_names


@pytest.mark.parametrize("length", [0, 1, LONGEST_CELL, LONGEST_CELL + 1, 3 * LONGEST_CELL])
def test_a_long_shape_goes_on_in_further_cells(length):
    parts = in_cells("x" * length)

    assert "".join(parts) == "x" * length
    assert max(len(part) for part in parts) <= LONGEST_CELL


def test_further_cells_have_names():
    assert (wkt_names(1), wkt_names(3)) == (["WKT"], ["WKT", "WKT_2", "WKT_3"])
