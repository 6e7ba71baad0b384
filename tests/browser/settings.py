"""The register's settings for a server in a process of its own, with static files under their own names."""

from __future__ import annotations

from gi_registry.settings import *  # noqa: F403
from gi_registry.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
