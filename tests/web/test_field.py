"""The page of the field app, its worker and its manifest: the same for anybody, and whole."""

from __future__ import annotations

import json
import re

from django.conf import settings as site
from django.contrib.staticfiles import finders

from gi_registry.web import field
from tests import make


def kept(client):
    script = client.get("/field/sw.js").content.decode()
    return json.loads(re.search(r"self\.KEPT = (.*);", script)[1])


def test_the_page_knows_nobody(client, db):
    stranger = client.get("/field/")
    client.force_login(make.person("inspector"), backend=site.AUTHENTICATION_BACKENDS[1])
    inspector = client.get("/field/")

    assert (stranger.status_code, stranger.content) == (200, inspector.content)
    assert "Cookie" not in stranger.headers.get("Vary", "")


def test_the_worker_keeps_the_page_and_every_file_that_it_asks_for(client):
    page = client.get("/field/").content.decode()
    asked = set(re.findall(r'(?:href|src)="(/static/[^"]+|/field/[^"]+)"', page))

    assert asked - set(kept(client)) == set()


def test_the_worker_keeps_every_script_that_scripts_import(client):
    addresses = set(kept(client))
    root = site.BASE_DIR / "static" / "js"
    scripts = [root / address.removeprefix("/static/js/") for address in addresses if address.endswith(".js")]
    imported = {
        f"/static/js/{(script.parent / path).resolve().relative_to(root)}"
        for script in scripts
        for path in re.findall(r'from "(\.[^"]+)"', script.read_text(encoding="utf-8"))
    }

    assert imported - addresses == set()


def test_all_that_the_worker_keeps_is_there(client):
    static = [address.removeprefix("/static/") for address in kept(client) if address.startswith("/static/")]
    pages = [address for address in kept(client) if not address.startswith("/static/")]

    assert [path for path in static if finders.find(path) is None] == []
    assert [client.get(address).status_code for address in pages] == [200, 200]


def test_the_manifest_starts_the_app_in_its_own_scope(client):
    told = client.get("/field/manifest.webmanifest")

    assert told.headers["Content-Type"] == "application/manifest+json"
    assert {name: told.json()[name] for name in ("short_name", "start_url", "scope", "display")} == {
        "short_name": "现场检查",
        "start_url": "/field/",
        "scope": "/field/",
        "display": "standalone",
    }
    assert [icon["sizes"] for icon in told.json()["icons"]] == ["192x192", "512x512"]


def test_each_word_that_a_script_says_stands_in_the_page(client):
    """Words and pieces named in scripts; those put together from parts are seen in the browser."""
    page = client.get("/field/").content.decode()
    scripts = "".join(
        (site.BASE_DIR / "static" / path).read_text(encoding="utf-8") for path in field.files() if "js/field" in path
    )
    words = set(re.findall(r'\bword\("([\w-]+)"', scripts)) | set(re.findall(r'\? "([a-z]+-[a-z-]+)"', scripts))
    pieces = set(re.findall(r'\bpiece\("([\w-]+)"', scripts))

    assert [word for word in words if f'data-word="{word}"' not in page] == []
    assert [piece for piece in pieces if f'data-piece="{piece}"' not in page] == []
