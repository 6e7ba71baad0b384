"""The description is OpenAPI, names every address that programs ask, and every answer is what it describes."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, get_resolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gi_registry.api.description import OPERATIONS, document
from gi_registry.core import clock
from gi_registry.marks import api_keys
from gi_registry.marks.codes import EXAMPLE
from gi_registry.marks.keys import rotate
from gi_registry.opendata.formats import FORMATS
from gi_registry.products.models import Product
from tests import make

pytestmark = pytest.mark.django_db
FOR_PROGRAMS = re.compile(r"api/|downloads/|catalog\.jsonld|healthz|\.well-known/|status/")
FOR_PEOPLE = {"api-docs"}


def described(client):
    return client.get("/api/openapi.json").json()


def routes(patterns=None, before=""):
    """Every address with its name, as OpenAPI writes it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name, "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", here)
        else:
            yield from routes(pattern.url_patterns, here)


def closed(schema):
    """The same schema, in which every object has only the fields that are named."""
    match schema:
        case dict():
            inner = {key: closed(value) for key, value in schema.items()}
            return inner | {"additionalProperties": False} if "properties" in schema else inner
        case list():
            return [closed(item) for item in schema]
    return schema


def misfits(document, schema, answer):
    """Where the answer is not what the schema says, fields that are not described among it."""
    whole = closed(schema) | {"components": closed(document["components"])}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


def test_it_is_openapi(client):
    OpenAPIV31SpecValidator(described(client)).validate()


def test_every_address_for_programs_is_described_and_no_other():
    told = {(operation.name, operation.path) for operation in OPERATIONS}

    assert told == {
        (name, address)
        for name, address in routes()
        if FOR_PROGRAMS.match(address.removeprefix("/")) and name not in FOR_PEOPLE
    }


def test_it_is_the_document_of_the_code(client):
    answer = client.get("/api/openapi.json")

    assert (answer.headers["Content-Type"], "ETag" in answer.headers) == ("application/json", True)
    assert [*answer.json()["paths"]] == [*document()["paths"]]


# --- Every answer is what it describes -------------------------------------------------------------------------------

USCC = make.USCC[0]


@pytest.fixture
def register(jinghai):
    """The register as it is shipped, with one user of the mark."""
    make.authorisation(make.producer(), Product.objects.get(slug="duliu-laocu"), code=EXAMPLE)


@pytest.fixture
def key():
    return api_keys.make(make.person("market"), "示例平台")


GOOD = {
    "api-authorisations": ["?q=示例酿造", "?q=nothing", f"?uscc={USCC.lower()}", "?product=duliu-laocu&on=2020-01-01"],
    "api-authorisation": ["", "?on=2020-01-01"],
    "api-covering": ["?lon=116.9074&lat=39.02868&accuracy=10", "?lon=118&lat=39&nearest=1", "?lon=1&lat=2&nearest=1"],
    "api-products": ["", "?on=1990-01-01", "?bbox=116.7,38.5,117.2,39.1&limit=2"],
    "api-product": ["", "?on=2020-01-01"],
    "api-places": ["", "?bbox=116.7,38.5,117.2,39.1&limit=2"],
    "jwks": [""],
    "catalog": [""],
    "api-description": [""],
    "healthz": [""],
}
BAD = {
    "api-authorisations": ["", "?uscc=911", "?q=x&on=never", "?product=none"],
    "api-authorisation": ["?on=never"],
    "api-covering": ["", "?lon=1"],
    "api-products": ["?on=never", "?stage=gone"],
    "api-product": ["?on=never"],
    "api-places": ["?bbox=1"],
    "download-products": ["?on=never"],
    "download-places": ["?q=x"],
}
OPERATION = {operation.name: operation for operation in OPERATIONS}


def address(operation):
    """The path with the examples of its values."""
    examples = {parameter.name: parameter.example for parameter in operation.parameters if parameter.path}
    return re.sub(r"{(\w+)}", lambda name: examples[name[1]], operation.path)


def misfits_of(client, name, answer):
    """Where an answer is neither what is described nor a refusal that is."""
    told = described(client)
    operation = told["paths"][OPERATION[name].path][OPERATION[name].method]
    expected = operation["responses"].get(str(answer.status_code))
    if expected is None:
        return [f"{answer.status_code} is not described"]
    if "$ref" in expected:
        expected = told["components"]["responses"][str(answer.status_code)]
    media_type = answer.headers["Content-Type"].partition(";")[0]
    if media_type not in expected["content"]:
        return [f"{media_type} is not described"]
    return misfits(told, expected["content"][media_type].get("schema", {}), answer.json())


@pytest.mark.parametrize(("name", "query"), [(name, query) for name, queries in GOOD.items() for query in queries])
def test_every_answer_is_what_is_described(register, client, name, query):
    answer = client.get(address(OPERATION[name]) + query)

    assert (answer.status_code, misfits_of(client, name, answer)) == (200, [])


@pytest.mark.parametrize(("name", "query"), [(name, query) for name, queries in BAD.items() for query in queries])
def test_every_refusal_is_what_is_described(register, client, name, query):
    answer = client.get(address(OPERATION[name]) + query)

    assert (answer.status_code >= 400, misfits_of(client, name, answer)) == (True, [])


@pytest.mark.parametrize(
    ("content", "status"), [(f"{USCC}\n{make.USCC[1]}\n911\n", 200), ("", 400), ("x" * 1_100_000, 413)]
)
def test_a_bulk_check_is_answered_as_described(register, client, key, content, status):
    shown = {"Authorization": f"Bearer {key}"}
    answer = client.post("/api/authorisations/check", content, content_type="text/csv", headers=shown)

    assert (answer.status_code, misfits_of(client, "api-bulk", answer)) == (status, [])


def test_a_bulk_check_without_a_key_is_refused_as_described(client):
    answer = client.post("/api/authorisations/check", USCC, content_type="text/csv")

    assert (answer.status_code, misfits_of(client, "api-bulk", answer)) == (401, [])


@pytest.mark.parametrize("name", ["download-products", "download-places"])
@pytest.mark.parametrize("extension", FORMATS)
def test_every_download_has_a_media_type_that_is_described(register, client, name, extension):
    answer = client.get(OPERATION[name].path.replace("{extension}", extension))

    assert answer.headers["Content-Type"].partition(";")[0] in OPERATION[name].answers
    answer.close()


def test_whoever_asks_too_often_is_refused_as_described(client, settings):
    settings.CHECKS_PER_MINUTE = 1

    *_before, answer = [client.get("/api/authorisations?q=x") for _ in range(2)]

    assert (answer.status_code, misfits_of(client, "api-authorisations", answer)) == (429, [])


def test_every_answer_that_is_no_file_is_asked_for():
    """Where a new address comes, its answers are to be held against its description here."""
    elsewhere = {"api-bulk", "statuses", "download-products", "download-places"}

    assert set(GOOD) == set(OPERATION) - elsewhere
    assert {name for name, operation in OPERATION.items() if 400 in operation.refusals} == set(BAD) | {"api-bulk"}


def test_the_list_of_revocations_has_the_media_type_that_is_described(client):
    rotate(clock.now())

    answer = client.get("/status/1")

    assert (answer.status_code, answer.headers["Content-Type"] in OPERATION["statuses"].answers) == (200, True)
