"""What an application must hold: the checklist of each procedure and version of the law, item by item."""

from __future__ import annotations

from typing import NamedTuple

from gi_registry.applications.states import Procedure
from gi_registry.products.models import Regime


class Item(NamedTuple):
    """One item of a checklist: its number in the law's own count, who supplies it, the article that asks for it."""

    key: str
    number: str
    title: str
    who: str
    article: str
    required: bool = True
    regimes: frozenset[str] = frozenset(Regime.values)


GOVERNMENT, APPLICANT = "有关地方人民政府", "申请人"
ART_11 = "令第80号第十一条"
SEEN_IN_PART = "令第78号（清单只见部分，条文编号未见）"
TOLD = "农产品地理标志登记材料（转述，条文编号未见）"
COLLECTIVE = frozenset({Regime.COLLECTIVE.value})

CHECKLISTS: dict[Procedure, tuple[Item, ...]] = {
    Procedure.PRODUCT_2024: (
        Item("area", "（一）", "划定地理标志产品产地范围的建议", GOVERNMENT, f"{ART_11}第（一）项"),
        Item("mechanism", "（二）", "地理标志产品申请、保护机制的文件", GOVERNMENT, f"{ART_11}第（二）项"),
        Item("form", "（三）1", "地理标志产品保护申请书", APPLICANT, f"{ART_11}第（三）项1"),
        Item("requirements", "（三）2", "地理标志产品保护要求", APPLICANT, f"{ART_11}第（三）项2"),
        Item("report", "（三）3", "产品质量检验检测报告", APPLICANT, f"{ART_11}第（三）项3"),
        Item("standard", "（三）4", "拟申请保护的地理标志产品的技术标准", APPLICANT, f"{ART_11}第（三）项4"),
        Item("history", "（三）5", "产品名称长期持续使用的文献记载等材料", APPLICANT, f"{ART_11}第（三）项5"),
        Item("sales", "（三）6", "产品的知名度，产品生产、销售情况的说明", APPLICANT, f"{ART_11}第（三）项6"),
        Item("laboratory", "（三）7", "地理标志产品特色质量检验检测机构信息", APPLICANT, f"{ART_11}第（三）项7"),
        Item("other", "（四）", "其他说明材料或者证明材料", APPLICANT, f"{ART_11}第（四）项", required=False),
    ),
    Procedure.PRODUCT_2005: (
        Item("area", "1", "产地范围建议", GOVERNMENT, SEEN_IN_PART),
        Item("body", "2", "成立申请机构或者认定协会、企业作为申请人的文件", GOVERNMENT, SEEN_IN_PART),
        Item("form", "3", "地理标志产品保护申请书", APPLICANT, SEEN_IN_PART),
        Item("description", "4", "产品名称、类别、产地范围及地理特征的说明", APPLICANT, SEEN_IN_PART),
        Item("traits", "5", "产品质量特色与产地自然因素和人文因素关系的说明", APPLICANT, SEEN_IN_PART),
        Item("technique", "6", "产品生产技术规范", APPLICANT, SEEN_IN_PART),
    ),
    Procedure.TRADEMARK: (
        Item("form", "1", "商标注册申请书（声明为集体商标或者证明商标）", APPLICANT, "商标法实施条例第十三条"),
        Item("image", "2", "商标图样", APPLICANT, "商标法实施条例第十三条"),
        Item("status", "3", "主体资格证明文件", APPLICANT, "商标法实施条例第十三条"),
        Item("rules", "4", "使用管理规则", APPLICANT, "令第79号第六条"),
        Item("members", "5", "集体成员的名称、地址", APPLICANT, "令第79号第三条", regimes=COLLECTIVE),
        Item("capacity", "6", "专业技术人员、专业检测设备等情况的证明材料", APPLICANT, "令第79号第五条"),
        Item("approval", "7", "县级以上人民政府或者主管部门的批准文件", GOVERNMENT, "令第79号第五条"),
        Item("traits", "8", "特定质量、信誉或者其他特征的说明", APPLICANT, "令第79号第五条第（一）项"),
        Item("causes", "9", "特征主要由自然因素或者人文因素所决定的说明", APPLICANT, "令第79号第五条第（二）项"),
        Item("area", "10", "所标示的地区的范围", APPLICANT, "令第79号第五条第（三）项"),
        Item(
            "existence", "11", "客观存在和声誉的证据（县志、农业志、产品志等）", APPLICANT, "实践做法", required=False
        ),
    ),
    Procedure.AGRICULTURAL: (
        Item("form", "1", "登记申请书", APPLICANT, TOLD),
        Item("status", "2", "申请人资质证明", APPLICANT, TOLD),
        Item("traits", "3", "产品典型特征特性描述和相应产品品质鉴定报告", APPLICANT, TOLD),
        Item("technique", "4", "产地环境条件、生产技术规范和产品质量安全技术规范", APPLICANT, TOLD),
        Item("area", "5", "地域范围确定性文件和生产地域分布图", GOVERNMENT, TOLD),
        Item("sample", "6", "产品实物样品或者样品图片", APPLICANT, TOLD),
        Item("other", "7", "其他必要的说明性或者证明性材料", APPLICANT, TOLD, required=False),
    ),
    Procedure.MINOR_CHANGE: (Item("form", "1", "保护要求变更申请", APPLICANT, "令第80号第二十六条第（一）项"),),
    Procedure.MAJOR_CHANGE: (Item("form", "1", "保护要求变更申请", APPLICANT, "令第80号第二十六条第（二）项"),),
    Procedure.REVOCATION: (Item("reasons", "1", "撤销请求和具体的撤销理由", "请求人", "令第80号第二十八条"),),
}


def checklist(procedure: str, regime: str) -> list[Item]:
    """The items that an application under `regime` must hold, in the law's order."""
    return [item for item in CHECKLISTS[Procedure(procedure)] if regime in item.regimes]
