"""Inspections sent in from the field: how fast, against only writing the same bytes; and all through every fault.

Run as a module in a process of its own, since the bench itself stands on another database.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gi_registry.settings")

import django

django.setup()  # again where the bench has done so, which changes nothing

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from playwright.sync_api import BrowserContext, Page, sync_playwright  # noqa: E402

from gi_registry.core import clock  # noqa: E402
from gi_registry.gazette.models import Grade, Source  # noqa: E402
from gi_registry.inspections.models import Photo, Plan, Record, Target, Task  # noqa: E402
from gi_registry.parties.models import User  # noqa: E402
from gi_registry.parties.permissions import Role  # noqa: E402
from gi_registry.places.geometry import hectares, to_geos  # noqa: E402
from gi_registry.products.models import Area, Category, Product  # noqa: E402
from tests import shapes  # noqa: E402
from tests.bench.server import Server, serving  # noqa: E402
from tests.browser.bad_network import way_to  # noqa: E402
from tests.browser.field_work import LOAD, REPLAY, SEND, WRITE  # noqa: E402

RECORDS, PHOTOS = 200, 3  # photos of each
PHOTO_BYTES = 300_000
SIDE = 640  # px of noise: photos of about as many bytes
TASKS = 10
PLAN = "2026-J001"
INSPECTOR = "bench"
TOKEN = "bench" * 6 + "12"  # against forged requests: as long as Django's
KILLS, EVERY_S = 12, 4.0
CUT = 0.4  # of the connections
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


# --- In a process of its own -----------------------------------------------------------------------------------------


def build() -> dict[str, Any]:
    """A plan under way with ten tasks of two inspectors; the session of one of them."""
    source = Source.objects.create(key="bench", title="随机生成的测试数据", grade=Grade.UNVERIFIED)
    rest = {"source": source, "grade": Grade.UNVERIFIED}
    product = Product.objects.create(slug="bench", common_name="示例产品", category=Category.OTHER)
    shape = shapes.star(116.85, 38.85, 1)
    drawn = {"boundary": to_geos(shape), "outline": to_geos(shape), "hectares": hectares(shape), "uncertainty_m": 0.0}
    Area.objects.create(product=product, regime="product", basis="act", **drawn, **rest)
    team = [User.objects.create_user(name) for name in (INSPECTOR, "bench-2")]
    for person in team:
        person.groups.set(Group.objects.filter(name=Role.INSPECTOR.label))
    today = clock.today()
    dates = {"starts_on": today, "ends_on": today + timedelta(days=30)}
    plan = Plan.objects.create(number=PLAN, title="示例专项检查", kind="special", state="running", **dates)
    tasks = [
        Task.objects.create(plan=plan, target=Target.objects.create(plan=plan, product=product, name=f"示例单位{at}"))
        for at in range(TASKS)
    ]
    for task in tasks:
        task.inspectors.set(team)
    return {"session": session_of(team[0]), "tasks": [str(task.uuid) for task in tasks]}


def session_of(person: User) -> str:
    """The key of a session in which the person has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "gi_registry.parties.permissions.RegisterBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def count() -> dict[str, Any]:
    """What the register has: records, those of them that are whole, and photos whose bytes are what they are called."""
    photos = Photo.objects.filter(received_at__isnull=False)
    whole = [photo for photo in photos if digest_of(Path(photo.file.path).read_bytes()) == photo.sha256]
    names = sorted(str(record.uuid) for record in Record.objects.all())
    return {"names": names, "complete": Record.objects.complete().count(), "photos": len(whole)}


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def asked(path: Path, what: str) -> dict[str, Any]:
    """What this module says over the database at `path`."""
    environment = os.environ | {"DATABASE_URL": f"spatialite:///{path}", "SECRET_KEY": "bench", **beside(path)}
    command = [sys.executable, "-m", "tests.bench.field", what]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(told.stdout))


def beside(path: Path) -> dict[str, str]:
    """Where the photos lie that belong to the database at `path`."""
    return {"PRIVATE_DIR": str(path.with_suffix(".private"))}


def fresh(path: Path) -> dict[str, Any]:
    """An empty register with the plan."""
    for old in path.parent.glob(f"{path.stem}.*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    return asked(path, "build")


# --- How fast --------------------------------------------------------------------------------------------------------


def speed(path: Path) -> tuple[float, float]:
    """Records with their photos a second: as the app sends them, and their bytes only written to files."""
    told = fresh(path)
    dice = random.Random(7)
    cookie = f"sessionid={told['session']}; csrftoken={TOKEN}"
    with serving(f"spatialite:///{path}", cookie, **beside(path)) as server:
        server.ask("GET", "/field/plans.json")
        taken, written = 0.0, 0.0
        for at in range(RECORDS):
            photos = [dice.randbytes(PHOTO_BYTES) for _photo in range(PHOTOS)]
            body = json.dumps(record(told["tasks"][at % TASKS], photos)).encode()
            start = time.perf_counter()
            send(server, body, photos)
            between = time.perf_counter()
            for content in (body, *photos):
                server.ask("POST", "/written", content)
            taken += between - start
            written += time.perf_counter() - between
    return RECORDS / taken, RECORDS / written


def record(task: str, photos: list[bytes]) -> dict[str, Any]:
    """One as the app sends it."""
    now = clock.now().isoformat()
    named = [
        {"sha256": digest_of(content), "bytes": len(content), "kind": "evidence", "item": at, "taken_at": now}
        for at, content in enumerate(photos, 1)
    ]
    return {
        "uuid": str(uuid.uuid4()),
        "task": task,
        "by": INSPECTOR,
        "device_at": now,
        "corrects": None,
        "position": {"lon": 116.85, "lat": 38.85, "accuracy_m": 8, "source": "device", "at": now},
        "site": None,
        "verdict": {"verdict": "inside", "distance_m": 1.0},
        "findings": [{"item": item, "result": "pass", "clause": "", "note": ""} for item in range(1, 13)],
        "mark_use": {"printed": None, "used": None, "stock": None, "note": ""},
        "samples": [],
        "photos": named,
        "signatures": {"inspectors": [], "party": None, "refusal": "示例"},
        "outcome": "pass",
        "days": None,
        "demand": "",
        "note": "",
    }


def send(server: Server, body: bytes, photos: list[bytes]) -> None:
    """A record and its photos. Raises AssertionError where the register does not have all of one."""
    heads = {"X_CSRFToken": TOKEN, "Content_Type": "application/json", "X_Body_SHA256": digest_of(body)}
    server.ask("POST", "/field/records", body, **heads)
    for content in photos:
        part = {"Content_Range": f"bytes 0-{len(content) - 1}/{len(content)}", "X_CSRFToken": TOKEN}
        asked = f"?record={json.loads(body)['uuid']}" if content is photos[-1] else ""
        answer = json.loads(server.ask("PUT", f"/field/photos/{digest_of(content)}{asked}", content, **part))
    if answer["record"]["state"] != "complete":
        raise AssertionError(answer)


# --- Through every fault ---------------------------------------------------------------------------------------------


def through_faults(path: Path) -> tuple[int, int, float]:
    """Records and photos that were lost or doubled, and the seconds of sending: with connections cut in the middle and
    the server killed again and again, then everything replayed five times in any order."""
    told = fresh(path)
    with (
        serving(f"spatialite:///{path}", **beside(path)) as server,
        way_to(("127.0.0.1", server.port)) as way,
        browsing(f"http://127.0.0.1:{way.port}", told["session"]) as page,
    ):
        take_along(page)
        page.context.set_offline(True)
        names = page.evaluate(WRITE, {"records": RECORDS, "photos": PHOTOS, "side": SIDE})
        way.break_off(CUT)
        page.context.set_offline(False)
        start = time.perf_counter()
        with killing(server):
            send_all(page)
        seconds = time.perf_counter() - start
        way.break_off(0.0)
        page.evaluate(REPLAY, {"times": 5})
    there = asked(path, "count")
    lost = len(set(names) - set(there["names"])) + RECORDS - there["complete"] + RECORDS * PHOTOS - there["photos"]
    doubled = max(len(there["names"]) - RECORDS, 0) + max(there["photos"] - RECORDS * PHOTOS, 0)
    return lost, doubled, seconds


@contextmanager
def browsing(address: str, session: str) -> Iterator[Page]:
    """A phone whose inspector has signed in, on the field app."""
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        context: BrowserContext = browser.new_context(base_url=address)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        page.goto("/field/", wait_until="networkidle")
        yield page
        browser.close()


def take_along(page: Page) -> None:
    """The plan is on the device, and the app starts without a network."""
    page.get_by_role("button", name="带走任务").click()
    page.wait_for_url(f"**#/plans/{PLAN}")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(LOAD)


def send_all(page: Page) -> None:
    """Until nothing waits. Raises TimeoutError."""
    until = time.monotonic() + 1_200
    while time.monotonic() < until:
        if not page.evaluate(SEND)[1]:
            return
    raise TimeoutError("records still wait")


@contextmanager
def killing(server: Server) -> Iterator[None]:
    """The process that answers is killed every few seconds, in the middle of whatever it does."""
    done = threading.Event()

    def kill() -> None:
        for _time in range(KILLS):
            if done.wait(EVERY_S):
                return
            for worker in server.workers():
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        done.set()
        killer.join()


def main() -> None:
    if sys.argv[1] == "build":
        call_command("migrate", verbosity=0)
        call_command("collectstatic", "--noinput", verbosity=0)
        said = build()
    else:
        said = count()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
