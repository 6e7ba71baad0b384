"""A code verified in a real browser: with and without a network, with and without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gi_registry.core import clock
from gi_registry.marks import keys, tokens
from tests import make, tampered
from tests.browser.conftest import PHONE

CODE, OTHER = "7KQM2X4HA", "TE5T0000E"


@pytest.fixture
def key(transactional_db):
    return keys.rotate(clock.now())


def authorised(**values):
    return make.authorisation(make.producer(), make.product("sample-vinegar", "示例醋"), code=CODE, **values)


def proof(page):
    return page.locator("[data-proof]")


def line(page, name):
    return page.locator(f"[data-line={name}] .check-said")


def judged(page, token, code=CODE):
    """The judgement of the page on a token in its address."""
    page.goto("about:blank")
    page.goto(f"/v/{code}#{token}")
    expect(proof(page)).to_have_attribute("data-judgement", re.compile(".+"))
    return proof(page).get_attribute("data-judgement")


def keep(page):
    """Wait until the service worker has kept what it needs and answers for the page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_each_way_to_change_or_forge_a_token_is_told_apart_in_the_browser(opened, key):
    found = tampered.corpus(authorised())
    with opened(f"/v/{CODE}", PHONE) as page:
        said = {name: judged(page, token) for name, (token, _) in found.items()}

    assert said == {name: judgement for name, (_, judgement) in found.items()}


@pytest.mark.parametrize(
    "name", ["another product under the old signature", "signed by a stranger", "alg none", "of another code"]
)
def test_a_code_that_is_not_genuine_is_told_in_the_first_view_and_shows_no_tick(opened, key, name):
    token, judgement = tampered.corpus(authorised())[name]
    with opened(f"/v/{CODE}", PHONE) as page:
        assert judged(page, token) == judgement
        expect(page.locator("[data-said]")).to_be_in_viewport()
        expect(page.get_by_text("今天可以使用专用标志")).to_be_hidden()
        expect(page.get_by_role("heading", level=1)).to_have_text("登记簿中编码 7KQ-M2X-4HA 的记录")
        expect(page.locator(".verdict-sign:visible")).to_have_count(0)


def test_a_genuine_code_on_anothers_page_is_led_to_its_own(opened, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened(f"/v/{OTHER}#{token}", PHONE, expected=("404",)) as page:
        page.get_by_role("link", name="看编码 7KQ-M2X-4HA 的记录").click()

        expect(proof(page)).to_have_attribute("data-judgement", "genuine")
        expect(page.get_by_role("heading", level=1)).to_contain_text("今天可以使用专用标志")


def test_each_question_is_answered_in_a_line_of_its_own(opened, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened(f"/v/{CODE}#{token}") as page:
        expect(line(page, "record")).to_have_text("真：由本登记簿签发，没有改动过")
        expect(line(page, "day")).to_have_text(f"{clock.today()} 可以使用（按本机日期）")
        expect(line(page, "product")).to_have_text("只用于“示例醋”：请与包装上的产品名称对照")
        expect(line(page, "list")).to_contain_text("分钟前的")
        expect(page.get_by_text("真码不等于真货")).to_be_visible()
        expect(page.get_by_text("今天可以使用专用标志")).to_be_visible()


def test_a_code_signed_under_a_former_name_says_so(opened, key):
    made = authorised()
    token = tokens.issue(made, clock.now(), tampered.ADDRESS)
    make.row(type(made.producer), {"pk": made.producer_id}, name="示例新酿造有限公司")
    with opened(f"/v/{CODE}#{token}", PHONE) as page:
        said = page.get_by_text("签发时的名称是示例酿造有限公司，现在登记的名称是示例新酿造有限公司。")
        expect(said).to_be_visible()


@pytest.mark.parametrize(("state", "judgement"), [("suspended", "suspended"), ("cancelled", "revoked")])
def test_a_token_is_revoked_by_the_list(opened, key, state, judgement):
    made = authorised()
    token = tokens.issue(made, clock.now(), tampered.ADDRESS)
    ended = (clock.today() - timedelta(days=1)).isoformat()
    make.row(type(made), {"pk": made.pk}, state=state, course=[["2024-03-01", ended, "valid"], [ended, None, state]])

    with opened("/v/") as page:
        assert judged(page, token) == judgement


def test_a_code_is_verified_without_a_network_after_a_first_visit(opened, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened(f"/v/{OTHER}", PHONE, expected=("ERR_INTERNET_DISCONNECTED", "404")) as page:
        keep(page)
        page.context.set_offline(True)
        page.goto(f"/v/{CODE}#{token}")

        expect(proof(page)).to_have_attribute("data-judgement", "genuine")
        expect(page.get_by_role("heading", level=1)).to_have_text("没有网络，按二维码中的签名核验")
        expect(proof(page)).to_contain_text("示例酿造有限公司")
        expect(proof(page)).to_contain_text("91120118MA0000007K")
        expect(line(page, "list")).to_contain_text("分钟前的")


def test_forgeries_are_told_apart_without_a_network_too(opened, key):
    found = tampered.corpus(authorised())
    with opened("/v/", expected=("ERR_INTERNET_DISCONNECTED",)) as page:
        keep(page)
        page.context.set_offline(True)
        said = {name: judged(page, token) for name, (token, _) in found.items()}

    assert said == {name: judgement for name, (_, judgement) in found.items()}


def test_without_a_network_a_revocation_that_was_fetched_still_counts(opened, key):
    made = authorised()
    token = tokens.issue(made, clock.now(), tampered.ADDRESS)
    ended = (clock.today() - timedelta(days=1)).isoformat()
    gone = [["2024-03-01", ended, "valid"], [ended, None, "cancelled"]]
    make.row(type(made), {"pk": made.pk}, state="cancelled", course=gone)

    with opened("/v/", expected=("ERR_INTERNET_DISCONNECTED",)) as page:
        keep(page)
        page.context.set_offline(True)
        assert judged(page, token) == "revoked"


def test_an_address_without_a_token_proves_nothing_without_a_network(opened, key):
    authorised()
    with opened("/v/", expected=("ERR_INTERNET_DISCONNECTED",)) as page:
        keep(page)
        page.context.set_offline(True)
        page.goto(f"/v/{CODE}")

        expect(proof(page)).to_have_attribute("data-judgement", "no_token")


def test_the_worker_lets_a_form_through(opened, key):
    """A sent form reaches the register as it is, though the worker answers for the page."""
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened("/v/") as page:
        keep(page)
        page.get_by_label("二维码的内容").fill(token)
        page.get_by_role("button", name="核验").click()

        expect(page.locator("[data-judgement=genuine]")).to_contain_text("签名是真的，今天可以使用")


def test_without_javascript_the_record_of_today_stands_there(opened, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened(f"/v/{CODE}#{token}", PHONE, java_script_enabled=False) as page:
        expect(page.get_by_text("今天可以使用专用标志")).to_be_visible()
        expect(proof(page)).to_be_hidden()
        expect(page.locator("noscript p")).to_be_visible()  # text of such is not searched


def test_the_age_of_an_old_list_is_said_and_a_very_old_one_not_believed(opened, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened("/v/") as page:
        page.clock.install(time=clock.now() + timedelta(days=3))
        assert judged(page, token) == "genuine"
        expect(line(page, "list")).to_have_text("3 天前的，不是最新：联网再看一次")

        page.clock.set_fixed_time(clock.now() + timedelta(days=31))
        assert judged(page, token) == "unlisted"
        expect(line(page, "day")).to_have_text("在有效期内，是否已停止或注销不知道")


def test_before_there_are_keys_nothing_is_claimed(opened, transactional_db):
    authorised()
    with opened("/v/", expected=("503",)) as page:
        assert judged(page, "a.b.c") == "no_keys"


def test_anything_in_the_address_is_answered(opened, key):
    authorised()
    with opened("/v/") as page:
        assert [judged(page, text) for text in ("%zz", "核验", "1")] == ["broken"] * 3


def test_a_browser_without_ed25519_has_the_register_verify(opened, key):
    token = tokens.issue(authorised(), clock.now(), tampered.ADDRESS)
    with opened("/v/") as page:
        page.add_init_script(
            "if (crypto.subtle) crypto.subtle.importKey ="
            " () => Promise.reject(new DOMException('', 'NotSupportedError'));"
        )
        assert judged(page, token) == "no_crypto"

        page.get_by_role("button", name="请登记簿核验").click()
        expect(page.locator("[data-judgement=genuine]")).to_contain_text("签名是真的，今天可以使用")
