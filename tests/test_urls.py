from __future__ import annotations

import pytest
from django.urls import URLPattern, get_resolver

JUNK = "lon=x&lat=%00&on=9999-99-99&limit=-1&bbox=1&page=-5&q=%00%ff&part=list&product=%3Cscript%3E&stage=no&datum=no"


def addresses(patterns, before="/"):
    for pattern in patterns:
        here = before + str(pattern.pattern).removeprefix("^").removesuffix(r"\Z").removesuffix("$")
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern.url_patterns, here)
        elif not pattern.pattern.converters and not pattern.pattern.regex.groups:
            yield here


ADDRESSES = sorted(set(addresses(get_resolver().url_patterns)))


def test_the_walk_finds_the_addresses_of_the_contract():
    contract = {
        "/",
        "/products/",
        "/check/",
        "/sources/",
        "/healthz",
        "/api/products.geojson",
        "/api/places.geojson",
        "/api/covering",
    }

    assert contract - set(ADDRESSES) == set()


@pytest.mark.parametrize("query", ["", JUNK])
def test_no_address_answers_with_an_error_of_the_server(jinghai, admin_client, query):
    failing = [address for address in ADDRESSES if admin_client.get(f"{address}?{query}").status_code >= 500]

    assert failing == []


@pytest.mark.parametrize("address", ["/products/{}/", "/places/{}/", "/api/products/{}.geojson"])
@pytest.mark.parametrize("name", ["x", "%3Cb%3E", "独流老醋", "0" * 300, "..", "%ff", "%00"])
def test_a_name_that_names_nothing_is_404(jinghai, client, address, name):
    assert client.get(address.format(name)).status_code == 404
