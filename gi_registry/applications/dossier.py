"""The dossier of an application: a ZIP in the order of the checklist, with a cover that names what is missing.

The same file gives the same bytes: archives are dated by the last change and not by the clock.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import docx
from docx.document import Document as Word
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from gi_registry.applications.models import READY, Application
from gi_registry.applications.path import Line, completeness, materials_of
from gi_registry.core import clock
from gi_registry.core.history import changes_of
from gi_registry.gazette.models import Document
from gi_registry.gazette.validators import safe_name

COVER = "00 封面与材料清单.docx"
LONGEST = 60  # letters of a name: with three bytes each it stays within what file systems hold
FONT = "宋体"
HEADINGS = ("序号", "材料", "状态", "文件", "责任主体", "依据")
WIDTHS = (1.6, 5.2, 1.8, 4.2, 2.6, 2.6)  # centimetres on A4


@dataclass(frozen=True, slots=True)
class Kept:
    """A document under its name in the dossier; `lost` where its row is there and its file is not."""

    name: str
    document: Document
    lost: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One item of the checklist with its files."""

    number: int
    line: Line
    files: tuple[Kept, ...]

    @property
    def missing(self) -> bool:
        """Whether the law asks for it and it is not there."""
        ready = self.line.state in READY and any(not kept.lost for kept in self.files)
        return self.line.item.required and not ready


def dossier(application: Application) -> BinaryIO:
    """The ZIP as an open file that has no name, from which it can be streamed."""
    at, parts = dated(application), parts_of(application)
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 -- whoever streams it closes it
    with ZipFile(file, "w") as archive:
        archive.writestr(entry(COVER, at, ZIP_DEFLATED), cover(application, parts, at))
        for kept in files_of(parts):
            with kept.document.file.open("rb") as content, archive.open(entry(kept.name, at, ZIP_STORED), "w") as copy:
                shutil.copyfileobj(content, copy)
    file.seek(0)
    return file


def dated(application: Application) -> datetime:
    """The instant of the last change to the file or its materials."""
    rows = [application, *application.materials.all()]
    last = changes_of(*rows).values_list("at", flat=True).first()
    return clock.legal_time(last or clock.now())


def entry(name: str, at: datetime, method: int) -> ZipInfo:
    """One member; Python marks names that are not ASCII as UTF-8."""
    made = ZipInfo(name, at.timetuple()[:6])
    made.external_attr = 0o644 << 16
    made.compress_type = method
    return made


# --- What is in it ---------------------------------------------------------------------------------------------------


def parts_of(application: Application) -> list[Part]:
    """The checklist in the law's order with the files of each item under their names in the dossier."""
    return [Part(number, line, tuple(kept(number, line))) for number, line in enumerate(materials_of(application), 1)]


def kept(number: int, line: Line) -> Iterator[Kept]:
    """The files of an item: 03 地理标志产品保护申请书.pdf; where there are several, 03-1, 03-2 with their titles."""
    documents = [] if line.material is None else sorted(line.material.documents.all(), key=lambda d: (d.at, d.pk))
    for place, document in enumerate(documents, 1):
        alone = len(documents) == 1
        title = line.item.title if alone else f"{line.item.title} {document.title}"
        stem = f"{number:02d} {title}" if alone else f"{number:02d}-{place} {title}"
        name = safe_name(f"{stem[:LONGEST]}{PurePosixPath(document.name).suffix.lower()}")
        yield Kept(name, document, not document.file.storage.exists(str(document.file.name)))


def files_of(parts: list[Part]) -> Iterator[Kept]:
    """What can be put in."""
    return (kept for part in parts for kept in part.files if not kept.lost)


# --- The cover -------------------------------------------------------------------------------------------------------


def cover(application: Application, parts: list[Part], at: datetime) -> bytes:
    """The cover list as a Word file: what it is about, what is missing, every item with its files."""
    word = docx.Document()
    dress(word, application, at)
    word.add_heading(f"{application.product}申报卷宗", 0)
    for label, text in about(application):
        paragraph = word.add_paragraph()
        paragraph.add_run(f"{label}：").bold = True
        paragraph.add_run(text)
    word.add_heading("缺少的材料", 1)
    missing = [part for part in parts if part.missing]
    for part in missing:
        word.add_paragraph(f"{part.number:02d} {part.line.item.title}（{part.line.item.article}）", style="List Bullet")
    if not missing:
        word.add_paragraph("没有。申请要件已完备。")
    word.add_heading("材料清单", 1)
    listed(word, parts)
    file = BytesIO()
    word.save(file)
    return redated(file, at)


def dress(word: Word, application: Application, at: datetime) -> None:
    """A4, Chinese type, and the properties of the file without the clock."""
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.5)
    for name in ("Normal", "Title", "Heading 1"):
        style = word.styles[name]
        style.font.name = FONT
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    word.styles["Normal"].font.size = Pt(10.5)
    told = word.core_properties
    told.title, told.author = f"{application.file_number} {application.product}", "地理标志登记簿"
    told.created = told.modified = at.replace(tzinfo=None)


def about(application: Application) -> list[tuple[str, str]]:
    """What the dossier is of."""
    return [
        ("案卷号", application.file_number),
        ("程序", application.get_procedure_display()),
        ("保护制度", application.get_regime_display()),
        ("阶段", application.state_label),
        ("申请人", str(application.applicant or "还没有")),
        ("材料", completeness(application).sentence),
    ]


def listed(word: Word, parts: list[Part]) -> None:
    """The table of the checklist."""
    table = word.add_table(1, len(HEADINGS), "Table Grid")
    table.autofit = False
    for cell, text in zip(table.rows[0].cells, HEADINGS, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for part in parts:
        for cell, text in zip(table.add_row().cells, in_cells(part), strict=True):
            cell.text = text
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)


def in_cells(part: Part) -> tuple[str, ...]:
    """One row of the table."""
    item, material = part.line.item, part.line.material
    names = [f"{kept.name}（登记有文件，文件本身不在了）" if kept.lost else kept.name for kept in part.files]
    responsible = str(material.responsible) if material is not None and material.responsible else item.who
    title = item.title if item.required else f"{item.title}（可选）"
    return f"{part.number:02d}", title, str(part.line.state.label), "\n".join(names) or "—", responsible, item.article


def redated(word: BytesIO, at: datetime) -> bytes:
    """The Word file with every part dated by the register; python-docx dates them by the clock."""
    file = BytesIO()
    with ZipFile(word) as clocked, ZipFile(file, "w") as archive:
        for name in clocked.namelist():
            archive.writestr(entry(name, at, ZIP_DEFLATED), clocked.read(name))
    return file.getvalue()
