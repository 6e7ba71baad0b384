"""Shapes as text formats write them."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import MultiPolygon

from gi_registry.places.geometry import as_multipolygon

TEXT_DECIMALS = 7  # of a degree: a centimetre


def rounded(wkb: bytes) -> MultiPolygon:
    """The shape with seven decimals, outer rings counter-clockwise; no ring of a valid shape becomes invalid by it."""
    exact = shapely.from_wkb(wkb)
    near = shapely.transform(exact, lambda xy: np.round(xy, TEXT_DECIMALS))
    if not near.is_valid and exact.is_valid:
        near = shapely.set_precision(exact, 10.0**-TEXT_DECIMALS)
        near = shapely.transform(near, lambda xy: np.round(xy, TEXT_DECIMALS))
    return as_multipolygon(near)


def as_wkt(wkb: bytes | None) -> str:
    """The shape as WKT, longitude first; empty where there is none."""
    if wkb is None:
        return ""
    return str(shapely.to_wkt(rounded(wkb), rounding_precision=TEXT_DECIMALS, trim=True))


def rounded_wkb(wkb: bytes | None) -> bytes | None:
    """The shape as `rounded` makes it, as WKB; None where there is none."""
    return None if wkb is None else bytes(shapely.to_wkb(rounded(wkb)))
