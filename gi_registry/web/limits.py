"""How much anybody may send: told by the length that a request announces, before a byte of it is read or stored."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024
STRANGERS_MB = 1  # strangers sign in; the only file that they send is a photo of a label
STRANGERS_FILES = {"/verify/label/": "photo"}
AROUND_A_FILE_MB = 1  # the other fields of its form


class LengthLimit:
    """Refuse what is longer than any file may be, and from strangers anything longer than a form.

    It stands behind authentication and before whatever reads the body, the check of the CSRF token included. A body
    without an announced length has none for Django, so that nothing passes by unannounced.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = announced(request)
        if length <= STRANGERS_MB * MEGABYTE:
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
