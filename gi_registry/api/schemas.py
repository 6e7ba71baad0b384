"""What the answers of the API look like, as JSON Schema: every field with its type and its meaning in Chinese.

The same tables are served in the description, shown on the page of the API and held against every answer by the tests.
"""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from gi_registry.gazette.models import Grade
from gi_registry.places.geometry import Verdict
from gi_registry.places.models import Kind
from gi_registry.products.models import Basis, Regime, Stage

Schema = dict[str, Any]

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
    """One of the values of a list."""
    return text(meaning, enum=list(choices.values))


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
            "geometry": maybe(ref("Geometry")),
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
        {"nearest": maybe(ref("Finding"))},
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
}
