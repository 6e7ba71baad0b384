"""A desk with 5,000 applications and 100,000 steps in a scratch database: seeded, and as old as the day it is measured.

Run as a module in a process of its own, since the bench itself stands on another database.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gi_registry.settings")

import django

django.setup()  # again where the bench has done so, which changes nothing

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

from gi_registry.applications.models import Application, Step  # noqa: E402
from gi_registry.core import clock  # noqa: E402
from gi_registry.core.models import Change, Reminder  # noqa: E402
from gi_registry.parties.models import User  # noqa: E402
from gi_registry.parties.permissions import Role  # noqa: E402
from gi_registry.products.models import Category, Product  # noqa: E402

SIZE, STEPS_EACH = 5_000, 20
SEED = 20_261_124
PATHS = {
    "product_2024": ["draft", "provincial", "formal", "reply_due", "replied", "technical", "preliminary", "recognised"],
    "trademark": ["draft", "filed", "correction_due", "corrected", "examined", "published", "registered"],
}
REGIMES = {"product_2024": "product", "trademark": "certification"}


def build() -> str:
    """Fill the empty database; the key of a session of an official in it."""
    products = Product.objects.bulk_create(
        [
            Product(slug=f"bench-{n}", common_name=f"示例产品{n}", category=Category.OTHER)
            for n in range(SIZE // len(PATHS))
        ],
        batch_size=500,
    )
    write(products, random.Random(SEED), clock.today())
    Change.objects.create(at=clock.now(), by="bench", table="bench", row="bench")
    person = User.objects.create_user("bench", email="bench@example.cn")
    person.groups.set(Group.objects.filter(name=Role.AGRICULTURE.label))
    return session_of(person)


def write(products: list, dice: random.Random, today: date) -> None:
    """Each product under two procedures, somewhere on its path, with mistakes entered and taken back on the way."""
    kinds = [(product, procedure) for product in products for procedure in PATHS]
    ways = [PATHS[procedure][: dice.randint(1, len(PATHS[procedure]))] for _product, procedure in kinds]
    rows = [
        Application(
            file_number=f"{today.year}-{number:04d}",
            product=product,
            procedure=procedure,
            regime=REGIMES[procedure],
            state=way[-1],
            opened_on=today - timedelta(days=600),
        )
        for number, ((product, procedure), way) in enumerate(zip(kinds, ways, strict=True), 1)
    ]
    made = Application.objects.bulk_create(rows, batch_size=500)
    write_steps([(file, way, dice.randint(0, 150)) for file, way in zip(made, ways, strict=True)], today)


def write_steps(files: list, today: date) -> None:
    """The path of each file, the last step so many days ago, and before it steps that were taken back."""
    at, mistakes = clock.now(), []
    for file, way, ago in files:
        last = today - timedelta(days=ago)
        path = [
            Step(application=file, state=state, on=last - timedelta(days=30 * behind), at=at, by="bench")
            for behind, state in zip(range(len(way) - 1, -1, -1), way, strict=True)
        ]
        pairs = (STEPS_EACH - len(way)) // 2
        path += [Step(application=file, state=way[-1], on=last, at=at, by="bench") for _pair in range(pairs)]
        mistakes += Step.objects.bulk_create(path)[len(way) :]
    Step.objects.bulk_create(
        [
            Step(application=s.application, state=s.state, on=s.on, at=at, by="bench", note="误记", withdraws=s)
            for s in mistakes
        ],
        batch_size=500,
    )


def session_of(person) -> str:
    """The key of a session in which the person has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "gi_registry.parties.permissions.RegisterBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


# --- In a process of its own -----------------------------------------------------------------------------------------


def environment_of(path: Path) -> dict[str, str]:
    """The environment in which the database at `path` is worked on; mails go nowhere."""
    given = {"DATABASE_URL": f"spatialite:///{path}", "EMAIL_URL": "dummymail://", "SECRET_KEY": "bench"}
    return os.environ | given


def asked(path: Path, what: str) -> dict:
    """What this module says over the database at `path`."""
    command = [sys.executable, "-m", "tests.bench.applications", what]
    told = subprocess.run(command, env=environment_of(path), check=True, stdout=subprocess.PIPE)
    return dict(json.loads(told.stdout))


def cpu_of_remind(path: Path) -> float:
    """Seconds of CPU of one `manage.py remind` that tells everything, from its start to its end."""
    asked(path, "forget")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "manage.py", "remind"]
    subprocess.run(command, env=environment_of(path), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def prepared(path: Path) -> str:
    """The session key of a database built today, built now unless that was done."""
    marker, today = path.with_suffix(".built"), clock.today().isoformat()
    built = marker.read_text(encoding="utf-8").split() if marker.exists() else ["", ""]
    if built[0] != today:
        path.unlink(missing_ok=True)
        built = [today, asked(path, "build")["session"]]
        marker.write_text(" ".join(built), encoding="utf-8")
    return built[1]


def main() -> None:
    said = {}
    if sys.argv[1] == "build":
        call_command("migrate", verbosity=0)
        said = {"session": build()}
    else:
        Reminder.objects.all().delete()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
