from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gi_registry.core.revision import Mark
from tests import make

TWO_PROCESSES = """
import sys, subprocess, django
django.setup()
from django.core.management import call_command
from django.db import transaction
from gi_registry.core import clock, revision
from gi_registry.core.models import Change

def write():
    with transaction.atomic():
        Change.objects.create(at=clock.now(), by="测试", table="来源", row="一")
        revision.moved()

if sys.argv[1:]:
    write()
    sys.exit()
revision.TRUSTED_S = float("inf")
call_command("migrate", "core", verbosity=0)
said = [revision.revision()]
write()
said.append(revision.revision())
subprocess.run([sys.executable, "-c", sys.orig_argv[2], "write"], check=True)
said.append(revision.revision())
try:
    with transaction.atomic():
        Change.objects.create(at=clock.now(), by="测试", table="来源", row="一")
        revision.moved()
        said.append(revision.revision())
        raise RuntimeError
except RuntimeError:
    said.append(revision.revision())
print(said)
"""


def test_all_who_share_a_mark_see_it_move(tmp_path):
    mine, theirs = Mark(tmp_path / "revision"), Mark(tmp_path / "revision")
    seen = mine.read()

    theirs.move()

    assert (mine.read() != seen, mine.read()) == (True, theirs.read())


def test_a_change_of_another_process_is_seen_at_once_and_one_rolled_back_never(tmp_path):
    environment = os.environ | {
        "DATABASE_URL": f"spatialite:///{tmp_path / 'register.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "gi_registry.settings",
        "DEBUG": "1",
    }

    said = subprocess.run(
        [sys.executable, "-c", TWO_PROCESSES], check=False, env=environment, capture_output=True, text=True
    )

    assert (said.stdout.strip(), said.stderr) == ("[0, 1, 2, 3, 2]", "")


@pytest.mark.django_db
def test_writers_take_turns_before_they_lock_a_row():
    with CaptureQueriesContext(connection) as asked:
        make.source()

    first = next(query["sql"] for query in asked if not query["sql"].startswith("SAVEPOINT"))
    assert ("pg_advisory_xact_lock" in first) == (connection.vendor == "postgresql")
