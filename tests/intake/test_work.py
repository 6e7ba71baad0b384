from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gi_registry.intake import imports
from gi_registry.intake.models import ReceivedFile, Step
from gi_registry.intake.work import work
from tests import make, shapes

A_FILE_OF_ITS_OWN_PROCESS = """
import sys, threading, django
django.setup()
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from gi_registry.intake import imports
from gi_registry.intake.models import ReceivedFile, Step

call_command("migrate", verbosity=0)
settings.WORK_LIMIT_S = float(sys.argv[1])
received = imports.receive(SimpleUploadedFile("x.geojson", b"{}"), purpose="units", product=None, regime="", by="x")
imports.set_to_work(received, Step.EXAMINING)
for thread in threading.enumerate():
    if thread is not threading.main_thread():
        thread.join()
print(*ReceivedFile.objects.values_list("step", "refusal").get())
"""


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        ("60", "refused 登记簿还没有本区的界线，无法核对文件的坐标系：请先运行 load_geodata。"),
        ("0.01", "refused 处理这个文件超出了时间或内存的限度，没有登记任何内容：请拆小后再交。"),
    ],
)
def test_the_work_is_done_apart_and_is_stopped_when_it_takes_too_long(tmp_path, seconds, sentence):
    environment = os.environ | {
        "DATABASE_URL": f"spatialite:///{tmp_path / 'register.sqlite3'}",
        "PRIVATE_DIR": str(tmp_path / "private"),
        "DJANGO_SETTINGS_MODULE": "gi_registry.settings",
        "DEBUG": "1",
    }

    said = subprocess.run(
        [sys.executable, "-c", A_FILE_OF_ITS_OWN_PROCESS, seconds],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (said.stdout.strip(), said.stderr) == (sentence, "")


@pytest.mark.django_db
def test_an_error_of_our_own_is_told_as_a_refusal_and_logged(settings, caplog):
    make.place(settings.REGISTER_DISTRICT, shapes.square(116.8, 38.8, 0.2), kind="county")
    upload = SimpleUploadedFile("x.geojson", b"{}")
    received = imports.receive(upload, purpose="units", product=None, regime="", by="王敏")
    received.file.storage.delete(received.file.name)

    work(received.file_number)

    row = ReceivedFile.objects.get()
    assert (row.step, row.refusal) == (
        Step.REFUSED,
        "这个文件读不下去，没有登记任何内容：请用制图软件另存一份再交。",
    )
    assert received.file_number in caplog.text
