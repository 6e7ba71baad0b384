"""The twelve things that an inspection looks at, and what each rests on.

令第80号 art. 24 names five of them. The full list is that of a provincial measure (art. 25) which is not law here and
serves as a model only; its nine headings are told apart into twelve, so that each can be found in order or not.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

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
