"""Acts on the evidence of the three systems. Verdicts are not written: they follow from what is written here.

Columns come by their names in the models; `source` may be a `NewSource`. Each act is one transaction; it may raise
NotAllowed, BadInput, Conflict and NotInRegister, and then leaves nothing behind.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet

from gi_registry.assurance.clauses import Clause, clauses_on
from gi_registry.assurance.facts import PRODUCERS, load
from gi_registry.assurance.judging import Verdict, judge_report
from gi_registry.assurance.models import (
    SEVERAL,
    Appointment,
    Attachment,
    Effect,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Round,
    Standard,
    TestReport,
    Value,
)
from gi_registry.assurance.numbers import read_standard
from gi_registry.assurance.permissions import may_keep, require_decide, require_hand_in, require_keep
from gi_registry.assurance.rounds import digest, evidence_of, fingerprint, result_of
from gi_registry.assurance.rules import bearing_on, left_open
from gi_registry.assurance.systems import answers, facts_of, local_clauses, of_laboratories
from gi_registry.assurance.values import read_number, read_value
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, Conflict, NotAllowed, NotInRegister
from gi_registry.core.history import Why, drop, put, refuse_if_changed_since, thing
from gi_registry.core.models import Change
from gi_registry.core.revision import moved, take_turn
from gi_registry.core.text import plain
from gi_registry.gazette.actions import added, settled
from gi_registry.gazette.models import Document
from gi_registry.gazette.papers import refuse_future
from gi_registry.parties.models import Kind, Party, User
from gi_registry.products.models import Product

M = TypeVar("M", bound=models.Model)
Columns = Mapping[str, Any]


def written(
    model: type[M],
    row: M | None,
    columns: Columns,
    *,
    by: User,
    day: date | None = None,
    seen: int | None = None,
    reason: str = "",
) -> M:
    """A new row (`row` is None) or the row put right, with its source settled."""
    values = dict(columns)
    if "source" in values:
        values["source"] = settled(values["source"], by=str(by))
    why = Why(day, values["source"].key if "source" in values else "", reason or values.get("note", ""))
    if row is None:
        return added(model, values, by=str(by), why=why)
    return put(model, {"pk": row.pk}, values, by=str(by), why=why, seen=seen)[0]


# --- Standards -------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_standard(
    standard: Standard | None,
    product: Product | None,
    *,
    by: User,
    limits: Sequence[Columns] | None = None,
    seen: int | None = None,
    reason: str = "",
    **columns: Any,
) -> Standard:
    """An edition of a standard (for all products where `product` is None) and its limits, all of them.

    `limits` None leaves them as they are. The number stays as it is typed where it can be read as one. What would let
    a failed line of a report fail no longer is for officials, for a reason.
    """
    if product is None or (standard is not None and standard.product_id is None):
        require_keep(by)
    if product is not None:
        require_hand_in(by, product)
    take_turn()
    refuse_numbers(standard, product, columns)
    refuse_days(columns)
    columns["replaces"] = replaced_by(columns)
    concerned = products_judged_by(standard, product, limits)
    failed, before = failed_lines(concerned), lines_of(standard)
    columns |= {"product": product}
    day = columns.get("valid_from")
    saved = written(Standard, standard, columns, by=by, day=day, seen=seen, reason=reason)
    if limits is not None:
        save_limits(saved, limits, by)
    refuse_whitewash(failed, failed_lines(concerned), by, reason)
    if standard is not None:
        note_lines(saved, "技术指标", before, by=by, why=Why(day, note=reason))
    return saved


def products_judged_by(
    standard: Standard | None, product: Product | None, limits: Sequence[Columns] | None
) -> set[int]:
    """The products (by their rows) whose reports an edition judges, before it is written or after."""
    if product is not None and (standard is None or standard.product_id is not None):
        return {product.pk}
    if not limits and (standard is None or not standard.limits.exists()):
        return set()
    return set(TestReport.objects.order_by().values_list("product", flat=True))


def failed_lines(products: Iterable[int]) -> dict[tuple[int, str], str]:
    """The failed lines of the reports of products: the number of the report by its row and the parameter."""
    reports = (report for facts in facts_of(products) for report in facts.reports)
    return {(report.pk, line.parameter): report.number for report in reports for line in report.failing}


def refuse_whitewash(before: Mapping[Any, str], after: Mapping[Any, str], by: User, reason: str) -> None:
    """No failed line goes by way of the limits. Raises NotAllowed, and BadInput where no reason is given."""
    gone = "、".join(dict.fromkeys(number for key, number in before.items() if key not in after))
    if not gone:
        return
    said = f"这样写以后，报告 {gone} 里不合格的结果就不再不合格"
    if not may_keep(by):
        raise NotAllowed(f"{said}：只有主管部门可以这样改。")
    if not reason.strip():
        raise BadInput(f"{said}：请写明为什么更正。")


def lines_of(row: Standard | TestReport | None) -> list[str]:
    """The limits of a standard, or the values of a report, as they are read."""
    match row:
        case Standard():
            return [f"{one} {one.goods} {one.method}".strip() for one in row.limits.order_by("pk")]
        case TestReport():
            return [f"{one.parameter} {one.text} {one.unit} {one.method}".strip() for one in row.values.order_by("pk")]
    return []


def note_lines(row: Standard | TestReport, name: str, before: list[str], *, by: User, why: Why) -> None:
    """A line of history of the row itself where its lines changed, so that who read it before them is told."""
    after = lines_of(row)
    if before == after:
        return
    Change.objects.create(
        at=clock.now(),
        by=str(by),
        table=str(row._meta.verbose_name),
        row=str(row)[:300],
        before={name: before},
        after={name: after},
        thing=thing(row),
        day=why.day,
        note=why.note,
    )
    moved()


def refuse_numbers(standard: Standard | None, product: Product | None, columns: Columns) -> None:
    """A number is a number, and stands once for a product however it is written."""
    number = str(read_standard(columns["number"]))
    for one in Standard.objects.filter(product=product).exclude(pk=standard.pk if standard else 0):
        if one.normal == number:
            raise BadInput(f"登记簿已有 {one.number}：同一标准只登记一次。")
    if columns.get("valid_from") and columns.get("pending_on"):
        raise BadInput("实施日已经查明，不必再写“最近见其尚未实施”。")


# What has happened by today, and what cannot come before the issue of a standard.
HAPPENED = {
    "issued_on": "发布日",
    "reviewed_on": "最近复审日",
    "attested_on": "最早见于",
    "pending_on": "最近见其尚未实施",
}
AFTER_ISSUE = {"valid_from": "实施日", "reviewed_on": "最近复审日"}


def refuse_days(columns: Columns) -> None:
    """The days of a standard come in order, and what has happened not after today. Raises BadInput."""
    today, issued = clock.today(), columns.get("issued_on")
    for name, label in HAPPENED.items():
        if columns.get(name) and columns[name] > today:
            raise BadInput(f"{label} {columns[name]} 晚于今天：请核对。")
    for name, label in AFTER_ISSUE.items():
        if issued and columns.get(name) and columns[name] < issued:
            raise BadInput(f"{label} {columns[name]} 早于发布日 {issued}：请核对。")


def replaced_by(columns: Columns) -> str:
    """The numbers that an edition replaces, in one manner of writing. Raises BadInput."""
    numbers = [str(read_standard(part)) for part in SEVERAL.split(columns.get("replaces") or "") if part.strip()]
    if str(read_standard(columns["number"])) in numbers:
        raise BadInput("一项标准不能代替它自己：请核对“代替”。")
    return "、".join(dict.fromkeys(numbers))


def save_limits(standard: Standard, limits: Sequence[Columns], by: User) -> None:
    """The limits as given; those that are not among them go."""
    twice: set[tuple[str, str]] = set()
    for at, one in enumerate(limits, 1):
        key = (plain(one["parameter"]), plain(one.get("goods") or ""))
        if key in twice:
            raise BadInput(f"第 {at} 行：“{one['parameter']}”写了两次。")
        twice.add(key)
    standing = {(plain(one.parameter), plain(one.goods)): one for one in standard.limits.all()}
    for key in set(standing) - twice:
        drop(standing[key], by=str(by))
    for at, one in enumerate(limits, 1):
        values = {name: "" if value is None else value for name, value in one.items()}
        values |= in_line(at, lambda one=one: {name: bound_of(one.get(name)) for name in ("lower", "upper")})
        row = standing.get((plain(one["parameter"]), plain(one.get("goods") or "")))
        in_line(at, lambda row=row, values=values: written(Limit, row, {"standard": standard} | values, by=by))


def bound_of(typed: Any) -> Decimal | None:
    """A bound as a number, None where there is none. Raises BadInput."""
    if typed in {None, ""}:
        return None
    try:
        number = read_number(typed.strip())[0] if isinstance(typed, str) else Decimal(typed)
    except (InvalidOperation, ValueError):
        raise BadInput(f"“{typed}”不是数。") from None
    if not number.is_finite():
        raise BadInput(f"“{typed}”不是数。")
    return number


def in_line(at: int, act: Any) -> Any:
    """What `act` gives; its refusal says in which line of a table."""
    try:
        return act()
    except BadInput as refusal:
        raise BadInput(f"第 {at} 行：{refusal.sentence}") from refusal


# --- Quality records -------------------------------------------------------------------------------------------------


@transaction.atomic
def save_record(
    record: QualityRecord | None, product: Product, *, by: User, seen: int | None = None, **columns: Any
) -> QualityRecord:
    """A quality record of the product, or of one of its producers."""
    require_hand_in(by, product)
    take_turn()
    refuse_other_product(record, product)
    refuse_future(columns["made_on"])
    columns["clause"] = known_local_clause(columns.get("clause") or "")
    return written(QualityRecord, record, columns | {"product": product}, by=by, day=columns["made_on"], seen=seen)


@transaction.atomic
def remove_record(record: QualityRecord, *, by: User, reason: str) -> None:
    """Take away a record that never should have been."""
    require_hand_in(by, record.product)
    drop(record, by=str(by), why=Why(note=because(reason)))


def refuse_other_product(row: Any, product: Product) -> None:
    """Evidence stays with its product."""
    if row is not None and row.product_id != product.pk:
        raise BadInput("这件材料属于另一产品：请在那个产品下改。")


def because(reason: str) -> str:
    """The reason of an act that takes something back."""
    if not reason.strip():
        raise BadInput("请写明原因。")
    return reason.strip()


def known_local_clause(key: str) -> str:
    """The key of one of the district's clauses, or nothing."""
    if key and not LocalClause.objects.filter(key=key).exists():
        raise BadInput(f"没有编号为“{key}”的自定条款。")
    return key


# --- Laboratories ----------------------------------------------------------------------------------------------------


@transaction.atomic
def save_laboratory(party: Party, *, by: User, note: str = "") -> Laboratory:
    """The party as a laboratory."""
    require_keep(by)
    return put(Laboratory, {"party": party}, {"note": note}, by=str(by))[0]


@transaction.atomic
def save_qualification(
    qualification: Qualification | None, laboratory: Laboratory, *, by: User, seen: int | None = None, **columns: Any
) -> Qualification:
    """A certificate of the laboratory."""
    require_keep(by)
    take_turn()
    number, day = plain(columns["number"]), columns.get("valid_from")
    for one in Qualification.objects.filter(kind=columns["kind"]).exclude(laboratory=laboratory):
        if plain(one.number) == number:
            raise BadInput(f"证书编号 {one.number} 已登记在{one.laboratory}名下：请核对。")
    return written(Qualification, qualification, columns | {"laboratory": laboratory}, by=by, day=day, seen=seen)


@transaction.atomic
def appoint(product: Product, laboratory: Laboratory, *, by: User, **columns: Any) -> Appointment:
    """The laboratory tests the product over a span."""
    require_hand_in(by, product)
    take_turn()
    start, end = columns.get("valid_from") or date.min, columns.get("valid_until") or date.max
    for one in Appointment.objects.filter(product=product, laboratory=laboratory):
        if (one.valid_from or date.min) < end and start < (one.valid_until or date.max):
            raise BadInput(f"{laboratory}在这段时间里已登记为承担检验检测的机构。")
    values = columns | {"product": product, "laboratory": laboratory}
    return written(Appointment, None, values, by=by, day=columns.get("valid_from"))


@transaction.atomic
def end_appointment(appointment: Appointment, *, by: User, day: date, note: str = "") -> Appointment:
    """The laboratory tests the product no longer from the day on."""
    require_hand_in(by, appointment.product)
    if appointment.valid_until is not None and appointment.valid_until <= day:
        raise BadInput(f"这项委托已在 {appointment.valid_until} 截止。")
    return put(Appointment, {"pk": appointment.pk}, {"valid_until": day}, by=str(by), why=Why(day, note=note))[0]


# --- Test reports ----------------------------------------------------------------------------------------------------


@transaction.atomic
def save_report(
    report: TestReport | None,
    product: Product,
    *,
    by: User,
    lines: Sequence[Columns],
    seen: int | None = None,
    reason: str = "",
    **columns: Any,
) -> TestReport:
    """A test report with its values, all of them; one with a failed line is put right by officials, for a reason."""
    require_hand_in(by, product)
    take_turn()
    refuse_other_product(report, product)
    if report is not None:
        require_to_touch(report, by, reason)
    refuse_report(report, product, columns)
    refuse_twice(report, columns)
    refuse_lines(lines)
    before, day, columns = lines_of(report), columns["issued_on"], columns | {"product": product}
    saved = written(TestReport, report, columns, by=by, day=day, seen=seen, reason=reason)
    standing = {plain(value.parameter): value for value in saved.values.all()}
    for key in set(standing) - {plain(line["parameter"]) for line in lines}:
        drop(standing[key], by=str(by), why=Why(note=reason))
    for at, line in enumerate(lines, 1):
        values = {name: value or "" for name, value in line.items()} | {"report": saved}
        row = standing.get(plain(line["parameter"]))
        in_line(at, lambda row=row, values=values: written(Value, row, values, by=by, reason=reason))
    if report is not None:
        note_lines(saved, "检验结果", before, by=by, why=Why(day, note=reason))
    return saved


@transaction.atomic
def remove_report(report: TestReport, *, by: User, reason: str) -> None:
    """Take away a report that never should have been; one with a failed line, officials only."""
    require_hand_in(by, report.product)
    require_to_touch(report, by, because(reason))
    why = Why(note=reason.strip())
    for value in report.values.all():
        drop(value, by=str(by), why=why)
    drop(report, by=str(by), why=why)


def require_to_touch(report: TestReport, by: User, reason: str) -> None:
    """A failed line does not go quietly. Raises NotAllowed, and BadInput where no reason is given."""
    if all(line.verdict is not Verdict.FAIL for line in judge_report(report)):
        return
    if not may_keep(by):
        raise NotAllowed("这份报告有不合格的结果：只有主管部门可以更正或者去掉它。")
    because(reason)


def refuse_report(report: TestReport | None, product: Product, columns: Columns) -> None:
    """Days in order, a standard that can be read, a retest that follows what it tests again."""
    sampled_on, issued_on = columns["sampled_on"], columns["issued_on"]
    if issued_on < sampled_on:
        raise BadInput(f"报告签发日 {issued_on} 早于抽样日 {sampled_on}，不可能：请核对。")
    refuse_future(issued_on)
    if columns.get("standard_number"):
        read_standard(columns["standard_number"])
    refuse_office(columns.get("producer"))
    refuse_retest(report, product, columns)


def refuse_office(producer: Party | None) -> None:
    """An office makes no product."""
    if producer is not None and producer.kind == Kind.GOVERNMENT:
        raise BadInput(f"{producer}是政府机关，不会是生产者：整个产品共用的留空。")


DASHES = "-‐–—－"


def refuse_twice(report: TestReport | None, columns: Columns) -> None:
    """A laboratory gives a number once, with whichever dash it is written."""
    dashed = str.maketrans(dict.fromkeys(DASHES, "-"))
    plainly = columns["number"].translate(dashed)
    written_so = [plainly.replace("-", dash) for dash in DASHES]
    others = TestReport.objects.filter(laboratory=columns["laboratory"], number__in=written_so)
    first = others.exclude(pk=report.pk if report else 0).exclude(number=columns["number"]).first()
    if first is not None:
        raise BadInput(f"这家机构的报告 {first.number} 已经登记，只是连字符写法不同：请核对。")


def refuse_retest(report: TestReport | None, product: Product, columns: Columns) -> None:
    """A retest says what became of an earlier report of the same product, and why in its note."""
    first = columns.get("retest_of")
    if first is None:
        return
    if first.product_id != product.pk:
        raise BadInput(f"报告 {first.number} 属于另一产品，不能在这里复检。")
    for name, label in (("producer", "生产者"), ("batch", "批号")):
        one, other = columns.get(name), getattr(first, name)
        if one and other and one != other:
            raise BadInput(f"复检报告须是同一{label}的：报告 {first.number} 的{label}是{other}。")
    if columns["issued_on"] < first.issued_on:
        raise BadInput(f"复检报告不能早于它所复检的报告（{first.issued_on} 签发）。")
    if not (columns.get("note") or "").strip():
        raise BadInput("复检报告须在说明里写明复检的缘由和结果。")
    while first is not None:
        if report is not None and first.pk == report.pk:
            raise BadInput("一份报告不能复检它自己。")
        first = first.retest_of


def refuse_lines(lines: Sequence[Columns]) -> None:
    """Each result can be read, each parameter stands once. Raises BadInput with the line."""
    if not lines:
        raise BadInput("请至少填写一项检验结果。")
    twice: set[str] = set()
    for at, line in enumerate(lines, 1):
        name = (line.get("parameter") or "").strip()
        if not name:
            raise BadInput(f"第 {at} 行：没有写检验项目。")
        if plain(name) in twice:
            raise BadInput(f"第 {at} 行：“{name}”写了两次。")
        twice.add(plain(name))
        in_line(at, lambda line=line: read_value(line.get("text") or "", line.get("unit") or ""))


# --- What officials say of clauses -----------------------------------------------------------------------------------

Piece = Standard | QualityRecord | TestReport | Qualification
COLUMN_OF: dict[type, str] = {
    Standard: "standard",
    QualityRecord: "record",
    TestReport: "report",
    Qualification: "qualification",
}


@transaction.atomic
def attach(
    clause: str,
    product: Product,
    *,
    by: User,
    note: str,
    producer: Party | None = None,
    effect: Effect = Effect.MEETS,
    evidence: Piece | None = None,
    document: Document | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Attachment:
    """An official's word that the clause is met (or does not apply) from a day (today) on, and why."""
    require_decide(by, product)
    take_turn()
    begins = valid_from or clock.today()
    called = clause_called(clause, begins)
    refuse_producer(called, product, producer)
    if effect is Effect.NOT_APPLICABLE:
        refuse_to_hide(called, product, producer)
    if not note.strip():
        raise BadInput("请说明为什么这样认定。")
    if effect is Effect.MEETS and evidence is None and document is None:
        raise BadInput("请选依据的材料或者文件：认定“满足”不能没有依据。")
    refuse_strange(evidence, product)
    refuse_too_early(evidence, begins)
    values = {
        "clause": clause,
        "product": product,
        "producer": producer,
        "effect": effect,
        "note": note.strip(),
        "document": document,
        "valid_from": begins,
        "valid_until": valid_until,
        "by": str(by),
        "at": clock.now(),
    }
    values |= dict.fromkeys(COLUMN_OF.values()) | ({COLUMN_OF[type(evidence)]: evidence} if evidence else {})
    refuse_second_word(values)
    return added(Attachment, values, by=str(by), why=Why(begins, note=note.strip()))


def refuse_to_hide(clause: Clause, product: Product, producer: Party | None) -> None:
    """What failed and was not settled cannot be set aside by a word. Raises BadInput."""
    failed = bearing_on(load([product.pk])[product.pk], clause, clock.today(), producer.pk if producer else None)
    for one in left_open(failed):
        raise BadInput(f"{one}，还没有复检合格：不能认定 {clause.key} 不适用。")


def clause_called(key: str, on: date) -> Clause:
    """The clause with the key as it stands on a day. Raises NotInRegister."""
    found = next((one for one in [*clauses_on(on), *local_clauses(on)] if one.key == key), None)
    if found is None:
        raise NotInRegister(f"没有条款“{key[:20]}”。")
    return found


def producers_of(product: Product) -> QuerySet[Party]:
    """The producers that the register names for the product, of any day."""
    return Party.objects.filter(roles__product=product, roles__part__in=PRODUCERS).distinct()


def refuse_producer(clause: Clause, product: Product, producer: Party | None) -> None:
    """A word is about one producer only where the clause is asked of each, and of one that makes the product."""
    if producer is None:
        return
    if not clause.per_producer:
        raise BadInput(f"{clause.key} 不是逐个生产者的条款：认定对整个产品作出，不选生产者。")
    if producer not in producers_of(product):
        raise BadInput(f"登记簿没有把{producer}列为“{product}”的生产者：请先登记，或者换一个。")


def refuse_too_early(evidence: Piece | None, begins: date) -> None:
    """No word holds before there was what it rests on."""
    known = (getattr(evidence, name, None) for name in ("issued_on", "made_on", "valid_from", "attested_on"))
    first = next((day for day in known if day is not None), None)
    if first is not None and begins < first:
        raise BadInput(f"所依据的材料 {first} 才有，认定不能从 {begins} 起。")


def refuse_second_word(values: Columns) -> None:
    """Words that say the same, or the contrary, do not hold at once. Raises BadInput."""
    begins, ends = values["valid_from"], values["valid_until"] or date.max
    basis = (*COLUMN_OF.values(), "document")
    for one in Attachment.objects.filter(**{name: values[name] for name in ("clause", "product", "producer")}):
        apart = ends <= (one.valid_from or date.min) or (one.valid_until or date.max) <= begins
        same = one.effect == values["effect"] and all(getattr(one, name) == values[name] for name in basis)
        if not apart and (same or one.effect != values["effect"]):
            said = f"{one.get_effect_display()}，自 {one.valid_from} 起"
            raise BadInput(f"{one.clause} 已有认定（{said}）：请先终止，再另作认定。")


def refuse_strange(evidence: Piece | None, product: Product) -> None:
    """Evidence is of the product, or of all products."""
    owner = getattr(evidence, "product_id", None)
    if owner is not None and owner != product.pk:
        raise BadInput("所选的材料属于另一产品。")
    if isinstance(evidence, Qualification) and product.pk not in of_laboratories(
        Laboratory.objects.filter(pk=evidence.laboratory_id)
    ):
        raise BadInput(f"{evidence.laboratory}没有为“{product}”承担检验，也没有出过报告：不能以它的资质为依据。")


@transaction.atomic
def detach(attachment: Attachment, *, by: User, reason: str, day: date | None = None) -> None:
    """The word holds no longer from the day (today) on; one that never held by then is taken away."""
    require_decide(by, attachment.product)
    take_turn()
    day, why = day or clock.today(), Why(day, note=because(reason))
    if attachment.valid_from is not None and day <= attachment.valid_from:
        drop(attachment, by=str(by), why=why)
        return
    if attachment.valid_until is not None and attachment.valid_until <= day:
        raise BadInput(f"这项认定已在 {attachment.valid_until} 截止。")
    put(Attachment, {"pk": attachment.pk}, {"valid_until": day}, by=str(by), why=why)


OF_LAW = re.compile(r"[SQT][0-9]*")  # what the clauses of the law are called, or may be
LOCAL_KEY = re.compile(r"[A-Z]{1,6}[0-9]{0,4}")


@transaction.atomic
def save_local_clause(
    clause: LocalClause | None, *, by: User, products: Iterable[Product] = (), seen: int | None = None, **columns: Any
) -> LocalClause:
    """A clause of the district; a key of the law's clauses cannot be taken."""
    require_keep(by)
    take_turn()
    if clause is not None and seen is not None:
        refuse_if_changed_since(clause, seen)
    key = columns["key"].strip().upper()
    if clause is not None and key != clause.key:
        raise BadInput(f"编号“{clause.key}”已经给出，不能改：材料和认定靠它认出条款。")
    if not LOCAL_KEY.fullmatch(key) or OF_LAW.fullmatch(key):
        raise BadInput(f"编号“{key[:12]}”不能用：请用字母加数字，并避开 S、Q、T 的 45 条，例如 JH1。")
    if LocalClause.objects.filter(key=key).exclude(pk=clause.pk if clause else 0).exists():
        raise BadInput(f"编号“{key}”已经用了。")
    values = columns | {"key": key, "source": settled(columns["source"], by=str(by))}
    why = Why(values.get("valid_from"), values["source"].key, values.get("note", ""))
    row = {"pk": clause.pk} if clause is not None else {"key": key}
    return put(LocalClause, row, values, by=str(by), many={"products": products}, why=why)[0]


# --- Rounds ----------------------------------------------------------------------------------------------------------


def assess(products: Iterable[Product], day: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the systems of the products come to on a day, and the evidence of it: what a round would keep."""
    refuse_future(day)
    keys = [one.pk for one in products]
    if not keys:
        raise BadInput("请至少选一个产品。")
    found = list(answers(keys, day))
    return result_of(found), evidence_of(found, day)


@transaction.atomic
def sign_round(
    products: Iterable[Product], day: date, *, by: User, title: str, remarks: str = "", shown: str | None = None
) -> Round:
    """Freeze what the systems of the products come to on a day, signed by an official.

    `shown` is the fingerprint of what the signer was shown (`assess`); what has changed since is not signed (Conflict).
    """
    require_keep(by)
    take_turn()
    assessed = list(products)
    if not title.strip():
        raise BadInput("请给这次评估起一个名称。")
    result, evidence = assess(assessed, day)
    if shown is not None and shown != fingerprint(day, result, evidence):
        raise Conflict("登记簿刚有变动，结果和刚才看到的不同，没有签署：请重新计算，看过再签。")
    for one in Round.objects.filter(day=day, title=title.strip()):
        if one.result == result and one.evidence == evidence:
            raise BadInput(f"“{one.title}”已经由{one.signed_by}签署，结果相同，没有重复签署。")
    values = {
        "day": day,
        "title": title.strip(),
        "result": result,
        "evidence": evidence,
        "remarks": remarks.strip(),
        "signed_by": str(by),
        "signed_at": clock.now(),
    }
    values["sha256"] = digest(values)
    key = {"key": uuid.uuid4()}
    return put(Round, key, values, by=str(by), many={"products": assessed}, why=Why(day, note=remarks.strip()))[0]
