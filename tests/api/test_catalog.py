"""The DCAT record as a catalogue harvests it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from gi_registry.core.models import Change
from gi_registry.opendata.formats import FORMATS
from tests import make, shapes

pytestmark = pytest.mark.django_db
CATALOG = "/catalog.jsonld"
SITE = "http://testserver"


def record(client):
    return json.loads(client.get(CATALOG).content)


def zh(text):
    return {"@language": "zh", "@value": text}


def small_register():
    product = make.product()
    make.protection(product, valid_from=None, attested_on=date(2008, 7, 31))
    make.area(product, shapes.square(116.8, 38.8, 0.1), source=make.source("map", title="地图", licence="CC BY 4.0"))
    make.place("120118", shapes.square(116.7, 38.7, 0.3), kind="county", name="静海区")


def test_the_catalogue_and_its_data_sets(client):
    small_register()
    first, last = Change.objects.order_by("pk").first(), Change.objects.order_by("pk").last()

    whole = record(client)
    products, places = whole.pop("dcat:dataset")

    common = {
        "dct:publisher": {
            "@type": "foaf:Agent",
            "foaf:name": "静海区地理标志登记簿",
            "foaf:homepage": {"@id": f"{SITE}/"},
        },
        "dct:language": {"@id": "http://id.loc.gov/vocabulary/iso639-1/zh"},
        "dct:issued": {"@type": "xsd:dateTime", "@value": first.at.isoformat()},
        "dct:modified": {"@type": "xsd:dateTime", "@value": last.at.isoformat()},
    }
    assert whole.pop("@context")["dcat"] == "http://www.w3.org/ns/dcat#"
    assert whole == {
        "@id": f"{SITE}{CATALOG}",
        "@type": "dcat:Catalog",
        "dct:title": zh("静海区地理标志登记簿开放数据"),
        "dct:description": zh("地理标志产品、产地范围与行政区，每一行写明来源、可信等级与是否示意。"),
        **common,
        "foaf:homepage": {"@id": f"{SITE}/data/"},
    }
    told = ("dct:description", "dcat:keyword", "dcat:distribution", "dct:rights")
    assert {key: value for key, value in products.items() if key not in told} == {
        "@id": f"{SITE}{CATALOG}#products",
        "@type": "dcat:Dataset",
        "dct:identifier": "products",
        "dct:title": zh("地理标志产品与产地范围"),
        **common,
        "dcat:landingPage": {"@id": f"{SITE}/data/"},
        "dct:conformsTo": {"@id": "http://www.opengis.net/def/crs/EPSG/0/4490"},
        "dct:spatial": {
            "@type": "dct:Location",
            "dct:identifier": "120118",
            "@id": f"{SITE}/places/120118/",
            "rdfs:label": zh("静海区"),
            "dcat:bbox": {
                "@type": "geosparql:wktLiteral",
                "@value": "POLYGON((116.8 38.8, 116.9 38.8, 116.9 38.9, 116.8 38.9, 116.8 38.8))",
            },
        },
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": "2008-07-31"},
        },
        "dct:source": [
            {"@id": f"{SITE}/sources/#map", "dct:title": zh("地图"), "dct:license": licence("by/4.0/")},
            {"@id": f"{SITE}/sources/#gazette", "dct:title": zh("来源 gazette")},
        ],
    }
    assert [dataset["dct:identifier"] for dataset in (products, places)] == ["products", "places"]


def licence(name):
    return {"@id": f"https://creativecommons.org/licenses/{name}"}


@pytest.mark.parametrize("name", ["products", "places"])
def test_every_format_is_a_distribution_whose_file_is_there(client, name):
    make.register(1)
    [dataset] = [found for found in record(client)["dcat:dataset"] if found["dct:identifier"] == name]

    distributions = dataset["dcat:distribution"]

    assert [d["dcat:downloadURL"]["@id"] for d in distributions] == [f"{SITE}/downloads/{name}.{e}" for e in FORMATS]
    for distribution in distributions:
        file = client.get(distribution["dcat:downloadURL"]["@id"].removeprefix(SITE))
        assert (file.status_code, bool(file.getvalue())) == (200, True)
        media_type = file.headers["Content-Type"].partition(";")[0]
        assert distribution["dcat:mediaType"] == {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"}
        assert distribution["dcat:accessURL"] == {"@id": f"{SITE}/data/"}
        assert distribution["dct:conformsTo"]["@id"].startswith("http://www.opengis.net/def/crs/")


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("", {}),
        ("MIT", {"dct:license": {"@id": "https://spdx.org/licenses/MIT"}}),
        ("CC BY 4.0", {"dct:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"}}),
        (
            "MIT（转载数据包）",
            {"dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": zh("MIT（转载数据包）")}},
        ),
    ],
)
def test_a_licence_is_named_only_where_the_source_names_it(client, licence, told):
    make.place("120118102", source=make.source("units", title="名录", licence=licence))

    whole = record(client)

    [source] = whole["dcat:dataset"][1]["dct:source"]
    assert source == {"@id": f"{SITE}/sources/#units", "dct:title": zh("名录"), **told}
    assert [part for part in (whole, *whole["dcat:dataset"]) if "dct:license" in part] == []


def test_an_empty_register_says_nothing_that_it_does_not_know(client):
    whole = record(client)

    assert {"dct:issued", "dct:modified"} & set(whole) == set()
    for dataset in whole["dcat:dataset"]:
        assert dataset["dct:spatial"] == {"@type": "dct:Location", "dct:identifier": "120118"}
        assert (dataset["dct:source"], "dct:temporal" in dataset) == ([], False)


def test_it_is_json_ld_with_an_etag(client):
    answer = client.get(CATALOG)

    assert answer.headers["Content-Type"] == "application/ld+json"
    assert client.get(CATALOG, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("size", [1, 3])
def test_many_rows_cost_as_many_queries_as_one(client, size, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(9):
        client.get(CATALOG)
