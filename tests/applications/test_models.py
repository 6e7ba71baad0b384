from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput
from tests import make

pytestmark = pytest.mark.django_db


def test_a_step_is_never_changed_and_never_removed():
    application = make.application(make.product())
    step = application.steps.get()
    step.on = date(2025, 1, 1)

    for act, sentence in [(step.save, "步骤只能增加，不能修改"), (step.delete, "步骤不能删除")]:
        with pytest.raises(BadInput, match=sentence):
            act()
    assert [kept.on for kept in application.steps.all()] == [date(2025, 3, 3)]


def test_an_application_says_its_state_in_chinese():
    application = make.application(make.product(), "trademark", "refusal_review")

    assert (application.state_label, str(application)) == ("驳回复审", "2025-0001 独流老醋")
    assert str(application.steps.last()) == "2025-0001 2025-03-03 驳回复审"
