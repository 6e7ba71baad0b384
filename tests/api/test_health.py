from __future__ import annotations

import pytest
from django.db import OperationalError, connection

pytestmark = pytest.mark.django_db


def unplugged(execute, sql, params, many, context):
    raise OperationalError


def test_the_register_is_well_when_its_database_answers(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_says_so_when_its_database_does_not(client):
    with connection.execute_wrapper(unplugged):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "detail": "数据库没有应答。"})
