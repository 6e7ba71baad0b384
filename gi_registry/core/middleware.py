"""The Content-Security-Policy of every answer."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# No inline script and no inline style anywhere, so that a page can never run or load what we did not ship.
DIRECTIVES = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
TIANDITU_HOSTS = "https://*.tianditu.gov.cn"


def policy() -> str:
    """The header's value; tiles are allowed only where the register has a key for them."""
    directives = dict(DIRECTIVES)
    if settings.TIANDITU_KEY:
        directives["img-src"] += f" {TIANDITU_HOSTS}"
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class ContentSecurityPolicy:
    """Send the policy with every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
        return response
