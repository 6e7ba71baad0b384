"""The desk's page of the official mark: the file that the State published, handed in, and those of before."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gi_registry.core import clock
from gi_registry.marks.artworks import SHOWN, artwork_on, examined_artwork, hand_in_artwork
from gi_registry.marks.models import Artwork
from gi_registry.parties.permissions import Act
from gi_registry.web.applications import me
from gi_registry.web.desk import answer, desk
from gi_registry.web.forms.artworks import ArtworkForm


@desk(Act.AUTHORISATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """What stands on certificates today, all files by the day from which they hold, and the form for another."""
    form = ArtworkForm(request.POST or None, request.FILES or None, person=request.user)

    def act() -> str:
        asked, limit = form.cleaned_data, settings.UPLOAD_LIMIT_MB["document"]
        upload = asked["file"]
        handed = examined_artwork(upload.name, upload.read(limit * 1024 * 1024 + 1), limit)
        about = {"source": asked["source"], "valid_from": asked["valid_from"], "note": asked["reason"]}
        held = hand_in_artwork(handed, by=me(request), **about)
        return _("已收下“{name}”，自 {day} 起用在证明上。").format(name=held.document.name, day=held.valid_from)

    context = {
        "today": artwork_on(clock.today(), SHOWN),
        "rows": Artwork.objects.select_related("document__source"),
        "back": reverse("desk-marks"),
    }
    return answer(request, form, "desk/artwork/index.html", context, act=act, to=request.path)
