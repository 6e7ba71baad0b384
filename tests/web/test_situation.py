"""The drawing of where an inspection was."""

from __future__ import annotations

import re

import pytest

from gi_registry.web.situation import situation, window_of
from tests import make, shapes

pytestmark = pytest.mark.django_db
AT = "2026-05-06T10:00:00+08:00"


@pytest.fixture
def task():
    product = make.product()
    make.area(product, shapes.square(116.8, 38.8, 0.1))
    user = make.authorisation(make.producer(), product)
    make.site(user, 116.86, 38.85, name="示例车间")
    team = [make.person("inspector", name) for name in ("a", "b")]
    return make.task(make.plan(inspectors=team), user, team)


def at(task, lon, lat, accuracy_m=8):
    position = {"lon": lon, "lat": lat, "accuracy_m": accuracy_m, "source": "device", "at": AT}
    return make.arrived(task, task.inspectors.first(), position=position)


def sites_of(task):
    return list(enumerate(task.target.authorisation.sites.all(), 1))


def test_border_site_and_position_are_drawn_to_scale(task):
    drawn = situation(at(task, 116.85, 38.85, 100), sites_of(task))

    assert drawn.startswith('<svg class="figure figure-situation" viewBox="0 0 480 320" role="img"')
    assert '<circle class="situation-dot" cx="240.0" cy="160.0" r="6"/>' in drawn
    site = re.search(r'situation-site" x="([\d.]+)" y="([\d.]+)"', drawn)
    assert (float(site[1]) + 6, float(site[2]) + 6) == pytest.approx((240 + 868 / 33.9, 160), abs=0.5)
    assert re.search(r'situation-accuracy" cx="240.0" cy="160.0" r="2.9"', drawn)
    assert "M" in re.search(r'situation-area" fill-rule="evenodd" d="([^"]*)"', drawn)[1]
    assert "2 公里" in drawn


def test_it_says_in_words_what_it_shows(task):
    drawn = situation(at(task, 116.85, 38.85), sites_of(task))

    assert "检查位置在范围内，距产地范围界线约 4,340 米；距登记的场所 1“示例车间”约 868 米。</desc>" in drawn


def test_what_is_far_does_not_shrink_the_rest_to_nothing(task):
    record = at(task, 117.9, 39.6)

    assert window_of(record, record.location, sites_of(task)).metre < 1
    assert "situation-site" not in situation(record, sites_of(task))


@pytest.mark.parametrize("place", [(0.0, 0.0), (2.35, 48.86)])
def test_a_position_that_is_none_is_not_drawn(task, place):
    assert situation(at(task, *place), sites_of(task)) == ""


def test_without_an_area_there_is_still_a_drawing(task):
    task.target.product.areas.all().delete()

    drawn = situation(at(task, 116.85, 38.85), [])

    assert "situation-area" not in drawn
    assert "登记簿没有当日的产地范围，也没有登记的场所。" in drawn
