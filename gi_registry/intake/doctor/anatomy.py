"""Shapes as plain numbers: every ring of a layer in a few arrays, as GeoArrow lays them out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely


@dataclass(frozen=True)
class Anatomy:
    """All rings of the polygons among `shapes` as plain numbers; ring, part and feature offsets are GeoArrow's."""

    features: np.ndarray
    lengths: np.ndarray
    vertices: np.ndarray
    ring_ends: np.ndarray
    part_ends: np.ndarray
    feature_ends: np.ndarray

    @classmethod
    def of(cls, shapes: np.ndarray) -> Anatomy:
        """The anatomy of an array of shapes; points, lines and collections are passed over."""
        kinds = shapely.get_type_id(shapes)
        which = np.flatnonzero(((kinds == 3) | (kinds == 6)) & ~shapely.is_empty(shapes))
        if not len(which):
            none = np.zeros(1, dtype=np.int64)
            return cls(which, np.empty(0), np.empty((0, 2)), none, none, none)
        _kind, vertices, offsets = shapely.to_ragged_array(shapes[which], include_z=False, include_m=False)
        rings, parts = offsets[0], offsets[1]
        ends = offsets[2] if len(offsets) == 3 else np.arange(len(parts))
        return cls(which, shapely.length(shapes[which]), vertices, rings, parts, ends)

    @property
    def parts(self) -> int:
        return len(self.part_ends) - 1

    @property
    def rings(self) -> int:
        return len(self.ring_ends) - 1

    @property
    def holes(self) -> int:
        return self.rings - self.parts

    @cached_property
    def steps(self) -> tuple[np.ndarray, np.ndarray]:
        """From each vertex to the next in source units; the step from one ring to the next means nothing."""
        return np.diff(self.vertices[:, 0]), np.diff(self.vertices[:, 1])

    @cached_property
    def is_hole(self) -> np.ndarray:
        """Whether each ring is a hole: the first of every part is not."""
        holes = np.ones(self.rings, dtype=bool)
        holes[self.part_ends[:-1]] = False
        return holes

    @cached_property
    def feature_of_ring(self) -> np.ndarray:
        """The feature (an index into all shapes) of each ring."""
        return np.repeat(self.features, self.rings_of_feature)

    @property
    def rings_of_feature(self) -> np.ndarray:
        """How many rings each feature has."""
        return np.diff(self.part_ends[self.feature_ends])

    @cached_property
    def signed_areas(self) -> np.ndarray:
        """The area of each ring in square units, negative where it runs clockwise."""
        if not self.rings:
            return np.empty(0)
        y = self.vertices[:, 1]
        cross = np.zeros(len(y))
        np.add(y[1:], y[:-1], out=cross[:-1])
        cross[:-1] *= self.steps[0]
        cross[self.ring_ends[1:] - 1] = 0.0
        return np.asarray(np.add.reduceat(cross, self.ring_ends[:-1]) / -2)

    def lengths_of(self, per_x: float, per_y: float, which: np.ndarray) -> np.ndarray:
        """The lengths in metres of the rings numbered `which`."""
        spans = [slice(self.ring_ends[ring], self.ring_ends[ring + 1] - 1) for ring in which]
        return np.array([np.hypot(self.steps[0][s] * per_x, self.steps[1][s] * per_y).sum() for s in spans])
