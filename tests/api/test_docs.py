"""The page of the API: every address with an example that works, every link leads somewhere."""

from __future__ import annotations

import html
import re
import shlex
from urllib.parse import urlencode

import pytest

from gi_registry.api.description import OPERATIONS
from gi_registry.api.docs import curl
from gi_registry.api.schemas import SCHEMAS
from gi_registry.core import clock
from gi_registry.marks.codes import EXAMPLE
from gi_registry.marks.keys import rotate
from gi_registry.products.models import Product
from tests import make
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
DOCS = "/api/docs"
HERE = "http://testserver"


def test_every_address_and_every_shape_is_there(client):
    answer = client.get(DOCS)

    text = text_of(answer)
    told = [text for operation in OPERATIONS for text in (str(operation.title), operation.path)]
    assert [part for part in [*told, *SCHEMAS] if part not in text] == []


def test_every_link_within_the_page_leads_somewhere(client):
    page = client.get(DOCS).content.decode()

    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'\bid="([^"]+)"', page))


def test_nothing_runs_on_it(client):
    page = client.get(DOCS).content.decode()

    assert re.findall(r"<script|<style|style=|onclick", page) == []


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method == "get"], ids=lambda o: o.name)
def test_every_example_works(jinghai, client, operation):
    make.authorisation(make.producer(), Product.objects.get(slug="duliu-laocu"), code=EXAMPLE)
    rotate(clock.now())

    words = shlex.split(curl(operation, HERE).replace("\\\n", " "))
    [address] = [word for word in words if word.startswith(HERE)]
    values = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "--data-urlencode")
    answer = client.get(f"{address.removeprefix(HERE)}?{urlencode(values)}")

    assert (words[0], answer.status_code) == ("curl", 200)
    answer.close()


def test_the_example_of_the_bulk_check_names_key_and_file(client):
    page = html.unescape(client.get(DOCS).content.decode())

    assert "-H 'Authorization: Bearer 密钥'" in page
    assert "--data-binary @代码.csv" in page


def test_it_says_how_often_one_may_ask_where_there_is_a_limit(client, settings):
    settings.CHECKS_PER_MINUTE = 77
    assert "每分钟最多 77 次" in text_of(client.get(DOCS))

    settings.CHECKS_PER_MINUTE = 0
    assert "每分钟最多" not in text_of(client.get(DOCS))


def test_the_data_page_leads_there(client):
    assert f'href="{DOCS}"' in client.get("/data/").content.decode()
