"""Acts on parties: a new name or address, with what stood before kept over its span."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from gi_registry.core.errors import BadInput
from gi_registry.core.history import Outcome, Why, drop, put, refuse_if_changed_since
from gi_registry.core.revision import take_turn
from gi_registry.gazette.actions import added
from gi_registry.gazette.models import Source
from gi_registry.gazette.papers import refuse_future
from gi_registry.parties.models import FormerParticulars, Party


@transaction.atomic
def rename(
    party: Party,
    *,
    name: str,
    address: str,
    day: date,
    source: Source,
    grade: str,
    by: str,
    note: str = "",
    seen: int | None = None,
) -> Outcome:
    """From `day` on the party is registered as `name` at `address`; what it was before is kept until that day.

    Nothing is written where both stay as they are. Raises BadInput and Conflict; then nothing is left behind.
    """
    take_turn()
    party = Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    if seen is not None:
        refuse_if_changed_since(party, seen)
    name, address = name.strip(), address.strip()
    if (name, address) == (party.name, party.address):
        return Outcome.SAME
    refuse_future(day)
    refuse_taken(name, party)
    last = party.former_particulars.filter(valid_until__isnull=False).order_by("-valid_until").first()
    if last is not None and last.valid_until is not None and day <= last.valid_until:
        raise BadInput(f"{day} 不晚于上一次变更的 {last.valid_until}。")
    why = Why(day, source.key, note)
    before = {
        "party": party,
        "name": party.name,
        "address": party.address,
        "valid_from": None if last is None else last.valid_until,
        "valid_until": day,
        "source": source,
        "grade": grade,
        "note": note,
    }
    added(FormerParticulars, before, by=by, why=why)
    put(Party, {"pk": party.pk}, {"name": name, "address": address}, by=by, why=why)
    return Outcome.CHANGED


@transaction.atomic
def take_back_rename(party: Party, *, day: date, by: str, note: str) -> None:
    """The change of that day was recorded by mistake: the party has its former name and address again.

    Raises BadInput where another change followed; then nothing is taken back.
    """
    take_turn()
    former = party.former_particulars.order_by("-valid_until").first()
    if former is None or former.valid_until != day:
        raise BadInput("此后登记事项又有变更，不能撤回：请先撤回后一次变更。")
    refuse_taken(former.name, party)
    why = Why(day, former.source.key, note)
    put(Party, {"pk": party.pk}, {"name": former.name, "address": former.address}, by=by, why=why)
    drop(former, by=by, why=why)


def refuse_taken(name: str, party: Party) -> None:
    """A name stands for one party. Raises BadInput."""
    if not name:
        raise BadInput("请填写名称。")
    if Party.objects.exclude(pk=party.pk).filter(name=name).exists():
        raise BadInput(f"登记簿中已有另一主体叫“{name}”：请先核对是否同一家。")
