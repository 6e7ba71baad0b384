"""Measure, print a table (measure, figure, limit), write the same to var/bench.json. Exit 1 where a limit is passed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gi_registry.settings")
VAR = Path(__file__).resolve().parent.parent.parent / "var"
NATIONAL = VAR / "bench" / "national.sqlite3"
os.environ["DATABASE_URL"] = f"spatialite:///{NATIONAL}"
os.environ.setdefault("SECRET_KEY", "bench")

import django  # noqa: E402 -- the scratch database is chosen first

django.setup()

import shapely  # noqa: E402
from django.core.management import call_command  # noqa: E402

from gi_registry.products.register import area_register  # noqa: E402
from tests.bench import applications, field, marks, national, systems, township  # noqa: E402
from tests.bench.first_load import kilobytes_of_first_load  # noqa: E402
from tests.bench.server import medians, serving  # noqa: E402

REQUESTS = 2_000
BULK = 100_000


class Row(NamedTuple):
    """One line of the table."""

    name: str
    figure: float
    unit: str
    limit: float


def say(line: str) -> None:
    """One line for whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def prepare() -> None:
    """Build the scratch registers, unless an earlier run left them whole."""
    NATIONAL.parent.mkdir(parents=True, exist_ok=True)
    built = NATIONAL.with_suffix(".built")
    whole = built.exists()
    if not whole:
        say("building a register of national size …")
        NATIONAL.unlink(missing_ok=True)
    call_command("migrate", verbosity=0)  # a register kept from an earlier version may lack columns
    if not whole:
        national.build()
        built.touch()


def over_http() -> Iterator[Row]:
    """One point over HTTP, and the memory of the worker that answers."""
    around = national.points(REQUESTS)
    asked = [f"/api/covering?lon={lon}&lat={lat}&accuracy=10" for lon, lat in around]
    with serving(os.environ["DATABASE_URL"]) as server:
        server.get(asked[0])  # reads the shapes
        for address in asked[:200]:
            server.get(address)
        answer, nothing, bare = medians(server, asked, ["/empty"] * REQUESTS, ["/empty.json"] * REQUESTS)
        memory = server.memory_mb()
    yield Row("/api/covering median", answer * 1000, "ms", float("inf"))
    yield Row("empty view median", nothing * 1000, "ms", float("inf"))
    yield Row("/api/covering against an empty view", answer / nothing, "times", 1.5)
    yield Row("/api/covering against an empty API answer", answer / bare, "times", float("inf"))
    yield Row("memory of one worker, national register", memory, "MB", 400)


def in_bulk() -> Iterator[Row]:
    """100,000 points in Python against a bare STRtree on the same prepared shapes."""
    where = national.points(BULK)
    index = area_register().index
    tree, there = shapely.STRtree(index.prepared), shapely.points(where)
    ours, bare = [], []
    for _round in range(3):
        start = time.perf_counter()
        number, _keys = index.covering_many(where)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        pairs = tree.query(there, predicate="intersects")
        bare.append(time.perf_counter() - start)
        if pairs.shape[1] != len(number):
            raise AssertionError("the two ways disagree")
    yield Row("100,000 points in bulk", min(ours) * 1000, "ms", float("inf"))
    yield Row("bulk against a bare STRtree query", min(ours) / min(bare), "times", 2)


def first_load() -> Iterator[Row]:
    """Everything the first visit to the map fetches, compressed."""
    yield Row("first load of /", kilobytes_of_first_load(VAR / "bench" / "demo.sqlite3"), "KB", 250)


def import_doctor() -> Iterator[Row]:
    """A township's file of 50 MB diagnosed, against a bare pyogrio.read_dataframe of the same zip."""
    for name, (features, vertices) in township.FILES.items():
        path = township.build(VAR / "bench" / f"township-{name}.zip", features, vertices)
        (bare, ours), _memory = township.figures(path, "read", "diagnose")
        _seconds, memory = township.figures(path, "diagnose")
        yield Row(f"diagnosis of 50 MB of {name}", ours * 1000, "ms", float("inf"))
        yield Row(f"diagnosis of {name} against a bare read_dataframe", ours / bare, "times", 3)
        yield Row(f"memory of the diagnosis of {name}", memory, "MB", 1000)


def board() -> Iterator[Row]:
    """The board and the reminders of 5,000 applications with 100,000 steps; a signed-in page against empty views."""
    path = VAR / "bench" / "applications.sqlite3"
    session = applications.prepared(path)
    rounds = REQUESTS // 4
    with serving(f"spatialite:///{path}", f"sessionid={session}") as server:
        first = server.get("/desk/applications/")
        asked = ("/desk/applications/", "/desk/applications/?view=table", "/desk/empty", "/empty")
        shown, table, signed_in, bare = medians(server, *([address] * rounds for address in asked))
        memory = server.memory_mb()
    yield Row("the first board of a fresh worker", first * 1000, "ms", float("inf"))
    yield Row("the board median", shown * 1000, "ms", float("inf"))
    yield Row("the board against an empty view at the desk", shown / signed_in, "times", 3)
    yield Row("its table against an empty view at the desk", table / signed_in, "times", 3)
    yield Row("the board against an empty view for anybody", shown / bare, "times", 3)
    yield Row("memory of one worker, 5,000 applications", memory, "MB", 400)
    yield Row("CPU of remind", applications.cpu_of_remind(path), "s", 2)


class Check(NamedTuple):
    """What is asked of the register of those who may use the mark: with which of the values, where, and its limit."""

    name: str
    values: str
    address: str
    limit: float


CHECKS = (
    Check("JSON check by code", "codes", "/api/authorisations/{}", 1.5),
    Check("JSON check by credit code", "usccs", "/api/authorisations?uscc={}", 1.5),
    Check("page of a code", "codes", "/v/{}", 3),
    Check("/verify/ by credit code", "usccs", "/verify/?q={}", 3),
    Check("search by part of a name", "parts", "/verify/?q={}", 10),
    Check("search by pinyin", "aloud", "/verify/?q={}", 10),
)


def checks() -> Iterator[Row]:
    """Who may use the mark, among 100,000 authorisations: against an empty view, many at once, and what it takes."""
    path = marks.prepared(VAR / "bench" / "marks.sqlite3")
    asked = marks.asked(path, str(REQUESTS // 4))
    addresses = [[check.address.format(quote(value)) for value in asked[check.values]] for check in CHECKS]
    with serving(f"spatialite:///{path}", **marks.keys_beside(path)) as server:
        first = [server.get(asked_first) for asked_first, *_others in addresses]
        empty, *shown = medians(server, ["/empty"] * len(addresses[0]), *addresses)
        memory, before = server.memory_mb(), server.cpu_s()
        rows, key = "\n".join(asked["bulk"]).encode(), f"Bearer {asked['key'][0]}"
        server.ask("POST", "/api/authorisations/check", rows, Authorization=key)
        bulk, after = server.cpu_s() - before, server.memory_mb()
        listed = server.ask("GET", "/status/1", Accept_Encoding="gzip")
    yield Row("the slowest first answer of a fresh worker", max(first) * 1000, "ms", float("inf"))
    for check, taken in zip(CHECKS, shown, strict=True):
        yield Row(f"{check.name} median", taken * 1000, "ms", float("inf"))
        yield Row(f"{check.name} against an empty view", taken / empty, "times", check.limit)
    yield Row("bulk check of 10,000 rows, CPU", bulk, "s", 2)
    yield Row("list of revocations of 100,000, compressed", len(listed) / 1000, "KB", 20)
    yield Row("memory of one worker, 100,000 authorisations", memory, "MB", 400)
    yield Row("the same after a bulk check", after, "MB", 400)


def three_systems() -> Iterator[Row]:
    """All products × the three systems, among 5,000 products with 200,000 pieces of evidence; one product."""
    path = VAR / "bench" / "systems.sqlite3"
    session = systems.prepared(path)
    told = systems.asked(path, "figures")
    rounds = REQUESTS // 4
    with serving(f"spatialite:///{path}", f"sessionid={session}") as server:
        first = server.get("/desk/systems/")
        asked = ("/desk/systems/", "/desk/systems/bench-7/", "/desk/empty", "/empty")
        shown, one, signed_in, bare = medians(server, *([address] * rounds for address in asked))
        memory = server.memory_mb()
    yield Row("pieces of evidence of 5,000 products", told["evidence"], "", float("inf"))
    yield Row("the first matrix of a fresh worker", first, "s", 10)
    yield Row("the matrix median", shown * 1000, "ms", float("inf"))
    yield Row("the matrix against an empty view at the desk", shown / signed_in, "times", 5)
    yield Row("the matrix against an empty view for anybody", shown / bare, "times", 5)
    yield Row("page of one product, 45 clauses", one * 1000, "ms", float("inf"))
    yield Row("queries of one product's answer", told["queries"], "", 5)
    yield Row("CPU of reminding for the first time", told["remind"], "s", 10)
    yield Row("memory of one worker, 5,000 products", memory, "MB", 400)


def inspections() -> Iterator[Row]:
    """200 inspections with 600 photos: how fast they are taken in, and that all arrive once through every fault."""
    path = VAR / "bench" / "field.sqlite3"
    taken, written = field.speed(path)
    lost, doubled, seconds = field.through_faults(path)
    yield Row("inspections with three photos taken in", taken, "a s", float("inf"))
    yield Row("the same bytes only written", written, "a s", float("inf"))
    yield Row("taking them in against only writing", written / taken, "times", 4)
    yield Row("sending 200 with 600 photos, server killed", seconds, "s", float("inf"))
    yield Row("records and photos lost", lost, "", 0)
    yield Row("records and photos doubled", doubled, "", 0)


def main() -> int:
    prepare()
    rows = [
        row
        for measure in (over_http, in_bulk, first_load, import_doctor, board, checks, three_systems, inspections)
        for row in measure()
    ]
    width = max(len(row.name) for row in rows)
    for row in rows:
        limit = "" if row.limit == float("inf") else f"≤ {row.limit:.2f}"
        say(f"{row.name:<{width}}  {row.figure:>10.2f} {row.unit:<6} {limit}")
    table = [row._asdict() | {"limit": None if row.limit == float("inf") else row.limit} for row in rows]
    (VAR / "bench.json").write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(any(row.figure > row.limit for row in rows))


if __name__ == "__main__":
    sys.exit(main())
