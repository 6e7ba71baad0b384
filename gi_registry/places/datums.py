"""Coordinates as people bring them: degrees in several writings, and the shifted datums of Chinese web maps.

GCJ-02 (高德、腾讯) and BD-09 (百度) are turned to CGCS2000 where they come in; nothing is ever turned the other way and
stored. The forward formula of GCJ-02 is the one public code agrees on; its inverse is found by repeating it.
"""

from __future__ import annotations

import math
import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput

GCJ_SEMI_MAJOR_M, GCJ_E2 = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940
BD_TURN = math.pi * 3000 / 180
CLOSE_ENOUGH = 1e-9  # degrees: a tenth of a millimetre


class Datum(models.TextChoices):
    """Which map a position was read from."""

    CGCS2000 = "cgcs2000", _("CGCS2000 / WGS 84（天地图、手机定位）")
    GCJ02 = "gcj02", _("GCJ-02（高德、腾讯地图）")
    BD09 = "bd09", _("BD-09（百度地图）")


def to_cgcs2000(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """A position of `datum` in CGCS2000, degrees in and out; the inverse of GCJ-02 holds within a metre."""
    match datum:
        case Datum.CGCS2000:
            return lon, lat
        case Datum.GCJ02:
            return gcj02_to_cgcs2000(lon, lat)
        case Datum.BD09:
            return gcj02_to_cgcs2000(*bd09_to_gcj02(lon, lat))


def cgcs2000_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The forward shift of GCJ-02, needed to invert it and to draw on a GCJ-02 base map."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (waves + 20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (waves + 20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y / 30 * math.pi)) * 2 / 3
    phi = math.radians(lat)
    w2 = 1 - GCJ_E2 * math.sin(phi) ** 2
    prime_vertical = GCJ_SEMI_MAJOR_M / math.sqrt(w2)
    meridian = prime_vertical * (1 - GCJ_E2) / w2
    return lon + math.degrees(east / (prime_vertical * math.cos(phi))), lat + math.degrees(north / meridian)


def gcj02_to_cgcs2000(lon: float, lat: float) -> tuple[float, float]:
    """The position whose shift ends at (lon, lat); each round of the search divides the error by some hundreds."""
    guess_lon, guess_lat = lon, lat
    for _round in range(20):
        shifted_lon, shifted_lat = cgcs2000_to_gcj02(guess_lon, guess_lat)
        off_lon, off_lat = shifted_lon - lon, shifted_lat - lat
        guess_lon, guess_lat = guess_lon - off_lon, guess_lat - off_lat
        if abs(off_lon) + abs(off_lat) < CLOSE_ENOUGH:
            break
    return guess_lon, guess_lat


def bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """百度's second shift undone."""
    x, y = lon - 0.0065, lat - 0.006
    z = math.hypot(x, y) - 0.00002 * math.sin(y * BD_TURN)
    theta = math.atan2(y, x) - 0.000003 * math.cos(x * BD_TURN)
    return z * math.cos(theta), z * math.sin(theta)


# --- Reading what people write ---------------------------------------------------------------------------------------

AXES = {"lon": (_("经度"), 180.0, "EW", "东西"), "lat": (_("纬度"), 90.0, "NS", "北南")}
CHINA = {"lon": (73.0, 136.0), "lat": (3.0, 54.0)}  # degrees; to tell swapped axes, and where GCJ-02 makes sense
DECIMAL = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,15}\Z")
NUMBER = r"(\d+(?:\.\d+)?)"
DEGREES = re.compile(
    r"""^(?P<before>[NSEW东西南北]?)(?:经|纬)?\s*(?P<sign>[-+]?)\s*
    (?P<d>\d+(?:\.\d+)?)\s*(?:[°度:\s]\s*(?:(?P<m>\d+(?:\.\d+)?)\s*(?:['′分:\s]\s*
    (?:(?P<s>\d+(?:\.\d+)?)\s*(?:"|″|''|′′|秒)?)?)?)?)?\s*(?P<after>[NSEW]?)$""",
    re.VERBOSE | re.IGNORECASE,
)


def parse_degrees(text: str, axis: str) -> float:
    """Decimal degrees of one coordinate written as 116.9074, 116°54′26″E, 东经116度54分26秒 or 116 54 26.

    `axis` is "lon" or "lat". Raises BadInput with a sentence that names the axis.
    """
    label, limit, letters, words = AXES[axis]
    if DECIMAL.match(text) and -limit <= (value := float(text)) <= limit:
        return value  # what scripts send, thousands of times
    cleaned = unicodedata.normalize("NFKC", text).strip().replace("’", "'").replace("”", '"').replace("“", '"')
    if not cleaned:
        raise BadInput(f"请填写{label}。")
    match = DEGREES.match(cleaned)
    if match is None:
        raise BadInput(f"{label}“{text.strip()[:40]}”读不出来：请写成 116.9074 或 116°54′26″ 这样的度数。")
    degrees, minutes, seconds = (float(match[part] or 0) for part in ("d", "m", "s"))
    if minutes >= 60 or seconds >= 60:
        raise BadInput(f"{label}“{text.strip()[:40]}”的分和秒必须小于 60。")
    side = (match["before"] or match["after"]).upper()
    if side and side not in letters and side not in words:
        raise BadInput(f"{label}一栏写的是另一个方向（{side}）：经度和纬度是否颠倒了？")
    value = degrees + minutes / 60 + seconds / 3600
    if match["sign"] == "-" or side in {letters[1], words[1]}:
        value = -value
    if abs(value) > limit:
        hint = "；经度和纬度是否颠倒了？" if axis == "lat" and abs(value) <= 180 else "。"
        raise BadInput(f"{label}必须在 -{limit:g} 到 {limit:g} 度之间，所给的是 {value:g}{hint}")
    return value


def in_china(lon: float, lat: float) -> bool:
    """Whether the pair lies in the box around China."""
    (west, east), (south, north) = CHINA["lon"], CHINA["lat"]
    return west <= lon <= east and south <= lat <= north


def look_swapped(lon: float, lat: float) -> bool:
    """Whether the pair makes sense in China only with its two numbers exchanged."""
    return not in_china(lon, lat) and in_china(lat, lon)


RANGE = re.compile(
    rf"东经\s*{NUMBER}°\s*{NUMBER}′\s*{NUMBER}″\s*[~～—至-]+\s*(?:东经)?\s*{NUMBER}°\s*{NUMBER}′\s*{NUMBER}″"
    rf"\D*?北纬\s*{NUMBER}°\s*{NUMBER}′\s*{NUMBER}″\s*[~～—至-]+\s*(?:北纬)?\s*{NUMBER}°\s*{NUMBER}′\s*{NUMBER}″"
)


def parse_range(wording: str) -> tuple[float, float, float, float] | None:
    """West, south, east and north in degrees of a range such as 东经116°24′00″~117°15′00″，北纬38°35′00″~39°04′00″."""
    match = RANGE.search(wording)
    if match is None:
        return None
    numbers = [float(number) for number in match.groups()]
    west, east, south, north = (d + m / 60 + s / 3600 for d, m, s in zip(*[iter(numbers)] * 3, strict=True))
    return west, south, east, north
