"""The field app's own page, its service worker and its manifest: the same for anybody, so that a phone can keep them.

What inspectors take along and send goes through `api/field.py`; the page itself knows nobody.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

PAGE = "field/index.html"
STYLES = ("tokens", "elements", "frame", "signs", "forms", "print", "field")
SHARED_SCRIPTS = ("ask", "words")
ICONS = {192: "icons/field-192.png", 512: "icons/field-512.png"}
PAPER, ACCENT = "#ffffff", "#123f3d"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The app: one page, whose parts its scripts show."""
    return render(request, PAGE)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, told what to keep and under which name; another name for any change to what is kept."""
    kept = [reverse("field"), reverse("field-manifest"), *(static(path) for path in files())]
    script = (
        f"self.CACHE = {json.dumps(f'field-{version()}')};\n"
        f"self.KEPT = {json.dumps(kept)};\n"
        f"importScripts({json.dumps(static('js/field/worker.js'))});\n"
    )
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the app on its home screen."""
    content = {
        "id": reverse("field"),
        "name": f"{_('现场检查')} · {settings.REGISTER_NAME}",
        "short_name": _("现场检查"),
        "lang": "zh-Hans",
        "start_url": reverse("field"),
        "scope": reverse("field"),
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": ACCENT,
        "icons": [
            {"src": static(path), "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any maskable"}
            for side, path in ICONS.items()
        ],
    }
    return HttpResponse(json.dumps(content, ensure_ascii=False), content_type="application/manifest+json")


@cache
def files() -> tuple[str, ...]:
    """The static files that the app is made of."""
    root = settings.BASE_DIR / "static"
    scripts = sorted((root / "js" / "field").rglob("*.js"))
    own = [path.relative_to(root).as_posix() for path in scripts if path.name != "worker.js"]
    styles = [f"css/{name}.css" for name in STYLES]
    return (*styles, *(f"js/{name}.js" for name in SHARED_SCRIPTS), *own, *ICONS.values(), "favicon.svg")


@cache
def version() -> str:
    """Another one for another page or other files, so that a new version reaches those who kept an old one."""
    root = settings.BASE_DIR / "static"
    digest = hashlib.sha256(render_to_string(PAGE).encode())
    for path in (*files(), "js/field/worker.js"):
        digest.update((root / path).read_bytes())
    return digest.hexdigest()[:16]
