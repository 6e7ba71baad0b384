"""Which authorisations no longer hold, as one signed list that says nothing else (IETF Token Status List, JWT form).

Two bits for each place in the list: valid, invalid, suspended. Places of applications under way, and places that nobody
has, read the same as valid ones, and the length is rounded up, so that the list tells nothing of what is not public.
"""

from __future__ import annotations

import base64
import json
import zlib
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Max, Q

from gi_registry.core import clock
from gi_registry.marks.keys import ALGORITHM, Key, signing
from gi_registry.marks.models import BLOCK, Authorisation, standing_on
from gi_registry.marks.protected import in_a_lapse, read_lapses
from gi_registry.marks.states import STANDINGS, Standing
from gi_registry.marks.tokens import STATUS_PATH

TYPE = "statuslist+jwt"
BITS = 2
INVALID, SUSPENDED = 1, 2
FRESH_S = 600  # a list is dated anew so often, so that its age says when the register was last asked
GOOD_FOR_S = 30 * 24 * 3600  # older ones say nothing any more
SAYS = {
    Standing.SUSPENDED: SUSPENDED,
    **dict.fromkeys([Standing.CANCELLED, Standing.EXPIRED, Standing.UNPROTECTED], INVALID),
}


def status_list(now: datetime, revision: int, address: str) -> str:
    """The signed list as the register stood at `revision`, on the day of `now`. Raises NotReady without a key."""
    return signed(signing(), dated(now), clock.legal_time(now).date(), revision, address)


def dated(now: datetime) -> int:
    """The instant that a list made now bears: the same for all processes for ten minutes."""
    return int(now.timestamp()) // FRESH_S * FRESH_S


@lru_cache(maxsize=4)
def signed(key: Key, at: int, day: date, revision: int, address: str) -> str:
    """The list as a JWT; `revision` is there so that the register is read once for each."""
    from joserfc import jws  # noqa: PLC0415 -- takes 0.1 s: only where something is signed

    body = {
        "sub": address + STATUS_PATH,
        "iat": at,
        "exp": at + GOOD_FOR_S,
        "ttl": FRESH_S,
        "status_list": {"bits": BITS, "lst": packed(places(day), length())},
    }
    head = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    return jws.serialize_compact(head, json.dumps(body, separators=(",", ":")), key.opened(), algorithms=[ALGORITHM])


def places(day: date) -> dict[int, int]:
    """What the list says of each place that is not valid on the day."""
    holding = [state for state, standing in STANDINGS.items() if standing == Standing.VALID]
    lapses = read_lapses()
    ended = ~Q(state__in=holding) | Q(valid_until__lte=day) | in_a_lapse(lapses, day)
    rows = Authorisation.objects.public().filter(ended)
    said = {
        index: standing_on(course, until, day, lapses.get((product, basis), ()))
        for index, product, basis, course, until in rows.values_list(*COLUMNS)
    }
    return withdrawn() | {index: SAYS[standing] for index, standing in said.items() if standing in SAYS}


COLUMNS = ("index", "product", "basis", "course", "valid_until")


def withdrawn() -> dict[int, int]:
    """The places of what was once public and has been taken back: tokens may have been signed for them."""
    return dict.fromkeys(Authorisation.objects.taken_back().values_list("index", flat=True), INVALID)


def length() -> int:
    """How many places the list has."""
    last = Authorisation.objects.aggregate(last=Max("index"))["last"] or 0
    return (last // BLOCK + 1) * BLOCK


def packed(places: dict[int, int], length: int) -> str:
    """Four places in a byte, the first in the lowest bits; compressed, in base64url."""
    held = bytearray(length * BITS // 8)
    for index, status in places.items():
        held[index * BITS // 8] |= status << (index * BITS % 8)
    return base64.urlsafe_b64encode(zlib.compress(bytes(held), 9)).rstrip(b"=").decode()
