from __future__ import annotations

import hashlib
import re
from datetime import date

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gi_registry.core.history import changes_of, last_change
from gi_registry.core.models import Change
from gi_registry.gazette.models import Document, Source
from gi_registry.products import actions
from tests import handed_in, make, shapes
from tests.web.test_pages import text_of

pytestmark = pytest.mark.django_db
HAND_IN = "/desk/products/duliu-laocu/documents/new/"


def signed_in(user):
    client = Client()
    client.force_login(user, backend=site.AUTHENTICATION_BACKENDS[1])
    return client


@pytest.fixture
def laocu():
    return make.product()


@pytest.fixture
def agri(laocu):
    make.source("plan", title="规划")
    return signed_in(make.person("agriculture", "agri", last_name="王", first_name="敏"))


def upload(client, name="公告 2024.pdf", content=handed_in.PDF, **values):
    form = {
        "title": "核准公告",
        "source": "plan",
        "day": "2024-03-01",
        "file": SimpleUploadedFile(name, content),
    } | values
    return client.post(HAND_IN, form)


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def content_of(answer):
    return b"".join(answer.streaming_content)


def test_a_file_is_kept_outside_the_web_root_with_its_hash_source_and_product(agri, laocu, settings):
    answer = upload(agri, public="on")

    assert answer.headers["Location"] == "/desk/products/duliu-laocu/#documents"
    document = Document.objects.get()
    assert (document.title, document.name, document.media_type, document.bytes, document.public) == (
        "核准公告",
        "公告 2024.pdf",
        "application/pdf",
        len(handed_in.PDF),
        True,
    )
    assert (document.source.key, document.by, list(document.products.all())) == ("plan", "王敏（agri）", [laocu])
    assert document.sha256 == hashlib.sha256(handed_in.PDF).hexdigest()
    assert [path.read_bytes() for path in files_in(settings.PRIVATE_DIR)] == [handed_in.PDF]
    lines = [changes_of(row).first() for row in (document, laocu)]
    assert [(line.by, line.day, line.source) for line in lines] == [("王敏（agri）", date(2024, 3, 1), "plan")] * 2
    assert "核准公告" in text_of(agri.get("/desk/products/duliu-laocu/"))
    assert "核准公告" in text_of(agri.get("/desk/documents/"))


def test_a_file_is_sent_to_be_saved_never_to_be_run(agri, laocu):
    upload(agri)

    answer = agri.get(f"/desk/documents/{Document.objects.get().sha256}/")

    assert (answer.status_code, answer.streaming, content_of(answer)) == (200, True, handed_in.PDF)
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''%E5%85%AC%E5%91%8A%202024.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_stranger_gets_what_is_public_and_learns_nothing_of_the_rest(agri, laocu, client):
    upload(agri, public="on")
    upload(agri, "内部.pdf", handed_in.PDF + b"inside\n%%EOF", title="内部意见")
    public, inside = Document.objects.get(public=True), Document.objects.get(public=False)

    answers = [client.get(f"/documents/{sha256}/") for sha256 in (public.sha256, inside.sha256, "0" * 64)]

    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert content_of(answers[0]) == handed_in.PDF
    assert answers[1].content == answers[2].content
    assert client.get(f"/desk/documents/{inside.sha256}/").status_code == 302
    page = client.get("/products/duliu-laocu/").content.decode()
    assert (public.sha256 in page, inside.sha256 in page, "内部意见" in page) == (True, False, False)


def test_the_same_file_is_told_and_not_stored_twice(agri, laocu, settings):
    upload(agri)
    again = upload(agri, "另一个名字.pdf", title="又来一次")

    assert (again.status_code, Document.objects.count(), len(files_in(settings.PRIVATE_DIR))) == (400, 1, 1)
    assert "这个文件已经交过（“核准公告”，王敏（agri）），本产品下就有，没有再存一份。" in text_of(again)


def test_a_file_of_another_product_is_listed_here_too_and_not_stored_twice(agri, laocu, settings):
    other = make.product("puluo-li", "普罗梨", "fruit")
    upload(agri)

    form = {
        "title": "同一份",
        "source": "plan",
        "day": "2024-03-01",
        "file": SimpleUploadedFile("a.pdf", handed_in.PDF),
    }
    answer = agri.post("/desk/products/puluo-li/documents/new/", form, follow=True)

    assert "没有再存一份，已列到本产品下" in text_of(answer)
    assert (set(Document.objects.get().products.all()), len(files_in(settings.PRIVATE_DIR))) == ({laocu, other}, 1)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"content": b""}, "文件是空的"),
        ({"content": b"<html>"}, "只收 PDF、JPEG、PNG、DOCX 和 XLSX 文件"),
        ({"name": "a.png"}, "内容却是 PDF 文件"),
        ({"title": ""}, "这一栏必填"),
        ({"source": ""}, "请选一个来源"),
        ({"day": ""}, "这一栏必填"),
        ({"file": ""}, "这一栏必填"),
        ({"title": "长" * 201}, "200"),
    ],
)
def test_a_file_that_is_refused_leaves_no_trace(agri, laocu, settings, values, sentence):
    before = Change.objects.count()
    typed = {"reason": "已经写好的话", "new_title": "", "new_grade": ""}

    answer = upload(agri, **typed | values)

    assert (answer.status_code, sentence in text_of(answer)) == (400, True), text_of(answer)
    assert "已经写好的话" in answer.content.decode()
    assert (Document.objects.count(), Change.objects.count(), files_in(settings.PRIVATE_DIR)) == (0, before, [])


def test_a_file_beyond_the_limit_is_refused(agri, laocu, settings):
    settings.UPLOAD_LIMIT_MB = {"document": 1}

    answer = upload(agri, content=handed_in.PDF + b"\0" * 1024 * 1024)

    assert (answer.status_code, "文件太大：最大 1 MB" in text_of(answer), Document.objects.count()) == (400, True, 0)


def test_no_file_and_no_source_is_left_where_the_row_is_refused(agri, laocu, settings):
    answer = upload(
        agri, title="题", new_title="新来源", new_grade="primary", new_address="https://" + "a" * 600 + ".cn"
    )
    assert answer.status_code == 400

    handed = actions.HandedIn("a" * 300 + ".pdf", "application/pdf", handed_in.PDF)
    source = make.source("plan", title="规划")
    with pytest.raises(actions.BadInput, match="文件名"):
        actions.hand_in(laocu, handed, title="题", source=source, public=False, by="测试")

    assert (Document.objects.count(), files_in(settings.PRIVATE_DIR)) == (0, [])
    assert not Source.objects.filter(title="新来源").exists()


@pytest.mark.django_db(transaction=True)
def test_no_file_is_left_where_the_transaction_is_undone(settings):
    product, source = make.product(), make.source("plan")
    handed = actions.HandedIn("a.pdf", "application/pdf", handed_in.PDF)
    type(product).objects.filter(pk=product.pk).delete()  # so that attaching it fails after the row was written

    with pytest.raises(type(product).DoesNotExist):
        actions.hand_in(product, handed, title="题", source=source, public=False, by="测试")

    assert (Document.objects.count(), files_in(settings.PRIVATE_DIR)) == (0, [])


def test_a_document_is_made_public_taken_back_and_moved_with_history(agri, laocu):
    other = make.product("puluo-li", "普罗梨", "fruit")
    upload(agri)
    document = Document.objects.get()
    form = {"title": "核准公告（扫描）", "public": "on", "source": "plan", "products": ["puluo-li"]}
    form |= {"seen": last_change(document), "reason": "归错了产品", "day": "2024-05-01"}

    assert agri.post(f"/desk/documents/{document.sha256}/edit/", form).status_code == 302

    document.refresh_from_db()
    assert (document.title, document.public, list(document.products.all())) == ("核准公告（扫描）", True, [other])
    said, moved = changes_of(document).first(), changes_of(laocu).first()
    assert (said.note, moved.after, {said.day, moved.day}) == ("归错了产品", {"documents": []}, {date(2024, 5, 1)})
    again = agri.post(f"/desk/documents/{document.sha256}/edit/", form | {"title": "别的"})
    assert (again.status_code, 'value="别的"' in again.content.decode()) == (409, True)


@pytest.fixture
def liaison():
    unit = make.place("120118102", shapes.square(116.8, 38.8, 0.1), name="独流镇")
    return make.person("liaison", "liaison", unit=unit)


def test_a_liaison_has_the_documents_of_the_products_of_their_unit_and_no_others(agri, laocu, liaison):
    make.area(laocu, shapes.square(116.8, 38.8, 0.1)).units.set([liaison.unit])
    other = make.product("puluo-li", "普罗梨", "fruit")
    upload(agri)
    form = {
        "title": "别处",
        "source": "plan",
        "day": "2024-03-01",
        "file": SimpleUploadedFile("b.pdf", handed_in.PDF + b"b\n%%EOF"),
    }
    agri.post("/desk/products/puluo-li/documents/new/", form)
    own, elsewhere = laocu.documents.get(), other.documents.get()
    theirs = signed_in(liaison)

    reading = [theirs.get(f"/desk/documents/{each.sha256}/") for each in (own, elsewhere)]
    assert [(answer.status_code, answer.streaming) for answer in reading] == [(200, True), (403, False)]
    content_of(reading[0])
    editing = [theirs.get(f"/desk/documents/{each.sha256}/edit/").status_code for each in (own, elsewhere)]
    assert editing == [200, 403]
    assert "别处" not in text_of(theirs.get("/desk/documents/"))
    assert theirs.post("/desk/products/puluo-li/documents/new/", {}).status_code == 403


def test_what_is_said_of_a_document_that_others_share_is_not_for_one_of_them_to_change(agri, laocu, liaison):
    make.area(laocu, shapes.square(116.8, 38.8, 0.1)).units.set([liaison.unit])
    make.product("puluo-li", "普罗梨", "fruit")
    theirs = signed_in(liaison)
    upload(theirs)
    document = Document.objects.get()
    edit = f"/desk/documents/{document.sha256}/edit/"
    assert theirs.get(edit).status_code == 200

    form = {"title": "别处", "source": "plan", "day": "2024-03-01", "file": SimpleUploadedFile("b.pdf", handed_in.PDF)}
    agri.post("/desk/products/puluo-li/documents/new/", form)
    title = {"title": "改掉的名称", "source": "plan", "day": "2024-03-01", "seen": last_change(document)}
    assert (theirs.post(edit, title).status_code, Document.objects.get().title) == (403, "核准公告")
    content_of(answer := theirs.get(f"/desk/documents/{document.sha256}/"))
    assert (answer.status_code, edit in theirs.get("/desk/documents/").content.decode()) == (200, False)
    assert agri.get(edit).status_code == 200


def test_only_who_keeps_all_documents_makes_one_public(agri, laocu, liaison):
    make.area(laocu, shapes.square(116.8, 38.8, 0.1)).units.set([liaison.unit])

    assert upload(signed_in(liaison), public="on").status_code == 302
    assert Document.objects.get().public is False


@pytest.mark.parametrize("role", ["auditor", "inspector"])
def test_who_only_reads_reads_documents_and_hands_in_none(agri, laocu, role):
    upload(agri)
    sha256 = Document.objects.get().sha256
    reader = signed_in(make.person(role, role))

    answer = reader.get(f"/desk/documents/{sha256}/")
    assert (answer.status_code, content_of(answer)) == (200, handed_in.PDF)
    assert upload(reader, content=handed_in.PDF + b"x\n%%EOF").status_code == 403
    assert reader.post(f"/desk/documents/{sha256}/edit/", {}).status_code == 403
    pages = "".join(reader.get(page).content.decode() for page in ("/desk/documents/", "/desk/products/duliu-laocu/"))
    assert re.findall(r'href="[^"]*/(?:edit|new)/"', pages) == []


def test_a_file_that_is_gone_from_the_disk_is_said_to_be(agri, laocu, settings):
    upload(agri)
    files_in(settings.PRIVATE_DIR)[0].unlink()

    answer = agri.get(f"/desk/documents/{Document.objects.get().sha256}/")

    assert (answer.status_code, "文件本身不在了" in text_of(answer)) == (404, True)


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_of_documents_asks_a_fixed_number_of_questions(agri, laocu, django_assert_num_queries, size):
    for number in range(size):
        upload(agri, content=handed_in.PDF + f"{number}\n%%EOF".encode())

    with django_assert_num_queries(6):
        agri.get("/desk/documents/")
