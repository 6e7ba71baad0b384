"""Figures drawn on the server as SVG: the signs of clauses in a row, the share met over months.

Pure functions of words and numbers. Every figure is told in words too (title, desc), and no meaning hangs on a colour:
a state is a shape. Colours come from css/systems.css by class.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# --- Signs -----------------------------------------------------------------------------------------------------------

SIDE, STEP = 16, 20  # of one sign, from one to the next
LABEL, ROW = 96, 28  # beside the signs, from one row to the next

# What each state looks like within 16 x 16: filled, half filled, crossed out, empty with a broken edge, a dot.
BOX = "M1 1h14v14h-14z"
SIGNS: dict[str, tuple[tuple[str, str], ...]] = {
    "met": (("sign-full", BOX),),
    "expiring": (("sign-edge", BOX), ("sign-full", "M1 1L15 15H1z")),
    "lapsed": (("sign-edge", BOX), ("sign-edge", "M1 1L15 15M15 1L1 15")),
    "missing": (("sign-edge sign-broken", BOX),),
    "not_applicable": (("sign-dot", "M6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0z"),),
}


class Tile(NamedTuple):
    """One sign: the state it shows, and what is said of it where it is pointed at."""

    state: str
    words: str


class Strip(NamedTuple):
    """One row of signs under its name."""

    name: str
    tiles: Sequence[Tile]


def strokes(state: str) -> SafeString:
    """The paths of a sign. Raises KeyError for a state that has none."""
    return format_html_join("", '<path class="{}" d="{}"/>', SIGNS[state])


def sign(state: str) -> SafeString:
    """One sign in a line of text, which says in words what it means."""
    return format_html(
        '<svg class="sign sign-{}" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>', state, SIDE, SIDE, strokes(state)
    )


def strips(name: str, rows: Sequence[Strip], title: str, told: str) -> SafeString:
    """Rows of signs under each other; `name` tells this figure from others on the page, `told` says it all in words."""
    width = LABEL + STEP * max((len(row.tiles) for row in rows), default=0)
    drawn = format_html_join("", "{}", ((strip(row, ROW * number),) for number, row in enumerate(rows)))
    return figure(name, "strips", (width, ROW * len(rows)), (title, told), drawn)


def strip(row: Strip, top: int) -> SafeString:
    """One row: its name, then its signs."""
    signs = format_html_join(
        "",
        '<g class="sign-{}" transform="translate({} {})"><title>{}</title>{}</g>',
        (
            (tile.state, LABEL + STEP * at, top + (ROW - SIDE) // 2, tile.words, strokes(tile.state))
            for at, tile in enumerate(row.tiles)
        ),
    )
    return format_html('<text x="0" y="{}">{}</text>{}', top + ROW // 2 + 5, row.name, signs)


# --- Months ----------------------------------------------------------------------------------------------------------

WIDE, TALL = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 40, 280, 14, 122  # of the plane; right of it stands the last share
HEIGHTS = (0.0, 0.5, 1.0)


class Month(NamedTuple):
    """The share met at the end of a month, from 0 to 1; None where nothing was asked of anybody yet."""

    year: int
    month: int
    share: float | None

    @property
    def label(self) -> str:
        """2026-11."""
        return f"{self.year}-{self.month:02d}"


def percent(share: float | None) -> str:
    """A share for people: whole per cent, but what is less than all is never written 100%, nor more than none 0%."""
    if share is None:
        return "—"
    rounded = round(100 * share)
    if rounded in {0, 100} and rounded != 100 * share:
        rounded = 1 if rounded == 0 else 99
    return f"{rounded}%"


def trend(name: str, title: str, months: Sequence[Month]) -> SafeString:
    """The share met month by month as a line from left to right; a gap where there is none."""
    drawn = format_html("{}{}{}{}", heights(), years(months), line_of(months), last_of(months))
    return figure(name, "trend", (WIDE, TALL), (title, trend_in_words(months)), drawn)


def trend_in_words(months: Sequence[Month]) -> str:
    """Where it began, where it stands, the lowest and the highest."""
    known = [month for month in months if month.share is not None]
    if not known:
        return _("这些月份没有适用的要求。")
    low, high = min(known, key=share_of), max(known, key=share_of)
    words = _("{first} 为 {begun}，{last} 为 {now}；最低 {low}（{low_at}），最高 {high}（{high_at}）。")
    return words.format(
        first=known[0].label,
        begun=percent(known[0].share),
        last=known[-1].label,
        now=percent(known[-1].share),
        low=percent(low.share),
        low_at=low.label,
        high=percent(high.share),
        high_at=high.label,
    )


def share_of(month: Month) -> float:
    """The share of a month that has one."""
    assert month.share is not None
    return month.share


def across(at: int, count: int) -> float:
    """Where the month with the number stands."""
    return LEFT + (RIGHT - LEFT) * at / max(count - 1, 1)


def up(share: float) -> float:
    """How high a share stands."""
    return BOTTOM - (BOTTOM - TOP) * share


def heights() -> SafeString:
    """Lines at none, half and all."""
    return format_html_join(
        "",
        '<path class="rule" d="M{} {}H{}"/><text class="of-height" x="{}" y="{}">{}</text>',
        ((LEFT, up(share), RIGHT, LEFT - 6, up(share) + 4, percent(share)) for share in HEIGHTS),
    )


def years(months: Sequence[Month]) -> SafeString:
    """A stroke and the number of the year at every January."""
    januaries = [at for at, month in enumerate(months) if month.month == 1]
    return format_html_join(
        "",
        '<path class="rule" d="M{} {}v5"/><text class="of-year" x="{}" y="{}">{}</text>',
        (
            (round(across(at, len(months)), 1), BOTTOM, round(across(at, len(months)), 1), BOTTOM + 20, months[at].year)
            for at in januaries
        ),
    )


def runs(months: Iterable[Month]) -> list[list[tuple[int, float]]]:
    """The shares in runs without a gap, each with the number of its month."""
    found: list[list[tuple[int, float]]] = [[]]
    for at, month in enumerate(months):
        if month.share is not None:
            found[-1].append((at, month.share))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def line_of(months: Sequence[Month]) -> SafeString:
    """The line itself; a month that stands alone is a dot."""
    count = len(months)
    corners = [
        " ".join(f"{across(at, count):.1f},{up(share):.1f}" for at, share in (run if len(run) > 1 else run * 2))
        for run in runs(months)
    ]
    return format_html_join("", '<polyline class="course" points="{}"/>', ((points,) for points in corners))


def last_of(months: Sequence[Month]) -> SafeString:
    """A dot at the last month that has a share, and that share in figures."""
    known = [(at, month.share) for at, month in enumerate(months) if month.share is not None]
    if not known:
        return SafeString()
    at, share = known[-1]
    x, y = round(across(at, len(months)), 1), round(up(share), 1)
    return format_html(
        '<circle class="now-dot" cx="{}" cy="{}" r="3.5"/><text class="of-now" x="{}" y="{}">{}</text>',
        *(x, y, x + 7, y + 4, percent(share)),
    )


# --- Both ------------------------------------------------------------------------------------------------------------


def figure(name: str, kind: str, size: tuple[int, int], said: tuple[str, str], drawn: SafeString) -> SafeString:
    """A drawing with its title and what it says in words."""
    return format_html(
        '<svg class="figure figure-{kind}" viewBox="0 0 {width} {height}" role="img"'
        ' aria-labelledby="{name}-title" aria-describedby="{name}-desc"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-desc">{told}</desc>{drawn}</svg>',
        kind=kind,
        width=size[0],
        height=size[1],
        name=name,
        title=said[0],
        told=said[1],
        drawn=drawn,
    )
