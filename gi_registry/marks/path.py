"""Where an authorisation stands: what its steps say over days, what may follow and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, groupby, zip_longest
from operator import itemgetter
from typing import Any

from gi_registry.gazette.models import Announcement
from gi_registry.gazette.papers import Rests
from gi_registry.marks.models import OVER, Authorisation, Item, OriginCheck, Rectification, Site, Step
from gi_registry.marks.permissions import PRODUCERS_STEPS
from gi_registry.marks.states import AFTER_RECTIFICATION, STANDINGS, Ground, Standing, State

NEEDS_GROUND = frozenset({State.CANCEL_PROPOSED, State.CANCELLED})
NEEDS_NOTE: dict[State, str] = {
    State.CORRECTION: "请写明要补正什么：须一次告知。",
    State.NOT_ACCEPTED: "请写明不予受理的理由。",
    State.VERIFY_FAILED: "请写明产地核验不通过的理由。",
}
ART_20 = (Item.FORM, Item.TEST_REPORT)


@dataclass(frozen=True, slots=True)
class Way:
    """A step that the table lets follow: what it rests on, whether the producer may take it, what stands in its way."""

    state: State
    rests: Rests
    by_producer: bool
    needs_ground: bool
    needs_note: bool
    obstacle: str

    @property
    def label(self) -> str:
        return str(self.state.label)


def what_next(authorisation: Authorisation, today: date) -> list[Way]:
    """The steps that the table lets follow, in the order of the states, each with what stands in its way today."""
    route, now = authorisation.route, State(authorisation.state)
    return [
        Way(
            state,
            route.rests_of(now, state),
            state in PRODUCERS_STEPS,
            state in NEEDS_GROUND,
            state in NEEDS_NOTE,
            obstacle(authorisation, state, today),
        )
        for state in State
        if state in route.next.get(now, ())
    ]


# --- What the steps say to the public --------------------------------------------------------------------------------


def course_of(steps: Iterable[Step]) -> list[list[str | None]]:
    """What the standing steps say of each day: [[from, until, Standing], …]; empty while the mark was never in use.

    Of several steps on one day the last one counts.
    """
    public = [(step.on, STANDINGS[State(step.state)]) for step in steps if State(step.state) in STANDINGS]
    of_days = dict(dropwhile(lambda turn: turn[1] != Standing.VALID, public))
    turns = [next(same) for _standing, same in groupby(of_days.items(), key=itemgetter(1))]
    ends = [day.isoformat() for day, _standing in turns[1:]]
    return [[day.isoformat(), end, str(standing)] for (day, standing), end in zip_longest(turns, ends)]


def derived(steps: Sequence[Step]) -> dict[str, Any]:
    """The columns that follow from the standing steps: state, course, and since when by which announcement."""
    began = next((step for step in steps if STANDINGS.get(State(step.state)) == Standing.VALID), None)
    return {
        "state": steps[-1].state if steps else State.VOID,
        "course": course_of(steps),
        "valid_from": began.on if began else None,
        "announcement": began.announcement if began else None,
    }


def ended_on(authorisation: Authorisation) -> date | None:
    """The day on which a use ended for good; None where it goes on or never began."""
    over = authorisation.state in OVER and authorisation.course
    return date.fromisoformat(authorisation.course[-1][0]) if over else None


# --- What stands in the way ------------------------------------------------------------------------------------------


def on_record(alike: Iterable[Authorisation], on: date, announcement: Announcement | None) -> str:
    """Why a producer of whom these are on record, for the product and on the basis, is not recorded once more from a
    day on; "" where it may be: an announcement admits once, and a new use begins after the end of the one before."""
    for one in alike:
        if announcement is not None and one.announcement_id == announcement.pk:
            return f"已按{announcement}登记，现为“{one.get_state_display()}”，不再重复。"
        end = ended_on(one)
        if end is not None and on <= end:
            return f"登记簿里这一使用于 {end} 到“{one.get_state_display()}”：只有此后的申请和公告才能重新登记。"
    return ""


def obstacle(authorisation: Authorisation, state: State, on: date) -> str:
    """Why the authorisation cannot go to `state` on the day although the table would let it; "" where it can."""
    match state:
        case State.INTAKE:
            return unfit_to_submit(authorisation, on)
        case State.VERIFIED:
            return unverified_sites(authorisation, on)
    return ""


def unfit_to_submit(authorisation: Authorisation, on: date) -> str:
    """令第80号 art. 20: two documents; and a site, since the origin is checked there."""
    handed_in = set(authorisation.attachments.values_list("item", flat=True))
    missing = [f"《{item.label}》" for item in ART_20 if item not in handed_in]
    if missing:
        return f"还缺{'、'.join(missing)}，不能提交（令第80号第二十条）。"
    return "" if authorisation.sites.on(on).exists() else "还没有生产场所，不能提交：产地核验要到生产场所去。"


def unverified_sites(authorisation: Authorisation, on: date) -> str:
    """Every site that holds on the day was last found to conform."""
    sites = list(authorisation.sites.on(on).prefetch_related("checks"))
    if not sites:
        return "没有在用的生产场所，产地核验不能通过。"
    wanting = [site.name for site in sites if not conforms(site)]
    return f"“{'”、“'.join(wanting)}”还没有核验符合，产地核验不能通过（令第80号第二十条）。" if wanting else ""


def conforms(site: Site) -> bool:
    """Whether the last finding at the site was that it conforms; checks of the map alone are no findings."""
    found = [check for check in site.checks.all() if check.conforms is not None]
    return bool(found) and last(found).conforms is True


def last(checks: list[OriginCheck]) -> OriginCheck:
    """The newest of some checks."""
    return max(checks, key=lambda check: (check.on, check.pk))


def unfounded_ground(authorisation: Authorisation, ground: str, on: date) -> str:
    """Why the ground does not carry a cancelling on the day; "" where it does."""
    if ground not in Ground.values:
        return "请选定注销的事由（令第80号第三十一条）。"
    if ground == Ground.UNPROTECTED:
        ended = any(lapse.since <= on < lapse.until for lapse in authorisation.lapses)
        return "" if ended else f"登记簿里“{authorisation.product}”的保护在 {on} 没有终止。"
    if ground not in AFTER_RECTIFICATION or any(failed(one, on) for one in since_use(authorisation, ground)):
        return ""
    return f"“{Ground(ground).label}”须先限期改正，期满仍未改正的才能注销（令第80号第三十一条）。"


def since_use(authorisation: Authorisation, ground: str) -> list[Rectification]:
    """The rectifications on the ground that were ordered since the use last began or went on."""
    in_use = authorisation.steps.standing().filter(state=State.ACTIVE).last()
    return list(authorisation.rectifications.filter(ground=ground, step__gt=in_use.pk if in_use else 0))


def failed(rectification: Rectification, on: date) -> bool:
    """Whether it stands unmended past its day."""
    return not rectification.mended and rectification.due_on < on
