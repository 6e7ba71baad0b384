"""What is read once and held in the process for as long as none of the tables that it was read from is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import models
from django.db.models import Q

from gi_registry.core import revision as revisions
from gi_registry.core.models import Change

T = TypeVar("T")


def changes_since(revision: int, tables: tuple[type[models.Model], ...]) -> models.QuerySet[Change]:
    """The lines of history after a revision that are about rows of the tables."""
    of_these = Q()
    for table in tables:
        of_these |= Q(thing__startswith=f"{table._meta.label_lower}:")
    return Change.objects.filter(of_these, id__gt=revision)


class Held(Generic[T]):
    """What `read` gives, read again only when one of the tables was written."""

    def __init__(self, read: Callable[[], T], *tables: type[models.Model]) -> None:
        self.read, self.tables = read, tables
        self.lock = threading.Lock()
        self.kept: tuple[int, T] | None = None

    def now(self) -> T:
        """As it is at the newest revision."""
        revision, kept = revisions.revision(), self.kept
        if kept is not None and kept[0] == revision:
            return kept[1]
        with self.lock:
            kept = self.kept
            stands = kept is not None and not changes_since(kept[0], self.tables).exists()
            content = kept[1] if kept is not None and stands else self.read()
            self.kept = (revision, content)
            return content

    def forget(self) -> None:
        """Drop it; a database that was rolled back gives its revisions back."""
        self.kept = None
