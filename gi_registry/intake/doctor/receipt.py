"""The receipt: what came in, what was done to it, what is taken over, so that nothing is lost unseen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gi_registry.intake.doctor.anatomy import Anatomy
from gi_registry.intake.doctor.area import areas_ha
from gi_registry.intake.doctor.papers import Paper
from gi_registry.intake.doctor.systems import Turn


@dataclass(frozen=True)
class Count:
    """What there is of each."""

    features: int
    parts: int
    rings: int
    holes: int
    vertices: int
    attributes: int
    area_ha: float


@dataclass(frozen=True)
class Repair:
    """A repair that was made: its key, how many features it changed, and the area before and after of all of them."""

    key: str
    features: int
    area_before_ha: float
    area_after_ha: float

    @property
    def area_change_ha(self) -> float:
        return round(self.area_after_ha - self.area_before_ha, 4)


@dataclass(frozen=True)
class Receipt(Paper):
    """`before` counts the file as it came, `after` what is taken over; `left_out` are numbers of features, from one."""

    sha256: str
    name: str
    bytes: int
    layer: str
    encoding: str
    system: str
    empty_left_out: tuple[int, ...]
    left_out: tuple[int, ...]
    before: Count
    after: Count
    repairs: tuple[Repair, ...]


def counted(shapes: np.ndarray, attributes: int, turn: Turn) -> Count:
    """What an array of shapes holds, None standing for a feature without one."""
    anatomy = Anatomy.of(shapes)
    area = round(float(areas_ha(shapes, turn).sum()), 4)
    return Count(len(shapes), anatomy.parts, anatomy.rings, anatomy.holes, len(anatomy.vertices), attributes, area)
