"""Test reports against the limits that held on the day of sampling: each line passes, fails, or cannot be compared.

Computed whenever it is asked, never stored: a limit or a value that is put right changes the lines at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.models import Limit, Standard, Standing, TestReport, Value, shown
from gi_registry.assurance.numbers import Kind, same
from gi_registry.assurance.values import FACTORS, Reading, factor_between, plain_unit, read_value
from gi_registry.core.errors import BadInput
from gi_registry.core.text import plain

plain_name = lru_cache(maxsize=50_000)(plain)  # the same parameters stand in thousands of reports


class Verdict(models.TextChoices):
    """What a line of a report comes to."""

    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
    NOT_COMPARABLE = "not_comparable", _("不可比")


class Line(NamedTuple):
    """One value against one limit; `standard` and `limit` are "" where there is none to compare with."""

    parameter: str
    text: str
    unit: str
    verdict: Verdict
    why: str
    limit: str = ""
    standard: str = ""

    def __str__(self) -> str:
        return f"{self.parameter} {self.text} {self.unit}".strip()


@dataclass(frozen=True)
class Bounds:
    """A limit apart from its row."""

    parameter: str
    unit: str
    method: str
    lower: Decimal | None
    upper: Decimal | None
    goods: str
    wording: str

    @cached_property
    def shown(self) -> str:
        return shown(self.lower, self.upper, self.unit) or self.wording


class Result(NamedTuple):
    """A reported value apart from its row."""

    parameter: str
    unit: str
    method: str
    text: str


@dataclass(frozen=True)
class Edition:
    """An edition of a standard apart from its row: what it limits and how it stands on a day."""

    standard: Standard
    limits: tuple[Bounds, ...]

    @cached_property
    def by_parameter(self) -> dict[str, list[Bounds]]:
        """The limits on each parameter, by its plain name."""
        found: dict[str, list[Bounds]] = {}
        for limit in self.limits:
            found.setdefault(plain_name(limit.parameter), []).append(limit)
        return found


def lines_of(
    results: Iterable[Result],
    editions: Sequence[Edition],
    *,
    sampled_on: date,
    standard_number: str = "",
    goods: str = "",
) -> list[Line]:
    """The lines of a report: each value against each limit on its parameter that held on the day of sampling.

    By the standard that the report names alone where that serves the protection; else by those that do as well.
    """
    held, why = in_force(editions, sampled_on, standard_number)
    alone = not standard_number or any(serves(one) for one in held)
    serving = [] if alone else [one for one in serving_on(editions, sampled_on) if one not in held]
    lines: list[Line] = []
    for result in results:
        if not held:
            lines.append(Line(result.parameter, result.text, result.unit, Verdict.NOT_COMPARABLE, why))
        limiting = [*held, *(one for one in serving if plain_name(result.parameter) in one.by_parameter)]
        if limiting:
            lines += against(result, limiting, goods)
    return lines


FOR_PROTECTED = (Kind.NATIONAL_MANDATORY, Kind.NATIONAL, Kind.LOCAL, Kind.GROUP)  # 令第80号 art. 18


def serves(edition: Edition) -> bool:
    """Whether it is a standard of the product itself of a kind that its protection asks for."""
    return edition.standard.product_id is not None and edition.standard.kind in FOR_PROTECTED


def serving_on(editions: Iterable[Edition], day: date) -> list[Edition]:
    """Those by which a sample of the day is judged whatever milder one its report names."""
    return [one for one in editions if serves(one) and one.standard.certain_on(day)]


def in_force(editions: Sequence[Edition], sampled_on: date, standard_number: str = "") -> tuple[list[Edition], str]:
    """The editions by which a sample of the day is judged; a sentence where there is none.

    The report's own standard where it names one, else every edition that held on the day.
    """
    named = [edition for edition in editions if not standard_number or same(edition.standard.number, standard_number)]
    held = [edition for edition in named if edition.standard.certain_on(sampled_on)]
    if held:
        return held, ""
    if not named:
        return [], f"登记簿没有报告所依据的标准 {standard_number}" if standard_number else "登记簿没有这一产品的标准"
    unknown = [edition for edition in named if edition.standard.holds_on(sampled_on)]
    if unknown:
        return [], f"{unknown[0].standard.number} 的实施日未查明，不知道抽样日 {sampled_on} 是否已实施"
    if not standard_number:
        return [], f"抽样日 {sampled_on} 没有现行标准"
    standing = named[0].standard.standing_on(sampled_on, [edition.standard for edition in editions])
    return [], f"{named[0].standard.number} 在抽样日 {sampled_on} {WAS[standing]}"


WAS = {
    Standing.UPCOMING: "还没有实施",
    Standing.REPLACED: "已被代替",
    Standing.ABOLISHED: "已废止",
    Standing.UNKNOWN: "是否实施未查明",
    Standing.IN_FORCE: "现行",
}


def against(result: Result, editions: Sequence[Edition], goods: str) -> list[Line]:
    """One value against every limit on its parameter."""
    lines = []
    for edition in editions:
        number = edition.standard.number
        on_it = edition.by_parameter.get(plain_name(result.parameter), [])
        chosen = [limit for limit in on_it if not limit.goods or plain_name(limit.goods) == plain_name(goods)]
        lines += [line_of(result, limit, number) for limit in chosen]
        if on_it and not chosen:
            claimed = f"等级“{goods}”" if goods else "未写等级的报告"
            why = f"{number} 按等级规定“{result.parameter}”，没有与{claimed}对应的一行"
            lines.append(Line(result.parameter, result.text, result.unit, Verdict.NOT_COMPARABLE, why, "", number))
    if lines:
        return lines
    numbers = "、".join(edition.standard.number for edition in editions)
    why = f"{numbers} 没有登记“{result.parameter}”的限值"
    return [Line(result.parameter, result.text, result.unit, Verdict.NOT_COMPARABLE, why)]


def line_of(result: Result, limit: Bounds, number: str) -> Line:
    """One value against one limit."""
    try:
        verdict, why = compared(result, limit)
    except BadInput as refusal:
        verdict, why = Verdict.NOT_COMPARABLE, refusal.sentence
    return Line(result.parameter, result.text, result.unit, verdict, why.removesuffix("。"), limit.shown, number)


def compared(result: Result, limit: Bounds) -> tuple[Verdict, str]:
    """The verdict and why. Raises BadInput where the two cannot be compared."""
    refuse_other_method(result.method, limit.method)
    reading = read_value(result.text, result.unit)
    if limit.lower is None and limit.upper is None:
        return by_word(reading, limit)
    if reading.words is not None:
        raise BadInput(f"报告只写“{result.text}”，没有数值，标准规定 {limit.shown}")
    if reading.not_detected and reading.high is None:
        return undetected(limit)
    factor = factor_between(reading.unit, limit.unit)
    if reading.high is not None and reading.high < 0 and plain_unit(limit.unit) in FACTORS:
        raise BadInput(f"结果 {result.text} 小于零，像是笔误，不能比较")
    return within(scaled(reading, factor), limit, "" if factor == 1 else f"（换算为 {limit.unit}）")


def refuse_other_method(given: str, asked: str) -> None:
    """A limit that names its method is compared with results by that method. Raises BadInput."""
    if not asked:
        return
    if not given:
        raise BadInput(f"报告没有写检验方法，标准规定按 {asked}")
    if not same(given, asked):
        raise BadInput(f"检验方法 {given} 与标准规定的 {asked} 不同")


def by_word(reading: Reading, limit: Bounds) -> tuple[Verdict, str]:
    """A requirement in words: the laboratory says whether it is met."""
    if reading.words is None:
        raise BadInput(f"标准以文字规定“{limit.wording}”，数值无从比较")
    return (Verdict.PASS, "检验机构判定符合") if reading.words else (Verdict.FAIL, "检验机构判定不符合")


def undetected(limit: Bounds) -> tuple[Verdict, str]:
    """未检出 without a limit of detection proves only that nothing was found."""
    if limit.upper == 0 and not limit.lower:
        return Verdict.PASS, "标准规定不得检出"
    raise BadInput(f"“未检出”没有写检出限，不知道是否在 {limit.shown} 之内")


def scaled(reading: Reading, factor: Decimal) -> Reading:
    """The reading in the unit of the limit."""
    if factor == 1:
        return reading
    low, high = (None if bound is None else bound * factor for bound in (reading.low, reading.high))
    return reading._replace(low=low, high=high)


def within(reading: Reading, limit: Bounds, converted: str) -> tuple[Verdict, str]:
    """Wholly within the limit passes, wholly outside fails; one that reaches over the limit cannot be compared."""
    if outside(reading, limit):
        return Verdict.FAIL, f"不在 {limit.shown} 之内{converted}"
    if inside(reading, limit) or (reading.not_detected and limit.upper == 0 and not limit.lower):
        return Verdict.PASS, f"在 {limit.shown} 之内{converted}"
    raise BadInput(f"结果跨过限值 {limit.shown}，不能判定在其内还是其外{converted}")


def outside(reading: Reading, limit: Bounds) -> bool:
    """Whether no number of the reading is allowed."""
    return below(reading, limit.lower) or above(reading, limit.upper)


def below(reading: Reading, lower: Decimal | None) -> bool:
    """Whether the whole reading lies under the lower limit."""
    if lower is None or reading.high is None:
        return False
    return reading.high < lower or (reading.high == lower and reading.high_open)


def above(reading: Reading, upper: Decimal | None) -> bool:
    """Whether the whole reading lies over the upper limit."""
    if upper is None or reading.low is None:
        return False
    return reading.low > upper or (reading.low == upper and reading.low_open)


def inside(reading: Reading, limit: Bounds) -> bool:
    """Whether every number of the reading is allowed."""
    not_below = limit.lower is None or (reading.low is not None and reading.low >= limit.lower)
    not_above = limit.upper is None or (reading.high is not None and reading.high <= limit.upper)
    return not_below and not_above


# --- Of rows ---------------------------------------------------------------------------------------------------------


def edition_of(standard: Standard, limits: Iterable[Limit]) -> Edition:
    """A standard with its limits, apart from the database."""
    return Edition(
        standard,
        tuple(
            Bounds(one.parameter, one.unit, one.method, one.lower, one.upper, one.goods, one.wording) for one in limits
        ),
    )


def result_of(value: Value) -> Result:
    """A value apart from its row."""
    return Result(value.parameter, value.unit, value.method, value.text)


def judge_report(report: TestReport) -> list[Line]:
    """The lines of one report, with the standards of its product and those that serve all. Three queries."""
    return judged(report, editions_for(report.product_id))


def judged_reports(product: int) -> list[tuple[TestReport, list[Line]]]:
    """All reports of a product (by its row), the newest first, each with its lines. Four queries."""
    editions = editions_for(product)
    reports = TestReport.objects.filter(product=product).select_related("laboratory__party", "producer", "retest_of")
    return [(report, judged(report, editions)) for report in reports.prefetch_related("values")]


def editions_for(product: int) -> list[Edition]:
    """The standards of a product (by its row) and those that serve all, with their limits. Two queries."""
    standards = Standard.objects.serving(product).prefetch_related("limits")
    return [edition_of(standard, standard.limits.all()) for standard in standards]


def judged(report: TestReport, editions: Sequence[Edition]) -> list[Line]:
    """The lines of a report against standards that were read before."""
    return lines_of(
        [result_of(value) for value in report.values.all()],
        editions,
        sampled_on=report.sampled_on,
        standard_number=report.standard_number,
        goods=report.goods,
    )
