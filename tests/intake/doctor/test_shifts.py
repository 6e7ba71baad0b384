from __future__ import annotations

import numpy as np

from gi_registry.intake.doctor import shifts
from gi_registry.places import datums
from gi_registry.places.datums import Datum

RANDOM = np.random.default_rng(20_261_124)
LON, LAT = RANDOM.uniform(75, 135, 1_000), RANDOM.uniform(18, 53, 1_000)


def one_by_one(datum: Datum) -> np.ndarray:
    return np.array(
        [datums.to_cgcs2000(lon, lat, datum) for lon, lat in zip(LON.tolist(), LAT.tolist(), strict=True)]
    ).T


def test_gcj02_is_undone_for_arrays_as_for_one_point():
    assert np.abs(np.array(shifts.gcj02_to_cgcs2000(LON, LAT)) - one_by_one(Datum.GCJ02)).max() < 1e-8


def test_bd09_is_undone_for_arrays_as_for_one_point():
    assert np.abs(np.array(shifts.bd09_to_cgcs2000(LON, LAT)) - one_by_one(Datum.BD09)).max() < 1e-8


def test_what_is_shifted_and_undone_is_where_it_was():
    back = shifts.gcj02_to_cgcs2000(*shifts.cgcs2000_to_gcj02(LON, LAT))
    assert np.abs(np.array(back) - (LON, LAT)).max() < 1e-8
