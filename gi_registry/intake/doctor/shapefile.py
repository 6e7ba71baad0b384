"""Shapefiles: their headers are asked first whether the files can hold what these claim; the text stays undecoded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gi_registry.core.errors import BadInput
from gi_registry.intake.doctor.archive import Source, Unpacked
from gi_registry.intake.doctor.encodings import LANGUAGE_IDS, UNSAID, Declared, codec_of
from gi_registry.intake.doctor.gdal import kind_of, shapes_of, through_gdal
from gi_registry.intake.doctor.reading import BROKEN, MOST_FEATURES, Column, Layer, Reading, Wanted

WKT_BEGINS = ("PROJCS", "GEOGCS", "PROJCRS", "GEOGCRS", "GEODCRS", "COMPD_CS", "COMPOUNDCRS")  # nothing else is a .prj
NAME_BYTES = 10  # of a dbf's field
SHAPE_TYPES = {0: "None", 1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint"}


def shape_layers(unpacked: Unpacked) -> list[Layer]:
    return [Layer(source.name, *shape_header(source)) for source in unpacked.sources]


def shape_header(source: Source) -> tuple[int, str]:
    """Features and type by the headers, after asking whether the files can hold what these claim. Raises BadInput."""
    shp = source.parts[".shp"]
    with shp.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"\x00\x00\x27\x0a"):
        raise BadInput(f"“{source.name}.shp”不是 Shapefile：文件头不对。")
    claimed, size = 2 * int.from_bytes(head[24:28], "big"), shp.stat().st_size
    if claimed > size:
        raise BadInput(f"“{source.name}.shp”不完整：文件头说有 {claimed} 字节，实际只有 {size} 字节。")
    kind = SHAPE_TYPES.get(int.from_bytes(head[32:36], "little") % 10, "Unknown")
    offsets = record_offsets(source)
    if offsets is not None:
        beyond = offsets.size and int((offsets[:, 0] * 2 + offsets[:, 1] * 2 + 8).max()) > size
        if beyond or (offsets < 0).any():
            raise BadInput(f"“{source.name}.shx”指向 .shp 以外的位置：两个文件不是一套，或已损坏。")
    check_dbf(source)
    return (len(offsets) if offsets is not None else record_count(shp)), kind


def record_offsets(source: Source) -> np.ndarray | None:
    """Offset and length of each record in 16-bit words, by the .shx; None where there is none."""
    path = source.parts.get(".shx")
    if path is None or path.stat().st_size < 100:
        return None
    body = path.read_bytes()[100:]
    return np.frombuffer(body[: len(body) // 8 * 8], ">i4").reshape(-1, 2).astype(np.int64)


def record_count(shp: Path) -> int:
    """Records of a .shp without .shx, counted from one to the next; the missing index is written beside it, since
    GDAL's own way of doing so also writes where it should not."""
    entries: list[tuple[int, int]] = []
    at, size = 100, shp.stat().st_size
    with shp.open("rb") as file:
        head = file.read(100)
        while at + 8 <= size and len(entries) <= MOST_FEATURES:
            file.seek(at + 4)
            words = int.from_bytes(file.read(4), "big")
            if at + 8 + 2 * words > size:
                raise BadInput(BROKEN)
            entries.append((at // 2, words))
            at += 8 + 2 * words
    length = (100 + 8 * len(entries)) // 2
    index = head[:24] + length.to_bytes(4, "big") + head[28:] + np.array(entries, ">i4").tobytes()
    shp.with_suffix(".shx").write_bytes(index)
    return len(entries)


def check_dbf(source: Source) -> None:
    """Refuse a table that claims more rows than its bytes can hold."""
    path = source.parts.get(".dbf")
    if path is None:
        return
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        raise BadInput(f"“{source.name}.dbf”不完整：连文件头都没有。")
    rows, header, row = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    size = path.stat().st_size
    if header + rows * row > size + 1:  # the closing byte may be missing
        raise BadInput(f"“{source.name}.dbf”不完整：文件头说有 {rows} 行，实际放不下。")


def read_shapefile(source: Source, layer: Layer, wanted: Wanted) -> Reading:
    """A Shapefile, its text undecoded: one reading serves every encoding."""
    _meta, values, wkb = through_gdal(source.parts[".shp"], encoding="ISO-8859-1")
    shapes, unclosed, unreadable = shapes_of(wkb)
    dbf = source.parts.get(".dbf")
    stored = stored_names(dbf) if dbf else []
    columns = [
        Column(raw, kind_of(value), value, "maybe" if len(raw) == NAME_BYTES else "")
        for raw, value in zip(stored, values, strict=False)
    ]
    features = layer.features
    notes = {"no_dbf": features} if dbf is None else {}
    notes |= {} if ".shx" in source.parts else {"no_shx": features}
    rows = dbf_rows(dbf) if dbf else features
    notes |= {"row_mismatch": abs(rows - features)} if rows != features else {}
    declared = declared_encoding(source)
    return Reading(columns, shapes, declared_system(source), True, declared, True, notes, unclosed, unreadable)


def stored_names(dbf: Path) -> list[bytes]:
    """The field names of a dbf as bytes, ten at most each."""
    with dbf.open("rb") as file:
        head = file.read(32)
        body = file.read(max(0, int.from_bytes(head[8:10], "little") - 32))
    names = []
    for at in range(0, len(body) - 31, 32):
        if body[at] == 0x0D:
            break
        names.append(body[at : at + NAME_BYTES + 1].split(b"\x00")[0][:NAME_BYTES])
    return names


def dbf_rows(dbf: Path) -> int:
    with dbf.open("rb") as file:
        return int.from_bytes(file.read(8)[4:8], "little")


def declared_encoding(source: Source) -> Declared:
    """By .cpg, else by the dbf's language id where that names a Chinese encoding."""
    if ".cpg" in source.parts:
        return Declared("cpg", codec_of(source.parts[".cpg"].read_bytes()[:40].decode("latin-1")))
    if ".dbf" in source.parts:
        with source.parts[".dbf"].open("rb") as file:
            language = file.read(30)[29]
        return Declared("ldid", LANGUAGE_IDS[language]) if language in LANGUAGE_IDS else UNSAID
    return UNSAID


def declared_system(source: Source) -> str | None:
    if ".prj" not in source.parts:
        return None
    text = source.parts[".prj"].read_bytes()[:20_000].decode("utf-8", errors="replace").lstrip("\ufeff").strip()
    return text if text.upper().startswith(WKT_BEGINS) else None
