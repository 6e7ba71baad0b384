"""Marks made and used: every mark lies in one account, every line moves some from one account to another.

So the accounts of a batch always add up to nothing, the press owing what it has printed. A line is never changed; a
mistake is reversed by a line of the same day that moves the same marks back. What cannot be (a stock below zero) is
written down as it was reported, and `alarms` says so.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Case, F, QuerySet, Sum, When

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister
from gi_registry.core.history import Why
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import added
from gi_registry.gazette.models import Document
from gi_registry.gazette.papers import refuse_future
from gi_registry.marks.models import Authorisation, Batch, Entry, EntryKind, LabelKind
from gi_registry.marks.permissions import require
from gi_registry.parties.models import Party, User
from gi_registry.parties.permissions import Act, Reach, reach

# --- The accounts ----------------------------------------------------------------------------------------------------


class Account(Enum):
    """Where marks are."""

    PRESS = "印制"
    STOCK = "库存"
    HAND = "使用人手中"
    USED = "已使用"
    SPOILED = "已损毁"


MOVES: dict[EntryKind, tuple[Account, Account]] = {
    EntryKind.PRINTED: (Account.PRESS, Account.STOCK),
    EntryKind.ISSUED: (Account.STOCK, Account.HAND),
    EntryKind.RETURNED: (Account.HAND, Account.STOCK),
    EntryKind.USED: (Account.HAND, Account.USED),
    EntryKind.SPOILED: (Account.HAND, Account.SPOILED),
    EntryKind.SCRAPPED: (Account.STOCK, Account.SPOILED),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """What the lines of a batch, or of several, come to: marks by what happened; reversed lines do not count."""

    totals: Mapping[EntryKind, int] = field(default_factory=dict)

    def of(self, kind: EntryKind) -> int:
        """How many marks the lines of one kind moved."""
        return self.totals.get(kind, 0)

    @property
    def accounts(self) -> dict[Account, int]:
        """How many marks lie where; all together nothing."""
        held = dict.fromkeys(Account, 0)
        for kind, quantity in self.totals.items():
            come_from, go_to = MOVES[kind]
            held[come_from] -= quantity
            held[go_to] += quantity
        return held

    @property
    def printed(self) -> int:
        return -self.accounts[Account.PRESS]

    @property
    def stock(self) -> int:
        return self.accounts[Account.STOCK]

    @property
    def in_hand(self) -> int:
        return self.accounts[Account.HAND]

    @property
    def used(self) -> int:
        return self.accounts[Account.USED]

    @property
    def spoiled(self) -> int:
        return self.accounts[Account.SPOILED]

    @property
    def left(self) -> int:
        """What is neither used nor spoiled: in stock and in the user's hands."""
        return self.stock + self.in_hand


NOTHING = Balance()


def together(balances: Iterable[Balance]) -> Balance:
    """Several balances as one."""
    totals: Counter[EntryKind] = Counter()
    for balance in balances:
        for kind, quantity in balance.totals.items():
            totals[kind] += quantity
    return Balance(dict(totals))


def signed() -> Sum:
    """The quantity of lines, of reversals taken off."""
    return Sum(Case(When(reverses__isnull=True, then=F("quantity")), default=-F("quantity")))


def balances(batches: QuerySet[Batch], until: date | None = None) -> dict[int, Balance]:
    """The balance of each batch by its key, of lines up to and including `until` where that is given. One query."""
    lines = Entry.objects.filter(batch__in=batches.order_by().values("pk"))
    if until is not None:
        lines = lines.filter(on__lte=until)
    totals: dict[int, dict[EntryKind, int]] = {}
    for batch, kind, quantity in lines.order_by().values_list("batch", "kind").annotate(total=signed()):
        totals.setdefault(batch, {})[EntryKind(kind)] = quantity
    return {batch: Balance(kinds) for batch, kinds in totals.items()}


def whole_of(batches: QuerySet[Batch]) -> Balance:
    """The balance of all batches together. One query."""
    lines = Entry.objects.filter(batch__in=batches.order_by().values("pk")).order_by()
    totals = lines.values_list("kind").annotate(total=signed())
    return Balance({EntryKind(kind): quantity for kind, quantity in totals})


def balance_of(batch: Batch) -> Balance:
    """The balance of one batch."""
    return balances(Batch.objects.filter(pk=batch.pk)).get(batch.pk, NOTHING)


# --- Printing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def print_batch(
    authorisation: Authorisation,
    *,
    by: User,
    printer: str,
    label_kind: LabelKind,
    quantity: int,
    printed_on: date,
    serial_from: str = "",
    serial_to: str = "",
    net_kg: float | None = None,
    proof: Document | None = None,
    note: str = "",
    issued: bool = False,
) -> Batch:
    """A print run with the line that says so, and with `issued` the line that the user has them all.

    Raises NotAllowed and BadInput (the same run twice is taken for a form that was sent twice); then nothing is left
    behind.
    """
    require(by, Act.PRINTS, authorisation)
    take_turn()
    Authorisation.objects.select_for_update().get(pk=authorisation.pk)
    refuse_future(printed_on)
    if not authorisation.course:
        raise BadInput("还没有公告准许使用专用标志，不能记印制。")
    serials = serials_of(serial_from, serial_to, quantity)
    if serials is not None:
        refuse_serials_twice(authorisation, serials)
    run = {
        "authorisation": authorisation,
        "printer": printer.strip(),
        "label_kind": label_kind,
        "quantity": quantity,
        "serial_from": serial_from.strip(),
        "serial_to": serial_to.strip(),
        "net_kg": net_kg,
        "printed_on": printed_on,
        "note": note,
    }
    refuse_run_twice(run)
    values = run | {"number": unused_number(printed_on.year), "proof": proof}
    batch = added(Batch, values, by=str(by), why=Why(printed_on))
    for kind in (EntryKind.PRINTED, *([EntryKind.ISSUED] if issued else [])):
        write(batch, kind, quantity, by=by, on=printed_on)
    return batch


def refuse_run_twice(run: Mapping[str, Any]) -> None:
    """Batches that were reversed do not count."""
    same = Batch.objects.filter(**run)
    held = balances(same)
    for batch in same:
        if held.get(batch.pk, NOTHING).printed:
            raise BadInput(
                f"已记过完全相同的一批（{batch.number}），没有重复记：确是另一批的，请写上起止序号，或在说明中写明区别。"
            )


def unused_number(year: int) -> str:
    """A number of the year that no batch has, at random: in order they would tell a producer how often others print."""
    number = drawn_number(year)
    while Batch.objects.filter(number=number).exists():
        number = drawn_number(year)
    return number


def drawn_number(year: int) -> str:
    """2026-480193 and so on."""
    return f"{year}-{secrets.randbelow(1_000_000):06d}"


class Serials(NamedTuple):
    """The numbers printed on a run: what stands before them all, the first and the last."""

    prefix: str
    first: int
    last: int

    def overlaps(self, other: Serials) -> bool:
        """Whether a number would stand on two marks."""
        return self.prefix == other.prefix and self.first <= other.last and other.first <= self.last


SERIAL = re.compile(r"(.*?)([0-9]{1,18})")


def serials_of(first: str, last: str, quantity: int) -> Serials | None:
    """The range from its two ends; None where the marks bear no numbers. Raises BadInput where it cannot be."""
    ends = [text.strip() for text in (first, last)]
    if not any(ends):
        return None
    found = [SERIAL.fullmatch(text) for text in ends]
    if found[0] is None or found[1] is None:
        raise BadInput("起止序号要写全，并且都以数字结尾；没有序号的两栏都留空。")
    (prefix, low), (other, high) = found[0].groups(), found[1].groups()
    if prefix != other:
        raise BadInput(f"起止序号的前缀不同（“{prefix}”与“{other}”）：请分成两个批次记。")
    serials = Serials(prefix, int(low), int(high))
    count = serials.last - serials.first + 1
    if count != quantity:
        raise BadInput(f"序号从 {ends[0]} 到 {ends[1]} 共 {max(count, 0):,} 个，与数量 {quantity:,} 枚不符。")
    return serials


def refuse_serials_twice(authorisation: Authorisation, serials: Serials) -> None:
    """One number stands on one mark; batches that were reversed do not count."""
    numbered = Batch.objects.filter(authorisation=authorisation).exclude(serial_from="")
    held = balances(numbered)
    for batch in numbered:
        taken = serials_of(batch.serial_from, batch.serial_to, batch.quantity)
        if taken is not None and serials.overlaps(taken) and held.get(batch.pk, NOTHING).printed:
            raise BadInput(f"这些序号与批次 {batch.number}（{batch.serial_from} 至 {batch.serial_to}）重叠。")


# --- Lines -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def enter(
    batch: Batch,
    kind: EntryKind,
    quantity: int,
    *,
    by: User,
    on: date | None = None,
    note: str = "",
    document: Document | None = None,
) -> Entry:
    """One line about a batch, on today where no day is given. A line that takes an account below zero stands as well.

    Raises NotAllowed and BadInput (printing goes with a batch of its own; the same line twice is taken for a form that
    was sent twice); then nothing is left behind.
    """
    require(by, Act.PRINTS, batch.authorisation)
    take_turn()
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    on = on or clock.today()
    refuse_future(on)
    if kind == EntryKind.PRINTED:
        raise BadInput("印制随批次记：加印的请另记一个批次。")
    if on < batch.printed_on:
        raise BadInput(f"批次 {batch.number} 在 {batch.printed_on} 才印制，{on} 还没有标识。")
    same = Entry.objects.filter(batch=batch, kind=kind, quantity=quantity, on=on, note=note)
    if same.filter(reverses__isnull=True, reversed_by__isnull=True).exists():
        raise BadInput("这一天已记过完全相同的一笔，没有重复记：确是另一笔的，请在说明中写明区别。")
    return write(batch, kind, quantity, by=by, on=on, note=note, document=document)


@transaction.atomic
def reverse(entry: Entry, *, by: User, reason: str) -> Entry:
    """The line that takes back a mistaken one. A batch is void with its first line, once nothing else stands.
    Producers and associations take back what their own people wrote, the office whatever is wrong.

    Raises NotAllowed and BadInput; then nothing is left behind.
    """
    require(by, Act.PRINTS, entry.batch.authorisation)
    take_turn()
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=entry.batch_id)
    if not reason.strip():
        raise BadInput("请写明为什么冲销。")
    if entry.reverses_id is not None:
        raise BadInput("冲销记录不能再冲销：请按实际情况另记一笔。")
    if Entry.objects.filter(reverses=entry).exists():
        raise BadInput("这一笔已经冲销过了。")
    if not reversible_by(by, [entry]):
        raise NotAllowed("这一笔不是本单位记的：要更正，请联系登记机关。")
    if entry.kind == EntryKind.PRINTED:
        refuse_void(batch)
    return write(batch, EntryKind(entry.kind), entry.quantity, by=by, on=entry.on, note=reason.strip(), reverses=entry)


def reversible_by(person: User, entries: Iterable[Entry]) -> set[int]:
    """The keys of those lines that the person, who may write about the batch, may take back. At most one query."""
    whoevers = reach(person, Act.PRINTS) is Reach.ALL
    people = frozenset[str]() if whoevers else people_of(person.party)
    standing = (entry for entry in entries if entry.reverses_id is None and not hasattr(entry, "reversed_by"))
    return {entry.pk for entry in standing if whoevers or entry.by in people}


def people_of(party: Party | None) -> frozenset[str]:
    """The party's people, as lines and history write them."""
    return frozenset(str(person) for person in User.objects.filter(party=party)) if party else frozenset()


def refuse_void(batch: Batch) -> None:
    """Marks of which something happened were printed."""
    standing = [kind for kind, quantity in balance_of(batch).totals.items() if quantity and kind != EntryKind.PRINTED]
    if standing:
        names = "、".join(str(kind.label) for kind in standing)
        raise BadInput(f"批次 {batch.number} 还记有{names}：要作废整批，请先冲销这些记录。")


def write(
    batch: Batch,
    kind: EntryKind,
    quantity: int,
    *,
    by: User,
    on: date,
    note: str = "",
    document: Document | None = None,
    reverses: Entry | None = None,
) -> Entry:
    """The line itself, noted in the history. Raises BadInput where the quantity is not a number of marks."""
    values = {
        "batch": batch,
        "kind": kind,
        "quantity": quantity,
        "on": on,
        "at": clock.now(),
        "by": str(by),
        "note": note,
        "document": document,
        "reverses": reverses,
    }
    return added(Entry, values, by=str(by), why=Why(on, note=note))


def batch_called(number: str) -> Batch:
    """The batch with the number. Raises NotInRegister."""
    batch = Batch.objects.select_related("authorisation__producer", "authorisation__product").filter(number=number)
    if not batch:
        raise NotInRegister(f"没有印制批次“{number[:20]}”，或者不在您负责的范围内。")
    return batch[0]
