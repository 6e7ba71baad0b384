from __future__ import annotations

import numpy as np
import shapely

from gi_registry.intake.doctor.anatomy import Anatomy
from tests import shapes
from tests.intake.doctor.files import TOWN


def test_the_anatomy_counts_every_ring():
    anatomy = Anatomy.of(np.array([shapes.islands(116.9, 38.8, 0.03), None, shapely.Point(1, 1), TOWN.geoms[0]]))
    assert (anatomy.parts, anatomy.rings, anatomy.holes, len(anatomy.vertices)) == (3, 5, 2, 25)
    assert anatomy.feature_of_ring.tolist() == [0, 0, 0, 0, 3]
    assert np.sign(anatomy.signed_areas).tolist() == [1, -1, 1, -1, 1]
