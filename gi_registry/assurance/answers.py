"""How clauses, systems and products stand on a day, each in a sentence: facts go in, the answer comes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from gi_registry.assurance.clauses import AGRICULTURAL, FARM, Clause, Rule, System, clauses_on, named
from gi_registry.assurance.facts import Facts
from gi_registry.assurance.models import Effect
from gi_registry.assurance.rules import (
    STANDS,
    Evidence,
    Failed,
    Finding,
    Status,
    attached_to,
    bearing_on,
    beside,
    find,
    left_open,
    said_of,
    still_long,
)
from gi_registry.products.models import Category, Regime, Stage


class ProducerAnswer(NamedTuple):
    """How a clause stands for one producer."""

    producer: str
    status: Status
    sentence: str
    ends: date | None


class ClauseAnswer(NamedTuple):
    """How a clause stands on the day, in one sentence, with the evidence it rests on and what restores it.

    `ends`: the first day on which it no longer stands so, None where nothing ends it. `findings`: one, or one for each
    of the producers in `names`. Sentences are made where they are read: nobody reads those of 5,000 products.
    """

    clause: Clause
    day: date
    status: Status
    ends: date | None
    findings: tuple[Finding, ...]
    names: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """How it stands, why, and what restores it."""
        return sentence(self.clause, self.finding, self.day, self.spokesman)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Whatever was weighed."""
        return self.finding.evidence

    @property
    def failed(self) -> tuple[Failed, ...]:
        """Failed lines of reports that bear on it, those settled by a retest too, so that none ever disappears."""
        return self.finding.failed

    @property
    def restores(self) -> str:
        """What is to be done next, "" where nothing is."""
        done = self.status in {Status.MET, Status.NOT_APPLICABLE}
        return "" if done else restores(self.clause, self.finding)

    @property
    def producers(self) -> tuple[ProducerAnswer, ...]:
        """How it stands for each producer."""
        return tuple(
            ProducerAnswer(name, one.status, sentence(self.clause, one, self.day, name), one.ends)
            for name, one in zip(self.names, self.findings, strict=False)
        )

    @property
    def asked(self) -> dict[str, Finding]:
        """The findings of those producers of whom it is asked."""
        pairs = zip(self.names, self.findings, strict=False)
        return {name: one for name, one in pairs if one.status is not Status.NOT_APPLICABLE}

    @property
    def whose(self) -> tuple[str, ...]:
        """The producers because of whom it stands so."""
        return tuple(name for name, one in self.asked.items() if one.status is self.status)

    @property
    def spokesman(self) -> str:
        """The only producer of whom it is asked, "" where there are several or none."""
        return next(iter(self.asked)) if len(self.asked) == 1 else ""

    @property
    def finding(self) -> Finding:
        """What the evidence of all producers comes to."""
        return together(self.asked, self.findings, self) if self.asked else self.findings[0]


class NextLapse(NamedTuple):
    """The clause that lapses first among those that stand."""

    clause: Clause
    ends: date


@dataclass(frozen=True, slots=True)
class SystemAnswer:
    """How one system stands; model clauses and those of zones are shown and do not count."""

    system: System
    status: Status
    clauses: tuple[ClauseAnswer, ...]
    met: int  # of those that count, those that stand (expiring ones too)
    asked: int  # those that count and apply
    next_lapse: NextLapse | None


@dataclass(frozen=True, slots=True)
class ProductAnswer:
    """How the three systems of a product stand on a day."""

    pk: int
    slug: str
    name: str
    day: date
    status: Status
    systems: tuple[SystemAnswer, ...]
    clauses: tuple[ClauseAnswer, ...] = field(repr=False)


Standing = frozenset[tuple[str, str]]  # the regimes under which a product stands on a day, each with its stage


def judged(facts: Facts, day: date) -> ProductAnswer:
    """The answer from facts that were read before."""
    standing = standing_on(facts, day)
    local = [clause for clause in facts.local if clause.in_force_on(day)]
    asked = [
        *law_asks(facts.category, standing, day),
        *((one, moot(one, facts.category, standing, day)) for one in local),
    ]
    producers = facts.producers_on(day)
    found = tuple(
        set_aside(facts, clause, day, why) if why else clause_answer(facts, clause, day, producers)
        for clause, why in asked
    )
    systems = tuple(system_answer(system, found) for system in System)
    status = worst([system.status for system in systems])
    return ProductAnswer(facts.pk, facts.slug, facts.name, day, status, systems, found)


def system_answer(system: System, found: Sequence[ClauseAnswer]) -> SystemAnswer:
    """A system stands as the worst of its clauses that count."""
    own = tuple(one for one in found if one.clause.system is system)
    counted = [one for one in own if counts(one)]
    stand = [one for one in counted if one.status in STANDS]
    lapsing = [NextLapse(one.clause, one.ends) for one in stand if one.ends is not None]
    return SystemAnswer(
        system=system,
        status=worst([one.status for one in counted]),
        clauses=own,
        met=len(stand),
        asked=len(counted),
        next_lapse=min(lapsing, key=lambda one: one.ends, default=None),
    )


def counts(one: ClauseAnswer) -> bool:
    """Whether a clause counts: it applies, and it is no model from elsewhere and no condition of a zone."""
    return one.status is not Status.NOT_APPLICABLE and not one.clause.apart


WORST_FIRST = (*reversed(Status),)


def worst(statuses: Sequence[Status]) -> Status:
    """The last of them in the order of `Status`; 不适用 where there is none."""
    return next((status for status in WORST_FIRST if status in statuses), Status.NOT_APPLICABLE)


# --- What applies ----------------------------------------------------------------------------------------------------


def standing_on(facts: Facts, day: date) -> Standing:
    """Where the product stands on the day, without what has ended."""
    held = (one for one in facts.protections if one.span.holds_on(day) and one.stage != Stage.ENDED)
    return frozenset((one.regime, one.stage) for one in held)


@lru_cache(maxsize=5_000)
def law_asks(category: str, standing: Standing, day: date) -> tuple[tuple[Clause, str], ...]:
    """The 45 clauses, each with why it does not apply to products that stand so, "" where it does."""
    return tuple((clause, moot(clause, category, standing, day)) for clause in clauses_on(day))


def moot(clause: Clause, category: str, standing: Standing, day: date) -> str:
    """Why the clause does not apply to products that stand so on the day, "" where it does."""
    if not clause.in_force_on(day):
        law = clause.cited[0].law
        return f"所依据的{law.title}" + (f"自 {clause.since} 起施行" if law.since else f"在 {clause.since:%Y-%m} 才有")
    farmed = clause.categories == FARM and any(regime in AGRICULTURAL for regime, _stage in standing)
    if category not in clause.categories and not farmed:
        return f"只适用于{named(tuple(one for one in Category if one in clause.categories))}"
    here = [stage for regime, stage in standing if regime in clause.regimes]
    if not here and not clause.local:
        if not standing:
            return f"{day} 登记簿里没有这一产品的保护或申请"
        return f"只适用于{named(tuple(one for one in Regime if one in clause.regimes))}"
    if clause.once_protected and Stage.PROTECTED not in here:
        return "获得保护以后才适用"
    return ""


@lru_cache(maxsize=5_000)
def idle(clause: Clause, day: date, why: str) -> ClauseAnswer:
    """The answer of a clause that does not apply."""
    return ClauseAnswer(clause, day, Status.NOT_APPLICABLE, None, (Finding(Status.NOT_APPLICABLE, why),))


def set_aside(facts: Facts, clause: Clause, day: date, why: str) -> ClauseAnswer:
    """The same for one product: what failed stands even beside a clause that does not apply."""
    failed = bearing_on(facts, clause, day)
    if not failed:
        return idle(clause, day, why)
    finding = Finding(Status.NOT_APPLICABLE, why, failed=failed)
    return ClauseAnswer(clause, day, Status.NOT_APPLICABLE, None, (finding,))


# --- One clause ------------------------------------------------------------------------------------------------------


def clause_answer(facts: Facts, clause: Clause, day: date, producers: Mapping[int, str]) -> ClauseAnswer:
    """How one clause that the law asks stands for the product, whose producers of the day are given."""
    exempt = next(iter(attached_to(facts, clause, day, None, Effect.NOT_APPLICABLE)), None)
    if exempt is not None and not left_open(bearing_on(facts, clause, day)):
        return set_aside(facts, clause, day, exempt.note)
    if not clause.per_producer or not producers:
        one = find(facts, clause, day, None)
        return ClauseAnswer(clause, day, one.status, one.ends, (one,))
    findings, names = [find(facts, clause, day, pk) for pk in producers], list(producers.values())
    failed = bearing_on(facts, clause, day)
    strays = [one for one in failed if one.producer not in {None, *producers}] if failed else []
    if strays:
        findings.append(found_of(strays))
        names.append(OTHERS)
    status = worst([one.status for one in findings])
    ends = [one.ends for one in findings if one.status is status and one.ends is not None]
    return ClauseAnswer(clause, day, status, min(ends, default=None), tuple(findings), tuple(names))


OTHERS = "登记簿没有列入的生产者"


def found_of(strays: Sequence[Failed]) -> Finding:
    """What failed lines of producers come to whom the register does not name for the product on the day."""
    unsettled = left_open(strays)
    if unsettled:
        return Finding(Status.MISSING, said_of(unsettled), failed=tuple(strays))
    return Finding(Status.NOT_APPLICABLE, "不合格的结果都已复检合格", failed=tuple(strays))


def together(asked: Mapping[str, Finding], findings: Iterable[Finding], answer: ClauseAnswer) -> Finding:
    """A clause that each producer has to meet stands as its worst producer does."""
    deciding = {name: asked[name] for name in answer.whose}
    name, first = min(deciding.items(), key=lambda item: item[1].ends or date.max)
    why = words_of(answer.clause, first, answer.day)
    return Finding(
        status=answer.status,
        words=why if len(asked) == 1 else several(name, first, why, deciding, len(asked)),
        ends=answer.ends,
        evidence=tuple(evidence for one in findings for evidence in one.evidence),
        failed=tuple(dict.fromkeys(line for one in findings for line in one.failed)),
    )


NAMED = 5  # producers in one sentence


def several(name: str, first: Finding, why: str, deciding: Collection[str], of_all: int) -> str:
    """What is said of more than one producer: how many and which, and why of the first."""
    if first.status is Status.MET:
        return f"{of_all} 家生产者都有，最早到期的是{name}：{why}" if first.ends else f"{of_all} 家生产者都有"
    if name == OTHERS:
        return f"{OTHERS}：{why}"
    if len(deciding) == 1:
        return f"{of_all} 家生产者中{beside(name)}{first.status.label}：{why}"
    names = "、".join(list(deciding)[:NAMED]) + ("等" if len(deciding) > NAMED else "")
    return f"{of_all} 家生产者中 {len(deciding)} 家{first.status.label}（{names}），如{name}：{why}"


# --- Sentences -------------------------------------------------------------------------------------------------------

HEADS = {
    Status.MET: "已满足",
    Status.EXPIRING: "即将到期",
    Status.LAPSED: "未满足",
    Status.MISSING: "未满足",
    Status.NOT_APPLICABLE: "不适用",
}


def sentence(clause: Clause, finding: Finding, day: date, producer: str = "") -> str:
    """What is said of the clause: how it stands, why, and what restores it."""
    of_whom = f"{producer}：" if producer else ""
    head = f"{clause.key} {HEADS[finding.status]}：{of_whom}{words_of(clause, finding, day)}"
    match finding.status:
        case Status.EXPIRING:
            return f"{head}；{restores(clause, finding)}后继续满足。"
        case Status.LAPSED:
            return f"{head}；{restores(clause, finding)}后恢复。"
        case Status.MISSING:
            return f"{head}；{restores(clause, finding)}后满足。"
    return f"{head}。"


def words_of(clause: Clause, finding: Finding, day: date) -> str:
    """Why the clause stands so: the middle of the sentence, with the evidence and its day."""
    if finding.words or finding.decides is None:
        return finding.words or f"没有登记{clause.evidence}"
    one = finding.decides
    if finding.status is Status.LAPSED:
        return f"{finding.lead}最近一份{clause.evidence}（{one.title}）于 {one.ends} {one.ended}{assumed(one)}"
    caution = f"（{one.note}）" if one.kind != "attachment" and one.note else ""
    return f"{finding.lead}{standing(one, day)}{caution}"


def standing(one: Evidence, day: date) -> str:
    """How a piece of evidence that holds stands."""
    since = f"，{one.begins} 起" if one.begins else "，起始日未查明"
    if one.ends is None:
        return f"{one.title}{since}{'，截止日未查明' if one.kind == 'qualification' else ''}"
    if still_long(one, day):
        return f"{one.title}{since}，{one.ends} {one.ended}{assumed(one)}"
    return f"{one.title}将于 {one.ends} {one.ended}，还有 {(one.ends - day).days} 天{assumed(one)}"


def assumed(one: Evidence) -> str:
    """Where the end is nobody's word but ours, it says so."""
    return "（材料没有写有效期，按本登记簿的假定计算）" if one.assumed else ""


REGISTER = frozenset({Rule.STANDARD_KNOWN, Rule.STANDARD_IN_FORCE, Rule.APPOINTED})  # written here, not handed in


def restores(clause: Clause, finding: Finding) -> str:
    """What is to be done next."""
    unsettled = dict.fromkeys(one.parameter for one in finding.failed if one.settled is None)
    if unsettled:
        return f"提交“{'”“'.join(unsettled)}”复检合格的报告"
    if finding.remedy:
        return finding.remedy
    if clause.rule in REGISTER:
        return f"登记{clause.evidence}"
    return f"提交{'' if finding.status is Status.MISSING else '新的'}{clause.evidence}"
