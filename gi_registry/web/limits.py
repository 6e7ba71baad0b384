"""How much anybody may send, told by the length that a request announces; and how often strangers may ask."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gi_registry.core.errors import Refusal, TooOften
from gi_registry.marks.api_keys import key_in, owner_of
from gi_registry.web.account import client_address

MEGABYTE = 1024 * 1024
STRANGERS_MB = 1  # strangers sign in; the only files that they send are photos of labels
STRANGERS_FILES = {"/verify/label/": "photo", "/verify/label/report/": "photo"}
AROUND_A_FILE_MB = 1  # the other fields of its form
BY_THEMSELVES = ("/api/authorisations/check", "/field/")  # read no more than they take, refuse as JSON


class LengthLimit:
    """Refuse what is longer than any file may be, and from strangers anything longer than a form.

    It stands behind authentication and before whatever reads the body, the check of the CSRF token included. A body
    without an announced length has none for Django, so that nothing passes by unannounced.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = announced(request)
        if length <= STRANGERS_MB * MEGABYTE or request.path_info.startswith(BY_THEMSELVES):
            return self.get_response(request)
        largest = largest_file(request)
        if largest and length <= (largest + AROUND_A_FILE_MB) * MEGABYTE:
            return self.get_response(request)
        sentence = (
            _("所交的内容有 {size} MB，超过 {limit} MB 的限度，没有接收。").format(
                size=length // MEGABYTE, limit=largest
            )
            if largest
            else _("没有登录，不能交文件：登录可能已经过期，请重新登录再交。")
        )
        return render(request, "refusal.html", {"title": _("没有接收"), "sentence": sentence}, status=413)


def largest_file(request: HttpRequest) -> int:
    """The size in MB of the largest file that may be sent to this address by whoever asks; 0 where none may."""
    taken = STRANGERS_FILES.get(request.path_info)
    if taken:
        return settings.UPLOAD_LIMIT_MB[taken]
    return max(settings.UPLOAD_LIMIT_MB.values()) if request.user.is_authenticated else 0


def announced(request: HttpRequest) -> int:
    """The length of the body in bytes, as the request tells it; 0 where it tells nothing that is a number."""
    told = str(request.META.get("CONTENT_LENGTH") or "")
    return int(told) if told.isascii() and told.isdigit() else 0


# --- How often -------------------------------------------------------------------------------------------------------

LIMITED = ("/verify/", "/v/", "/api/authorisations")
DRAWN = ("/certificate/", "/certificate.png", "/qr.svg")  # at the end of an address: signed and drawn, up to 0.2 s each
DRAWN_PER_MINUTE = 10
MOST_KEPT = 20_000  # addresses; those that have not asked for a minute are let go first
MINUTE_S = 60.0


class Allowance:
    """So many questions a minute for each address; what is not asked is saved up for a minute and no longer."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.left: dict[str, tuple[float, float]] = {}  # of each address: how many were left, and when
        self.lock = threading.Lock()

    def wait(self, address: str, now: float) -> float:
        """Seconds until the address may ask; 0 where it may now, which is taken from what it has left."""
        a_second = self.per_minute / MINUTE_S
        with self.lock:
            left, since = self.left.get(address, (float(self.per_minute), now))
            left = min(float(self.per_minute), left + (now - since) * a_second)
            if left < 1:
                return (1 - left) / a_second
            self.left[address] = (left - 1, now)
            if len(self.left) > MOST_KEPT:
                self.let_go(now)
        return 0

    def let_go(self, now: float) -> None:
        """Forget who has everything left again; everybody, should that not be enough."""
        self.left = {address: kept for address, kept in self.left.items() if now - kept[1] < MINUTE_S}
        if len(self.left) > MOST_KEPT:
            self.left = {}


class RateLimit:
    """Let one address ask who may use the mark so often and no oftener, unless somebody has signed in there or shows a
    key of the API.

    Each process counts for itself, so that with several the limit is that of them all together.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.checks, self.drawings = Allowance(settings.CHECKS_PER_MINUTE), Allowance(DRAWN_PER_MINUTE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for allowance in self.allowances(request.path_info):
            seconds = allowance.wait(household(client_address(request)), time.monotonic())
            if seconds and not is_known(request):
                return refused(request, ceil(seconds), allowance.per_minute)
        return self.get_response(request)

    def allowances(self, path: str) -> tuple[Allowance, ...]:
        """Of which a question at this address takes."""
        if self.checks.per_minute <= 0 or not path.startswith(LIMITED):
            return ()
        return (self.checks, self.drawings) if path.endswith(DRAWN) else (self.checks,)


def is_known(request: HttpRequest) -> bool:
    """Whether somebody has signed in, or asks with a key of the API that is good."""
    if request.user.is_authenticated:
        return True
    try:
        return bool(owner_of(key_in(request.headers.get("Authorization", ""))))
    except Refusal:
        return False


@lru_cache(maxsize=5_000)
def household(address: str | None) -> str:
    """What is counted as one asker: an IPv4 address, or the network of IPv6 addresses that one household has."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or int(parsed) >> 64)


def refused(request: HttpRequest, seconds: int, per_minute: int) -> HttpResponse:
    """Why, and when again: in JSON to programs, else on a page."""
    sentence = _("查得太频繁：同一网络地址每分钟最多查 {n} 次，请过 {s} 秒再查。").format(n=per_minute, s=seconds)
    refusal = TooOften(sentence)
    if request.path_info.startswith("/api/"):
        content = json.dumps(refusal.as_problem(), ensure_ascii=False)
        response = HttpResponse(content, "application/problem+json", refusal.status)
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        context = {"title": _("请稍等"), "sentence": sentence}
        response = render(request, "refusal.html", context, status=refusal.status)
    response.headers["Retry-After"] = str(seconds)
    return response
