from __future__ import annotations

import pytest

from gi_registry.core.errors import BadInput
from gi_registry.intake.records import Record, read


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.json", '[\n{"a": "1"},\n\n{"a": "2"}\n]\n'),
        ("rows.geojson", '{"type": "FeatureCollection", "features": [{"a": "1"},\n\n\n{"a": "2"}]}'),
        ("rows.csv", "a\n1\n2\n"),
        ("rows.csv", "\ufeffa\r\n1\r\n2\r\n"),
    ],
)
def test_rows_are_read_from_json_geojson_and_csv(tmp_path, name, text):
    assert [record.content for record in read(written(tmp_path, name, text))] == [{"a": "1"}, {"a": "2"}]


def test_each_row_knows_its_line(tmp_path):
    path = written(tmp_path, "rows.json", '[\n{"a": 1},\n\n{"a":\n2},\n{"a": 3}]')

    assert read(path) == [Record("rows.json", line, {"a": a}) for line, a in ((2, 1), (4, 2), (6, 3))]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("rows.json", '[\n{"a": 1},\n{"a": }\n]', "rows.json 第 3 行：JSON 写法有误。"),
        ("rows.json", '[\n{"a": 1},\n', "rows.json 第 3 行：JSON 写法有误。"),
        ("rows.json", '[\n{"a": 1},\n"b"\n]', "rows.json 第 3 行：应是一个对象。"),
        ("rows.json", "", "rows.json 第 1 行：应是一个列表。"),
        (
            "rows.geojson",
            '{"crs": {"type": "name"}, "features": [{"a": "1"}]}',
            "rows.geojson 第 1 行：GeoJSON 不应带 crs，坐标一律为 CGCS2000/WGS 84。",
        ),
        ("rows.json", '{"a": 1}', "rows.json 第 1 行：应是一个列表。"),
        ("rows.csv", "a,b\n1,2\n1\n", "rows.csv 第 3 行：列数与表头不同。"),
        ("rows.csv", "a,b\n1,2,3\n", "rows.csv 第 2 行：列数与表头不同。"),
        ("rows.csv", 'a,b\n1,2\n"1"x,2\n', "rows.csv 第 3 行：CSV 写法有误。"),
        ("rows.csv", "a\n静海\n".encode("gbk"), "rows.csv 第 2 行：不是 UTF-8 编码。"),
        ("rows.json", '[\n{"a": "静海"}]'.encode("gbk"), "rows.json 第 2 行：不是 UTF-8 编码。"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(tmp_path, name, text, sentence):
    with pytest.raises(BadInput) as refused:
        read(written(tmp_path, name, text))

    assert refused.value.sentence == sentence


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match=r"^rows.json：文件不存在。$"):
        read(tmp_path / "rows.json")
