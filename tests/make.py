"""Rows of the register for tests, written as the register writes them; what a test does not name is unremarkable."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.gis.geos import Point
from django.db import models
from shapely import MultiPolygon

from gi_registry.applications.materials import checklist
from gi_registry.applications.models import Application, Material, Opposition, Step, Survey
from gi_registry.applications.states import MACHINES, Procedure
from gi_registry.assurance.clauses import CLAUSES, RecordKind
from gi_registry.assurance.models import (
    Appointment,
    Laboratory,
    Limit,
    LocalClause,
    Qualification,
    QualityRecord,
    Standard,
    TestReport,
    Value,
)
from gi_registry.assurance.models import Attachment as ClauseAttachment
from gi_registry.core import clock
from gi_registry.core.history import put
from gi_registry.gazette.models import Announcement, Document, Source
from gi_registry.inspections.arrival import receive
from gi_registry.inspections.items import Item
from gi_registry.inspections.models import Plan, Record, Target, Task
from gi_registry.inspections.sent import read
from gi_registry.marks.codes import checked
from gi_registry.marks.models import (
    Attachment,
    Authorisation,
    Batch,
    Entry,
    OriginCheck,
    Rectification,
    Site,
)
from gi_registry.marks.models import Step as MarkStep
from gi_registry.marks.states import ROUTES, STANDINGS, Basis, Standing, State
from gi_registry.parties.models import FormerParticulars, Party, User
from gi_registry.parties.permissions import Role
from gi_registry.places.geometry import SRID, hectares, to_geos
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.products.models import Area, Name, Product, Protection
from gi_registry.products.models import Role as Part
from tests import shapes

LONG_AGO = date(2000, 1, 1)


def row(model: type[models.Model], key: dict[str, Any], **values: Any) -> Any:
    return put(model, key, values, by="测试")[0]


def source(key: str = "gazette", **values: Any) -> Source:
    return row(Source, {"key": key}, **{"title": f"来源 {key}", "grade": "primary"} | values)


def sourced() -> dict[str, Any]:
    return {"source": source(), "grade": "primary"}


def place(code: str = "120118102", shape: MultiPolygon | None = None, **values: Any) -> Place:
    """A unit with one version that holds since 2000, with `shape` as its border where one is given."""
    place = row(Place, {"code": code})
    values = {"name": f"{code} 镇", "kind": "town"} | sourced() | values
    if shape is not None:
        drawn = {"boundary": to_geos(shape), "outline": to_geos(shape)}
        values = drawn | {"boundary_source": source(), "boundary_grade": "primary", "uncertainty_m": 0.0} | values
    row(PlaceVersion, {"place": place, "valid_from": values.pop("valid_from", LONG_AGO)}, **values)
    return place


def product(slug: str = "duliu-laocu", name: str = "独流老醋", category: str = "condiment") -> Product:
    product = row(Product, {"slug": slug}, common_name=name, category=category)
    row(Name, {"product": product, "text": name, "kind": "common"}, **sourced())
    return product


def protection(product: Product, **values: Any) -> Protection:
    key = {"regime": values.pop("regime", "product"), "valid_from": values.pop("valid_from", LONG_AGO)}
    return row(Protection, {"product": product} | key, **{"stage": "protected"} | sourced() | values)


def area(product: Product, shape: MultiPolygon, **values: Any) -> Area:
    key = {"regime": values.pop("regime", "product"), "valid_from": values.pop("valid_from", LONG_AGO)}
    drawn = {"boundary": to_geos(shape), "outline": to_geos(shape), "hectares": round(hectares(shape), 2)}
    values = {"basis": "act", "uncertainty_m": 0.0} | drawn | sourced() | values
    return row(Area, {"product": product} | key, **values)


def register(size: int) -> list[Product]:
    """So many protected products, each with a unit and an area: squares in a row from 116.8°E 38.8°N eastward."""
    products = []
    for number in range(size):
        shape = shapes.square(116.8 + number / 10, 38.8, 0.1)
        products.append(product(f"product-{number}", f"产品{number}", "fruit"))
        protection(products[-1])
        unit = place(f"12011810{number}", shape)
        area(products[-1], shape).units.set([unit])
    return products


def demo_account(**values: Any) -> User:
    return User.objects.create_user("demo", password="printed for everybody", is_demo=True, **values)


def person(role: str, username: str = "wangmin", **values: Any) -> User:
    """Somebody of one role (`parties.permissions.Role`)."""
    user = User.objects.create_user(username, password="流水不腐 24", **values)
    user.groups.set(Group.objects.filter(name=Role(role).label))
    return user


def announcement(number: str = "第600号", issued_on: date = LONG_AGO, **values: Any) -> Announcement:
    """One that names every product there is, unless a test gives its title."""
    key = {"issuer": values.pop("issuer", "国家知识产权局"), "number": number, "issued_on": issued_on}
    title = f"关于{'、'.join(Product.objects.values_list('common_name', flat=True))}的公告"
    return row(Announcement, key, **{"title": title[:200]} | sourced() | values)


def document(title: str = "通知书", published_on: date | None = None) -> Document:
    """A file that was handed in, resting on a source of its own with the day on it."""
    number = Document.objects.count()
    values = {"title": title, "name": f"{title}.pdf", "media_type": "application/pdf", "bytes": 1, "by": "测试"}
    values |= {"source": source(f"paper-{number}", published_on=published_on), "file": f"documents/{number}.pdf"}
    return row(Document, {"sha256": f"{number:064x}"}, **values, at=clock.now())


def application(product: Product, procedure: str = "product_2024", state: str = "", **values: Any) -> Application:
    """A file opened and, where `state` is given, brought there on 2025-03-03, whatever lies between."""
    machine, on = MACHINES[Procedure(procedure)], values.pop("on", date(2025, 3, 3))
    regimes = {"trademark": "certification", "agricultural": "agricultural"}
    values = {"regime": regimes.get(procedure, "product"), "opened_on": on, "procedure": procedure} | values
    number = f"2025-{Application.objects.count() + 1:04d}"
    file = row(Application, {"file_number": number}, product=product, state=state or machine.start, **values)
    for reached in dict.fromkeys([machine.start, state or machine.start]):
        row(Step, {"application": file, "at": clock.now()}, state=reached, on=on, by="测试")
    return file


def complete(application: Application) -> Application:
    """With an applicant, and every required item of the checklist ready."""
    application.applicant = row(Party, {"name": "示例申请人"}, kind="association", **sourced())
    application.save()
    for item in checklist(application.procedure, application.regime):
        if item.required:
            key = {"application": application, "item": item.key}
            row(Material, key, state="ready").documents.set([document(item.title)])
    return application


def opposition(application: Application, state: str = "filed", **values: Any) -> Opposition:
    """One that was filed on 2025-03-20 and stands at `state`."""
    values = {"reasons": "产地范围有误", "state": state, "filed_on": date(2025, 3, 20)} | values
    opponent = f"示例异议人{application.oppositions.count() + 1}"
    objected = row(Opposition, {"application": application, "opponent": opponent}, **values)
    for reached in dict.fromkeys(["filed", state]):
        key = {"application": application, "at": clock.now()}
        row(Step, key, opposition=objected, state=reached, on=values["filed_on"], by="测试")
    return objected


def survey(name: str = "示例冬菜", unit: Place | None = None, **values: Any) -> Survey:
    return row(Survey, {"name": name, "unit": unit}, **{"category": "vegetable"} | sourced() | values)


def step(application: Application, state: str, on: date, **values: Any) -> Step:
    """One more step, and the application left where it leads."""
    taken = row(Step, {"application": application, "at": clock.now()}, state=state, on=on, by="测试", **values)
    application.state = row(Application, {"pk": application.pk}, state=state).state
    return taken


USCC = ["91120118MA0000007K", "93120118MA0000007D", "92120118MA0000007G", "51120118000000000Y"]  # valid and nobody's


def producer(name: str = "示例酿造有限公司", uscc: str = USCC[0], **values: Any) -> Party:
    return row(Party, {"name": name}, **{"uscc": uscc, "kind": "enterprise"} | sourced() | values)


def authorisation(producer: Party, product: Product, state: str = "active", **values: Any) -> Authorisation:
    """One on a basis, in use by an announcement of 2024-03-01, whatever came before; what ended ended a year later."""
    basis, on = Basis(values.pop("basis", "announced")), values.pop("on", date(2024, 3, 1))
    number = Authorisation.objects.count()
    standing = STANDINGS.get(State(state))
    began = {"valid_from": on, "announcement": announcement("第590号", on)} if standing else {}
    course, until = [[on.isoformat(), None, standing]] if standing else [], on
    if standing not in {None, Standing.VALID}:
        until = date(on.year + 1, on.month, on.day)
        course = [[on.isoformat(), until.isoformat(), Standing.VALID], [until.isoformat(), None, standing]]
    values = {"opened_on": on, "course": course, "index": number, "producer": producer, "product": product} | values
    code = values.pop("code", checked(f"{number:08d}"))
    given = {"basis": basis, "state": state} | sourced() | began | values
    authorisation = row(Authorisation, {"code": code}, **given)
    mark_step(authorisation, ROUTES[basis].start, on)
    if standing:
        mark_step(authorisation, "active", on, announcement=began["announcement"])
    if state not in {"active", ROUTES[basis].start}:
        mark_step(authorisation, state, until)
    return authorisation


def mark_step(authorisation: Authorisation, state: str, on: date, **values: Any) -> MarkStep:
    """A line of the history; the authorisation itself stays as it is."""
    return row(MarkStep, {"authorisation": authorisation, "at": clock.now()}, state=state, on=on, by="测试", **values)


def site(authorisation: Authorisation, lon: float = 116.85, lat: float = 38.85, **values: Any) -> Site:
    """A site that is there since 2000; by default within the first area of `register`."""
    place = {"location": Point(lon, lat, srid=SRID), "datum": "cgcs2000", "valid_from": LONG_AGO}
    name = values.pop("name", "示例车间")
    return row(Site, {"authorisation": authorisation, "name": name}, **place | values)


def origin_check(site: Site, conforms: bool | None = True, **values: Any) -> OriginCheck:
    values = {"on": date(2024, 3, 1), "by": "测试", "conforms": conforms} | values
    return row(OriginCheck, {"site": site, "at": clock.now()}, **values)


def rectification(authorisation: Authorisation, ground: str = "substandard", **values: Any) -> Rectification:
    """One ordered on 2024-03-01, to be mended by 2024-04-01, by the last step of an authorisation that is at it."""
    values = {"demand": "按标准组织生产", "ordered_on": date(2024, 3, 1), "due_on": date(2024, 4, 1)} | values
    return row(
        Rectification, {"step": authorisation.steps.last()}, authorisation=authorisation, ground=ground, **values
    )


def attachment(authorisation: Authorisation, item: str = "form") -> Attachment:
    return row(Attachment, {"authorisation": authorisation, "item": item, "document": document(item)})


def batch(authorisation: Authorisation, quantity: int = 1000, **values: Any) -> Batch:
    """A print run of 2024-04-01 with the line of the ledger that says so."""
    values = {"printer": "示例印刷厂", "label_kind": "sticker", "printed_on": date(2024, 4, 1)} | values
    number = f"2024-{Batch.objects.count() + 1:04d}"
    printed = row(Batch, {"number": number}, authorisation=authorisation, quantity=quantity, **values)
    entry(printed, "printed", quantity, printed.printed_on)
    return printed


def entry(batch: Batch, kind: str, quantity: int, on: date, **values: Any) -> Entry:
    return row(Entry, {"batch": batch, "at": clock.now()}, kind=kind, quantity=quantity, on=on, by="测试", **values)


def former(party: Party, name: str, valid_from: date | None, valid_until: date, **values: Any) -> FormerParticulars:
    """The name that a party had until a day."""
    key = {"party": party, "name": name, "valid_from": valid_from, "valid_until": valid_until}
    return row(FormerParticulars, key, **sourced() | values)


# --- The three systems -----------------------------------------------------------------------------------------------

ISSUED = date(2026, 3, 1)  # of what a test does not date


def maker(product: Product, producer: Party, **values: Any) -> Part:
    """A producer that the register knows for the product since 2000."""
    key = {"product": product, "party": producer, "part": "enterprise"}
    return row(Part, key, **{"valid_from": LONG_AGO} | sourced() | values)


def standard(product: Product | None, number: str = "GB/T 99991-2020", **values: Any) -> Standard:
    """An edition in force since 2021, with the limits given as rows of `Limit`."""
    limits = values.pop("limits", [])
    values = {"title": f"示例标准 {number}", "valid_from": date(2021, 1, 1), "issued_on": date(2020, 6, 1)} | values
    made = row(Standard, {"product": product, "number": number}, **sourced() | values)
    for one in limits:
        row(Limit, {"standard": made, "parameter": one["parameter"], "goods": one.get("goods", "")}, **one)
    return made


def quality_record(product: Product, kind: str, producer: Party | None = None, **values: Any) -> QualityRecord:
    """A record made on 2026-03-01."""
    key = {"product": product, "kind": kind, "producer": producer, "title": values.pop("title", f"示例{kind}")}
    return row(QualityRecord, key | {"made_on": values.pop("made_on", ISSUED)}, **sourced() | values)


def laboratory(name: str = "示例检验中心") -> Laboratory:
    return row(Laboratory, {"party": row(Party, {"name": name}, kind="other", **sourced())})


def qualification(laboratory: Laboratory, kind: str = "cma", **values: Any) -> Qualification:
    """A certificate from 2024 to 2030."""
    key = {"laboratory": laboratory, "kind": kind, "number": values.pop("number", "示例证书1号")}
    span = {"valid_from": date(2024, 1, 1), "valid_until": date(2030, 1, 1)}
    return row(Qualification, key, **span | sourced() | values)


def appointment(product: Product, laboratory: Laboratory, **values: Any) -> Appointment:
    return row(
        Appointment, {"product": product, "laboratory": laboratory}, **{"valid_from": LONG_AGO} | sourced() | values
    )


def lab_report(product: Product, laboratory: Laboratory, producer: Party | None = None, **values: Any) -> TestReport:
    """A report of 2026-03-01 on a sample of 2026-02-20; `results` by parameter, a text or a text and a unit."""
    results = values.pop("results", {})
    key = {"laboratory": laboratory, "number": values.pop("number", f"示例-{TestReport.objects.count() + 1}")}
    values = {"sampled_on": date(2026, 2, 20), "issued_on": ISSUED} | sourced() | values
    report = row(TestReport, key, product=product, producer=producer, **values)
    for parameter, said in results.items():
        text, unit = (said, "") if isinstance(said, str) else said
        row(Value, {"report": report, "parameter": parameter}, text=text, unit=unit)
    return report


def clause_attachment(clause: str, product: Product, **values: Any) -> ClauseAttachment:
    values = {"note": "示例认定", "by": "测试", "at": clock.now(), "valid_from": ISSUED} | values
    return row(
        ClauseAttachment, {"clause": clause, "product": product, "producer": values.pop("producer", None)}, **values
    )


def local_clause(key: str = "JH1", **values: Any) -> LocalClause:
    values = {"system": "quality", "wording": "示例要求", "who": "producer", "article": "示例办法"} | values
    return row(LocalClause, {"key": key}, **{"valid_from": LONG_AGO} | sourced() | values)


def satisfied(product: Product, producer: Party) -> dict[str, Any]:
    """Everything that the clauses ask of a protected product with one producer, each piece under a name."""
    maker(product, producer)
    limits = [{"parameter": "总酸", "unit": "g/100mL", "lower": 5}]
    laboratory_ = laboratory()
    pieces: dict[str, Any] = {
        "standard": standard(product, limits=limits, reviewed_on=date(2025, 6, 1)),
        "appointment": appointment(product, laboratory_),
        "qualification": qualification(laboratory_),
        "report": lab_report(product, laboratory_, producer, results={"总酸": ("5.6", "g/100mL")}),
    }
    of_producers = {kind for clause in CLAUSES if clause.per_producer for kind in clause.kinds}
    asked = {kind for clause in CLAUSES for kind in clause.kinds} - {RecordKind.SELF_TEST}
    for kind in sorted(asked):
        pieces[kind.value] = quality_record(product, kind.value, producer if kind in of_producers else None)
    return pieces


# --- Inspections -----------------------------------------------------------------------------------------------------


def plan(kind: str = "special", state: str = "running", **values: Any) -> Plan:
    """A plan of the year 2026."""
    values = {"title": "示例检查", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)} | values
    inspectors = values.pop("inspectors", [])
    number = values.pop("number", f"2026-J{Plan.objects.count() + 1:03d}")
    made = row(Plan, {"number": number}, kind=kind, state=state, **values)
    made.inspectors.set(inspectors)
    return made


def task(plan: Plan, authorisation: Authorisation, inspectors: list[User], **values: Any) -> Task:
    """Somebody to inspect, and who does."""
    key = {"plan": plan, "authorisation": authorisation}
    target = row(Target, key, **{"product": authorisation.product} | values)
    given = row(Task, {"target": target}, plan=plan)
    given.inspectors.set(inspectors)
    return given


def inspected(task: Task, by: User, /, **more: Any) -> dict[str, Any]:
    """A record as the field app makes it: all in order, inside the first area of `register`, nothing pictured."""
    findings = [{"item": item.value, "result": "pass", "clause": "", "note": ""} for item in Item]
    signers = [{"username": person.username, "sha256": "0" * 64} for person in task.inspectors.all()]
    at = "2026-05-06T10:00:00+08:00"
    return {
        "uuid": str(uuid.uuid4()),
        "task": str(task.uuid),
        "by": by.username,
        "device_at": at,
        "corrects": None,
        "position": {"lon": 116.85, "lat": 38.85, "accuracy_m": 8, "source": "device", "at": at},
        "site": 1,
        "verdict": {"verdict": "inside", "distance_m": 4340.5},
        "findings": findings,
        "mark_use": {"printed": 1000, "used": 400, "stock": 600, "note": ""},
        "samples": [],
        "photos": [],
        "signatures": {"inspectors": signers, "party": {"name": "示例当事人", "sha256": "0" * 64}, "refusal": ""},
        "outcome": "pass",
        "days": None,
        "demand": "",
        "note": "",
    } | more


def pictured(content: bytes, kind: str = "evidence", **more: Any) -> dict[str, Any]:
    """A picture as a record declares it."""
    taken = {"taken_at": "2026-05-06T10:00:00+08:00", "item": None, "kind": kind}
    return taken | {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} | more


def as_sent(content: dict[str, Any]) -> bytes:
    """The body that is sent."""
    return json.dumps(content, ensure_ascii=False).encode()


def arrived(task: Task, by: User, /, **more: Any) -> Record:
    """A record that has arrived."""
    body = as_sent(inspected(task, by, **more))
    return receive(read(body, hashlib.sha256(body).hexdigest()), by=by)
