"""Every address that programs ask, described once: served as OpenAPI 3.1, shown on `/api/docs`, kept to by tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from gi_registry import __version__
from gi_registry.api.answers import GEOJSON, JSON, PROBLEM, answer, as_json
from gi_registry.api.catalog import JSON_LD
from gi_registry.api.schemas import LABELS, SCHEMAS, Schema, choice, ref
from gi_registry.opendata.formats import FORMATS
from gi_registry.places.datums import Datum
from gi_registry.products.models import Category, Regime, Stage

OPENAPI = "3.1.0"

# --- What is asked ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of an address: part of its path where `path`, else behind the question mark."""

    name: str
    meaning: Any
    example: str = ""
    kind: Schema = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    path: bool = False
    several: bool = False  # may be given more than once

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        schema = {"type": "array", "items": self.kind} if self.several else self.kind
        return {
            "name": self.name,
            "in": "path" if self.path else "query",
            "required": self.required or self.path,
            "description": self.meaning,
            "schema": schema,
            **({"example": self.example} if self.example and not self.several else {}),
        }


def one_of(*values: str) -> Schema:
    """One of these."""
    return {"type": "string", "enum": list(values)}


def labelled(choices: type[TextChoices]) -> Schema:
    """One of the values of a list, with their labels."""
    schema = choice(choices, "")
    return {key: schema[key] for key in ("type", "enum", LABELS)}


ON = Parameter("on", _("哪一天，不写即今天"), "2024-05-01", {"type": "string", "format": "date"})
BBOX = Parameter("bbox", _("西,南,东,北（度）：只要界线碰到此框的"), "116.7,38.5,117.2,39.1")
LIMIT = Parameter("limit", _("最多给出多少，不写为 1000"), "100", {"type": "integer", "minimum": 1, "maximum": 10_000})
FILTERS = (
    Parameter("q", _("名称的一部分、拼音或首字母，错一个字也能找到；60 字以内"), "dllc"),
    Parameter("stage", _("阶段，可写几次"), "protected", labelled(Stage), several=True),
    Parameter("regime", _("保护制度，可写几次"), "product", labelled(Regime), several=True),
    Parameter("category", _("类别，可写几次"), "fruit", labelled(Category), several=True),
)
SLUG = Parameter("slug", _("产品的网址名"), "duliu-laocu", path=True)
EXTENSION = Parameter("extension", _("格式"), "geojson", one_of(*FORMATS), path=True)
DEGREES = {"type": "string"}  # 116°54′26″ as well as 116.9074
POINT = (
    Parameter("lon", _("经度：小数度，或 116°54′26″ 这样的度分秒"), "116.9074", DEGREES, required=True),
    Parameter("lat", _("纬度，写法相同"), "39.0287", DEGREES, required=True),
    Parameter("accuracy", _("定位精度（米），不写为 0"), "10", {"type": "number", "minimum": 0, "maximum": 50_000}),
    Parameter("datum", _("坐标取自哪种地图，不写为 cgcs2000"), "gcj02", labelled(Datum)),
    Parameter("nearest", _("写 1：不在任何范围内时，附上 50 公里内最近的范围"), "1", one_of("1")),
)
PRODUCT = Parameter("product", _("只看这一产品的核准：写产品的网址名"), "duliu-laocu")
CODE = Parameter("code", _("核准编码；小写、空格、连字符、O 与 0、I 与 1 都认得"), "7KQ-M2X-4HA", path=True)
FICTITIOUS_USCC = "91120118MA0000007K"
QUESTION = (
    Parameter("q", _("单位名称（一部分、拼音、错一个字）、信用代码、核准编码、公告号或商标注册号"), "示例酿造"),
    Parameter(
        "uscc", _("统一社会信用代码；全角、空格、小写、O 写成 0 都认得，并在 understood 里说明"), FICTITIOUS_USCC
    ),
)
FEW = Parameter("limit", _("最多给出多少，不写为 50"), "10", {"type": "integer", "minimum": 1, "maximum": 1_000})
FORMAT = Parameter("format", _("答案写成 json 还是 csv，不写为 json"), "csv", one_of("json", "csv"))


# --- The addresses ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Operation:
    """One address: its name in `urls.py`, what is asked, what is answered (media type → schema) and refused."""

    name: str
    path: str
    group: str
    title: Any
    meaning: Any
    parameters: tuple[Parameter, ...]
    answers: dict[str, Schema]
    refusals: tuple[int, ...] = (400,)
    method: str = "get"
    example: tuple[str, ...] = ()  # values to show in an example, beside those that are required
    body: dict[str, Schema] = field(default_factory=dict)


GROUPS = {
    "authorisations": _("专用标志"),
    "areas": _("产地范围"),
    "proof": _("离线核验"),
    "data": _("开放数据"),
    "service": _("服务"),
}
NUMBER = Parameter("number", _("第几份列表；现在只有 1"), "1", {"type": "integer", "const": 1}, path=True)
KEYS = "application/jwk-set+json"
ANY_FILE: Schema = {}  # bytes; OpenAPI 3.1 says nothing of them
LIST = "text/csv"

OPERATIONS = (
    Operation(
        "api-authorisations",
        "/api/authorisations",
        "authorisations",
        _("谁可以使用专用标志"),
        _("按名称、代码、编码、号码或产品查已公告的核准，答案是所问那一天的。q、uscc、product 至少写一个。"),
        (*QUESTION, PRODUCT, ON, FEW),
        {JSON: ref("Authorisations")},
        (400, 404, 429),
        example=("q", "on"),
    ),
    Operation(
        "api-authorisation",
        "/api/authorisations/{code}",
        "authorisations",
        _("一个核准"),
        _("按标签或二维码上的核准编码查。"),
        (CODE, ON),
        {JSON: ref("Authorisation")},
        (400, 404, 429),
    ),
    Operation(
        "api-bulk",
        "/api/authorisations/check",
        "authorisations",
        _("批量核验"),
        _(
            "送一个 CSV，其中一列是统一社会信用代码（有没有标题行都可以；UTF-8 或 GB18030；最多 10,000 行、1 MB），"
            "逐行得到答案。要有接口密钥：由登记专用标志使用人的部门在工作台的“接口密钥”里生成，"
            "写在请求头 Authorization 里。"
        ),
        (ON, PRODUCT, FORMAT),
        {JSON: ref("BulkCheck"), LIST: {"type": "string"}},
        (400, 401, 404, 413, 429),
        "post",
        ("format",),
        {LIST: {"type": "string", "example": f"统一社会信用代码\n{FICTITIOUS_USCC}\n"}},
    ),
    Operation(
        "api-covering",
        "/api/covering",
        "areas",
        _("一个点在哪些产地范围内"),
        _("按定位精度和界线误差判定：在内、在外，或离界线太近不能判定。"),
        (*POINT, ON),
        {JSON: ref("Covering")},
        example=("accuracy",),
    ),
    Operation(
        "api-products",
        "/api/products.geojson",
        "areas",
        _("产品与产地范围"),
        _("概括界线，供地图用；准确界线在“下载产品”里。"),
        (ON, BBOX, LIMIT, *FILTERS),
        {GEOJSON: ref("Products")},
        example=("on", "stage"),
    ),
    Operation(
        "api-product",
        "/api/products/{slug}.geojson",
        "areas",
        _("一个产品的产地范围"),
        _("在各种保护制度下的范围。"),
        (SLUG, ON),
        {GEOJSON: ref("Products")},
        (400, 404),
    ),
    Operation(
        "api-places",
        "/api/places.geojson",
        "areas",
        _("行政区"),
        _("本区、所辖乡镇街道和邻区的概括界线。"),
        (ON, BBOX, LIMIT),
        {GEOJSON: ref("Places")},
        example=("bbox",),
    ),
    Operation(
        "jwks",
        "/.well-known/jwks.json",
        "proof",
        _("公钥"),
        _("验证二维码签名（JWS，Ed25519）用的公钥，按 RFC 7517。"),
        (),
        {KEYS: ref("Keys")},
        (),
    ),
    Operation(
        "statuses",
        "/status/{number}",
        "proof",
        _("撤销列表"),
        _("哪些核准已停止、注销或到期：签名的 Token Status List（JWT）。核准在列表中的位置写在二维码里。"),
        (NUMBER,),
        {"application/statuslist+jwt": {"type": "string"}},
        (),
    ),
    Operation(
        "catalog",
        "/catalog.jsonld",
        "data",
        _("数据目录"),
        _("DCAT，供数据平台收录。"),
        (),
        {JSON_LD: ref("Catalog")},
        (),
    ),
    Operation(
        "download-products",
        "/downloads/products.{extension}",
        "data",
        _("下载产品"),
        _("全部产品与准确界线；字段见“开放数据”页。"),
        (EXTENSION, ON, BBOX, *FILTERS),
        {form.media_type.partition(";")[0]: ANY_FILE for form in FORMATS.values()},
        (400, 404),
    ),
    Operation(
        "download-places",
        "/downloads/places.{extension}",
        "data",
        _("下载行政区"),
        _("全部行政区与准确界线；字段见“开放数据”页。"),
        (EXTENSION, ON, BBOX),
        {form.media_type.partition(";")[0]: ANY_FILE for form in FORMATS.values()},
        (400, 404),
    ),
    Operation(
        "api-description",
        "/api/openapi.json",
        "service",
        _("接口描述"),
        _("本页的内容，供程序读。"),
        (),
        {JSON: ref("OpenApi")},
        (),
    ),
    Operation(
        "healthz",
        "/healthz",
        "service",
        _("服务是否正常"),
        _("数据库能应答时为 200，不能时为 503。"),
        (),
        {JSON: ref("Health")},
        (),
    ),
)
BY_KEY = frozenset({"api-bulk"})
REFUSALS = {
    400: _("所给的读不出来、超出范围或互相矛盾"),
    401: _("没有接口密钥，或密钥不对、已作废"),
    404: _("登记簿没有所问的这一个"),
    413: _("所送的太多"),
    429: _("问得太密：过一会儿再问，隔多久见 Retry-After"),
}


# --- As OpenAPI has it -----------------------------------------------------------------------------------------------


@cache
def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = described(operation)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": _("地理标志登记簿的接口"),
            "version": __version__,
            "description": _("谁可以使用专用标志、点在哪个产地范围内、登记簿在某一天的全部数据。说明见 /api/docs。"),
        },
        "tags": [{"name": name, "description": label} for name, label in GROUPS.items()],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "responses": {str(status): refusal(meaning) for status, meaning in REFUSALS.items()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _("接口密钥")}},
        },
    }


def described(operation: Operation) -> dict[str, Any]:
    """One operation."""
    answers = {media_type: {"schema": schema} if schema else {} for media_type, schema in operation.answers.items()}
    refused = {str(status): {"$ref": f"#/components/responses/{status}"} for status in operation.refusals}
    body = {media_type: {"schema": schema} for media_type, schema in operation.body.items()}
    return {
        "operationId": operation.name,
        "tags": [operation.group],
        "summary": operation.title,
        "description": operation.meaning,
        "parameters": [parameter.described() for parameter in operation.parameters],
        **({"requestBody": {"required": True, "content": body}} if body else {}),
        **({"security": [{"key": []}]} if operation.name in BY_KEY else {}),
        "responses": {"200": {"description": operation.title, "content": answers}, **refused},
    }


def refusal(meaning: Any) -> dict[str, Any]:
    """A refusal as RFC 9457 has it."""
    return {"description": meaning, "content": {PROBLEM: {"schema": ref("Problem")}}}


@answer
def openapi(request: HttpRequest, revision: int) -> HttpResponse:
    """The description as JSON."""
    return as_json(document())
