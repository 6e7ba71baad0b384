from __future__ import annotations

from datetime import date

import pytest

from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.gazette.models import Document
from gi_registry.marks.artworks import KINDS, artwork_on, content_of, examined_artwork, hand_in_artwork
from gi_registry.marks.models import Artwork
from tests import make

DAY = date(2026, 11, 1)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'


def drawing(inside: str) -> bytes:
    namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {namespaces}>{inside}</svg>".encode()


def test_a_drawing_is_kept_as_it_came():
    handed = examined_artwork("专用标志.svg", SVG, 20)
    assert handed == ("专用标志.svg", "image/svg+xml", SVG)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path onload="alert(1)"/>',
        "<foreignObject/>",
        '<image href="https://example.com/x.png"/>',
        '<use xlink:href="https://example.com/x.svg#a"/>',
        '<a href="javascript:alert(1)"><path/></a>',
        '<animateTransform attributeName="transform"/>',
        "<animateMotion/>",
        '<rect fill="url(https://example.com/x.svg#a)"/>',
        "<rect style=\"fill:url( 'https://example.com/x.svg#a')\"/>",
        "<style>rect{background:url(//example.com/x.png)}</style>",
        '<?xml-stylesheet href="https://example.com/x.css"?>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        "<style>@import url(https://example.com)</style>",
        '<set attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused(inside):
    with pytest.raises(BadInput, match="脚本、动画或外部链接"):
        examined_artwork("x.svg", drawing(inside), 20)


@pytest.mark.parametrize(
    "inside", ["<rect fill=\"url( '#a')\"/>", '<use href="#a"/>', '<image href="data:image/png;base64,AAAA"/>']
)
def test_what_a_drawing_brings_along_is_its_own(inside):
    assert examined_artwork("x.svg", drawing(inside), 20).content == drawing(inside)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "DOCTYPE"),
        ("x.svg", "<svg/>".encode("utf-16"), "UTF-8"),
        ("x.svg", b"<svg>", "不完整"),
        ("x.svg", b'<?xml version="1.0" encoding="utf-7"?><svg/>', "不完整"),
        ("x.svg", b'<?xml version="1.0" encoding="nosuch"?><svg/>', "不完整"),
        ("x.svg", b"<html/>", "内容却不是 SVG"),
        ("x.svg", SVG + b" " * (1024 * 1024), "文件太大"),
        ("x.jpg", b"\xff\xd8\xff", "只收 SVG、PNG 或 PDF，"),
        ("x.png", b"\x89PNG\r\n\x1a\n", "这张图片打不开"),
        ("x.png", b"x", "只收 SVG、PNG 或 PDF，这个文件的内容不是其中任何一种"),
    ],
)
def test_what_is_no_file_of_the_mark_is_refused(name, content, sentence):
    with pytest.raises(BadInput, match=sentence):
        examined_artwork(name, content, 1)


@pytest.mark.django_db
def test_the_file_of_a_day_is_the_last_one_handed_in_for_it():
    by = make.person("market")
    old = hand_in_artwork(examined_artwork("a.svg", SVG, 20), by=by, source=make.source(), valid_from=date(2020, 1, 1))
    new = hand_in_artwork(
        examined_artwork("b.svg", drawing("<path/>"), 20), by=by, source=make.source(), valid_from=DAY
    )

    days = [date(2019, 1, 1), date(2026, 10, 31), DAY]
    assert [artwork_on(day, KINDS) for day in days] == [None, old, new]
    assert content_of(old) == SVG
    assert not new.document.public


@pytest.mark.django_db
def test_the_same_file_is_kept_once():
    about = {"by": make.person("market"), "source": make.source(), "valid_from": DAY}
    hand_in_artwork(examined_artwork("a.svg", SVG, 20), **about)

    with pytest.raises(BadInput, match="已经交过"):
        hand_in_artwork(examined_artwork("b.svg", SVG, 20), **about)
    assert (Artwork.objects.count(), Document.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agriculture", "association", "producer", "liaison", "auditor", "inspector"])
def test_only_who_registers_users_hands_in_the_mark(role):
    with pytest.raises(NotAllowed, match="专用标志的文件"):
        hand_in_artwork(examined_artwork("a.svg", SVG, 20), by=make.person(role), source=make.source(), valid_from=DAY)
    assert Document.objects.count() == 0
