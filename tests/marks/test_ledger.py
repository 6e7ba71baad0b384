from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest

from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotAllowed, NotInRegister
from gi_registry.core.models import Change
from gi_registry.marks.ledger import (
    MOVES,
    NOTHING,
    Account,
    Balance,
    Serials,
    balance_of,
    balances,
    batch_called,
    enter,
    print_batch,
    reverse,
    serials_of,
    together,
    whole_of,
)
from gi_registry.marks.models import Batch, Entry, EntryKind, LabelKind
from tests import make

DAY = date(2026, 5, 4)


@pytest.fixture
def user(db):
    """An authorisation that holds since 2024-03-01."""
    return make.authorisation(make.producer(), make.product())


@pytest.fixture
def official(db):
    return make.person("market")


def printed(user, by, quantity=1000, **values):
    values = {"printer": "示例印刷厂", "label_kind": LabelKind.STICKER, "printed_on": DAY} | values
    return print_batch(user, by=by, quantity=quantity, **values)


def lines(batch):
    return [(line.kind, line.quantity, line.on) for line in batch.entries.all()]


# --- Accounts --------------------------------------------------------------------------------------------------------


def test_every_kind_of_line_has_its_move():
    assert set(MOVES) == set(EntryKind)
    assert all(come_from != go_to for come_from, go_to in MOVES.values())


@pytest.mark.parametrize("seed", range(50))
def test_whatever_is_written_the_accounts_of_a_batch_come_to_nothing(seed):
    chance = random.Random(seed)
    balance = Balance({kind: chance.randint(-5000, 5000) for kind in chance.sample(list(EntryKind), 4)})

    assert sum(balance.accounts.values()) == 0
    assert balance.printed == balance.stock + balance.in_hand + balance.used + balance.spoiled


@pytest.mark.parametrize("seed", range(8))
def test_under_random_acts_every_account_stays_what_a_naive_count_says(user, official, seed):
    """Random printing, lines, reversals and refused acts: a count by hand of the same acts is the reference."""
    chance = random.Random(seed)
    naive: dict[str, dict[Account, int]] = {}
    standing: list[tuple[Entry, int]] = []
    for _act in range(60):
        batch = chance.choice(list(Batch.objects.all())) if naive else None
        match chance.choice(["print", "enter", "enter", "enter", "reverse"]):
            case "print" if len(naive) < 4:
                made = printed(user, official, chance.randint(1, 5000), issued=chance.random() < 0.5)
                naive[made.number] = dict.fromkeys(Account, 0)
                for line in made.entries.all():
                    move(naive[made.number], line.kind, line.quantity)
                    standing.append((line, line.quantity))
            case "enter" if batch is not None:
                kind, on = chance.choice(list(EntryKind)), DAY + timedelta(days=chance.randint(-2, 100))
                quantity = chance.randint(0, 3000)
                try:
                    line = enter(batch, kind, quantity, by=official, on=on)
                except BadInput:
                    continue
                move(naive[batch.number], kind, quantity)
                standing.append((line, quantity))
            case "reverse" if standing:
                line, quantity = standing.pop(chance.randrange(len(standing)))
                try:
                    reverse(line, by=official, reason="记错")
                except BadInput:
                    standing.append((line, quantity))
                    continue
                move(naive[line.batch.number], line.kind, -quantity)

    found = {batch.number: balance_of(batch).accounts for batch in Batch.objects.all()}
    assert found == naive
    assert all(sum(accounts.values()) == 0 for accounts in found.values())
    whole = whole_of(Batch.objects.all())
    assert whole.accounts == together(balances(Batch.objects.all()).values()).accounts
    assert sum(whole.accounts.values()) == 0
    assert whole.accounts == {account: sum(held[account] for held in naive.values()) for account in Account}


def move(accounts, kind, quantity):
    come_from, go_to = MOVES[EntryKind(kind)]
    accounts[come_from] -= quantity
    accounts[go_to] += quantity


def test_a_balance_takes_the_day(user, official):
    batch = printed(user, official, issued=True)
    enter(batch, EntryKind.USED, 300, by=official, on=date(2026, 6, 1))
    enter(batch, EntryKind.USED, 200, by=official, on=date(2026, 7, 1))
    whole = Batch.objects.filter(pk=batch.pk)

    used = [balances(whole, until=day)[batch.pk].used for day in (DAY, date(2026, 6, 1), date(2026, 7, 1))]
    assert used == [0, 300, 500]
    assert balances(whole, until=date(2026, 5, 3)) == {}


@pytest.mark.parametrize("size", [1, 3])
def test_balances_cost_one_query(user, official, size, django_assert_num_queries):
    for number in range(size):
        printed(user, official, note=f"{number}")

    with django_assert_num_queries(1):
        assert [balance.stock for balance in balances(Batch.objects.all()).values()] == [1000] * size


def test_what_was_never_written_is_nothing(user):
    assert NOTHING.accounts == dict.fromkeys(Account, 0)


# --- Printing --------------------------------------------------------------------------------------------------------


def test_printing_is_a_batch_with_its_first_line(user, official):
    batch = printed(user, official, 1000, serial_from="JH0001", serial_to="JH1000", net_kg=0.5)

    assert (batch.quantity, batch.net_kg) == (1000, 0.5)
    assert lines(batch) == [("printed", 1000, DAY)]
    assert balance_of(batch).accounts == dict.fromkeys(Account, 0) | {Account.PRESS: -1000, Account.STOCK: 1000}
    assert list(Change.objects.filter(by=str(official)).values_list("table", flat=True)) == ["标识流水", "印制批次"]


def test_a_user_who_prints_for_itself_has_the_marks_at_once(user, official):
    assert lines(printed(user, official, issued=True)) == [("printed", 1000, DAY), ("issued", 1000, DAY)]


def test_a_form_of_a_print_run_sent_twice_is_one_run(user, official):
    first = printed(user, official)
    with pytest.raises(BadInput, match=f"已记过完全相同的一批（{first.number}），没有重复记"):
        printed(user, official)

    printed(user, official, note="下午")
    reverse(first.entries.get(), by=official, reason="记错")
    printed(user, official)
    assert Batch.objects.count() == 3


def test_a_number_says_the_year_and_nothing_of_how_many_were_printed_before(user, official):
    days = [date(2025, 5, 4), *[DAY] * 19]
    numbers = [printed(user, official, printed_on=day, note=f"{n}").number for n, day in enumerate(days)]

    assert [bool(re.fullmatch(f"{day.year}-[0-9]{{6}}", number)) for day, number in zip(days, numbers, strict=True)]
    assert len(set(numbers)) == 20
    assert numbers[1:] != sorted(numbers[1:])


def test_nothing_is_printed_before_an_announcement_allows_the_use(official):
    applying = make.authorisation(make.producer(), make.product(), state="verification")

    with pytest.raises(BadInput, match="还没有公告准许使用专用标志，不能记印制。"):
        printed(applying, official)


def test_one_number_does_not_stand_on_two_marks(user, official):
    first = printed(user, official, serial_from="A1", serial_to="A1000")
    with pytest.raises(BadInput, match=f"这些序号与批次 {first.number}（A1 至 A1000）重叠。"):
        printed(user, official, 2, serial_from="A1000", serial_to="A1001")

    printed(user, official, 2, serial_from="B1000", serial_to="B1001")
    reverse(first.entries.get(), by=official, reason="重复登记")
    printed(user, official, 2, serial_from="A1000", serial_to="A1001")
    assert Batch.objects.count() == 3


def test_serials_without_a_prefix_are_read():
    assert serials_of("000123", "000125", 3) == Serials("", 123, 125)
    assert serials_of("", " ", 3) is None


# --- Lines -----------------------------------------------------------------------------------------------------------


def test_what_happens_to_marks_is_written_line_by_line(user, official):
    batch = printed(user, official)
    for kind, quantity in [("scrapped", 20), ("issued", 900), ("used", 500), ("spoiled", 10), ("returned", 90)]:
        enter(batch, EntryKind(kind), quantity, by=official, on=DAY)

    balance = balance_of(batch)
    assert (balance.printed, balance.stock, balance.in_hand, balance.used, balance.spoiled, balance.left) == (
        *(1000, 170, 300),
        *(500, 30, 470),
    )


def test_a_line_stands_on_today_where_no_day_is_given(user, official):
    assert enter(printed(user, official), EntryKind.ISSUED, 5, by=official).on == clock.today()


def test_a_line_that_cannot_be_stands_as_it_was_reported(user, official):
    batch = printed(user, official)
    enter(batch, EntryKind.USED, 1200, by=official)

    assert balance_of(batch).in_hand == -1200


@pytest.mark.parametrize(
    ("kind", "quantity", "on", "sentence"),
    [
        (EntryKind.PRINTED, 5, DAY, "印制随批次记：加印的请另记一个批次。"),
        (EntryKind.USED, 5, date(2026, 5, 3), "批次 {number} 在 2026-05-04 才印制，2026-05-03 还没有标识。"),
        (EntryKind.USED, 5, date(2099, 1, 1), "2099-01-01 还没有到，不能先记。"),
        (EntryKind.USED, 0, DAY, "数量（枚）：确保该值大于或等于1。"),
    ],
)
def test_what_cannot_have_happened_is_refused_and_leaves_nothing(user, official, kind, quantity, on, sentence):
    batch = printed(user, official)
    with pytest.raises(BadInput) as refusal:
        enter(batch, kind, quantity, by=official, on=on)

    assert refusal.value.sentence == sentence.format(number=batch.number)
    assert lines(batch) == [("printed", 1000, DAY)]


def test_a_form_sent_twice_is_one_line(user, official):
    batch = printed(user, official)
    first = enter(batch, EntryKind.ISSUED, 100, by=official, on=DAY)
    with pytest.raises(BadInput, match="这一天已记过完全相同的一笔"):
        enter(batch, EntryKind.ISSUED, 100, by=official, on=DAY)

    enter(batch, EntryKind.ISSUED, 100, by=official, on=DAY, note="下午")
    reverse(first, by=official, reason="记错")
    enter(batch, EntryKind.ISSUED, 100, by=official, on=DAY)
    assert balance_of(batch).in_hand == 200


def test_a_mistake_is_reversed_by_a_line_of_the_same_day(user, official):
    batch = printed(user, official)
    wrong = enter(batch, EntryKind.ISSUED, 900, by=official, on=DAY)
    undone = reverse(wrong, by=official, reason=" 数量看错 ")

    assert (undone.kind, undone.quantity, undone.on, undone.reverses, undone.note) == (
        *("issued", 900),
        *(DAY, wrong, "数量看错"),
    )
    assert balance_of(batch).stock == 1000


def test_a_line_is_reversed_once_with_a_reason_and_a_reversal_never(user, official):
    wrong = enter(printed(user, official), EntryKind.ISSUED, 900, by=official, on=DAY)
    with pytest.raises(BadInput, match="请写明为什么冲销。"):
        reverse(wrong, by=official, reason=" ")
    undone = reverse(wrong, by=official, reason="记错")
    with pytest.raises(BadInput, match="这一笔已经冲销过了。"):
        reverse(wrong, by=official, reason="记错")
    with pytest.raises(BadInput, match="冲销记录不能再冲销"):
        reverse(undone, by=official, reason="记错")

    assert Entry.objects.count() == 3


def test_a_batch_is_void_with_its_first_line_once_nothing_else_stands(user, official):
    batch = printed(user, official)
    issued = enter(batch, EntryKind.ISSUED, 900, by=official, on=DAY)
    with pytest.raises(BadInput, match=f"批次 {batch.number} 还记有发放：要作废整批，请先冲销这些记录。"):
        reverse(batch.entries.get(kind="printed"), by=official, reason="重复登记")

    reverse(issued, by=official, reason="记错")
    reverse(batch.entries.get(kind="printed"), by=official, reason="重复登记")
    assert balance_of(batch).accounts == dict.fromkeys(Account, 0)


# --- Who may ---------------------------------------------------------------------------------------------------------


def test_producers_keep_the_ledger_of_their_own_marks(user):
    own = make.person("producer", party=user.producer)

    assert balance_of(printed(user, own)).stock == 1000


def test_producers_take_back_what_their_own_people_wrote_and_the_office_whatever_is_wrong(user, official):
    own, other = (make.person("producer", name, party=user.producer) for name in ("own", "colleague"))
    batch = printed(user, official)
    lines = [
        enter(batch, EntryKind.ISSUED, number, by=by, on=DAY) for number, by in ((1, official), (2, other), (3, own))
    ]

    with pytest.raises(NotAllowed, match="这一笔不是本单位记的：要更正，请联系登记机关"):
        reverse(lines[0], by=own, reason="记错")
    reverse(lines[1], by=own, reason="记错")
    reverse(lines[2], by=official, reason="记错")
    assert balance_of(batch).in_hand == 1


@pytest.mark.parametrize("role", ["agriculture", "inspector", "liaison", "auditor", "producer", "association"])
def test_nobody_else_writes_in_the_ledger(user, official, role):
    batch = printed(user, official)
    rival = make.person(role, "rival", party=make.producer("示例对手有限公司", make.USCC[1]))
    acts = [
        lambda: printed(user, rival),
        lambda: enter(batch, EntryKind.USED, 1, by=rival),
        lambda: reverse(batch.entries.get(), by=rival, reason="记错"),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()

    assert Entry.objects.count() == 1


def test_a_batch_is_found_by_its_number(user, official):
    batch = printed(user, official)

    assert batch_called(batch.number) == batch
    with pytest.raises(NotInRegister, match="没有印制批次“2026-0000000”"):
        batch_called("2026-0000000")
