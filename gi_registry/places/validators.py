"""Is this value acceptable: codes of places and positions."""

from __future__ import annotations

import math
import unicodedata

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput
from gi_registry.places.datums import Datum, in_china, look_swapped, parse_degrees, to_cgcs2000

LARGEST_ACCURACY_M = 50_000.0  # a position less sure than this says nothing inside a county

division_code = RegexValidator(r"^\d{6}(\d{3})?\Z", _("区划代码是 6 位（县级）或 9 位（乡级）数字。"))


def position(lon: str, lat: str, datum: str = "") -> tuple[float, float]:
    """A typed position in degrees of CGCS2000. Raises BadInput: unreadable, out of range, swapped, unknown datum."""
    if datum and datum not in Datum.values:
        raise BadInput(f"不认识的坐标系“{datum[:20]}”：请用 {'、'.join(Datum.values)}。")
    east, north = parse_degrees(lon, "lon"), parse_degrees(lat, "lat")
    if look_swapped(east, north):
        raise BadInput(f"经度和纬度似乎颠倒了：经度 {east:g}、纬度 {north:g} 不在中国境内，对调后才在。")
    given = Datum(datum or Datum.CGCS2000)
    if given != Datum.CGCS2000 and not in_china(east, north):
        raise BadInput(f"{given.value} 坐标只用于中国境内，经度 {east:g}、纬度 {north:g} 不在其中。")
    return to_cgcs2000(east, north, given)


def accuracy(text: str) -> float:
    """The accuracy of a position in metres; empty is 0. Raises BadInput for what no instrument would say."""
    cleaned = unicodedata.normalize("NFKC", text).strip().removesuffix("米").removesuffix("m").strip()
    if not cleaned:
        return 0.0
    try:
        metres = float(cleaned)
    except ValueError:
        metres = math.nan
    if not math.isfinite(metres):
        raise BadInput(f"定位精度“{text.strip()[:20]}”不是数字：请填写米数，例如 10。")
    if metres < 0:
        raise BadInput("定位精度不能是负数：请填写米数，例如 10。")
    if metres > LARGEST_ACCURACY_M:
        raise BadInput(f"定位精度 {metres:g} 米太粗，无法判断：请在 {LARGEST_ACCURACY_M:g} 米以内。")
    return metres


def bbox(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees from “116.7,38.5,117.2,39.1”; None where empty. Raises BadInput."""
    if not text.strip():
        return None
    parts = text.split(",")
    if len(parts) != 4:
        raise BadInput("bbox 应是四个数：西,南,东,北，例如 116.7,38.5,117.2,39.1。")
    west, south, east, north = (parse_degrees(part, axis) for part, axis in zip(parts, ("lon", "lat") * 2, strict=True))
    if west >= east or south >= north:
        raise BadInput("bbox 的次序应是西,南,东,北：西要小于东，南要小于北。")
    return west, south, east, north
