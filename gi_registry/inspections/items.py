"""The twelve things that an inspection looks at, and what each rests on.

令第80号 art. 24 names five of them. The full list is that of a provincial measure (art. 25) which is not law here and
serves as a model only; its nine headings are told apart into twelve, so that each can be found in order or not.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.clauses import N354, PRODUCT, R80, Citation, cite, version_on

NATIONAL = _("《地理标志产品保护办法》（令第80号）第二十四条")
MODEL = _("参照省级监督检查项目（在本市不是法定依据）")


class Item(models.IntegerChoices):
    """One thing to look at, by its number."""

    AREA = 1, _("产地范围")
    NAME = 2, _("产品名称")
    MATERIALS = 3, _("原辅材料")
    PROCESS = 4, _("生产技术工艺")
    TRAITS = 5, _("质量特色")
    GRADE = 6, _("质量等级、数量")
    PACKAGING = 7, _("包装、标识")
    MARK_MADE = 8, _("专用标志的印刷、发放")
    MARK_USED = 9, _("专用标志的数量、使用")
    SURROUNDINGS = 10, _("产品生产环境")
    EQUIPMENT = 11, _("生产设备")
    STANDARD = 12, _("产品的标准符合性")


BY_LAW = frozenset({Item.AREA, Item.NAME, Item.TRAITS, Item.MARK_MADE, Item.MARK_USED, Item.STANDARD})


class Row(NamedTuple):
    """An item with what it rests on, in words."""

    item: Item
    basis: str


def rows() -> list[Row]:
    """All items in order."""
    return [Row(item, str(NATIONAL if item in BY_LAW else MODEL)) for item in Item]


class Clause(NamedTuple):
    """What an item is held against, in words, and where it stands; `paper` is how a notice to a producer cites it."""

    wording: str
    cited: str
    paper: str
    model: bool = False  # of another province: no law here


# What none of the clauses of the three systems says; of art. 30 the cases were seen, but not which number each has.
OF_PRODUCTS: dict[Item, tuple[tuple[str, Citation], ...]] = {
    Item.AREA: (("产品产自特定地域，产地范围外的同类产品不使用受保护的名称", cite(R80, "第二条、第三十条")),),
    Item.NAME: (("不使用相似名称误导公众，标明真实产地或加“种”“型”“式”“类”“风格”的也不使用", cite(R80, "第三十条")),),
    Item.MATERIALS: (
        ("原材料全部来自本地区，或者部分来自其他地区并在本地区按照特定工艺生产和加工", cite(R80, "第二条")),
    ),
    Item.MARK_MADE: (
        ("不改变专用标志的图案形状、构成、文字字体、图文比例、色值，不伪造", cite(R80, "第二十二条、第三十条")),
    ),
    Item.STANDARD: (("产地范围内的产品符合标准和管理规范", cite(R80, "第三十条")),),
}
OF_MARKS: dict[Item, tuple[tuple[str, Citation], ...]] = {
    Item.MARK_USED: (("专用标志的指定位置标注统一社会信用代码", cite(N354, "使用要求（条序未见）")),),
}
UNSEEN = "（条序未见）"
OF_SYSTEMS: dict[Item, tuple[str, ...]] = {  # keys of the clauses of the three systems
    Item.MATERIALS: ("Q4", "Q7"),
    Item.PROCESS: ("S15", "Q7"),
    Item.TRAITS: ("T11", "T10"),
    Item.GRADE: ("Q5", "Q15"),
    Item.PACKAGING: ("S14", "Q9", "Q8"),
    Item.MARK_USED: ("Q10", "Q5"),
    Item.SURROUNDINGS: ("Q7",),
    Item.EQUIPMENT: ("Q7",),
    Item.STANDARD: ("S15", "S11"),
}


def clauses(item: Item, regime: str, category: str, day: date) -> list[Clause]:
    """What the item of a product of that protection and category is held against on the day, law before models."""
    own = [*(OF_PRODUCTS.get(item, ()) if regime in PRODUCT else ()), *OF_MARKS.get(item, ())]
    versions = [version_on(key, day) for key in OF_SYSTEMS.get(item, ())]
    asked = [v for v in versions if regime in v.regimes and category in v.categories and v.in_force_on(day)]
    told = [held(wording, (citation,)) for wording, citation in own]
    told += [held(version.wording, version.cited, model=version.model) for version in asked]
    return sorted(told, key=lambda clause: clause.model)


def held(wording: str, cited: tuple[Citation, ...], *, model: bool = False) -> Clause:
    """A clause with its citations in both ways."""
    return Clause(wording, "；".join(map(str, cited)), "；".join(map(on_paper, cited)), model)


def on_paper(citation: Citation) -> str:
    """A citation without what it says of our own reading."""
    law = citation.law
    version = f"（{law.version}）" if law.version and "未见" not in law.version else ""
    return f"《{law.title}》{version}{citation.article.removesuffix(UNSEEN)}"
