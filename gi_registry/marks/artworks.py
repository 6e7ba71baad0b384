"""The file of the official mark as the State published it (令第80号 art. 22): handed in by the district, never drawn.

It is kept as it came. What a drawing could do in a browser is refused here, and forbidden once more where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

from django.db import transaction

from gi_registry.core.errors import BadInput, NotAllowed
from gi_registry.core.history import Why, put
from gi_registry.gazette.actions import add_document, settled, stored
from gi_registry.gazette.models import Document
from gi_registry.gazette.validators import HandedIn, examined, safe_name
from gi_registry.marks.models import Artwork
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, Reach, reach

SVG, PNG, PDF = "image/svg+xml", "image/png", "application/pdf"
SHOWN = {SVG, PNG}  # by a browser, inside a page
KINDS = SHOWN | {PDF}
ACTS = {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "set", "handler"}
LEADS_OUT = re.compile(r"^\s*(?!#|data:image/(png|jpeg);)", re.IGNORECASE)
FETCHES = re.compile(r"@import|url\(\s*[\"']?\s*(?!#|data:image/(png|jpeg);|[\s\"'])", re.IGNORECASE)
INSTRUCTS = re.compile(rb"<\?(?!xml\s)", re.IGNORECASE)  # a stylesheet from elsewhere, for one


def examined_artwork(name: str, content: bytes, limit_mb: int) -> HandedIn:
    """The file as it may be kept: SVG, PNG or PDF. Raises BadInput."""
    if name.lower().endswith(".svg"):
        return examined_svg(safe_name(name), content, limit_mb)
    if content and not content.startswith((b"%PDF-", b"\x89PNG\r\n\x1a\n")):
        raise BadInput("专用标志的文件只收 SVG、PNG 或 PDF，这个文件的内容不是其中任何一种。")
    handed = examined(name, content, limit_mb)
    return HandedIn(handed.name, handed.media_type, content if handed.media_type == PDF else handed.content)


def examined_svg(name: str, content: bytes, limit_mb: int) -> HandedIn:
    """A drawing that only draws. Raises BadInput."""
    if len(content) > limit_mb * 1024 * 1024:
        raise BadInput(f"文件太大：最大 {limit_mb} MB。")
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper() or b"\x00" in content:
        raise BadInput("这个 SVG 文件带有 DOCTYPE 或不是 UTF-8：请用绘图软件另存为不带 DOCTYPE 的 SVG 再交。")
    try:
        root = ET.fromstring(content)  # noqa: S314 -- without a DOCTYPE there are no entities to unfold
    except (ET.ParseError, LookupError, ValueError) as error:  # an encoding that there is not, or that is not read
        raise BadInput("这个 SVG 文件不完整，打不开。") from error
    if bare(root.tag) != "svg":
        raise BadInput("这个文件名以 .svg 结尾，内容却不是 SVG。")
    if INSTRUCTS.search(content) or any(acts(element) for element in root.iter()):
        raise BadInput("这个 SVG 文件里有脚本、动画或外部链接：只收单纯的矢量图。")
    return HandedIn(name, SVG, content)


def acts(element: ET.Element) -> bool:
    """Whether an element does more than draw: runs something, or fetches something from elsewhere."""
    tag, names = bare(element.tag), {bare(name): value for name, value in element.attrib.items()}
    if tag in ACTS or tag.startswith("animate") or any(map(FETCHES.search, [element.text or "", *names.values()])):
        return True
    return any(name.startswith("on") for name in names) or bool("href" in names and LEADS_OUT.match(names["href"]))


def bare(name: Any) -> str:
    """A name without its namespace; "" of comments and the like."""
    return name.rpartition("}")[2].lower() if isinstance(name, str) else ""


def hand_in_artwork(handed: HandedIn, *, by: User, source: Any, valid_from: date, note: str = "") -> Artwork:
    """Keep the file as that of the mark from a day on. Raises NotAllowed, and BadInput where it is there already."""
    if reach(by, Act.AUTHORISATIONS) is not Reach.ALL:
        raise NotAllowed("只有登记专用标志使用人的人能交专用标志的文件。")
    known = Document.objects.filter(sha256=handed.sha256).first()
    if known is not None:
        raise BadInput(f"这个文件已经交过（“{known.title}”，{known.by}），没有再存一份。")
    about: dict[str, Any] = {"by": str(by), "note": note, "day": valid_from}
    with stored(handed) as name, transaction.atomic(durable=True):
        rests_on = settled(source, by=str(by))
        document = add_document(handed, name, title=TITLE, source=rests_on, public=False, **about)
        why = Why(valid_from, rests_on.key, note)
        return put(Artwork, {"document": document}, {"valid_from": valid_from}, by=str(by), why=why)[0]


TITLE = "地理标志专用标志基本图案"


def artwork_on(day: date, kinds: AbstractSet[str]) -> Artwork | None:
    """The file that holds on a day; None where the district has handed in none, or none of these kinds."""
    held = Artwork.objects.filter(valid_from__lte=day).select_related("document").first()
    return held if held is not None and held.document.media_type in kinds else None


def content_of(artwork: Artwork) -> bytes | None:
    """The bytes of the file; None where its folder has lost it."""
    try:
        with artwork.document.file.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
