"""The description is OpenAPI, names every address that programs ask, and every answer is what it describes."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, get_resolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from gi_registry.api.description import OPERATIONS, document

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
