from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from gi_registry.web.figures import SIGNS, Month, Strip, Tile, percent, runs, sign, strips, trend, trend_in_words

SVG = "{http://www.w3.org/2000/svg}"


def read(drawn):
    """The figure as a browser takes it: HTML knows the namespace of svg."""
    return ET.fromstring(drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def months(*shares, year=2026, month=1):
    return [Month(year + (month - 1 + at) // 12, (month - 1 + at) % 12 + 1, share) for at, share in enumerate(shares)]


def test_no_two_signs_have_the_same_shape():
    assert len(set(SIGNS.values())) == len(SIGNS) == 5
    assert {sign(state).count("<path") for state in SIGNS} == {1, 2}


def test_a_strip_says_each_sign_and_the_whole_in_words():
    drawn = strips(
        "s", [Strip("标准体系", [Tile("met", "S1 满足"), Tile("missing", "S2 <缺>")])], "三大体系", "共 2 条"
    )
    figure = read(drawn)

    assert figure.get("role") == "img"
    assert (figure.get("aria-labelledby"), figure.get("aria-describedby")) == ("s-title", "s-desc")
    assert [figure.find(f"{SVG}{name}").text for name in ("title", "desc")] == ["三大体系", "共 2 条"]
    assert [title.text for title in figure.iterfind(f"{SVG}g/{SVG}title")] == ["S1 满足", "S2 <缺>"]


def test_a_state_without_a_sign_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        sign("unheard")


@pytest.mark.parametrize(
    ("share", "words"),
    [(None, "—"), (0.0, "0%"), (1.0, "100%"), (0.5, "50%"), (0.999, "99%"), (0.001, "1%"), (2 / 3, "67%")],
)
def test_nearly_all_is_never_written_as_all(share, words):
    assert percent(share) == words


def test_a_line_stops_where_nothing_is_known():
    assert runs(months(None, 0.5, 0.6, None, 0.7)) == [[(1, 0.5), (2, 0.6)], [(4, 0.7)]]
    assert len(read(trend("t", "标准体系", months(None, 0.5, 0.6, None, 0.7))).findall(f"{SVG}polyline")) == 2


def test_a_trend_is_told_in_words():
    told = "2026-01 为 50%，2026-03 为 75%；最低 25%（2026-02），最高 75%（2026-03）。"

    assert trend_in_words(months(0.5, 0.25, 0.75)) == told
    assert read(trend("t", "标准体系", months(0.5, 0.25, 0.75))).find(f"{SVG}desc").text == told


def test_a_trend_of_nothing_says_so_and_draws_no_line():
    figure = read(trend("t", "标准体系", months(None, None)))

    assert figure.find(f"{SVG}desc").text == "这些月份没有适用的要求。"
    assert figure.findall(f"{SVG}polyline") == []


def test_the_line_runs_from_left_to_right_and_more_stands_higher():
    (line,) = read(trend("t", "标准体系", months(0.0, 0.5, 1.0))).findall(f"{SVG}polyline")

    assert line.get("points") == "40.0,122.0 160.0,68.0 280.0,14.0"


def test_years_stand_under_their_januaries():
    figure = read(trend("t", "标准体系", months(*[0.5] * 14, year=2025, month=12)))

    assert [text.text for text in figure.iterfind(f"{SVG}text[@class='of-year']")] == ["2026", "2027"]
