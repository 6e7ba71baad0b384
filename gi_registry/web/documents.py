"""Documents: handed in at the desk, kept outside the web root, given only to those who may have them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gi_registry.core.errors import NotAllowed, NotInRegister
from gi_registry.core.history import changes_of, last_change
from gi_registry.gazette.models import Document
from gi_registry.gazette.validators import HandedIn, examined
from gi_registry.inspections.permissions import documents_to_read
from gi_registry.parties.permissions import Act, Person
from gi_registry.products.actions import correct_document, hand_in
from gi_registry.products.permissions import within_reach
from gi_registry.web.desk import answer, desk, product_for
from gi_registry.web.facts import said
from gi_registry.web.forms.kept import DOCUMENT, DocumentForm
from gi_registry.web.pages import page

READ_NOT_RUN = "default-src 'none'; sandbox"  # should a browser open the file after all, nothing in it may act


@desk(Act.DESK)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The documents within reach."""
    reached = documents_to_read(request.user, Act.DESK)
    rows = reached.select_related("source").prefetch_related("products")
    writable = set(documents_to_read(request.user, Act.DOCUMENTS).values_list("sha256", flat=True))
    return render(request, "desk/documents/index.html", {"rows": rows, "writable": writable})


@desk(Act.DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form by which a file becomes a document of the product."""
    product = product_for(request.user, Act.DOCUMENTS, slug)
    form = DocumentForm(request.POST or None, request.FILES or None, person=request.user, row=None)
    back = reverse("desk-product", args=[slug])
    to = f"{back}#documents"

    def act() -> str:
        asked = form.cleaned_data
        about: dict[str, Any] = {"public": False} | form.values()
        about |= {"by": str(request.user), "note": asked["reason"], "day": asked["day"]}
        document, made = hand_in(product, handed_in(asked["file"]), **about)
        if made:
            return _("已收下“{title}”。").format(title=document.title)
        return _("这个文件登记簿里已经有了（“{title}”，{by}），没有再存一份，已列到本产品下。").format(
            title=document.title, by=document.by
        )

    asked_from = request.GET.get("back", "")
    if asked_from.startswith(reverse("desk-systems-product", args=[slug])):
        to = back = asked_from
    context = {"product": product, "back": back}
    return answer(request, form, "desk/documents/new.html", context, act=act, to=to)


def handed_in(upload: Any) -> HandedIn:
    """The examined file. Raises BadInput; one that is too big is not even read."""
    limit = settings.UPLOAD_LIMIT_MB["document"]
    return examined(upload.name, upload.read(limit * 1024 * 1024 + 1), limit)


@desk(Act.DOCUMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, sha256: str) -> HttpResponse:
    """What is said of a document, and its history."""
    document = document_for(request.user, Act.DOCUMENTS, sha256)
    among = within_reach(request.user, Act.DOCUMENTS)
    chosen = document.products.filter(pk__in=among.values("pk"))
    initial = {name: getattr(document, name) for name in (*DOCUMENT, "source")}
    initial |= {"products": [product.slug for product in chosen], "seen": last_change(document)}
    form = DocumentForm(request.POST or None, person=request.user, row=document, products=among, initial=initial)

    def act() -> str:
        asked = form.cleaned_data
        about = {"products": form.chosen_products(), "among": list(among), "note": asked["reason"], "day": asked["day"]}
        values, seen = form.values(), asked["seen"] or 0
        return said(correct_document(document, values=values, by=str(request.user), seen=seen, **about))

    context = {"document": document, "back": reverse("desk-documents"), "changes": changes_of(document)}
    columns = (*DOCUMENT, "source")
    to = reverse("desk-documents")
    return answer(request, form, "desk/documents/edit.html", context, act=act, to=to, row=document, columns=columns)


@desk(Act.DESK)
@require_safe
def desk_file(request: HttpRequest, sha256: str) -> FileResponse:
    """The file, for those at the desk within whose reach it is."""
    return streamed(document_for(request.user, Act.DESK, sha256))


@page
def public_file(request: HttpRequest, sha256: str) -> FileResponse:
    """The file, where it is public; to a stranger there are no others."""
    document = Document.objects.filter(sha256=sha256, public=True).first()
    if document is None:
        raise NotInRegister("没有这个公开文件。")
    return streamed(document)


def document_for(person: Person, act: Act, sha256: str) -> Document:
    """The document, where the person may do the act on it. Raises NotInRegister and NotAllowed."""
    document = Document.objects.select_related("source").filter(sha256=sha256).first()
    if document is None:
        raise NotInRegister("登记簿没有这个文件。")
    if not documents_to_read(person, act).filter(pk=document.pk).exists():
        raise NotAllowed(f"您的账号不能{act.label}：这个文件不属于您负责的产品。")
    return document


def streamed(document: Document) -> FileResponse:
    """The file in pieces, to be saved under its own name, never to be shown as a page of ours."""
    try:
        content = document.file.open("rb")
    except FileNotFoundError as error:
        raise NotInRegister("这个文件的登记还在，文件本身不在了：请告诉登记簿管理员。") from error
    response = FileResponse(content, as_attachment=True, filename=document.name, content_type=document.media_type)
    response.headers["Content-Security-Policy"] = READ_NOT_RUN
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
