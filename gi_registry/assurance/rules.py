"""What evidence comes to on a day: which rows count for a clause, which of them hold, what is said of them.

One table says which rule finds the evidence (`FINDERS`), `weighed` says what it comes to. Facts and clauses go in,
findings come out; nothing here asks the database, and no sentence is made: that is for `answers.py`, where one is read.
All products × 45 clauses pass through here at once, so findings are plain tuples and what recurs is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.clauses import Clause, FreshBasis, Rule
from gi_registry.assurance.facts import Attached, Facts, Report
from gi_registry.assurance.judging import FOR_PROTECTED, Edition, Line, Verdict, plain_name
from gi_registry.assurance.models import Effect, QualificationKind, Standard
from gi_registry.assurance.numbers import edition_of, same
from gi_registry.gazette.terms import after_months
from gi_registry.products.models import Stage

SOON = timedelta(days=60)


class Status(models.TextChoices):
    """How a clause, a system or a product stands on a day, the worst last but for what does not apply."""

    NOT_APPLICABLE = "not_applicable", _("不适用")
    MET = "met", _("已满足")
    EXPIRING = "expiring", _("即将到期")
    LAPSED = "lapsed", _("已失效")
    MISSING = "missing", _("未满足")


ORDER = {status: place for place, status in enumerate(Status)}
STANDS = (Status.MET, Status.EXPIRING)
NOT_QUALIFIED = "签发日该机构没有登记有效的资质认定（CMA）"
ages = lru_cache(maxsize=50_000)(after_months)  # the same days end in the same months for thousands of papers


class Evidence(NamedTuple):
    """One piece of evidence as it counts for a clause: what it is, and the days on which it holds, [begins, ends).

    `ends` None: it does not end. `assumed`: the end is this register's assumption, not the paper's own. `ended`: what
    becomes of it at its end. `kind` and `pk` name the row: standard, record, report, qualification, appointment,
    attachment.
    """

    kind: str
    pk: int
    title: str
    begins: date | None
    ends: date | None = None
    producer: int | None = None
    assumed: bool = False
    note: str = ""
    ended: str = "到期"

    def holds_on(self, day: date) -> bool:
        """Whether it holds on `day`; where no beginning is known it may."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day < self.ends)


class Failed(NamedTuple):
    """A failed line of a report, and the report that tested it again and passed, None where none did."""

    report: int
    number: str
    issued_on: date
    parameter: str
    line: Line
    settled: str | None
    note: str = ""
    producer: int | None = None

    def __str__(self) -> str:
        head = f"报告 {self.number}（{self.issued_on} 签发）的{self.line} 不合格：{self.line.why}"
        return f"{head}；{self.settled}" if self.settled else head


class Finding(NamedTuple):
    """What the evidence for one clause (and one producer) comes to.

    `decides` is the piece that it hangs on; `words` say why where that is not said of the piece or of its absence.
    """

    status: Status
    words: str = ""
    ends: date | None = None
    evidence: tuple[Evidence, ...] = ()
    decides: Evidence | None = None
    lead: str = ""  # what is said before the piece
    failed: tuple[Failed, ...] = ()
    remedy: str = ""  # what restores it, where that is not the clause's own evidence


# --- Evidence --------------------------------------------------------------------------------------------------------


def find(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """What the evidence for the clause comes to, for one producer where one is named."""
    if producer is not None and clause.key in facts.attached:
        exempt = next(iter(attached_to(facts, clause, day, producer, Effect.NOT_APPLICABLE)), None)
        failed = bearing_on(facts, clause, day, producer)
        if exempt is not None and not left_open(failed):
            return Finding(Status.NOT_APPLICABLE, exempt.note, failed=failed)
    return FINDERS[clause.rule](facts, clause, day, producer)


def attached_to(
    facts: Facts, clause: Clause, day: date, producer: int | None, effect: Effect = Effect.MEETS
) -> list[Evidence]:
    """What officials say of the clause on the day: for the producer, or for all of them."""
    if clause.key not in facts.attached:
        return []
    return [
        Evidence(
            kind="attachment",
            pk=one.pk,
            title=f"{one.by}的认定{f'（依据{beside(one.title)}）' if one.title else ''}",
            begins=one.span.begins,
            ends=min(filter(None, (one.span.ends, aged(facts, clause, one))), default=None),
            producer=one.producer,
            assumed=aged(facts, clause, one) is not None,
            note=f"由{one.by}认定不适用：{one.note.rstrip('。')}" if effect == Effect.NOT_APPLICABLE else one.note,
        )
        for one in facts.attached[clause.key]
        if one.effect == effect
        and one.producer in ({None} if producer is None and effect == Effect.NOT_APPLICABLE else {None, producer})
        and (effect == Effect.MEETS or one.span.holds_on(day))
    ]


def aged(facts: Facts, clause: Clause, word: Attached) -> date | None:
    """When what a word rests on ages out by the clause's assumption, None where the paper says its own end."""
    if clause.fresh is None or word.rests_on is None or word.paper_ends:
        return None
    made = {
        "record": (one.made_on for some in facts.records.values() for one in some if one.pk == word.rests_on[1]),
        "report": (one.issued_on for one in facts.reports if one.pk == word.rests_on[1]),
    }
    made_on = next(iter(made.get(word.rests_on[0], ())), None)
    return None if made_on is None else ages(made_on, clause.fresh)


def weighed(evidence: Sequence[Evidence], day: date, missing: str = "") -> Finding:
    """What pieces of evidence, each of which would be enough, come to on the day; `missing` says why there is none."""
    begun = [one for one in evidence if one.begins is None or one.begins <= day]
    if not begun:
        return Finding(Status.MISSING, missing)
    if len(begun) > 1:
        begun.sort(key=by_beginning, reverse=True)
    holding = [one for one in begun if one.ends is None or day < one.ends]
    best = max(holding or begun, key=by_end)
    status = Status.LAPSED if not holding else Status.MET if still_long(best, day) else Status.EXPIRING
    mixed = 0 < len(holding) < len(begun)
    return Finding(status, "", best.ends, in_order(begun, day) if mixed else tuple(begun), best)


def in_order(evidence: Sequence[Evidence], day: date) -> tuple[Evidence, ...]:
    """What holds before what does not, as they stood among themselves."""
    return tuple(sorted(evidence, key=lambda one: one.ends is not None and one.ends <= day))


def beside(text: str) -> str:
    """A text behind Chinese words: with a space where it begins with a letter or figure."""
    return f" {text}" if text[:1].isascii() else text


def by_beginning(one: Evidence) -> tuple[date, int]:
    """The earlier first."""
    return one.begins or date.min, one.pk


def by_end(one: Evidence) -> date:
    """What ends first first."""
    return one.ends or date.max


def still_long(one: Evidence, day: date) -> bool:
    """Whether evidence that holds does not end soon."""
    return one.ends is None or one.ends - day > SOON


def fresh_until(clause: Clause, made_on: date, stated: date | None) -> tuple[date | None, bool]:
    """When evidence ends, and whether that is an assumption: its own word goes before the clause's."""
    if stated is not None:
        return stated, False
    if clause.fresh is None:
        return None, False
    return ages(made_on, clause.fresh), clause.fresh_basis is FreshBasis.ASSUMED


def speaks_for(producer: int | None, of: int | None) -> bool:
    """Whether evidence of a producer (None: of the product as a whole) counts for the one asked (None: for anyone)."""
    return of is None or producer == of


def records(facts: Facts, clause: Clause, producer: int | None) -> list[Evidence]:
    """The quality records of the clause's kinds; for a clause of the district those that name it."""
    found = []
    for key in (clause.key,) if clause.local else clause.kinds:
        for one in facts.records.get(key, ()):
            if speaks_for(one.producer, producer):
                ends, guessed = fresh_until(clause, one.made_on, one.valid_until)
                found.append(Evidence("record", one.pk, one.title, one.made_on, ends, one.producer, guessed))
    return found


def reports(facts: Facts, clause: Clause, producer: int | None) -> list[Evidence]:
    """The test reports; for a clause that asks only whether there was one, they do not age."""
    return [report_as(one, clause) for one in facts.reports if speaks_for(one.producer, producer)]


def report_as(one: Report, clause: Clause) -> Evidence:
    """A test report as it counts for a clause."""
    ends, guessed = (None, False) if clause.fresh is None else fresh_until(clause, one.issued_on, one.valid_until)
    note = "" if one.qualified else NOT_QUALIFIED
    return Evidence("report", one.pk, f"报告 {one.number}", one.issued_on, ends, one.producer, guessed, note)


# --- Rules -----------------------------------------------------------------------------------------------------------


def by_record(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    found = [*records(facts, clause, producer), *attached_to(facts, clause, day, producer)]
    if not clause.edition:
        return weighed(found, day)
    coming = edition_to_come(facts, clause.edition, day)
    if coming is not None:
        found = [outrun_by(coming, one) for one in found]
    current = edition_in_force(facts, clause.edition, day)
    if current is None or current.standard.valid_from is None:
        return weighed(found, day)
    since, number = current.standard.valid_from, current.standard.number
    cut = [one if one.begins is None or one.begins >= since else ended(one, since) for one in found]
    finding = weighed(cut, day)
    outrun = finding.status is Status.LAPSED and finding.ends == since
    return finding._replace(words=f"{number} 自 {since} 起实施，此后没有重新核对") if outrun else finding


def outrun_by(coming: Standard, one: Evidence) -> Evidence:
    """A check against the edition in force, ending when the next one enters into force."""
    on = coming.valid_from or date.max
    if one.ends is not None and one.ends < on:
        return one
    return ended(one, on)._replace(ended=f"因 {coming.number} 实施失效")


def ended(one: Evidence, on: date) -> Evidence:
    """The evidence, ending on the day at the latest."""
    return one._replace(ends=min(one.ends or on, on), assumed=one.assumed and one.ends is not None and one.ends < on)


def edition_in_force(facts: Facts, number: str, day: date) -> Edition | None:
    """The edition of a standard for all products that holds on the day, the newest where several do."""
    held = [one for one in facts.common if edition_of(one.standard.number)[0] == number and one.standard.holds_on(day)]
    return max(held, key=lambda one: one.standard.valid_from or date.min, default=None)


def edition_to_come(facts: Facts, number: str, day: date) -> Standard | None:
    """The next edition of a standard for all products whose day of entry is known and has not come."""
    ahead = [
        (one.standard.valid_from, one.standard)
        for one in facts.common
        if edition_of(one.standard.number)[0] == number and (one.standard.valid_from or date.min) > day
    ]
    return min(ahead, key=lambda pair: pair[0] or date.max)[1] if ahead else None


def by_standard_known(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    found = []
    for edition in facts.standards:
        one = edition.standard
        known = one.issued_on or one.valid_from or one.attested_on or one.pending_on
        over = one.valid_until is not None and one.valid_until <= day
        note = f"{one.valid_until} {end_of(facts, edition)}" if over else ""
        found.append(Evidence("standard", one.pk, one.number, known, note=note))
    return at_application(facts, clause, found, attached_to(facts, clause, day, producer), day)


def at_application(facts: Facts, clause: Clause, found: list[Evidence], said: list[Evidence], day: date) -> Finding:
    """What there was when protection was applied for goes before what came after it, which says so."""
    standing = [one for one in facts.protections if one.regime in clause.regimes and one.stage == Stage.PROTECTED]
    since = min((one.span.begins for one in standing if one.span.begins is not None), default=None)
    if since is None or not clause.at_application:
        return weighed([*found, *said], day)
    early = [one for one in found if one.begins is None or one.begins <= since]
    words = f"保护自 {since} 起，这是申请以后才有的"
    late = [
        one._replace(note=joined(one.note, words)) for one in found if one.begins is not None and one.begins > since
    ]
    finding = weighed([*early, *late, *said], day)
    if not early or not late:
        return finding
    first = weighed([*early, *said], day)
    return first._replace(evidence=finding.evidence) if first.status in STANDS else finding


def by_standard_in_force(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """What counts is that some edition is in force without a gap; each is shown with its own end."""
    serving = [
        edition
        for edition in facts.standards
        if (one := edition.standard).kind in FOR_PROTECTED
        and not (one.valid_from is None and one.pending_on is not None)
        and (not one.regime or one.regime in clause.regimes)
    ]
    shown = {edition.standard.pk: as_evidence(facts, edition) for edition in serving}
    found = [shown[one.standard.pk]._replace(ends=taken_over(one, serving, day)) for one in serving]
    finding = weighed([*found, *attached_to(facts, clause, day, producer)], day)
    own = [shown[one.pk] if one.kind == "standard" else one for one in finding.evidence]
    return finding._replace(evidence=in_order(own, day))


def as_evidence(facts: Facts, edition: Edition) -> Evidence:
    """An edition with the days on which it is in force."""
    one = edition.standard
    ended = "" if one.valid_until is None else end_of(facts, edition)
    return Evidence("standard", one.pk, one.number, one.valid_from, one.valid_until, ended=ended)


def end_of(facts: Facts, edition: Edition) -> str:
    """What becomes of an edition at its end: replaced by those that say so, or abolished."""
    number = edition.standard.number
    by = [other.standard.number for other in facts.standards if other.standard.replaces_number(number)]
    return f"被{beside('、'.join(by))} 代替" if by else "废止"


def taken_over(edition: Edition, others: Sequence[Edition], day: date) -> date | None:
    """When an edition ends without one of the others, issued by the day, following at once."""
    ends = edition.standard.valid_until
    while ends is not None:
        following = next(
            (
                one
                for one in others
                if (one.standard.issued_on or date.max) <= day
                and one.standard.valid_from is not None
                and one.standard.valid_from <= ends
                and (one.standard.valid_until is None or one.standard.valid_until > ends)
            ),
            None,
        )
        if following is None:
            return ends
        ends = following.standard.valid_until
    return None


def by_standard_reviewed(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """All editions in force have been issued or reviewed within the period; the one that is due first decides."""
    said = attached_to(facts, clause, day, producer)
    if any(one.holds_on(day) for one in said):
        return weighed(said, day)
    held = [edition.standard for edition in facts.standards if edition.standard.holds_on(day)]
    if not held:
        return Finding(Status.MISSING, "没有登记现行标准，无从复审", remedy="登记现行标准")
    findings = []
    for one in held:
        days = [on for on in (one.issued_on, one.reviewed_on) if on is not None and on <= day]
        if not days:
            findings.append(Finding(Status.MISSING, f"{one.number} 的发布日和复审日都未查明"))
            continue
        ends, _guessed = fresh_until(clause, max(days), None)
        title = f"{one.number} 的{'复审' if max(days) == one.reviewed_on else '发布'}"
        finding = weighed([Evidence("standard", one.pk, title, max(days), ends)], day)
        overdue = f"{one.number} 已于 {ends} 超过复审周期" if finding.status is Status.LAPSED else ""
        findings.append(finding._replace(words=overdue, remedy=f"复审 {one.number} 并登记复审日"))
    return worst_of(findings, day)


def worst_of(findings: Sequence[Finding], day: date) -> Finding:
    """Of findings all of which have to stand, the worst, or the one that ends first; with the evidence of all."""
    decides = max(findings, key=lambda one: (ORDER[one.status], -(one.ends or date.max).toordinal()))
    return decides._replace(evidence=in_order([piece for one in findings for piece in one.evidence], day))


def by_appointment(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    found = [Evidence("appointment", one.pk, one.name, one.span.begins, one.span.ends) for one in facts.appointed]
    return at_application(facts, clause, found, attached_to(facts, clause, day, producer), day)


def by_qualification(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """Every laboratory that is named for the product has a 资质认定 that holds; where none is named, every one whose
    report still holds."""
    said = attached_to(facts, clause, day, producer)
    if any(one.holds_on(day) for one in said):
        return weighed(said, day)
    names = {one.laboratory: one.name for one in facts.appointed if one.span.holds_on(day)}
    names = names or {one.laboratory: one.laboratory_name for one in facts.reports if still_fresh(one, day)}
    if not names:
        return weighed(said, day, "没有登记承担检验检测的机构")._replace(remedy="登记承担机构及其资质证书")
    findings = [weighed(certificates(facts, one, name), day, no_certificate(name)) for one, name in names.items()]
    return worst_of(findings, day)


def certificates(facts: Facts, laboratory: int, name: str) -> list[Evidence]:
    """The 资质认定 of a laboratory."""
    return [
        Evidence("qualification", one.pk, f"{name}的资质认定 {one.number}", one.span.begins, one.span.ends)
        for one in facts.certificates.get(laboratory, [])
        if one.kind == QualificationKind.CMA
    ]


def no_certificate(name: str) -> str:
    """What is said of a laboratory without a 资质认定."""
    return f"{name}没有登记资质认定（CMA）证书"


REPORT_MONTHS = 12  # as the clauses on reports assume


def still_fresh(report: Report, day: date) -> bool:
    """Whether a report was issued by the day and has not aged out."""
    return report.issued_on <= day < (report.valid_until or ages(report.issued_on, REPORT_MONTHS))


def by_report(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    found, said = reports(facts, clause, producer), attached_to(facts, clause, day, producer)
    return at_application(facts, clause, found, said, day)


def by_test(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    found = [*reports(facts, clause, producer), *records(facts, clause, producer)]
    return weighed([*found, *attached_to(facts, clause, day, producer)], day)


def by_coverage(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """Every parameter of the standards in force is in some report that holds; the one that ages first decides."""
    said = attached_to(facts, clause, day, producer)
    if any(one.holds_on(day) for one in said):
        return weighed(said, day)
    held = [edition for edition in facts.standards if edition.standard.holds_on(day)]
    asked = {plain_name(limit.parameter): limit.parameter for edition in held for limit in edition.limits}
    if not asked:
        why = f"{'现行标准的技术指标没有登记' if held else '没有登记现行标准'}，不能判断是否覆盖"
        return Finding(Status.MISSING, why, remedy="登记现行标准及其技术指标")
    bearing: dict[str, list[Evidence]] = {key: [] for key in asked}
    for report in facts.reports:
        one = report_as(report, clause)
        for key in {plain_name(result.parameter) for result in report.results} & asked.keys():
            bearing[key].append(one)
    findings = {asked[key]: weighed(ones, day) for key, ones in bearing.items()}
    untested = [parameter for parameter, one in findings.items() if one.status is Status.MISSING]
    used = tuple({piece.pk: piece for one in findings.values() for piece in one.evidence}.values())
    if untested:
        return Finding(Status.MISSING, f"{len(asked)} 项指标中没有检测{'、'.join(untested)}", evidence=used)
    parameter, decides = max(
        findings.items(), key=lambda item: (ORDER[item[1].status], -(item[1].ends or date.max).toordinal())
    )
    return decides._replace(lead=f"{len(asked)} 项指标，{parameter}：", evidence=used)


def by_retest(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """Failed lines have been tested again."""
    failed = failures(facts, day)
    if not failed:
        return Finding(Status.NOT_APPLICABLE, "没有不合格的检验结果，不需要复检")
    unsettled = left_open(failed)
    if unsettled:
        return Finding(Status.MISSING, f"{said_of(unsettled)}，还没有复检合格", failed=failed)
    retests = [one for one in facts.reports if one.retest_of is not None and one.issued_on <= day]
    evidence = tuple(Evidence("report", one.pk, f"复检报告 {one.number}", one.issued_on) for one in retests)
    words = f"{len(failed)} 项不合格{'都' if len(failed) > 1 else ''}已复检合格"
    return Finding(Status.MET, words, evidence=evidence[::-1], failed=failed)


def said_of(failed: Sequence[Failed]) -> str:
    """The first of some failed lines, and how many more there are."""
    return f"{failed[0]}" if len(failed) == 1 else f"{failed[0]}（另有 {len(failed) - 1} 项不合格）"


def by_passing(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """A report passes and no failed line is left open; an official's word does not settle a failed line."""
    failed = failures_of(facts, day, producer)
    unsettled = left_open(failed)
    every = reports(facts, clause, producer)
    if unsettled:
        return Finding(Status.MISSING, said_of(unsettled), evidence=weighed(every, day).evidence, failed=failed)
    finding = passing(facts, clause, day, producer)
    newest = next(iter(weighed(every, day).evidence), None) if finding.status is Status.MISSING else None
    if newest is not None:
        why = incomparable(next(one for one in facts.reports if one.pk == newest.pk))
        finding = Finding(Status.MISSING, why, evidence=(newest,))
    return finding._replace(failed=failed) if failed else finding


def passing(facts: Facts, clause: Clause, day: date, producer: int | None) -> Finding:
    """What the reports that pass come to: those that pass wholly before those that pass in part."""
    own = [one for one in facts.reports if one.passed and speaks_for(one.producer, producer)]
    partly = {one.pk: words for one in own if (words := in_part(one))}
    shown = [report_as(one, clause) for one in own]
    shown = [one._replace(note=joined(partly[one.pk], one.note)) if one.pk in partly else one for one in shown]
    said = attached_to(facts, clause, day, producer)
    finding = weighed([*shown, *said], day)
    if not partly:
        return finding
    wholly = weighed([*(one for one in shown if one.pk not in partly), *said], day)
    return wholly._replace(evidence=finding.evidence) if wholly.status in STANDS else finding


def in_part(report: Report) -> str:
    """How many lines of a report that passes could not be compared, and why the first; "" where all could."""
    blank = [line for line in report.lines if line.verdict is Verdict.NOT_COMPARABLE]
    if not blank:
        return ""
    passed, of = len(report.lines) - len(blank), len(report.lines)
    return f"{of} 项中 {passed} 项合格，{len(blank)} 项不可比：{blank[0].parameter}，{blank[0].why}"


def joined(*parts: str) -> str:
    """Remarks one after another."""
    return "；".join(part for part in parts if part)


def incomparable(report: Report) -> str:
    """Why a report without a failed line does not show that the product passes."""
    if not report.lines:
        return f"报告 {report.number} 没有登记检验结果"
    return f"报告 {report.number} 的结果都不能与限值比较（{report.lines[0].why}）"


FINDERS: dict[Rule, Callable[[Facts, Clause, date, int | None], Finding]] = {
    Rule.RECORD: by_record,
    Rule.STANDARD_KNOWN: by_standard_known,
    Rule.STANDARD_IN_FORCE: by_standard_in_force,
    Rule.STANDARD_REVIEWED: by_standard_reviewed,
    Rule.APPOINTED: by_appointment,
    Rule.QUALIFIED: by_qualification,
    Rule.REPORTED: by_report,
    Rule.COVERED: by_coverage,
    Rule.RETESTED: by_retest,
    Rule.TESTED: by_test,
    Rule.PASSED: by_passing,
}


# --- Failed lines ----------------------------------------------------------------------------------------------------


def failures(facts: Facts, day: date) -> tuple[Failed, ...]:
    """Every failed line of the reports issued by the day."""
    known = [one for one in facts.reports if one.issued_on <= day]
    return tuple(
        Failed(one.pk, one.number, one.issued_on, line.parameter, line, *settled(facts, known, one, line), one.producer)
        for one in known
        for line in one.failing
    )


def failures_of(facts: Facts, day: date, producer: int | None) -> tuple[Failed, ...]:
    """Those of one producer (None: of anybody); one of a report without a producer bears on all of them."""
    return tuple(one for one in failures(facts, day) if producer is None or one.producer in {None, producer})


BEARING = (Rule.PASSED, Rule.RETESTED)


def bearing_on(facts: Facts, clause: Clause, day: date, producer: int | None = None) -> tuple[Failed, ...]:
    """The failed lines that bear on a clause, whether it applies or not."""
    return failures_of(facts, day, producer) if clause.rule in BEARING else ()


def left_open(failed: Iterable[Failed]) -> list[Failed]:
    """The failed lines that no retest settled."""
    return [one for one in failed if one.settled is None]


def settled(facts: Facts, known: Sequence[Report], failed: Report, line: Line) -> tuple[str | None, str]:
    """What became of a failed line: the retest that passed, by way of retests that failed too; and its note."""
    for one in known:
        if one.retest_of != failed.pk or one.pk == failed.pk or not same_sample(one, failed):
            continue
        again = [each for each in one.lines if plain_name(each.parameter) == plain_name(line.parameter)]
        if any(each.verdict is Verdict.FAIL for each in again):
            return settled(facts, [other for other in known if other.pk != failed.pk], one, line)
        if any(each.verdict is Verdict.PASS and as_strict(facts, each.standard, line.standard) for each in again):
            return f"报告 {one.number}（{one.issued_on} 签发）复检合格", one.note
    return None, ""


def same_sample(one: Report, failed: Report) -> bool:
    """Whether a report may settle another: of the same producer where both name one, of the same grade of goods."""
    of_one = one.producer is None or failed.producer is None or one.producer == failed.producer
    return of_one and plain_name(one.goods) == plain_name(failed.goods)


def as_strict(facts: Facts, number: str, failed: str) -> bool:
    """Whether what passed by one standard passed by that which failed: by any edition of it, or one in its place."""
    if edition_of(number)[0] == edition_of(failed)[0]:
        return True
    own = [one.standard for one in facts.standards + facts.common if same(one.standard.number, number)]
    return any(one.replaces_number(failed) for one in own)
