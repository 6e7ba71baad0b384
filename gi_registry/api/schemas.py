"""What the answers of the API look like, as JSON Schema: every field with its type and its meaning in Chinese.

The same tables are served in the description, shown on the page of the API and held against every answer by the tests.
"""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from gi_registry.gazette.models import Grade
from gi_registry.marks import bulk
from gi_registry.marks import states as marks
from gi_registry.marks.questions import TakenFor
from gi_registry.places.geometry import Verdict
from gi_registry.places.models import Kind
from gi_registry.products.models import Basis, Regime, Stage

Schema = dict[str, Any]
LABELS = "x-enum-descriptions"

# --- Words -----------------------------------------------------------------------------------------------------------


def value(kind: str, meaning: Any, **more: Any) -> Schema:
    """One value of a JSON type."""
    return {"type": kind, "description": meaning, **more}


def text(meaning: Any, **more: Any) -> Schema:
    """A text."""
    return value("string", meaning, **more)


def day(meaning: Any) -> Schema:
    """A day, written 2010-12-24."""
    return text(meaning, format="date")


def choice(choices: type[TextChoices], meaning: Any) -> Schema:
    """One of the values of a list, each with its Chinese label (an extension that generators of clients know)."""
    return text(meaning, enum=list(choices.values), **{LABELS: dict(choices.choices)})


def maybe(schema: Schema) -> Schema:
    """The same, or null where it is not known or there is none."""
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | enum


def many(schema: Schema, meaning: Any) -> Schema:
    """A list."""
    return {"type": "array", "description": meaning, "items": schema}


def ref(name: str) -> Schema:
    """Another of the shapes below."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(meaning: Any, fields: dict[str, Schema], sometimes: dict[str, Schema] | None = None) -> Schema:
    """An object: fields that it always has, and those that it has sometimes."""
    return {
        "type": "object",
        "description": meaning,
        "required": list(fields),
        "properties": fields | (sometimes or {}),
    }


def collection(meaning: Any, feature: str) -> Schema:
    """A GeoJSON FeatureCollection of the register."""
    return record(
        meaning,
        {
            "type": text(_("固定写法"), const="FeatureCollection"),
            "on": ON,
            "revision": REVISION,
            "numberMatched": value("integer", _("符合条件的共有多少")),
            "numberReturned": value("integer", _("这次给出多少：不超过 limit")),
            "features": many(ref(feature), _("每个产地范围或行政区一个")),
        },
    )


def feature(meaning: Any, identity: Any, properties: Schema) -> Schema:
    """A GeoJSON Feature; without a border its geometry is null."""
    return record(
        meaning,
        {
            "type": text(_("固定写法"), const="Feature"),
            "id": text(identity),
            "geometry": maybe(ref("Geometry")) | {"description": _("概括界线；null：没有收录界线")},
            "properties": properties,
        },
    )


# --- Shapes ----------------------------------------------------------------------------------------------------------

ON = day(_("回答的是哪一天"))
REVISION = value("integer", _("登记簿的修订号：不变，答案就不变"))
ADDRESS = text(_("本登记簿上的网页，从 / 开始"))
SLUG = text(_("网址名：产品在本登记簿的标识，不变"))
REGIME = choice(Regime, _("保护制度"))
STAGE = choice(Stage, _("阶段"))
GRADE = choice(Grade, _("可信等级"))
BASIS = choice(Basis, _("产地范围依据什么画出"))
IN_CHINESE = text(_("上一项的中文"))
SCHEMATIC = value("boolean", _("是否只是示意，不是法定界线"))

AREA: dict[str, Schema] = {
    "slug": SLUG,
    "name": text(_("产品当日的通称")),
    "url": ADDRESS,
    "regime": REGIME,
    "regime_label": IN_CHINESE,
    "stage": maybe(choice(Stage, _("当日阶段；null：没有收录"))),
    "stage_label": maybe(IN_CHINESE),
    "verdict": choice(Verdict, _("判定")),
    "verdict_label": IN_CHINESE,
    "inside": value("boolean", _("按所画界线，点是否在内；判定为 too_close 时只供参考")),
    "distance_m": value("number", _("到界线的距离（米）")),
    "uncertainty_m": value("number", _("界线误差（米）")),
    "schematic": SCHEMATIC,
    "basis": BASIS,
    "basis_label": IN_CHINESE,
    "grade": GRADE,
    "grade_label": IN_CHINESE,
}

OF_A_PRODUCT: dict[str, Schema] = {
    "slug": SLUG,
    "name": text(_("通称")),
    "slot": value("integer", _("地图上的颜色号")),
    "stage": STAGE,
    "stage_label": IN_CHINESE,
    "certain": value("boolean", _("是否有来源证明当日处于该阶段；否：起始日未查明")),
    "url": ADDRESS,
}
OF_ITS_AREA: dict[str, Schema] = {
    "regime": REGIME,
    "regime_label": IN_CHINESE,
    "basis": BASIS,
    "basis_label": IN_CHINESE,
    "grade": GRADE,
    "grade_label": IN_CHINESE,
    "schematic": SCHEMATIC,
    "uncertainty_m": value("number", _("界线误差（米）")),
    "hectares": maybe(value("number", _("面积（公顷）"))),
    "valid_from": maybe(day(_("范围自何日起；null：未查明"))),
}
OF_A_PLACE: dict[str, Schema] = {
    "code": text(_("区划代码：县级 6 位，乡级 9 位")),
    "name": text(_("名称")),
    "kind": choice(Kind, _("类别")),
    "kind_label": IN_CHINESE,
    "role": text(_("本区、所辖单元或邻区"), enum=["district", "unit", "neighbour"]),
    "parent": maybe(text(_("上级的区划代码"))),
    "seat": maybe(many(value("number", _("度")), _("驻地：经度、纬度"))),
    "seat_grade": maybe(choice(Grade, _("驻地的可信等级"))),
    "schematic": SCHEMATIC,
    "uncertainty_m": maybe(value("number", _("界线误差（米）；null：没有界线"))),
    "url": ADDRESS,
}
CODE = text(_("核准编码：本登记簿自编的 9 位，不是官方编码"))
OF_AN_AUTHORISATION: dict[str, Schema] = {
    "code": CODE,
    "url": ADDRESS,
    "producer": text(_("使用人当日的名称；自然人只给姓氏")),
    "producer_now": text(_("使用人今天的名称")),
    "uscc": text(_("统一社会信用代码；空：未查明")),
    "product": SLUG,
    "product_name": text(_("产品当日的通称")),
    "basis": choice(marks.Basis, _("凭什么使用")),
    "basis_label": IN_CHINESE,
    "number": text(_("标签上应写的号：商标的是注册号，其余是公告号；空：未查明")),
    "trademark_number": text(_("商标注册号；空：没有或未查明")),
    "standard_number": text(_("标准编号；空：没有或未查明")),
    "announcement": text(_("公告；空：未查明")),
    "announced_on": maybe(day(_("公告发布日"))),
    "valid_from": maybe(day(_("自何日起可以使用；null：未查明"))),
    "valid_until": maybe(day(_("期限届满的次日；null：没有期限"))),
    "may_use": value("boolean", _("当日可否使用专用标志")),
    "standing": choice(marks.Standing, _("当日效力")),
    "standing_label": IN_CHINESE,
    "since": day(_("这一效力自何日起；当日尚未核准的，是将开始的日子")),
    "grade": GRADE,
    "grade_label": IN_CHINESE,
    "source": text(_("来源的名称")),
    "source_url": ADDRESS,
}

SCHEMAS: dict[str, Schema] = {
    "Problem": record(
        _("没有照办的请求，按 RFC 9457"),
        {
            "type": text(_("固定写法"), const="about:blank"),
            "title": text(_("状态码的英文名")),
            "status": value("integer", _("状态码")),
            "detail": text(_("哪里不对、怎样改，一句中文")),
        },
    ),
    "Health": record(
        _("服务状态"),
        {"status": text(_("ok：数据库能应答"), enum=["ok", "unavailable"])},
        {"detail": text(_("哪里不对"))},
    ),
    "Geometry": record(
        _("RFC 7946 的几何：WGS 84，经度在前"),
        {
            "type": text(_("几何类型"), enum=["Polygon", "MultiPolygon"]),
            "coordinates": many({}, _("坐标（度）")),
        },
    ),
    "Covering": record(
        _("一个点在哪些产地范围内"),
        {
            "lon": value("number", _("换算后的经度（CGCS2000，度）")),
            "lat": value("number", _("换算后的纬度（CGCS2000，度）")),
            "accuracy_m": value("number", _("所给的定位精度（米）")),
            "on": ON,
            "revision": REVISION,
            "summary": text(_("结论，一句中文")),
            "covering": many(ref("Finding"), _("覆盖该点的、和离界线太近不能判定的范围")),
        },
        {
            "nearest": maybe(ref("Finding"))
            | {"description": _("要求 nearest=1 且不在任何范围内时：50 公里内最近的范围")}
        },
    ),
    "Finding": record(_("一个产地范围与判定"), AREA),
    "Products": collection(_("产地范围（概括界线）"), "ProductFeature"),
    "ProductFeature": feature(
        _("一个产地范围；没有收录范围的产品占一个，几何为 null"),
        _("网址名/保护制度；没有范围的只有网址名"),
        record(_("产品与范围的事实；没有收录范围的只有前几项"), OF_A_PRODUCT, OF_ITS_AREA),
    ),
    "Places": collection(_("行政区（概括界线）"), "PlaceFeature"),
    "PlaceFeature": feature(_("一个行政区"), _("区划代码"), record(_("行政区的事实"), OF_A_PLACE)),
    "Catalog": record(
        _("DCAT 目录"),
        {
            "@context": value("object", _("词汇")),
            "@id": text(_("目录的网址"), format="uri"),
            "@type": text(_("固定写法"), const="dcat:Catalog"),
            "dct:title": value("object", _("名称")),
            "dct:description": value("object", _("说明")),
            "dct:publisher": value("object", _("发布者")),
            "dct:language": value("object", _("语言")),
            "foaf:homepage": value("object", _("主页")),
            "dcat:dataset": many(value("object", _("一个数据集，含各种格式的下载地址")), _("数据集")),
        },
        {"dct:issued": value("object", _("首次变更的时间")), "dct:modified": value("object", _("最近变更的时间"))},
    ),
    "Authorisation": record(_("一个使用人对一个产品的核准"), {"on": ON, "revision": REVISION, **OF_AN_AUTHORISATION}),
    "Authorisations": record(
        _("查到的核准"),
        {
            "on": ON,
            "revision": REVISION,
            "taken_for": choice(TakenFor, _("所给的被当作什么")),
            "understood": many(text(_("一句中文")), _("所给的是怎样读的，例如“O 按 0 读”；照原样读的为空")),
            "conclusion": text(_("结论，一句中文")),
            "proves": many(text(_("一句中文")), _("这个答案说明什么、不说明什么")),
            "more": value("boolean", _("是否还有没给出的：请写得更全，或加大 limit")),
            "authorisations": many(ref("FoundAuthorisation"), _("最相符的在前")),
            "alike": many(ref("FoundAuthorisation"), _("没有查到时名称只差一字或读音相同的：不是答案，只供辨认")),
        },
    ),
    "FoundAuthorisation": record(
        _("一个核准"), OF_AN_AUTHORISATION, {"former_name": text(_("按曾用名查到的才有：那个曾用名"))}
    ),
    "BulkCheck": record(
        _("逐行的答案"),
        {"on": ON, "revision": REVISION, "rows": many(ref("CheckedRow"), _("与所送的行次序相同，不含空行"))},
    ),
    "CheckedRow": record(
        _("一行"),
        {
            "row": value("integer", _("行号，标题行也算")),
            "given": text(_("所给的文字")),
            "uscc": maybe(text(_("读出的代码；null：读不出来"))),
            "note": text(_("怎样读的、有什么可疑或哪里不对；空：无")),
            "result": choice(bulk.Result, _("结果：几个核准中最有利的效力，或者没有收录、读不出来")),
            "result_label": IN_CHINESE,
            "authorisations": many(ref("FoundAuthorisation"), _("这家单位的全部核准")),
        },
    ),
    "Keys": record(
        _("公钥，按 RFC 7517"), {"keys": many(value("object", _("一把 Ed25519 公钥")), _("验证二维码签名的公钥"))}
    ),
    "OpenApi": record(
        _("接口描述，按 OpenAPI 3.1"),
        {
            "openapi": text(_("版本")),
            "info": value("object", _("名称与说明")),
            "paths": value("object", _("各个地址")),
        },
        {
            name: value(kind, meaning)
            for name, kind, meaning in (
                ("tags", "array", _("分组")),
                ("components", "object", _("各种答案的样子")),
            )
        },
    ),
}
