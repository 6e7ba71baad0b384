"""The page of the open data."""

from __future__ import annotations

import re

import pytest

from gi_registry.opendata import places, products
from gi_registry.opendata.formats import FORMATS
from tests import make
from tests.web.test_pages import missing

pytestmark = pytest.mark.django_db
FILES = [f"/downloads/{name}.{extension}" for name in ("products", "places") for extension in FORMATS]


def links(answer):
    return re.findall(r'href="([^"]+)"', answer.content.decode())


def test_every_column_of_every_format_is_explained(client, jinghai):
    columns = [*products.COLUMNS, *places.COLUMNS]
    words = {str(word) for c in columns for word in (c.name, c.short, c.title, c.meaning, c.kind.label, c.origin.label)}

    assert missing(client.get("/data/"), words) == []


def test_every_source_is_named_with_its_licence(client, jinghai):
    facts = [
        "GeoNames 聚落点",
        "CC BY 4.0",
        "乡镇示意单元",
        "MIT",
        "MIT（转载数据包）",
        "未查明",
    ]

    assert missing(client.get("/data/"), facts) == []


def test_it_says_what_is_schematic_and_which_boundary_is_given(client):
    assert (
        missing(client.get("/data/"), ["示意", "不是法定界线", "准确界线", "EPSG:4490", "WGS 84", "QGIS", "Excel"])
        == []
    )


@pytest.mark.parametrize(("query", "tail"), [("", ""), ("?on=2011-01-01", "?on=2011-01-01")])
def test_it_links_to_all_files_of_the_day_and_to_the_catalogue(client, query, tail):
    found = links(client.get(f"/data/{query}"))

    assert [file for file in FILES if file + tail not in found] == []
    assert "/catalog.jsonld" in found


def test_programs_find_the_catalogue_in_the_head(client):
    page = client.get("/data/").content.decode()

    assert '<link rel="alternate" type="application/ld+json" href="/catalog.jsonld"' in page.partition("</head>")[0]


@pytest.mark.parametrize("address", ["/", "/products/", "/sources/", "/check/", "/data/"])
def test_every_footer_leads_here(client, address):
    make.register(1)

    assert "/data/" in links(client.get(address))


def test_the_list_of_products_offers_what_it_shows(client):
    make.register(1)

    found = links(client.get("/products/?stage=protected&on=2020-01-01&page=1"))

    assert "/downloads/products.gpkg?stage=protected&amp;on=2020-01-01" in found


@pytest.mark.parametrize("address", ["/data/?on=yesterday", "/data/?on=1900-01-01"])
def test_a_day_that_is_none_is_refused(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("size", [1, 3])
def test_many_rows_cost_as_many_queries_as_one(client, size, django_assert_num_queries):
    make.register(size)

    with django_assert_num_queries(2):
        client.get("/data/")
