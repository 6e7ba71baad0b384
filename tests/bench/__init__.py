"""`make bench`: speed and size, measured and compared with their limits. Never part of the tests."""

from __future__ import annotations
