"""When a product was protected no more: then nobody can use the mark for it, whatever the steps of its users say.

Sources: 令第80号 art. 27-29 (a revocation is announced); 令第79号 art. 26 and 商标法 (the end of a registered mark).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from gi_registry.marks.states import Basis
from gi_registry.products.models import Protection, Regime, Stage

# The regime on whose protection a basis rests.
REGIMES: dict[Basis, Regime] = {
    Basis.ANNOUNCED: Regime.PRODUCT,
    Basis.MEMBER: Regime.COLLECTIVE,
    Basis.LICENSEE: Regime.CERTIFICATION,
    Basis.RECORDED: Regime.PRODUCT,
}


class Lapse(NamedTuple):
    """Days without a protection that there was before: half open, `until` date.max where none followed."""

    since: date
    until: date


Lapses = tuple[Lapse, ...]


def lapses_between(spans: Iterable[tuple[date | None, date | None]]) -> Lapses:
    """The days between spans of protection and after them, in order; none where the register knows of no protection."""
    found, held_until = list[Lapse](), date.max
    for number, (since, until) in enumerate(sorted((since or date.min, until or date.max) for since, until in spans)):
        if number and since > held_until:
            found.append(Lapse(held_until, since))
        held_until = max(held_until, until) if number else until
    return (*found, Lapse(held_until, date.max)) if held_until < date.max else tuple(found)


def lapses_of(protections: Iterable[Protection], basis: str) -> Lapses:
    """Those of one product for a basis, from all its protections."""
    regime = REGIMES[Basis(basis)]
    held = (one for one in protections if (one.regime, one.stage) == (regime, Stage.PROTECTED))
    return lapses_between((one.valid_from, one.valid_until) for one in held)


def read_lapses() -> dict[tuple[int, str], Lapses]:
    """Those of every product (its row) and basis that have any. One query."""
    spans: dict[tuple[int, str], list[tuple[date | None, date | None]]] = defaultdict(list)
    held = Protection.objects.filter(stage=Stage.PROTECTED)
    for product, regime, since, until in held.values_list("product", "regime", "valid_from", "valid_until"):
        spans[product, regime].append((since, until))
    found = (
        (product, basis, lapses_between(spans.get((product, regime), ())))
        for product, _ in spans
        for basis, regime in REGIMES.items()
    )
    return {(product, str(basis)): lapses for product, basis, lapses in found if lapses}


def in_a_lapse(lapses: Mapping[tuple[int, str], Lapses], day: date) -> Q:
    """Authorisations of products that are protected no more on the day."""
    found = Q(pk__in=[])
    for (product, basis), of_product in lapses.items():
        if any(lapse.since <= day < lapse.until for lapse in of_product):
            found |= Q(product=product, basis=basis)
    return found
