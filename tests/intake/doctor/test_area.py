from __future__ import annotations

import numpy as np
import pytest
import shapely

from gi_registry.intake.doctor.area import areas_ha, by_scale
from gi_registry.places.geometry import hectares
from tests.intake.doctor.files import DISTRICT


def same(x, y):
    return x, y


def test_the_quick_measure_of_area_agrees_with_the_exact_one():
    town = shapely.segmentize(DISTRICT, 1e-4)
    exact = areas_ha(np.array([town]), same)
    quick = by_scale(np.array([town]), same)
    assert quick == pytest.approx(exact, rel=1e-5)
    assert exact == pytest.approx([hectares(DISTRICT)], rel=1e-7)
