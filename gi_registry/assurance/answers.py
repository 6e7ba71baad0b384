"""How clauses, systems and products stand on a day, each in a sentence: facts go in, the answer comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gi_registry.assurance.clauses import Clause, Rule, System, clauses_on, named
from gi_registry.assurance.facts import Facts
from gi_registry.assurance.models import Effect
from gi_registry.assurance.rules import ORDER, STANDS, Evidence, Failed, Finding, Status, attached_to, find
from gi_registry.products.models import Category, Regime, Stage


@dataclass(frozen=True, slots=True)
class ProducerAnswer:
    """How a clause stands for one producer."""

    producer: str
    status: Status
    sentence: str
    ends: date | None


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """How a clause stands on the day, in one sentence, with the evidence it rests on and what restores it.

    `ends`: the first day on which it no longer stands so, None where nothing ends it. `failed`: failed lines of test
    reports that bear on it, those settled by a retest too, so that none ever disappears.
    """

    clause: Clause
    status: Status
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    ends: date | None = None
    restores: str = ""
    failed: tuple[Failed, ...] = ()
    producers: tuple[ProducerAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemAnswer:
    """How one system stands; model clauses are shown and do not count."""

    system: System
    status: Status
    clauses: tuple[ClauseAnswer, ...]
    met: int  # of those that count, those that stand (expiring ones too)
    asked: int  # those that count and apply
    next_lapse: ClauseAnswer | None


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


def judged(facts: Facts, day: date) -> ProductAnswer:
    """The answer from facts that were read before."""
    local = [clause for clause in facts.local if clause.in_force_on(day)]
    found = tuple(clause_answer(facts, clause, day) for clause in [*clauses_on(day), *local])
    systems = tuple(system_answer(system, found, day) for system in System)
    status = worst(system.status for system in systems)
    return ProductAnswer(facts.pk, facts.slug, facts.name, day, status, systems, found)


def system_answer(system: System, found: Sequence[ClauseAnswer], day: date) -> SystemAnswer:
    """A system stands as the worst of its clauses that count."""
    own = tuple(one for one in found if one.clause.system == system)
    counted = [one for one in own if counts(one)]
    lapsing = [one for one in counted if one.status in STANDS and one.ends is not None]
    return SystemAnswer(
        system=system,
        status=worst(one.status for one in counted),
        clauses=own,
        met=sum(one.status in STANDS for one in counted),
        asked=len(counted),
        next_lapse=min(lapsing, key=lambda one: one.ends or day, default=None),
    )


def counts(one: ClauseAnswer) -> bool:
    """Whether a clause counts: it applies, and it is no model from elsewhere."""
    return one.status is not Status.NOT_APPLICABLE and not one.clause.model


def worst(statuses: Iterable[Status]) -> Status:
    """The last of them in the order of `Status`; 不适用 where there is none."""
    return max(statuses, key=ORDER.__getitem__, default=Status.NOT_APPLICABLE)


# --- One clause ------------------------------------------------------------------------------------------------------


def clause_answer(facts: Facts, clause: Clause, day: date) -> ClauseAnswer:
    """How one clause stands for the product."""
    if why := inapplicable(facts, clause, day):
        return ClauseAnswer(clause, Status.NOT_APPLICABLE, f"{clause.key} 不适用：{why}。")
    if not clause.per_producer:
        return told(clause, find(facts, clause, day, None), day)
    producers = facts.producers_on(day)
    if not producers:
        return told(clause, find(facts, clause, day, None), day)
    findings = {name: find(facts, clause, day, pk) for pk, name in producers.items()}
    return together(clause, findings, day)


def told(clause: Clause, finding: Finding, day: date) -> ClauseAnswer:
    """A finding as the answer of its clause."""
    return ClauseAnswer(
        clause=clause,
        status=finding.status,
        sentence=sentence(clause, finding, day),
        evidence=finding.evidence,
        ends=finding.ends,
        restores="" if finding.status in {Status.MET, Status.NOT_APPLICABLE} else restores(clause, finding),
        failed=finding.failed,
    )


def together(clause: Clause, findings: dict[str, Finding], day: date) -> ClauseAnswer:
    """A clause that each producer has to meet stands as its worst producer does."""
    asked = {name: one for name, one in findings.items() if one.status is not Status.NOT_APPLICABLE}
    each = tuple(
        ProducerAnswer(name, one.status, sentence(clause, one, day, name), one.ends) for name, one in findings.items()
    )
    if not asked:
        only = next(iter(findings.values()))
        return replace(told(clause, only, day), producers=each)
    status = worst(one.status for one in asked.values())
    deciding = {name: one for name, one in asked.items() if one.status == status}
    ends = [one.ends for one in deciding.values() if one.ends is not None]
    spokesman, first = min(deciding.items(), key=lambda item: item[1].ends or date.max)
    merged = Finding(
        status=status,
        why=first.why if len(asked) == 1 else several(spokesman, first, len(deciding), len(asked), status),
        ends=min(ends, default=None),
        evidence=tuple(evidence for one in findings.values() for evidence in one.evidence),
        failed=tuple(dict.fromkeys(line for one in findings.values() for line in one.failed)),
    )
    told_of = told(clause, merged, day)
    if len(asked) == 1:
        told_of = replace(told_of, sentence=sentence(clause, merged, day, spokesman))
    return replace(told_of, producers=each)


def several(name: str, first: Finding, of_them: int, of_all: int, status: Status) -> str:
    """What is said of more than one producer: how many, and the first by name."""
    if status == Status.MET:
        return f"{of_all} 家生产者都有，最早到期的是{name}：{first.why}" if first.ends else f"{of_all} 家生产者都有"
    return f"{of_all} 家生产者中 {of_them} 家{status.label}，如{name}：{first.why}"


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
    head = f"{clause.key} {HEADS[finding.status]}：{of_whom}{finding.why}"
    match finding.status:
        case Status.EXPIRING:
            return f"{head}；{restores(clause, finding)}后继续满足。"
        case Status.LAPSED:
            return f"{head}；{restores(clause, finding)}后恢复。"
        case Status.MISSING:
            return f"{head}；{restores(clause, finding)}后满足。"
    return f"{head}。"


REGISTER = frozenset({Rule.STANDARD_KNOWN, Rule.STANDARD_IN_FORCE, Rule.APPOINTED})  # written here, not handed in


def restores(clause: Clause, finding: Finding) -> str:
    """What is to be done next."""
    unsettled = next((one for one in finding.failed if one.settled is None), None)
    if unsettled is not None:
        return f"提交“{unsettled.parameter}”复检合格的报告"
    if finding.remedy:
        return finding.remedy
    if clause.rule in REGISTER:
        return f"登记{clause.evidence}"
    return f"提交{'' if finding.status is Status.MISSING else '新的'}{clause.evidence}"


def inapplicable(facts: Facts, clause: Clause, day: date) -> str:
    """Why the clause does not apply to the product on the day, "" where it does."""
    if not clause.in_force_on(day):
        return f"所依据的{clause.cited[0].law.title}自 {clause.since} 起施行"
    if facts.category not in clause.categories:
        return f"只适用于{named(tuple(one for one in Category if one in clause.categories))}"
    standing = [one for one in facts.protections if one.span.holds_on(day) and one.stage != Stage.ENDED]
    here = [one for one in standing if one.regime in clause.regimes]
    if not here and not clause.local:
        if not standing:
            return f"{day} 登记簿里没有这一产品的保护或申请"
        return f"只适用于{named(tuple(one for one in Regime if one in clause.regimes))}"
    if clause.once_protected and all(one.stage != Stage.PROTECTED for one in here):
        return "获得保护以后才适用"
    exempt = next(iter(attached_to(facts, clause, day, None, Effect.NOT_APPLICABLE)), None)
    return "" if exempt is None else exempt.note
