from __future__ import annotations

import pytest
from django.db import connection, transaction

from gi_registry.core.durable import on_disk, settle

FULL, NORMAL = 2, 1
SQLITE = connection.vendor == "sqlite"


def synchronous():
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if SQLITE else "SHOW synchronous_commit")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_commit_waits_for_the_disk_within_and_no_longer_after():
    before = synchronous()
    with on_disk():
        within = synchronous()
    with pytest.raises(ZeroDivisionError), on_disk():
        _ = 1 / 0

    assert (within, synchronous()) == (FULL if SQLITE else before, before)


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_nothing_changes():
    with transaction.atomic(), on_disk():
        within = synchronous()

    assert within == synchronous()


def test_a_folder_is_settled_and_its_files_are_as_they_were(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    settle(tmp_path)

    assert (tmp_path / "file").read_bytes() == b"content"
