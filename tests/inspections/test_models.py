from __future__ import annotations

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.inspections.models import Finding, Record
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def task():
    [product] = make.register(1)
    user = make.authorisation(make.producer(), product)
    return make.task(make.plan(), user, [make.person("inspector", name) for name in ("zhangsan", "lisi")])


def test_a_record_and_its_findings_are_never_changed_or_removed(task):
    record = make.arrived(task, task.inspectors.first())

    for row in (record, record.findings.first()):
        with pytest.raises(BadInput, match="只能增加"):
            row.save()
        with pytest.raises(BadInput, match="不能删除"):
            row.delete()
    assert (Record.objects.count(), Finding.objects.count()) == (1, 12)


def test_rates_count_each_item_by_what_was_found_and_leave_out_what_does_not_apply(task):
    inspector = task.inspectors.first()
    content = make.inspected(task, inspector)["findings"]
    results = [["pass", "pass", "na"], ["fail", "pass", "na"]]
    for first in results:
        told = [line | {"result": result} for line, result in zip(content, first + ["pass"] * 9, strict=True)]
        make.arrived(task, inspector, findings=told)

    rows = [(row["item"], row["passed"], row["failed"]) for row in Finding.objects.rates()]
    assert rows[:4] == [(1, 1, 1), (2, 2, 0), (3, 0, 0), (4, 2, 0)]


def test_a_record_that_another_task_claims_to_correct_stands(task):
    inspector = task.inspectors.first()
    record = make.arrived(task, inspector)
    elsewhere = make.task(make.plan(), task.target.authorisation, list(task.inspectors.all()))
    make.arrived(elsewhere, inspector, corrects=str(record.uuid))

    assert record in Record.objects.standing()


def test_the_text_of_a_record_is_read_as_what_was_sent(task):
    record = make.arrived(task, task.inspectors.first(), samples=[{"name": "示例样品"}])

    assert record.content["mark_use"] == {"printed": 1000, "used": 400, "stock": 600, "note": ""}
    assert record.content["samples"] == [{"name": "示例样品"}]
