"""What a browser really fetches on its first visit to the map."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.server import serving

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def kilobytes_of_first_load(database: Path) -> float:
    """Kilobytes (1,000 bytes) over the wire, headers and all parts counted, with the demo data and an empty cache."""
    url = f"spatialite:///{database}"
    database.unlink(missing_ok=True)
    environment = os.environ | {"DATABASE_URL": url}
    for command in (["migrate", "-v0"], ["load_geodata"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    with serving(url) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(QUIET)
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(f"http://127.0.0.1:{server.port}/", wait_until="networkidle")
        browser.close()
    return sum(sizes) / 1000
