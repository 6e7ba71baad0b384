"""The register's settings with one more address: an empty view, to compare with."""

from __future__ import annotations

from gi_registry.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
CHECKS_PER_MINUTE = 10**9  # the limit at work, which nobody reaches
