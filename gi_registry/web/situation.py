"""Where an inspection was, drawn on the server as SVG: the producing area, the registered sites, the position.

It needs no script and no tiles, so that it stands on paper too; all that it shows is said in words as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import shapely
from django.contrib.gis.geos import Point
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gi_registry.inspections.models import Record
from gi_registry.inspections.remarks import metres_apart
from gi_registry.marks.models import Site
from gi_registry.places.datums import in_china
from gi_registry.places.geometry import metres_per_degree, svg_path, to_shapely
from gi_registry.web.figures import figure

WIDTH, HEIGHT = 480, 320
NEAREST_M, FARTHEST_M = 150.0, 30_000.0  # from the position to the upper edge
ROOM = 1.25


class Window(NamedTuple):
    """The part of the world that is drawn, in degrees, and metres for one unit of the drawing."""

    box: tuple[float, float, float, float]
    metre: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """A position in units of the drawing."""
        west, south, east, north = self.box
        return (lon - west) / (east - west) * WIDTH, (north - lat) / (north - south) * HEIGHT


def situation(record: Record, sites: Sequence[tuple[int, Site]]) -> SafeString | str:
    """The drawing; "" where the position is none that anybody can have been at."""
    where = record.location
    if where is None or not in_china(where.x, where.y):
        return ""
    window = window_of(record, where, sites)
    position = position_in(window, where, record.accuracy_m or 0.0)
    drawn = format_html("{}{}{}{}", area_in(window, record), sites_in(window, sites), position, scale_of(window))
    return figure("situation", "situation", (WIDTH, HEIGHT), (_("检查位置图"), told(record, sites)), drawn)


def window_of(record: Record, where: Point, sites: Sequence[tuple[int, Site]]) -> Window:
    """So far around the position that border and sites can be seen, unless they are very far."""
    far = [record.accuracy_m or 0.0, record.distance_m or 0.0]
    far += [metres_apart(site.location, where) or 0.0 for _number, site in sites]
    reach = max(NEAREST_M, *(ROOM * one for one in far if one * ROOM <= FARTHEST_M))
    per_lon, per_lat = metres_per_degree(where.y)
    dx, dy = reach * WIDTH / HEIGHT / per_lon, reach / per_lat
    return Window((where.x - dx, where.y - dy, where.x + dx, where.y + dy), 2 * reach / HEIGHT)


def area_in(window: Window, record: Record) -> SafeString | str:
    """The producing area that the server judged by, as far as it lies within the window."""
    if record.area is None or record.area.boundary is None:
        return ""
    west, south, east, north = window.box
    edge = (north - south) / 20  # so that no cut edge looks like a border
    shape = shapely.intersection(
        to_shapely(record.area.boundary), shapely.box(west - edge, south - edge, east + edge, north + edge)
    )
    surfaces = shapely.multipolygons([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
    return format_html(
        '<path class="situation-area" fill-rule="evenodd" d="{}"/>', svg_path(surfaces, window.box, WIDTH)
    )


def sites_in(window: Window, sites: Sequence[tuple[int, Site]]) -> SafeString:
    """The registered sites with their numbers."""
    lines = ((number, *window.at(site.location.x, site.location.y)) for number, site in sites)
    return format_html_join(
        "",
        '<rect class="situation-site" x="{}" y="{}" width="12" height="12"/>'
        '<text class="situation-name" x="{}" y="{}">{}</text>',
        (
            (f"{x - 6:.1f}", f"{y - 6:.1f}", f"{x + 10:.1f}", f"{y + 5:.1f}", number)
            for number, x, y in lines
            if 0 <= x <= WIDTH and 0 <= y <= HEIGHT
        ),
    )


def position_in(window: Window, where: Point, accuracy_m: float) -> SafeString:
    """The position with the circle of its accuracy."""
    x, y = window.at(where.x, where.y)
    around = min(accuracy_m / window.metre, float(WIDTH))
    return format_html(
        '<circle class="situation-accuracy" cx="{x}" cy="{y}" r="{r}"/>'
        '<path class="situation-cross" d="M{x} {y}m-9 0h18m-9-9v18"/>'
        '<circle class="situation-dot" cx="{x}" cy="{y}" r="6"/>',
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        r=f"{around:.1f}",
    )


def scale_of(window: Window) -> SafeString:
    """A bar of a round length, and where north is."""
    longest = WIDTH / 4 * window.metre
    step = 10.0 ** math.floor(math.log10(longest))
    metres = next(round_ * step for round_ in (5, 2, 1) if round_ * step <= longest)
    length, name = metres / window.metre, f"{metres:,.0f} 米" if metres < 1_000 else f"{metres / 1_000:,.0f} 公里"
    return format_html(
        '<path class="situation-scale" d="M12 {y}v6h{length}v-6"/>'
        '<text class="situation-name" x="12" y="{label}">{name}</text>'
        '<path class="situation-scale" d="M{n} 34v-22m-5 7l5-7l5 7"/>'
        '<text class="situation-name" x="{text}" y="50">{north}</text>',
        y=HEIGHT - 18,
        label=HEIGHT - 24,
        length=f"{length:.1f}",
        name=name,
        n=WIDTH - 20,
        text=WIDTH - 27,
        north=_("北"),
    )


def told(record: Record, sites: Sequence[tuple[int, Site]]) -> str:
    """What the drawing shows, in words."""
    parts = []
    if record.verdict:
        parts.append(f"检查位置{record.get_verdict_display()}，距产地范围界线约 {record.distance_m or 0:,.0f} 米")
    for number, site in sites:
        parts.append(
            f"距登记的场所 {number}“{site.name}”约 {metres_apart(site.location, record.location) or 0:,.0f} 米"
        )
    return "；".join(parts) + "。" if parts else _("登记簿没有当日的产地范围，也没有登记的场所。")
