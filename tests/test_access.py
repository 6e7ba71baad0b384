"""Who may reach which address. The table is complete: an address that is not in it fails the walk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.urls import URLPattern, get_resolver

from gi_registry.parties.models import User
from gi_registry.parties.permissions import MAY, Act, Reach, Role

PUBLIC, SIGNED_IN, STAFF = "public", "signed in", "staff"


class Address(NamedTuple):
    """An address of the register: who may reach it, and what to put where it has names."""

    access: str | Act | frozenset[Role]
    names: dict[str, str] = {}


def facts(kind: str, act: Act) -> dict[str, Address]:
    """The addresses of one kind of facts: whoever has a desk reads, who may do the act writes."""
    here = f"desk/products/<slug:slug>/{kind}/"
    first = {"number": "1"}
    written = {f"{here}<int:number>/{manner}/": Address(act, first) for manner in ("correct", "change", "end")}
    return {f"{here}new/": Address(act), f"{here}<int:number>/": Address(Act.DESK, first)} | written


def shelf(kind: str, ref: str, one: str, act: Act) -> dict[str, Address]:
    """The addresses of what has no product of its own: list and rows are read, a new row and the forms written."""
    here, names = f"desk/{kind}/", {"ref": one}
    read = {here: Address(Act.DESK), f"{here}{ref}/": Address(Act.DESK, names)}
    return read | {f"{here}new/": Address(act), f"{here}{ref}/edit/": Address(act, names)}


CODE = {"code": "7KQM2X4HA"}

INSPECTION = {"uuid": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "number": "1"}
LEAD = {"number": "2026-X0001", "state": "assigned"}
OFFICE = frozenset({Role.MARKET, Role.ADMINISTRATOR})  # registers leads; inspectors do from their own inspections
READERS = frozenset(MAY[Act.DESK]) - {Role.ASSOCIATION, Role.LIAISON}  # of inspections: nobody whom one may be of

ADDRESSES: dict[str, Address] = {
    "": Address(PUBLIC),
    "products/": Address(PUBLIC),
    "products/<slug:slug>/": Address(PUBLIC),
    "places/<str:code>/": Address(PUBLIC, {"code": "120118102"}),
    "check/": Address(PUBLIC),
    "verify/": Address(PUBLIC),
    "verify/label/": Address(PUBLIC),
    "verify/label/report/": Address(PUBLIC),
    "sources/": Address(PUBLIC),
    "healthz": Address(PUBLIC),
    "api/covering": Address(PUBLIC),
    "api/products.geojson": Address(PUBLIC),
    "api/products/<slug:slug>.geojson": Address(PUBLIC),
    "api/places.geojson": Address(PUBLIC),
    "api/authorisations": Address(PUBLIC),
    "api/authorisations/check": Address(PUBLIC),
    "api/authorisations/<str:code>": Address(PUBLIC, {"code": "nobody"}),
    "api/openapi.json": Address(PUBLIC),
    "api/docs": Address(PUBLIC),
    "desk/api-keys/": Address(Act.AUTHORISATIONS),
    "desk/api-keys/<str:handle>/revoke/": Address(Act.AUTHORISATIONS, {"handle": "0" * 12}),
    "data/": Address(PUBLIC),
    "catalog.jsonld": Address(PUBLIC),
    "downloads/products.<str:extension>": Address(PUBLIC, {"extension": "geojson"}),
    "downloads/places.<str:extension>": Address(PUBLIC, {"extension": "geojson"}),
    ".well-known/jwks.json": Address(PUBLIC),
    "status/<int:number>": Address(PUBLIC, {"number": "1"}),
    "v/": Address(PUBLIC),
    "v/sw.js": Address(PUBLIC),
    "v/artwork/<str:sha256>": Address(PUBLIC, {"sha256": "0" * 64}),
    "v/<str:code>": Address(PUBLIC, CODE),
    "v/<str:code>/certificate/": Address(PUBLIC, CODE),
    "v/<str:code>/certificate.png": Address(PUBLIC, CODE),
    "v/<str:code>/qr.svg": Address(PUBLIC, CODE),
    "field/": Address(PUBLIC),
    "field/sw.js": Address(PUBLIC),
    "field/manifest.webmanifest": Address(PUBLIC),
    "sign-in/": Address(PUBLIC),
    "sign-out/": Address(PUBLIC),
    "account/": Address(SIGNED_IN),
    "account/password/": Address(SIGNED_IN),
    "desk/": Address(Act.DESK),
    "desk/changes/": Address(Act.DESK),
    "desk/products/new/": Address(Act.FACTS),
    "desk/products/<slug:slug>/": Address(Act.DESK),
    "desk/products/<slug:slug>/edit/": Address(Act.FACTS),
    "desk/products/<slug:slug>/documents/new/": Address(Act.DOCUMENTS),
    "desk/artwork/": Address(Act.AUTHORISATIONS),
    "desk/documents/": Address(Act.DESK),
    "desk/documents/<str:sha256>/": Address(Act.DESK, {"sha256": "0" * 64}),
    "desk/documents/<str:sha256>/edit/": Address(Act.DOCUMENTS, {"sha256": "0" * 64}),
    "documents/<str:sha256>/": Address(PUBLIC, {"sha256": "0" * 64}),
    **shelf("sources", "<slug:ref>", "plan-145", Act.SOURCES),
    **shelf("announcements", "<int:ref>", "1", Act.SOURCES),
    **shelf("parties", "<int:ref>", "999", Act.FRAME),
    **facts("names", Act.FACTS),
    **facts("protections", Act.FACTS),
    **facts("standards", Act.STANDARDS),
    **facts("statements", Act.STANDARDS),
    **facts("roles", Act.FRAME),
    "desk/imports/": Address(Act.REVIEW),
    "desk/imports/receive/": Address(Act.INTAKE),
    "desk/imports/<str:file_number>/": Address(Act.REVIEW),
    "desk/imports/<str:file_number>/choose/": Address(Act.INTAKE),
    "desk/imports/<str:file_number>/admit/": Address(Act.INTAKE),
    "desk/imports/<str:file_number>/again/": Address(Act.INTAKE),
    "desk/imports/<str:file_number>/progress.json": Address(Act.REVIEW),
    "desk/imports/<str:file_number>/shapes.geojson": Address(Act.REVIEW),
    "desk/imports/<str:file_number>/receipt.json": Address(Act.REVIEW),
    "desk/imports/<str:file_number>/original": Address(Act.REVIEW),
}
DRAFT = {"key": "00000000-0000-4000-8000-000000000000"}
AREAS = "desk/products/<slug:slug>/areas/"
ADDRESSES |= {
    f"{AREAS}": Address(Act.REVIEW),
    f"{AREAS}new/": Address(Act.AREAS),
    f"{AREAS}compare/": Address(Act.REVIEW),
    f"{AREAS}<int:number>/back/": Address(Act.AREAS, {"number": "1"}),
    **{
        f"{AREAS}drafts/<uuid:key>/{end}": Address(Act.AREAS, DRAFT)
        for end in ("", "difference/", "latest/", "discard/")
    },
}
APPLICATION = "desk/applications/<str:file_number>/"
ADDRESSES |= {
    "desk/applications/": Address(Act.DESK),
    "desk/applications.xlsx": Address(Act.DESK),
    "desk/applications.ics": Address(Act.DESK),
    "desk/applications/calendar/": Address(Act.DESK),
    "calendars/<str:key>.ics": Address(PUBLIC, {"key": "nobody"}),
    "desk/applications/new/": Address(Act.APPLICATIONS),
    "desk/applications/existing/new/": Address(Act.STATE_STEPS),
    "desk/applications/revocations/new/": Address(Act.STATE_STEPS),
    APPLICATION: Address(Act.DESK),
    f"{APPLICATION}applicant/": Address(Act.APPLICATIONS),
    f"{APPLICATION}dossier.zip": Address(Act.DESK),
    f"{APPLICATION}steps/<slug:state>/": Address(Act.DESK, {"state": "provincial"}),
    f"{APPLICATION}withdraw/<int:number>/": Address(Act.DESK, {"number": "1"}),
    f"{APPLICATION}materials/<slug:item>/": Address(Act.APPLICATIONS, {"item": "area"}),
    f"{APPLICATION}oppositions/new/": Address(Act.STATE_STEPS),
    f"{APPLICATION}oppositions/<int:number>/<slug:state>/": Address(
        Act.STATE_STEPS, {"number": "1", "state": "not_accepted"}
    ),
}
SURVEY = "desk/surveys/<int:number>/"
ADDRESSES |= {
    "desk/surveys/": Address(Act.DESK),
    "desk/surveys/new/": Address(Act.SURVEYS),
    "desk/surveys/import/": Address(Act.SURVEYS),
    "desk/surveys/template.xlsx": Address(Act.SURVEYS),
    SURVEY: Address(Act.DESK, {"number": "999"}),
    f"{SURVEY}edit/": Address(Act.SURVEYS, {"number": "999"}),
    f"{SURVEY}questions/<slug:key>/": Address(Act.SURVEYS, {"number": "999", "key": "truth"}),
    f"{SURVEY}open/": Address(Act.APPLICATIONS, {"number": "999"}),
}
PRINT, REPORTS = "desk/prints/<str:number>/", "desk/reports/<int:year>/"
ADDRESSES |= {
    "desk/prints/": Address(Act.DESK),
    "desk/prints.xlsx": Address(Act.DESK),
    "desk/prints/new/": Address(Act.PRINTS),
    "desk/prints/alarms/": Address(Act.DESK),
    PRINT: Address(Act.DESK, {"number": "2025-0001"}),
    f"{PRINT}lines/new/": Address(Act.PRINTS, {"number": "2025-0001"}),
    f"{PRINT}lines/<int:at>/reverse/": Address(Act.PRINTS, {"number": "2025-0001", "at": "1"}),
    "desk/reports/": Address(Act.DESK),
    "desk/reports/yields/<slug:slug>/new/": Address(Act.AUTHORISATIONS),
    REPORTS: Address(Act.DESK, {"year": "2025"}),
    f"{REPORTS}reports.xlsx": Address(Act.DESK, {"year": "2025"}),
    f"{REPORTS}marks/<str:code>/": Address(Act.PRINTS, {"year": "2025"} | CODE),
    f"{REPORTS}<slug:slug>/": Address(Act.DESK, {"year": "2025"}),
    f"{REPORTS}<slug:slug>/area/": Address(Act.AUTHORISATIONS, {"year": "2025"}),
}
MARK = "desk/marks/<str:code>/"
ADDRESSES |= {
    "desk/marks/": Address(Act.DESK),
    "desk/marks.xlsx": Address(Act.DESK),
    "desk/marks/new/": Address(Act.AUTHORISATIONS),
    "desk/marks/announced/": Address(Act.AUTHORISATIONS),
    "desk/marks/rolls/": Address(Act.AUTHORISATIONS),
    "desk/marks/rolls/template.xlsx": Address(Act.AUTHORISATIONS),
    MARK: Address(Act.DESK, CODE),
    f"{MARK}edit/": Address(Act.AUTHORISATIONS, CODE),
    f"{MARK}steps/<slug:state>/": Address(Act.AUTHORISATIONS, CODE | {"state": "intake"}),
    f"{MARK}withdraw/<int:number>/": Address(Act.AUTHORISATIONS, CODE | {"number": "1"}),
    f"{MARK}change/": Address(Act.AUTHORISATIONS, CODE),
    f"{MARK}papers/new/": Address(Act.AUTHORISATIONS, CODE),
    f"{MARK}papers/<int:number>/remove/": Address(Act.AUTHORISATIONS, CODE | {"number": "1"}),
    f"{MARK}sites/new/": Address(Act.AUTHORISATIONS, CODE),
    **{
        f"{MARK}sites/<int:number>/{act}/": Address(Act.AUTHORISATIONS, CODE | {"number": "1"})
        for act in ("check", "end", "remove")
    },
    f"{MARK}rectifications/new/": Address(Act.AUTHORISATIONS, CODE),
    **{
        f"{MARK}rectifications/<int:number>/{act}/": Address(Act.AUTHORISATIONS, CODE | {"number": "1"})
        for act in ("answer", "close")
    },
}
KEEPERS = frozenset(role for role, far in MAY[Act.SYSTEMS].items() if far is Reach.ALL)  # of what all products share
SYSTEMS, SYSTEM = "desk/systems/", "desk/systems/<slug:slug>/"
ADDRESSES |= {
    "desk/systems.xlsx": Address(Act.DESK),
    SYSTEMS: Address(Act.DESK),
    f"{SYSTEMS}clauses/": Address(Act.DESK),
    f"{SYSTEMS}clauses/new/": Address(KEEPERS),
    f"{SYSTEMS}clauses/<str:key>/edit/": Address(KEEPERS, {"key": "JH1"}),
    f"{SYSTEMS}standards/new/": Address(KEEPERS),
    f"{SYSTEMS}standards/<int:number>/": Address(Act.DESK, {"number": "1"}),
    f"{SYSTEMS}standards/<int:number>/edit/": Address(KEEPERS, {"number": "1"}),
    f"{SYSTEMS}laboratories/": Address(Act.DESK),
    f"{SYSTEMS}laboratories/new/": Address(KEEPERS),
    f"{SYSTEMS}laboratories/<int:number>/papers/new/": Address(KEEPERS, {"number": "1"}),
    f"{SYSTEMS}laboratories/<int:number>/papers/<int:at>/": Address(KEEPERS, {"number": "1", "at": "1"}),
    f"{SYSTEMS}reports/import/": Address(Act.STANDARDS),
    f"{SYSTEMS}reports/template.xlsx": Address(Act.STANDARDS),
    f"{SYSTEMS}rounds/": Address(Act.DESK),
    f"{SYSTEMS}rounds/new/": Address(KEEPERS),
    f"{SYSTEMS}rounds/<uuid:key>/": Address(Act.DESK, DRAFT),
    **{f"{SYSTEM}{end}": Address(Act.DESK) for end in ("", "print/", "trend/", "systems.xlsx", "evidence/")},
    **{f"{SYSTEM}{end}/new/": Address(Act.STANDARDS) for end in ("standards", "reports", "records", "laboratories")},
    f"{SYSTEM}standards/<int:number>/": Address(Act.DESK, {"number": "1"}),
    f"{SYSTEM}reports/<uuid:key>/": Address(Act.DESK, DRAFT),
    **{
        f"{SYSTEM}{end}/<int:number>/{act}/": Address(Act.STANDARDS, {"number": "1"})
        for end, act in (("standards", "edit"), ("laboratories", "end"))
    },
    **{
        f"{SYSTEM}{end}/<uuid:key>/{act}/": Address(Act.STANDARDS, DRAFT)
        for end in ("reports", "records")
        for act in ("edit", "remove")
    },
    f"{SYSTEM}clauses/<str:key>/attach/": Address(Act.SYSTEMS, {"key": "T7"}),
    f"{SYSTEM}attachments/<uuid:key>/end/": Address(Act.SYSTEMS, DRAFT),
}
OWN = "producer/<str:code>/"
ADDRESSES |= {
    "producer/": Address(Act.OWN_USE),
    "producer/apply/": Address(Act.OWN_USE),
    OWN: Address(Act.OWN_USE, CODE),
    **{f"{OWN}{end}/": Address(Act.OWN_USE, CODE) for end in ("submit", "abandon", "withdraw", "change")},
    f"{OWN}papers/<slug:item>/": Address(Act.OWN_USE, CODE | {"item": "form"}),
    f"{OWN}papers/<int:number>/": Address(Act.OWN_USE, CODE | {"number": "1"}),
    f"{OWN}papers/<int:number>/remove/": Address(Act.OWN_USE, CODE | {"number": "1"}),
    f"{OWN}sites/new/": Address(Act.OWN_USE, CODE),
    f"{OWN}sites/origin/": Address(Act.OWN_USE, CODE),
    f"{OWN}sites/<int:number>/remove/": Address(Act.OWN_USE, CODE | {"number": "1"}),
    f"{OWN}rectifications/<int:number>/": Address(Act.OWN_USE, CODE | {"number": "1"}),
    f"{OWN}rectifications/<int:number>/notice": Address(Act.OWN_USE, CODE | {"number": "1"}),
    f"{OWN}prints/": Address(Act.OWN_USE, CODE),
    f"{OWN}prints/new/": Address(Act.OWN_USE, CODE),
    f"{OWN}prints/<str:number>/": Address(Act.OWN_USE, CODE | {"number": "2025-0001"}),
    f"{OWN}prints/<str:number>/lines/new/": Address(Act.OWN_USE, CODE | {"number": "2025-0001"}),
    f"{OWN}prints/<str:number>/lines/<int:line>/reverse/": Address(
        Act.OWN_USE, CODE | {"number": "2025-0001", "line": "1"}
    ),
    f"{OWN}reports/": Address(Act.OWN_USE, CODE),
    f"{OWN}reports/<int:year>/": Address(Act.OWN_USE, CODE | {"year": "2025"}),
}
ADDRESSES |= {
    "field/plans.json": Address(Act.INSPECT),
    "field/plans/<str:number>/bundle.json": Address(Act.INSPECT, {"number": "2026-J001"}),
    "field/records": Address(Act.INSPECT),
    "field/records/<uuid:uuid>": Address(Act.INSPECT, {"uuid": DRAFT["key"]}),
    "field/photos/<str:sha256>": Address(Act.INSPECT, {"sha256": "0" * 64}),
    "field/rescue": Address(Act.INSPECT),
    "desk/inspections.xlsx": Address(READERS),
    "desk/inspections/": Address(READERS),
    "desk/inspections/records.geojson": Address(READERS),
    "desk/inspections/rescue/": Address(Act.INSPECT),
    "desk/inspections/records/<uuid:uuid>/": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/print/": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/body.json": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/photos/<int:number>/": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/photos/<int:number>/original": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/rectify/": Address(Act.AUTHORISATIONS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/lead/": Address(Act.LEADS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/orders/<int:number>/notice/": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/orders/<int:number>/notice.docx": Address(READERS, INSPECTION),
    "desk/inspections/records/<uuid:uuid>/orders/<int:number>/recheck/": Address(Act.PLANS, INSPECTION),
    "desk/leads/": Address(Act.LEADS),
    "desk/leads/new/": Address(OFFICE),
    "desk/leads/<str:number>/": Address(Act.LEADS, LEAD),
    "desk/leads/<str:number>/steps/<slug:state>/": Address(Act.LEADS, LEAD),
}
PLAN_NUMBER = {"number": "2026-J001"}
PLAN = "desk/inspections/plans/<str:number>/"
ADDRESSES |= {
    "inspections/": Address(PUBLIC),
    "inspections/redraw.py": Address(PUBLIC),
    "inspections/<str:number>/": Address(PUBLIC, PLAN_NUMBER),
    "inspections/<str:number>/draws/<int:at>/": Address(PUBLIC, PLAN_NUMBER | {"at": "1"}),
    "inspections/<str:number>/draws/<int:at>.json": Address(PUBLIC, PLAN_NUMBER | {"at": "1"}),
    "desk/inspections/plans/": Address(Act.PLANS),
    "desk/inspections/plans/new/": Address(Act.PLANS),
    "desk/inspections/plans/recusals/": Address(Act.PLANS),
    "desk/inspections/plans/recusals/new/": Address(Act.PLANS),
    "desk/inspections/plans/recusals/<int:at>/end/": Address(Act.PLANS, {"at": "1"}),
    **{
        f"{PLAN}{end}": Address(Act.PLANS, PLAN_NUMBER)
        for end in ("", "edit/", "targets.xlsx", "targets/users/", "targets/new/")
    },
    f"{PLAN}steps/<slug:state>/": Address(Act.PLANS, PLAN_NUMBER | {"state": "published"}),
    **{
        f"{PLAN}targets/<int:at>/{act}/": Address(Act.PLANS, PLAN_NUMBER | {"at": "1"})
        for act in ("risk", "remove", "assign")
    },
}
ADMIN = re.compile(r"admin/")  # Django's own, one rule for all of it: tests/core/test_admin.py
USERNAMES = {
    Role.AGRICULTURE: "agri",
    Role.MARKET: "market",
    Role.ASSOCIATION: "association",
    Role.INSPECTOR: "inspector",
    Role.PRODUCER: "producer",
    Role.LIAISON: "liaison",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "admin",
}
OWN_PRODUCT = {Role.ASSOCIATION: "chenguantun-dongcai"}  # by its party; the liaison's by the unit in its area


def routes(patterns=None, before=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from routes(pattern.url_patterns, here)


def address(route, role):
    names = {"slug": OWN_PRODUCT.get(role, "duliu-laocu"), "file_number": "2026-0001"} | ADDRESSES[route].names
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: names[name[1]], route)


def may(role, access):
    match access:
        case Act():
            return role in MAY[access]
        case frozenset():
            return role in access
        case "public":
            return True
        case "signed in":
            return role is not None
    return role == Role.ADMINISTRATOR


def fits(answer, role, access):
    """Whether the answer is what the table says: let in, told that it may not, or sent to sign in (programs: 401)."""
    list(answer)  # a file that nobody reads would stay open
    to_sign_in = answer.status_code == 302 and "/sign-in/" in answer.headers["Location"]
    if may(role, access):
        return answer.status_code not in {403, 500} and not to_sign_in
    return to_sign_in or answer.status_code == 401 if role is None else answer.status_code == 403


@pytest.fixture
def cast(jinghai, settings):
    settings.DEBUG, settings.DEMO_PASSWORD = True, "printed for everybody"
    call_command("demo_accounts")
    User.objects.update(is_demo=False)  # what demo accounts may not do is not asked here


def signed_in(client, role):
    if role is not None:
        client.force_login(User.objects.get(username=USERNAMES[role]), backend=site.AUTHENTICATION_BACKENDS[1])
    return client


def test_the_table_names_every_address_and_no_other():
    assert {route for route in routes() if not ADMIN.match(route)} == set(ADDRESSES)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "stranger")
def test_every_address_lets_in_whom_the_table_says(cast, client, role):
    wrong = [
        (route, method, answer.status_code)
        for route, (access, _names) in ADDRESSES.items()
        for method in ("get", "post")
        if not fits(answer := getattr(signed_in(client, role), method)(address(route, role)), role, access)
    ]

    assert wrong == []


@pytest.mark.parametrize("role", [role for role in Role if any(MAY[act].get(role) is Reach.OWN for act in Act)])
def test_what_is_not_ones_own_is_refused(cast, client, role):
    elsewhere = {Role.LIAISON: "chenguantun-dongcai"}.get(role, "duliu-laocu")
    guarded = [
        route
        for route, (access, _names) in ADDRESSES.items()
        if isinstance(access, Act) and "slug:slug" in route and MAY[access].get(role) is not Reach.ALL
    ]

    let_in = [
        route
        for route in guarded
        if signed_in(client, role)
        .get(address(route, role).replace(OWN_PRODUCT.get(role, "duliu-laocu"), elsewhere))
        .status_code
        != 403
    ]
    assert let_in == []


def test_only_administrators_see_the_admin(cast, client):
    seen = {role: signed_in(client, role).get("/admin/products/area/").status_code for role in Role}

    assert seen == dict.fromkeys(Role, 302) | {Role.ADMINISTRATOR: 200}


def test_the_readme_says_who_may_do_what():
    """Its table is the table of the code: ● everything, ○ one's own."""
    signs = {Reach.ALL: "●", Reach.OWN: "○", None: ""}
    head = ["", *(str(role.label) for role in Role)]
    rows = [[str(act.label), *(signs[MAY[act].get(role)] for role in Role)] for act in Act]

    readme = Path(site.BASE_DIR / "README.md").read_text(encoding="utf-8")
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in readme.splitlines() if "|" in line]
    assert [row for row in [head, *rows] if row not in table] == []
