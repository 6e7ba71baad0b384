from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from django.conf import settings as site

from gi_registry.applications.dossier import dossier
from tests import handed_in, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def file():
    return make.application(make.product())


def put_in(file, item, *titles, content=handed_in.PDF, state="ready"):
    """Documents of an item, with their files."""
    papers = [make.document(title) for title in titles]
    for paper in papers:
        path = Path(site.PRIVATE_DIR) / paper.file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    make.row(make.Material, {"application": file, "item": item}, state=state).documents.set(papers)
    return papers


def bytes_of(file):
    with dossier(file) as made:
        return made.read()


def opened(file):
    return zipfile.ZipFile(io.BytesIO(bytes_of(file)))


def cover_of(file):
    word = docx.Document(io.BytesIO(opened(file).read("00 封面与材料清单.docx")))
    return [paragraph.text for paragraph in word.paragraphs], [
        [cell.text for cell in row.cells] for row in word.tables[0].rows
    ]


def test_files_stand_in_the_order_of_the_checklist_under_chinese_names(file):
    put_in(file, "report", "检验报告甲", "检验报告乙")
    put_in(file, "area", "范围建议")

    with opened(file) as archive:
        assert archive.namelist() == [
            "00 封面与材料清单.docx",
            "01 划定地理标志产品产地范围的建议.pdf",
            "05-1 产品质量检验检测报告 检验报告甲.pdf",
            "05-2 产品质量检验检测报告 检验报告乙.pdf",
        ]
        assert {bool(member.flag_bits & 0x800) for member in archive.infolist()} == {True}
        assert archive.read("01 划定地理标志产品产地范围的建议.pdf") == handed_in.PDF
        assert archive.testzip() is None


def test_the_cover_names_what_is_missing(file):
    put_in(file, "area", "范围建议")
    put_in(file, "form", "申请书", state="preparing")

    words, table = cover_of(file)

    missing = words[words.index("缺少的材料") + 1 : words.index("材料清单")]
    assert [line.partition("（")[0] for line in missing] == [
        "02 地理标志产品申请、保护机制的文件",
        "03 地理标志产品保护申请书",
        "04 地理标志产品保护要求",
        "05 产品质量检验检测报告",
        "06 拟申请保护的地理标志产品的技术标准",
        "07 产品名称长期持续使用的文献记载等材料",
        "08 产品的知名度，产品生产、销售情况的说明",
        "09 地理标志产品特色质量检验检测机构信息",
    ]
    assert table[1][:4] == ["01", "划定地理标志产品产地范围的建议", "已备齐", "01 划定地理标志产品产地范围的建议.pdf"]
    assert table[10][:4] == ["10", "其他说明材料或者证明材料（可选）", "缺", "—"]


def test_a_file_that_is_gone_is_named_as_missing(file):
    (paper,) = put_in(file, "area", "范围建议")
    (Path(site.PRIVATE_DIR) / paper.file.name).unlink()

    words, table = cover_of(file)

    assert "01 划定地理标志产品产地范围的建议（令第80号第十一条第（一）项）" in words
    assert table[1][3].endswith("（登记有文件，文件本身不在了）")


def test_the_same_file_gives_the_same_bytes(file):
    put_in(file, "area", "范围建议")

    assert bytes_of(file) == bytes_of(file)


def test_when_all_is_there_the_cover_says_so(file):
    for item in ("area", "mechanism", "form", "requirements", "report", "standard", "history", "sales", "laboratory"):
        put_in(file, item, item)

    assert "没有。申请要件已完备。" in cover_of(file)[0]
