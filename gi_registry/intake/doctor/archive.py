"""What a file really is, told by its content, and its safe unpacking into a folder that is gone afterwards.

Nothing of a sender's zip keeps its path: members are written under names of our own, so that none can climb out.
"""

from __future__ import annotations

import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.core.errors import BadInput

MEGABYTE = 1_000_000
LARGEST_FILE = 100 * MEGABYTE
LARGEST_UNPACKED = 500 * MEGABYTE
LARGEST_DIRECTORY = MEGABYTE  # bytes of a zip's list of members, some ten thousand of them
MOST_MEMBERS = 1_000
MOST_LAYERS = 50
HIGHEST_RATIO, SMALL_ENOUGH = 200, 10 * MEGABYTE  # a well-packed border shrinks to a twentieth
PLAIN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
END_OF_ZIP, LONG_END_OF_ZIP = b"PK\x05\x06", b"PK\x06\x07"

SHAPE_MAGIC, SQLITE_MAGIC = b"\x00\x00\x27\x0a", b"SQLite format 3\x00"
SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # byte order marks
OTHER_KINDS = {  # what people send by mistake, by its first bytes
    b"%PDF": "PDF 文档",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\xff\xd8\xff": "JPEG 图片",
    b"\x89PNG": "PNG 图片",
    b"II*\x00": "TIFF 图片",
    b"\xd0\xcf\x11\xe0": "旧版 Office 文档",
    b"\x1f\x8b": "gzip 压缩包",
    b"AC10": "DWG 图纸",
}


class Format(models.TextChoices):
    """The kinds of file that are read."""

    SHAPEFILE = "shapefile", _("Shapefile（zip）")
    GEOPACKAGE = "geopackage", _("GeoPackage")
    GEOJSON = "geojson", _("GeoJSON")
    KML = "kml", _("KML")
    KMZ = "kmz", _("KMZ")
    CSV = "csv", _("CSV 表格")
    XLSX = "xlsx", _("XLSX 表格")


SUFFIXES = {
    Format.SHAPEFILE: {".zip"},
    Format.GEOPACKAGE: {".gpkg"},
    Format.GEOJSON: {".geojson", ".json"},
    Format.KML: {".kml"},
    Format.KMZ: {".kmz", ".zip"},
    Format.CSV: {".csv", ".txt"},
    Format.XLSX: {".xlsx"},
}
INSIDE = {"xl/workbook.xml": Format.XLSX, ".shp": Format.SHAPEFILE, ".kml": Format.KMZ}  # in a zip, the first that fits


@dataclass(frozen=True)
class Source:
    """One place to read from: a file under a name of ours, or the parts of one Shapefile by their suffix."""

    name: str
    path: Path
    parts: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Unpacked:
    """A sender's file laid out for reading."""

    format: Format
    sources: list[Source]


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[Unpacked]:
    """The file laid out in a folder of its own, which is removed whatever happens. Raises BadInput."""
    kind = format_of(path, name)
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        yield Unpacked(kind, laid_out(path, name, kind, Path(folder)))


def format_of(path: Path, name: str) -> Format:
    """What the content says, when the name says the same. Raises BadInput."""
    size = path.stat().st_size
    if not size:
        raise BadInput("文件是空的（0 字节）。")
    if size > LARGEST_FILE:
        raise BadInput(f"文件有 {size // MEGABYTE} MB，超过上限 {LARGEST_FILE // MEGABYTE} MB。")
    kind = format_of_content(path)
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES[kind]:
        expected = "或".join(sorted(SUFFIXES[kind]))
        raise BadInput(f"文件名的后缀是“{suffix[:12]}”，内容却是 {kind.label}：请核对文件，后缀应为 {expected}。")
    return kind


def format_of_content(path: Path) -> Format:
    """What the first bytes, or the members of the zip, say."""
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, label in OTHER_KINDS.items():
        if head.startswith(magic):
            raise BadInput(f"文件是{label}，读不出界线：请给 Shapefile（zip）、GeoPackage、GeoJSON、KML、CSV 或 XLSX。")
    if head.startswith(SHAPE_MAGIC):
        raise BadInput("只有 .shp 还不够：请把同名的 .shp、.shx、.dbf（以及 .prj、.cpg）压成一个 zip。")
    if head.startswith(SQLITE_MAGIC):
        return Format.GEOPACKAGE
    return format_of_zip(path) if head.startswith(b"PK") else format_of_text(head)


def format_of_text(head: bytes) -> Format:
    """By the first sign that is not blank."""
    text = head
    for mark in MARKS:
        text = text.removeprefix(mark)
    text = text.replace(b"\x00", b"") if head.startswith(MARKS[1:]) else text
    if b"\x00" in text:
        raise BadInput("认不出这是什么文件：请给 Shapefile（zip）、GeoPackage、GeoJSON、KML、CSV 或 XLSX。")
    match text.lstrip()[:1]:
        case b"{" | b"[":
            return Format.GEOJSON
        case b"<":
            return Format.KML
        case b"":
            raise BadInput("文件里只有空白。")
        case _:
            return Format.CSV


# --- Zip -------------------------------------------------------------------------------------------------------------


def format_of_zip(path: Path) -> Format:
    with opened(path) as archive:
        names = [PurePosixPath(true_name(member).lower()) for member in content(archive)]
    for sign, kind in INSIDE.items():
        if any(str(name) == sign or (name.suffix == sign and sign.startswith(".")) for name in names):
            return kind
    if any(name.suffix == ".dbf" for name in names):
        raise BadInput("压缩包里有 .dbf，却没有 .shp：图形不在里面。")
    raise BadInput("压缩包里没有 .shp，也没有 .kml：请把 Shapefile 的几个文件直接压成一个 zip。")


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip, once its members are known to be harmless. Raises BadInput."""
    check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive.infolist())
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise BadInput("压缩包已损坏或不完整，打不开：请重新压缩后再传。") from error


def check_directory(path: Path) -> None:
    """Refuse a list of members so long that reading it would be the attack."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_557))
        tail = file.read()
    end = tail.rfind(END_OF_ZIP)
    if end < 0 or len(tail) < end + 22:
        raise BadInput("压缩包已损坏或不完整，打不开：请重新压缩后再传。")
    if tail[max(0, end - 20) : end].startswith(LONG_END_OF_ZIP):
        raise BadInput("压缩包是超大文件用的 ZIP64 格式，不收：请分开压缩。")
    if int.from_bytes(tail[end + 12 : end + 16], "little") > LARGEST_DIRECTORY:
        raise BadInput(f"压缩包里的文件超过 {MOST_MEMBERS} 个。")


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse what could hurt before a byte of it is unpacked."""
    if len(members) > MOST_MEMBERS:
        raise BadInput(f"压缩包里的文件超过 {MOST_MEMBERS} 个。")
    for member in members:
        check_member(member)
    whole, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if whole > LARGEST_UNPACKED:
        raise BadInput(f"压缩包解开有 {whole // MEGABYTE} MB，超过上限 {LARGEST_UNPACKED // MEGABYTE} MB。")
    if whole > SMALL_ENOUGH and whole > HIGHEST_RATIO * max(packed, 1):
        raise BadInput(f"压缩包解开会胀大 {HIGHEST_RATIO} 倍以上，不像正常的数据，不予解压。")


def check_member(member: zipfile.ZipInfo) -> None:
    name = true_name(member)
    shown = name[:60]
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
        raise BadInput(f"压缩包里“{shown}”的路径指向包外，不予解压。")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BadInput(f"压缩包里的“{shown}”是符号链接，不予解压。")
    if member.flag_bits & 1:
        raise BadInput("压缩包设了密码：请去掉密码后再传。")
    if member.compress_type not in PLAIN_METHODS:
        raise BadInput(f"压缩包里的“{shown}”用了少见的压缩方法：请用普通的 zip 重新压缩。")
    if name.lower().endswith((".zip", ".rar", ".7z", ".gz")):
        raise BadInput(f"压缩包里还有压缩包“{shown}”：请解开后只压一层。")


def true_name(member: zipfile.ZipInfo) -> str:
    """The member's name as its sender wrote it: UTF-8 where the flag says so, else UTF-8 or GBK by trial."""
    if member.flag_bits & 0x800:
        return member.filename.replace("\\", "/")
    raw = member.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8").replace("\\", "/")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace").replace("\\", "/")


def content(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members that hold data: no folders, no leavings of macOS."""
    return [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not true_name(member).startswith("__MACOSX/")
        and not PurePosixPath(true_name(member)).name.startswith("._")
    ]


# --- Laying out ------------------------------------------------------------------------------------------------------


def laid_out(path: Path, name: str, kind: Format, folder: Path) -> list[Source]:
    match kind:
        case Format.SHAPEFILE:
            return shapefiles(path, folder)
        case Format.KMZ:
            return [Source(Path(name).stem, main_kml(path, folder))]
        case Format.GEOPACKAGE:  # SQLite may write beside what it reads, so it reads a copy
            return [Source(Path(name).stem, Path(shutil.copyfile(path, folder / "package.gpkg")))]
        case Format.KML:
            return [Source(Path(name).stem, Path(shutil.copyfile(path, folder / "document.kml")))]
        case _:
            return [Source(Path(name).stem, path)]


def shapefiles(path: Path, folder: Path) -> list[Source]:
    """Every Shapefile of the zip, its parts side by side whatever the case of their suffixes."""
    with opened(path) as archive:
        groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
        stems: dict[str, str] = {}
        for member in content(archive):
            inside = PurePosixPath(true_name(member))
            if inside.suffix.lower() in SHAPE_PARTS:
                stem = str(inside.with_suffix(""))
                stems.setdefault(stem.lower(), stem)
                groups.setdefault(stem.lower(), {}).setdefault(inside.suffix.lower(), member)
        whole = {stem: parts for stem, parts in groups.items() if ".shp" in parts}
        if len(whole) > MOST_LAYERS:
            raise BadInput(f"压缩包里有 {len(whole)} 个 Shapefile，超过上限 {MOST_LAYERS} 个。")
        names = layer_names([stems[stem] for stem in whole])
        return [
            Source(layer, folder / f"{number}.shp", written(archive, parts, folder, number))
            for number, (layer, parts) in enumerate(zip(names, whole.values(), strict=True))
        ]


def layer_names(stems: list[str]) -> list[str]:
    """The bare names, with their folders where two are the same."""
    bare = [PurePosixPath(stem).name for stem in stems]
    return bare if len(set(bare)) == len(bare) else stems


def written(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], folder: Path, number: int) -> dict[str, Path]:
    """The parts of one Shapefile, written as 0.shp, 0.dbf … ; the .cpg apart, so that no reader obeys it unasked."""
    paths = {suffix: folder / f"{number}{suffix}{'-declared' * (suffix == '.cpg')}" for suffix in parts}
    for suffix, member in parts.items():
        extract(archive, member, paths[suffix])
    return paths


def main_kml(path: Path, folder: Path) -> Path:
    """The KMZ's document: doc.kml, or else the first one."""
    with opened(path) as archive:
        documents = [member for member in content(archive) if true_name(member).lower().endswith(".kml")]
        documents.sort(key=lambda member: PurePosixPath(true_name(member).lower()).name != "doc.kml")
        return extract(archive, documents[0], folder / "document.kml")


def extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Path:
    """One member under a name of ours; zipfile reads no more of it than its size says, and checks its sum."""
    with archive.open(member) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file, MEGABYTE)
    return target
