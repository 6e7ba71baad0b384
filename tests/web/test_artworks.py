from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gi_registry.core import clock
from gi_registry.marks import keys
from gi_registry.marks.models import Artwork
from tests import make

pytestmark = pytest.mark.django_db

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
CODE = "7KQM2X4HA"


@pytest.fixture
def market(client):
    client.force_login(make.person("market"), backend="gi_registry.parties.permissions.RegisterBackend")
    return client


def hand_in(client, name, content, **values):
    asked = {"valid_from": clock.today().isoformat(), "source": make.source().key, "reason": ""} | values
    return client.post("/desk/artwork/", asked | {"file": SimpleUploadedFile(name, content)})


def png():
    file = io.BytesIO()
    Image.new("RGB", (200, 200), "#ff0000").save(file, "PNG")
    return file.getvalue()


def certificate(client):
    keys.rotate(clock.now())
    make.authorisation(make.producer(), make.product(), code=CODE)
    return client.get(f"/v/{CODE}/certificate/").content.decode()


def test_a_drawing_is_handed_in_and_shown_on_certificates(market):
    assert hand_in(market, "mark.svg", SVG).status_code == 302

    sha256 = Artwork.objects.get().document.sha256
    assert f'<img src="/v/artwork/{sha256}"' in market.get("/desk/artwork/").content.decode()
    assert f'<img src="/v/artwork/{sha256}"' in certificate(market)


def test_without_a_file_the_place_stays_empty(client):
    page = certificate(client)
    assert "专用标志位置，由使用人按国家知识产权局公布的矢量图印制" in page
    assert "<img" not in page


def test_the_file_runs_nothing_wherever_it_is_opened(market, client):
    hand_in(market, "mark.svg", SVG)
    client.logout()

    answer = client.get(f"/v/artwork/{Artwork.objects.get().document.sha256}")
    assert answer.content == SVG
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_raster_file_is_drawn_into_the_picture(market):
    hand_in(market, "mark.png", png())
    certificate(market)

    page = Image.open(io.BytesIO(market.get(f"/v/{CODE}/certificate.png").content))
    assert (255, 0, 0) in {colour for _count, colour in page.getcolors(1 << 24)}


def test_a_file_that_is_gone_leaves_the_place_empty(market, settings):
    hand_in(market, "mark.png", png())
    held = Artwork.objects.get().document
    held.file.storage.delete(held.file.name)
    certificate(market)

    assert market.get(f"/v/{CODE}/certificate.png").status_code == 200
    assert market.get(f"/v/artwork/{held.sha256}").status_code == 404


def test_a_pdf_is_kept_and_not_shown(market):
    pdf = b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n0\n%%EOF\n"
    assert hand_in(market, "mark.pdf", pdf).status_code == 302

    assert "<img" not in certificate(market)
    assert market.get(f"/v/artwork/{Artwork.objects.get().document.sha256}").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("mark.svg", b"<svg><script/></svg>", "脚本、动画或外部链接"),
        ("mark.txt", b"x", "内容不是其中任何一种"),
        ("mark.svg", b"<svg", "打不开"),
    ],
)
def test_what_is_no_file_of_the_mark_is_refused_on_the_form(market, name, content, sentence):
    answer = hand_in(market, name, content)

    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not Artwork.objects.exists()


def test_a_document_of_something_else_is_not_served_as_the_mark(client):
    assert client.get(f"/v/artwork/{make.document().sha256}").status_code == 404
