"""Rows of the files under geodata/, each with the file and line it stands on, so that a refusal can say where."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gi_registry.core.errors import BadInput


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file."""

    file: str
    line: int
    content: dict[str, Any]


def read(path: Path) -> list[Record]:
    """All rows of a CSV file with a header, a JSON list, or a GeoJSON FeatureCollection.

    Raises BadInput where the file as a whole cannot be read; then none of its rows is used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"{path.name}：文件不存在。") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadInput(f"{path.name} 第 {line} 行：不是 UTF-8 编码。") from None
    rows = from_csv if path.suffix == ".csv" else from_json
    return [Record(path.name, line, content) for line, content in rows(path.name, text)]


def from_csv(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows under the header; a row with more or fewer cells than the header spoils the file."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BadInput(f"{name} 第 {reader.line_num} 行：列数与表头不同。")
            yield reader.line_num, row
    except csv.Error:
        raise BadInput(f"{name} 第 {reader.reader.line_num} 行：CSV 写法有误。") from None


def from_json(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of the list, or of the list called "features", one after another."""
    start = text.find("[", max(0, text.find('"features"')))
    if start < 0:
        raise BadInput(f"{name} 第 1 行：应是一个列表。")
    if (
        '"crs"' in text[:start]
    ):  # RFC 7946 dropped it, some readers obey it: nobody could say which coordinates are meant
        raise BadInput(f"{name} 第 1 行：GeoJSON 不应带 crs，坐标一律为 CGCS2000/WGS 84。")
    decoder, at = json.JSONDecoder(), start + 1
    while True:
        while text[at : at + 1] and text[at] in " \t\r\n,":
            at += 1
        line = text.count("\n", 0, at) + 1
        if text[at : at + 1] == "]":
            return
        try:
            content, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise BadInput(f"{name} 第 {error.lineno} 行：JSON 写法有误。") from None
        if not isinstance(content, dict):
            raise BadInput(f"{name} 第 {line} 行：应是一个对象。")
        yield line, content
