from __future__ import annotations

import os
import subprocess
import sys

import pytest


def start(**environment):
    """The last line of what Python says when it is asked to read the settings in `environment`."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DEBUG", "SECRET_KEY", "DATABASE_URL"}}
    read = [sys.executable, "-c", "import gi_registry.settings"]
    done = subprocess.run(read, env=kept | environment, capture_output=True, text=True, check=False)
    return done.returncode, (done.stderr.strip().splitlines() or [""])[-1]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, "缺少环境变量 SECRET_KEY：请设为一段足够长的随机文字（试用时可设 DEBUG=1）。"),
        ({"DEBUG": "0"}, "缺少环境变量 SECRET_KEY：请设为一段足够长的随机文字（试用时可设 DEBUG=1）。"),
        (
            {"DEBUG": "1", "DATABASE_URL": "mysql://gi@localhost/gi"},
            "DATABASE_URL 只支持 postgis:// 与 spatialite://，不支持 django.db.backends.mysql。",
        ),
        (
            {"DEBUG": "1", "USE_REPORTS_DUE": "02-29"},
            "USE_REPORTS_DUE 要写成 03-31 这样每年都有的月-日，不是“02-29”。",
        ),
    ],
)
def test_the_register_does_not_start_where_a_setting_is_missing_or_wrong(environment, sentence):
    status, said = start(**environment)

    assert (status, said) == (1, f"django.core.exceptions.ImproperlyConfigured: {sentence}")


@pytest.mark.parametrize("environment", [{"DEBUG": "1"}, {"SECRET_KEY": "x" * 50}])
def test_it_starts_with_debug_or_with_a_key(environment, tmp_path):
    assert start(**environment, DATABASE_URL=f"spatialite:///{tmp_path}/register.sqlite3") == (0, "")
