"""What is due of each authorisation, until when and by whom: what the law, a notice or the district sets a day for, and
whose turn it is where none does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import prefetch_related_objects

from gi_registry.gazette.terms import Deadline
from gi_registry.marks.models import Attachment, Authorisation, Item, Rectification, Site, Step
from gi_registry.marks.path import ART_20
from gi_registry.marks.protected import REGIMES
from gi_registry.marks.reports import LastUse, due_on, end_of_disuse, lapsed, last_uses, last_year, unreported
from gi_registry.marks.states import Basis, Ground, Standing, State

USER, OFFICE, PROVINCE, STATE = "使用人", "产地知识产权管理部门", "省级知识产权管理部门", "国家知识产权局"
OFFICES = "知识产权管理部门"
SOON_DAYS = 90

# Whose turn it is in a state for which no rule sets a day.
TURNS: dict[State, tuple[str, str]] = {
    State.DRAFT: ("备齐材料，提交申请", USER),
    State.INTAKE: ("审核材料，决定是否受理", OFFICE),
    State.CORRECTION: ("补正材料", USER),
    State.VERIFICATION: ("产地核验", OFFICE),
    State.VERIFIED: ("报送省级审核", OFFICE),
    State.PROVINCIAL: ("审核", PROVINCE),
    State.EXAMINED: ("审查", STATE),
    State.REGISTERED: ("公告", STATE),
    State.ELIGIBLE: ("申请使用专用标志", USER),
    State.FILED: ("审核", OFFICES),
    State.CHANGE_REVIEW: ("审查变更", OFFICES),
    State.SUSPENDED: ("恢复使用资格，或者注销", OFFICES),
    State.CANCEL_PROPOSED: ("决定是否注销", STATE),
}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that somebody has to do; `day` is the last day for it, `left` the days until then (negative once it has
    passed), None where no day is set. `basis` is what sets the day, `words` what else a reader should know."""

    what: str
    who: str
    day: date | None = None
    left: int | None = None
    basis: str = ""
    words: tuple[str, ...] = ()

    @property
    def soon(self) -> bool:
        """Whether it is to be done now; what has more time is told, not urged."""
        return self.left is None or self.left <= SOON_DAYS

    @property
    def past(self) -> int:
        """Days since the day has passed; 0 where it has not."""
        return max(0, -self.left) if self.left is not None else 0


@dataclass(slots=True)
class File:
    """What is known of one authorisation as far as something may be due."""

    authorisation: Authorisation
    today: date
    standing: Standing | None
    open: list[Rectification] = field(default_factory=list)
    handed_in: set[str] = field(default_factory=set)
    has_site: bool = False
    disuse: Deadline | None = None
    last_use: str = ""
    kept: bool = False
    unreported: list[int] = field(default_factory=list)
    told: str = ""

    def due(self, what: str, who: str, day: date, basis: str = "", words: Iterable[str] = ()) -> Due:
        """Something that has a day."""
        return Due(what, who, day, (day - self.today).days, basis, tuple(words))


# --- The rules -------------------------------------------------------------------------------------------------------


def rectification(file: File) -> Iterator[Due]:
    """What is to be put right; past its day, or once answered, it is the office's to say whether it was."""
    for one in file.open:
        theirs = not one.answer and file.today <= one.due_on
        what, who = ("改正并答复", USER) if theirs else ("查明是否改正，办结", OFFICE)
        yield file.due(f"限期改正：{what}", who, one.due_on, "令第80号第三十一条", [one.demand])
    if file.authorisation.state == State.RECTIFY and not file.open:
        yield Due("逾期未改正：停止使用资格，或者建议注销", OFFICE, basis="令第80号第三十一条")


def term(file: File) -> Iterator[Due]:
    """The last day of a licence's or an event's term."""
    until = file.authorisation.valid_until
    if until is not None and file.standing in {Standing.VALID, Standing.SUSPENDED}:
        yield file.due("期限届满", USER, until - timedelta(days=1))


def protection(file: File) -> Iterator[Due]:
    """A product that is protected no more: nobody uses the mark for it, and the office proposes the end of what is
    left. No rule sets a day."""
    one = file.authorisation
    if file.standing != Standing.UNPROTECTED or one.state == State.CANCEL_PROPOSED:
        return
    lapse = next(lapse for lapse in one.lapses if lapse.since <= file.today < lapse.until)
    said = f"“{one.product}”的{REGIMES[Basis(one.basis)].label}保护自 {lapse.since} 起终止，此后不能使用专用标志。"
    yield Due("产品的保护已终止：建议注销，或者记下终止的公告", OFFICE, words=(said,))


def disuse(file: File) -> Iterator[Due]:
    """Two years without use; once they are full the office orders to put it right, and then its notice sets the day.
    Where the register was never told anything, that is no proof: the office finds out first."""
    end = file.disuse
    ordered = any(one.ground == Ground.UNUSED for one in file.open)
    if file.standing != Standing.VALID or end is None or end.day is None or ordered:
        return
    words = [f"自 {end.event_day} 起算，{file.last_use}。", *end.cautions]
    full = lapsed(end, file.today)
    if full and not file.kept:
        unknown = (
            f"登记簿从未收到印制、使用的流水或报告，这不等于没有使用：自 {end.event_day} 起算，两年到 {end.day} 为止。"
        )
        yield Due("核实两年内是否使用过", OFFICE, basis=end.rule.citation, words=(unknown, *end.cautions))
        return
    what, who = ("两年未使用已满：责令限期改正", OFFICE) if full else ("使用专用标志：满两年未用会被责令改正", USER)
    yield file.due(what, who, end.day, end.rule.citation, words)


def yearly_report(file: File) -> Iterator[Due]:
    """The year that is over and was not reported, and those before it, whose day is long past."""
    basis = "公告第三五四号；日期由本区规定"
    earlier = [str(year) for year in file.unreported if year < last_year()]
    if last_year() in file.unreported:
        yield file.due(f"报送 {last_year()} 年使用情况", USER, due_on(last_year()), basis)
    if earlier:
        yield Due(f"补报 {'、'.join(earlier)} 年使用情况", USER, basis=basis, words=("规定的日期已经过了。",))


def turn(file: File) -> Iterator[Due]:
    """Whose turn it is; of an application that is still being written also what was asked for and what it lacks."""
    state = State(file.authorisation.state)
    if state in TURNS:
        what, who = TURNS[state]
        yield Due(what, who, words=(*filter(None, [file.told]), *lacking(file, state)))


def lacking(file: File, state: State) -> Iterator[str]:
    """What 令第80号 art. 20 asks for and is not there, before it is handed in."""
    if state not in {State.DRAFT, State.CORRECTION} or State.INTAKE not in file.authorisation.route.next:
        return
    papers = [f"《{item.label}》" for item in ART_20 if item not in file.handed_in]
    if papers:
        yield f"还缺{'、'.join(papers)}（令第80号第二十条）。"
    if not file.has_site:
        yield "还没有登记生产场所。"


RULES = (rectification, term, protection, disuse, yearly_report, turn)


def dues_of(authorisations: Sequence[Authorisation], today: date) -> dict[int, list[Due]]:
    """What is due of each by its key, the nearest day first and what has none last. Eight queries at most."""
    return {file.authorisation.pk: sorted(dues(file), key=urgency) for file in files_of(authorisations, today)}


def dues(file: File) -> Iterator[Due]:
    for rule in RULES:
        yield from rule(file)


def urgency(due: Due) -> tuple[bool, date]:
    return due.day is None, due.day or date.max


# --- Reading ---------------------------------------------------------------------------------------------------------


def files_of(authorisations: Sequence[Authorisation], today: date) -> list[File]:
    """What is known of each."""
    prefetch_related_objects(authorisations, "product__protections")
    keys = [one.pk for one in authorisations]
    open_ones: dict[int, list[Rectification]] = defaultdict(list)
    for row in Rectification.objects.filter(authorisation__in=keys, closed_on__isnull=True):
        open_ones[row.authorisation_id].append(row)
    items: dict[int, set[str]] = defaultdict(set)
    papers = Attachment.objects.filter(authorisation__in=keys, item__in=[Item.FORM, Item.TEST_REPORT])
    for key, item in papers.values_list("authorisation", "item"):
        items[key].add(item)
    with_site = set(Site.objects.on(today).filter(authorisation__in=keys).values_list("authorisation", flat=True))
    used = last_uses(authorisations)
    open_years = unreported(authorisations)
    wanting = [one.pk for one in authorisations if one.state == State.CORRECTION]
    notices = Step.objects.standing().filter(authorisation__in=wanting, state=State.CORRECTION).order_by("pk")
    told = dict(notices.values_list("authorisation", "note"))
    return [
        File(
            one,
            today,
            one.standing_on(today),
            open_ones[one.pk],
            items[one.pk],
            one.pk in with_site,
            end_of_disuse(one, used.get(one.pk)),
            last_use_in_words(one, used),
            one.pk in used,
            open_years[one.pk],
            told.get(one.pk, ""),
        )
        for one in authorisations
    ]


def last_use_in_words(authorisation: Authorisation, used: dict[int, LastUse | None]) -> str:
    """From what two years without use are counted."""
    last = used.get(authorisation.pk)
    if last is None:
        return "没有使用的记录"
    return "最后一次使用" if last.exact else f"报告只说 {last.on.year} 年用过，按年末计"
