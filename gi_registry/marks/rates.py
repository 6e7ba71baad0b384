"""How far the mark is used as it should be, and how much of the producing area uses it: each rate with its definition.

No national definition or threshold of these rates was found; these are the register's own, shown beside every figure.
What a source has to say of the whole area (`YearFigures`, `Yield`) is recorded here too: without it a rate is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.core.history import Why, put
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import NewSource, added, keep, settled
from gi_registry.gazette.models import Source
from gi_registry.marks.models import (
    Authorisation,
    AuthorisationQuerySet,
    Rectification,
    UseReport,
    YearFigures,
    Yield,
)
from gi_registry.marks.reports import due_on, last_year, standing_in, used_in
from gi_registry.marks.states import Standing
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, Reach, reach
from gi_registry.products.models import Product

# --- One product in one year -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProductYear:
    """What is known of the use of the mark for one product in one year.

    `users` are the authorisations under which it could be used on some day of the year, `reports` theirs by their keys,
    `faulted` the keys of those under 限期改正 or 停止使用 in it, `figures` what a source says of the whole area.
    """

    product: Product
    year: int
    users: Sequence[Authorisation]
    reports: dict[int, UseReport]
    faulted: frozenset[int]
    figures: YearFigures | None

    @property
    def producers(self) -> set[int]:
        """Those who could use the mark, each once whatever the bases are."""
        return {user.producer_id for user in self.users}

    def reported(self, name: str) -> dict[int, float]:
        """What each producer reported in one column; who uses the mark on two bases reports the same goods twice."""
        sums: dict[int, float] = {}
        for user in self.users:
            value = getattr(self.reports.get(user.pk), name, None)
            if value is not None:
                sums[user.producer_id] = max(value, sums.get(user.producer_id, 0.0))
        return sums

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Every rate of the product and year, known or not."""
        return tuple(rule(self) for rule in RULES)


def product_years(authorisations: AuthorisationQuerySet, year: int) -> list[ProductYear]:
    """The products of the authorisations that could be used in the year, by slug. Five queries."""
    by_product: dict[Product, list[Authorisation]] = defaultdict(list)
    for user in used_in(year, authorisations):
        by_product[user.product].append(user)
    keys = authorisations.order_by().values("pk")
    reports = {
        report.authorisation_id: report for report in UseReport.objects.filter(year=year, authorisation__in=keys)
    }
    ordered = in_year(year, Rectification.objects.filter(authorisation__in=keys).values_list(*RECTIFIED))
    figures = {row.product_id: row for row in YearFigures.objects.filter(year=year).select_related("source")}
    return [
        ProductYear(
            product,
            year,
            users,
            {user.pk: reports[user.pk] for user in users if user.pk in reports},
            frozenset(user.pk for user in users if user.pk in ordered or standing_in(user, year, Standing.SUSPENDED)),
            figures.get(product.pk),
        )
        for product, users in sorted(by_product.items(), key=lambda pair: pair[0].slug)
    ]


RECTIFIED = ("authorisation", "ordered_on", "closed_on")


def in_year(year: int, rectifications: Iterable[tuple[int, date, date | None]]) -> set[int]:
    """The authorisations of which a rectification was open on some day of the year."""
    return {
        authorisation
        for authorisation, ordered_on, closed_on in rectifications
        if ordered_on.year <= year and (closed_on is None or closed_on.year >= year)
    }


def rates(product: Product, year: int) -> tuple[Rate, ...]:
    """The rates of one product and year, whoever asks. Five queries."""
    found = product_years(Authorisation.objects.filter(product=product), year)
    if found:
        return found[0].rates
    figures = YearFigures.objects.filter(product=product, year=year).select_related("source").first()
    return ProductYear(product, year, [], {}, frozenset(), figures).rates


# --- The rates -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate: what it is a part of, its definition in words, why it is not known, and what to mind where it is."""

    title: str
    definition: str
    part: float | None
    whole: float | None
    unit: str
    unknown: str = ""
    caution: str = ""

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where it is not known."""
        return None if self.unknown or self.part is None or not self.whole else self.part / self.whole


NOBODY = "这一年没有可以使用专用标志的核准。"


def too_early(found: ProductYear) -> str:
    """Why nothing can be said of the reports of a year, "" where it can."""
    if found.year > last_year():
        return "这一年还没有结束。"
    return "" if found.users else NOBODY


def open_until(found: ProductYear) -> date | None:
    """The day until which a year may still be reported, None once it is over."""
    due = due_on(found.year)
    return due if clock.today() <= due else None


def reported_rate(found: ProductYear) -> Rate:
    """Who has reported the year."""
    unknown, due = too_early(found), open_until(found)
    return Rate(
        "年报报送率",
        "已报送当年使用情况的核准 ÷ 当年可以使用专用标志的核准（公告第三五四号：使用人定期报送使用情况）。",
        len(found.reports),
        len(found.users),
        "件",
        unknown,
        f"报送期到 {due} 为止，还会有报送的。" if due and not unknown else "",
    )


def proper_rate(found: ProductYear) -> Rate:
    """规范使用率, from what is on file."""
    proper = [user for user in found.users if user.pk in found.reports and user.pk not in found.faulted]
    due = open_until(found)
    return Rate(
        "规范使用率",
        "当年既报送了使用情况、又没有处于限期改正或停止使用资格的核准 ÷ 当年可以使用专用标志的核准。"
        "按登记簿的记载计算，不是抽查合格率。",
        len(proper),
        len(found.users),
        "件",
        too_early(found) or (f"年报报送期到 {due} 为止，期满后才能计算。" if due else ""),
    )


def user_coverage(found: ProductYear) -> Rate:
    """用标覆盖率 by producers."""
    makers = found.figures.makers if found.figures else None
    return of_area(
        "用标覆盖率（户数）",
        "当年可以使用专用标志的生产者 ÷ 产地范围内的生产者。国家地理标志产品保护示范区的申报条件为 60% 以上。",
        len(found.producers),
        makers,
        unit="户",
    )


def output_coverage(found: ProductYear) -> Rate:
    """用标覆盖率 by output."""
    definition = "使用人报告的产量之和 ÷ 产地范围内的总产量；同一生产者有几项核准的只计一次。"
    return summed(found, "用标覆盖率（产量）", definition, "output_t", "吨")


def value_coverage(found: ProductYear) -> Rate:
    """用标覆盖率 by value."""
    definition = (
        "使用人报告的产值之和 ÷ 产地范围内的总产值；同一生产者有几项核准的只计一次。"
        "国家地理标志产品保护示范区的申报条件为用标企业产值占 60% 以上。"
    )
    return summed(found, "用标覆盖率（产值）", definition, "value_wan", "万元")


def summed(found: ProductYear, title: str, definition: str, name: str, unit: str) -> Rate:
    """What producers reported of one column as a part of the whole area's."""
    by_producer = found.reported(name)
    silent = len(found.producers) - len(by_producer)
    part = sum(by_producer.values()) if by_producer else None
    whole = getattr(found.figures, name, None)
    caution = f"{silent} 户没有报告，这是下限。" if silent else ""
    return of_area(title, definition, part, whole, unit=unit, caution=caution)


def of_area(
    title: str, definition: str, part: float | None, whole: float | None, *, unit: str, caution: str = ""
) -> Rate:
    """A part of the whole area, unknown where the whole is not recorded or the two contradict each other."""
    unknown = ""
    if part is None:
        unknown = "没有使用人报告。"
    elif not whole:
        unknown = "产地范围内的总数没有登记。"
    elif part > whole:
        unknown = "使用人的合计大于登记的总数，两者矛盾，请核对。"
    return Rate(title, definition, part, whole, unit, unknown, "" if unknown else caution)


RULES: tuple[Callable[[ProductYear], Rate], ...] = (
    reported_rate,
    proper_rate,
    user_coverage,
    output_coverage,
    value_coverage,
)


# --- What sources say of the whole area ------------------------------------------------------------------------------


def require_whole_area(by: User) -> None:
    """Raises NotAllowed where the person does not keep the register of users as a whole."""
    if reach(by, Act.AUTHORISATIONS) is not Reach.ALL:
        raise NotAllowed("整个产区的数据由市场监管部门登记。")


def record_figures(
    product: Product,
    year: int,
    *,
    by: User,
    source: Source | NewSource,
    grade: str,
    makers: int | None = None,
    output_t: float | None = None,
    value_wan: float | None = None,
    note: str = "",
    seen: int | None = None,
) -> YearFigures:
    """What a source says of the whole area in one year, or its correction. Raises NotAllowed, BadInput, Conflict."""
    require_whole_area(by)
    if not 1980 <= year <= clock.today().year:
        raise BadInput(f"{year} 年超出登记簿的范围。")
    if makers is None and output_t is None and value_wan is None:
        raise BadInput("户数、产量、产值至少要写一项。")
    values: dict[str, Any] = {"makers": makers, "output_t": output_t, "value_wan": value_wan}
    values |= {"source": source, "grade": grade, "note": note, "product": product, "year": year}
    before = YearFigures.objects.filter(product=product, year=year).first()
    return keep(YearFigures, before, values=values, by=str(by), day=date(year, 12, 31), seen=seen)[0]


@transaction.atomic
def record_yield(
    product: Product,
    *,
    by: User,
    kg_per_hectare: float,
    source: Source | NewSource,
    grade: str,
    valid_from: date | None = None,
    note: str = "",
) -> Yield:
    """The most that a hectare can bear in a year, from a day on; what held until then ends there.

    Raises NotAllowed and BadInput; then nothing is left behind.
    """
    require_whole_area(by)
    take_turn()
    rows = Yield.objects.filter(product=product)
    if valid_from is None and rows.exists():
        raise BadInput("已登记过单产上限：请写明新的上限自何日起适用。")
    if rows.filter(valid_from__gte=valid_from).exists() if valid_from else False:
        raise BadInput(f"已有自 {valid_from} 或更晚起适用的单产上限。")
    settled_source = settled(source, by=str(by))
    why = Why(valid_from, settled_source.key, note)
    for row in rows.filter(Q(valid_until__isnull=True)):
        put(Yield, {"pk": row.pk}, {"valid_until": valid_from}, by=str(by), why=why)
    values: dict[str, Any] = {"product": product, "kg_per_hectare": kg_per_hectare, "valid_from": valid_from}
    return added(Yield, values | {"source": settled_source, "grade": grade, "note": note}, by=str(by), why=why)
