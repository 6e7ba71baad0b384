from __future__ import annotations

import pytest

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ADDRESSES = [
    "/",
    "/products/",
    "/check/",
    "/sources/",
    "/no-such-page",
    "/api/products.geojson",
    "/api/covering",
    "/healthz",
]


def policy_of(response):
    return dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_strict_policy(client, address):
    assert policy_of(client.get(address)) == STRICT


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/no-such-page", "/api/covering"])
def test_a_key_allows_the_tiles_of_tianditu_as_pictures_only(client, settings, address):
    settings.TIANDITU_KEY = "a-key"

    assert policy_of(client.get(address)) == STRICT | {"img-src": "'self' data: https://*.tianditu.gov.cn"}
