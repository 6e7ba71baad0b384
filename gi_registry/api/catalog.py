"""The open data described for catalogues: a DCAT record in JSON-LD. What nobody knows stays out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from gi_registry.api.answers import answer, as_json
from gi_registry.core import clock
from gi_registry.core.models import Change
from gi_registry.gazette.models import Source
from gi_registry.opendata import places as open_places
from gi_registry.opendata import products as open_products
from gi_registry.opendata.formats import CGCS2000, FORMATS, Format
from gi_registry.places.models import PlaceVersion
from gi_registry.products.models import Area, Protection

JSON_LD = "application/ld+json"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
# Only what a source says in these very words is a licence with an address; anything else is told as it stands.
LICENCES = {
    "MIT": "https://spdx.org/licenses/MIT",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
}


@answer
def catalog(request: HttpRequest, revision: int) -> HttpResponse:
    """The catalogue with its two data sets as they stand today."""
    site, today = request.build_absolute_uri("/").rstrip("/"), clock.today()
    spread = Change.objects.aggregate(issued=Min("at"), modified=Max("at"))
    dates = {f"dct:{name}": typed("xsd:dateTime", at.isoformat()) for name, at in spread.items() if at}
    district = place_of_the_register(site, today)
    about = {
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": settings.REGISTER_NAME, "foaf:homepage": iri(f"{site}/")},
        "dct:language": iri("http://id.loc.gov/vocabulary/iso639-1/zh"),
        **dates,
    }
    return as_json(
        {
            "@context": CONTEXT,
            "@id": site + reverse("catalog"),
            "@type": "dcat:Catalog",
            "dct:title": zh(_("{register}开放数据").format(register=settings.REGISTER_NAME)),
            "dct:description": zh(_("地理标志产品、产地范围与行政区，每一行写明来源、可信等级与是否示意。")),
            **about,
            "foaf:homepage": iri(site + reverse("data")),
            "dcat:dataset": [dataset(site, about, district, told, today) for told in DATASETS],
        },
        JSON_LD,
    )


# --- What is told of each data set -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Described:
    """One data set: its words, and where its spread in space and time and its sources are read."""

    name: str
    title: Any
    description: Any
    keywords: tuple[Any, ...]
    drawn: type[Area | PlaceVersion]
    told: type[Protection | PlaceVersion]
    sources: Callable[[date], QuerySet[Source]]


DATASETS = (
    Described(
        "products",
        lazy("地理标志产品与产地范围"),
        lazy(
            "每个产品在每种保护制度下的阶段与产地范围：准确界线、依据、等级、误差、面积和来源。"
            "据乡镇示意单元绘制的范围是示意，不是法定界线，逐行注明。"
        ),
        (lazy("地理标志"), lazy("产地范围"), lazy("地理标志产品"), lazy("集体商标"), lazy("证明商标")),
        Area,
        Protection,
        open_products.sources,
    ),
    Described(
        "places",
        lazy("行政区与驻地"),
        lazy(
            "本区、所辖乡镇街道和周边区县：区划代码、名称、驻地与界线，各有来源与误差。"
            "乡镇示意单元不是行政界线，逐行注明。"
        ),
        (lazy("行政区划"), lazy("乡镇"), lazy("街道"), lazy("界线")),
        PlaceVersion,
        PlaceVersion,
        open_places.sources,
    ),
)


def dataset(site: str, about: dict[str, Any], district: dict[str, Any], told: Described, day: date) -> dict[str, Any]:
    """One data set with a distribution for each format. Three queries."""
    days = told.told._default_manager.aggregate(start=Min("valid_from"), seen=Min("attested_on"))
    box = told.drawn._default_manager.on(day).aggregate(box=Extent("boundary"))["box"]
    return {
        "@id": f"{site}{reverse('catalog')}#{told.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": told.name,
        "dct:title": zh(told.title),
        "dct:description": zh(told.description),
        **about,
        "dcat:landingPage": iri(site + reverse("data")),
        "dcat:keyword": [zh(word) for word in told.keywords],
        "dct:conformsTo": iri(CGCS2000),
        "dct:spatial": spatial(district, box),
        **temporal(min((day for day in days.values() if day), default=None)),
        "dct:rights": {
            "@type": "dct:RightsStatement",
            "rdfs:label": zh(_("各项事实与界线的许可见所列来源；来源没有写明许可的，许可未查明。")),
        },
        "dct:source": [source(site, row) for row in told.sources(day)],
        "dcat:distribution": [distribution(site, told, form) for form in FORMATS.values()],
    }


# --- How it is written -----------------------------------------------------------------------------------------------


def distribution(site: str, told: Described, form: Format) -> dict[str, Any]:
    """One format of one data set: the register of today."""
    address = site + reverse(f"download-{told.name}", args=[form.extension])
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": zh(f"{told.title}（{form.title}）"),
        "dcat:mediaType": iri(MEDIA_TYPES + form.media_type.partition(";")[0]),
        "dct:conformsTo": iri(form.crs),
        "dcat:accessURL": iri(site + reverse("data")),
        "dcat:downloadURL": iri(address),
    }


def spatial(district: dict[str, Any], box: tuple[float, float, float, float] | None) -> dict[str, Any]:
    """The district, and the box of what is drawn where anything is; longitude first, as GeoSPARQL takes it."""
    if box is None:
        return district
    west, south, east, north = (round(degrees, 6) for degrees in box)
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    wkt = f"POLYGON(({', '.join(f'{lon} {lat}' for lon, lat in ring)}))"
    return {**district, "dcat:bbox": typed("geosparql:wktLiteral", wkt)}


def temporal(start: date | None) -> dict[str, Any]:
    """From the first day that the register tells of; no end, since it goes on."""
    if start is None:
        return {}
    return {"dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": typed("xsd:date", start.isoformat())}}


def source(site: str, row: Source) -> dict[str, Any]:
    """One source, its address and its licence where they are known."""
    licence: dict[str, Any] = {}
    if row.licence in LICENCES:
        licence = {"dct:license": iri(LICENCES[row.licence])}
    elif row.licence:
        licence = {"dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": zh(row.licence)}}
    return {
        "@id": site + row.get_absolute_url(),
        "dct:title": zh(row.title),
        **({"foaf:page": iri(row.address)} if row.address else {}),
        **licence,
    }


def place_of_the_register(site: str, day: date) -> dict[str, Any]:
    """The district by its code, and by its name where the register has it. One query."""
    code = settings.REGISTER_DISTRICT
    name = PlaceVersion.objects.on(day).filter(place__code=code).values_list("name", flat=True).first()
    found = {"@type": "dct:Location", "dct:identifier": code}
    if name is None:
        return found
    return {**found, "@id": site + reverse("place", args=[code]), "rdfs:label": zh(name)}


def zh(text: Any) -> dict[str, str]:
    """A Chinese text."""
    return {"@language": "zh", "@value": str(text)}


def iri(address: str) -> dict[str, str]:
    """An address that names a thing."""
    return {"@id": address}


def typed(kind: str, value: str) -> dict[str, str]:
    """A value with its type."""
    return {"@type": kind, "@value": value}
