from __future__ import annotations

from datetime import date, timedelta

import pytest

from gi_registry.applications.actions import bring_in, take_step, withdraw_step
from gi_registry.applications.timeline import courses
from gi_registry.core import clock
from gi_registry.products.models import Regime
from tests import make

pytestmark = pytest.mark.django_db
SECRET = "内部说明"


@pytest.fixture
def laocu():
    return make.product()


@pytest.fixture
def announced(laocu):
    """Filed, accepted, sent back and replied to, and announced on 2025-06-02."""
    file = make.application(laocu, on=date(2025, 1, 2))
    make.step(file, "provincial", date(2025, 2, 3), note=SECRET)
    make.step(file, "formal", date(2025, 3, 3), note=SECRET, document=make.document("通知书"))
    make.step(file, "reply_due", date(2025, 3, 4), note=SECRET)
    make.step(file, "replied", date(2025, 4, 4), note=SECRET)
    make.step(file, "technical", date(2025, 5, 6), note=SECRET)
    make.step(
        file, "preliminary", date(2025, 6, 2), note=SECRET, announcement=make.announcement(issued_on=date(2025, 6, 2))
    )
    return file


def shown(product, on):
    return [(c.sentence, c.window and c.window.day, [(e.on, e.what) for e in c.events]) for c in courses(product, on)]


FILING = (date(2025, 2, 3), "提交申请")
PUBLISHED = (date(2025, 6, 2), "初步认定公告")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2025, 2, 2), []),
        (date(2025, 2, 3), [("已提交申请，正在审查。", None, [FILING])]),
        (date(2025, 3, 4), [("已提交申请，正在审查。", None, [FILING])]),
        (date(2025, 6, 2), [("已发布初步认定公告，正在公开征求异议。", date(2025, 8, 4), [FILING, PUBLISHED])]),
        (date(2025, 8, 4), [("已发布初步认定公告，正在公开征求异议。", date(2025, 8, 4), [FILING, PUBLISHED])]),
        (date(2025, 8, 5), [("异议期已满，等待国家的决定。", None, [FILING, PUBLISHED])]),
    ],
)
def test_the_public_reads_on_each_day_what_was_public_then(laocu, announced, on, said):
    assert shown(laocu, on) == said


def test_a_recognition_is_told(laocu, announced):
    make.step(announced, "recognised", date(2025, 9, 1), announcement=make.announcement("第2号", date(2025, 9, 1)))

    (said,) = shown(laocu, date(2025, 9, 1))
    assert (said[0], said[2][-1]) == ("已发布认定公告。", (date(2025, 9, 1), "认定公告"))


def test_a_refusal_by_letter_is_told_only_as_an_end(laocu, announced):
    make.step(announced, "not_recognised", date(2025, 9, 1), note=SECRET)

    (said,) = shown(laocu, date(2025, 9, 1))
    assert (said[0], said[2]) == ("程序已结束，没有认定。", [FILING, PUBLISHED])


@pytest.mark.parametrize("state", ["", "abandoned"])
def test_what_is_only_prepared_is_not_public(laocu, state):
    make.application(laocu, state=state)

    assert shown(laocu, date(2026, 1, 1)) == []


def test_a_withdrawn_step_was_never_public(laocu, announced):
    last = announced.steps.latest("pk")
    make.step(announced, "technical", date(2025, 6, 3), withdraws=last, note=SECRET)

    assert shown(laocu, date(2025, 6, 4)) == [("已提交申请，正在审查。", None, [FILING])]


def test_nothing_internal_stands_on_the_public_page(client, laocu, announced):
    make.opposition(announced, reasons=SECRET, filed_on=date(2025, 6, 20))

    page = client.get("/products/duliu-laocu/?on=2025-06-20").content.decode()

    assert "当时的异议期到 2025-08-04（含当日）为止，现在已经届满。" in page
    internal = (SECRET, "测试", "示例异议人", "待答复", "已答复", "形式审查", "技术审查", "通知书", "2025-0001")
    assert [word for word in internal if word in page] == []


@pytest.mark.parametrize(
    ("procedure", "window", "said"),
    [
        ("product_2024", "preliminary", "任何单位或者个人有异议的，可以在 {} 以前（含当日）向国家知识产权局提出。"),
        ("major_change", "preliminary", "任何单位或者个人有异议的，可以在 {} 以前（含当日）向国家知识产权局提出。"),
        ("trademark", "published", "对公告的商标有异议的，可以在 {} 以前（含当日）向商标注册机关提出；"),
        ("agricultural", "publicity", "异议期到 {}（含当日）为止。"),
    ],
)
def test_the_public_reads_how_to_object_under_the_law_of_the_procedure(laocu, procedure, window, said):
    make.application(laocu, procedure, window, on=clock.today() - timedelta(days=5))

    (course,) = courses(laocu, clock.today())

    assert course.how.startswith(said.format(course.window.day))


def test_no_word_of_the_file_goes_into_the_register(laocu, client):
    file = make.complete(make.application(laocu, on=date(2025, 1, 2)))
    take_step(file, "provincial", by=make.person("agriculture"), on=date(2025, 2, 3), note=SECRET)

    assert laocu.protections.get().note == ""
    page = client.get("/products/duliu-laocu/").content.decode()
    assert [word for word in (SECRET, file.file_number) if word in page] == []


@pytest.mark.parametrize("size", [1, 3])
def test_three_applications_cost_as_many_queries_as_one(laocu, size, django_assert_num_queries):
    for _number in range(size):
        make.step(make.application(laocu, on=date(2025, 1, 2)), "provincial", date(2025, 2, 3))

    with django_assert_num_queries(2):
        assert len(courses(laocu, date(2026, 1, 1))) == size


def test_a_protection_that_was_brought_in_says_that_nothing_is_known_of_before(laocu):
    act = make.announcement("第143号", date(2010, 12, 24), title="关于批准独流老醋的公告")
    bring_in(laocu, Regime.PRODUCT, by=make.person("market"), announcement=act, note=SECRET)

    assert shown(laocu, date(2010, 12, 23)) == []
    assert shown(laocu, date(2025, 1, 1)) == [
        ("已发布批准公告。此前的步骤未查明。", None, [(date(2010, 12, 24), "批准公告")])
    ]


def test_what_was_brought_in_by_mistake_is_not_told(laocu):
    act = make.announcement("第143号", date(2010, 12, 24), title="关于批准独流老醋的公告")
    market = make.person("market")
    file = bring_in(laocu, Regime.PRODUCT, by=market, announcement=act)

    withdraw_step(file.steps.get(), by=market, reason="产品选错")

    assert shown(laocu, date(2025, 1, 1)) == []
