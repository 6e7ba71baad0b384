"""A real browser on the real register; whatever it complains of or asks of another host fails the journey."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from gi_registry.intake.actions import load

# Playwright runs an event loop in this thread; the tests' own queries are not asynchronous for that.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The live server takes its static files from where they are written, but WhiteNoise looks for a collected folder.
site.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(QUIET)
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(empty_register):
    """Open an address of the register as geodata/ makes it."""
    load(site.GEODATA_DIR)
    return empty_register


@pytest.fixture
def empty_register(browser, live_server, transactional_db):
    """Open an address in a browser of its own; at the end nothing may have been complained of or fetched elsewhere."""
    complaints: list[str] = []

    def hear(page: Page) -> None:
        page.on("console", lambda m: complaints.append(said(m)) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if elsewhere(request.url) else None)

    def said(message: ConsoleMessage) -> str:
        return f"{message.text} ({message.location['url']})"

    def elsewhere(url: str) -> bool:
        return (
            urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname != urlsplit(live_server.url).hostname
        )

    @contextmanager
    def opening(address: str, viewport: dict = WIDE, expected: tuple[str, ...] = (), **options) -> Iterator[Page]:
        usual = {"viewport": viewport, "locale": "zh-CN", "base_url": live_server.url}
        context = browser.new_context(**usual | options)
        page = context.new_page()
        hear(page)
        try:
            page.goto(address, wait_until="networkidle")
            yield page
        finally:
            context.close()
            assert [line for line in complaints if not any(part in line for part in expected)] == []

    return opening
