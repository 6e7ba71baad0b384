"""What an inspector takes along: the tasks of a plan and all that is judged by on site without a network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, cast

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Count, OuterRef, Prefetch, Subquery
from shapely import MultiPolygon

from gi_registry.assurance.models import Limit, Standard
from gi_registry.core import clock
from gi_registry.core.errors import BadInput, NotInRegister
from gi_registry.inspections import items, remarks
from gi_registry.inspections.models import Plan, Record, Task
from gi_registry.inspections.permissions import tasks_within_reach
from gi_registry.inspections.sent import MOST_PHOTOS
from gi_registry.inspections.states import PlanState
from gi_registry.marks.models import Authorisation, Site
from gi_registry.marks.origin import area_on
from gi_registry.marks.protected import REGIMES
from gi_registry.marks.states import Basis
from gi_registry.parties.models import User
from gi_registry.places.geometry import Rings, to_shapely
from gi_registry.products.models import Area, Regime

GOOD_FOR = timedelta(days=7)
LIMITED = frozenset({items.Item.TRAITS})  # the item that a standard's limits are of


def plans_for(person: User) -> list[dict[str, Any]]:
    """The plans under way that have tasks of the person's, as the field lists them."""
    tasks = tasks_within_reach(person).standing().filter(plan__state=PlanState.RUNNING)
    counts = dict(tasks.order_by().values_list("plan").annotate(Count("pk")))
    return [plan_facts(plan) | {"tasks": counts[plan.pk]} for plan in Plan.objects.filter(pk__in=counts)]


def plan_facts(plan: Plan) -> dict[str, Any]:
    """A plan as the field names it."""
    return {
        "number": plan.number,
        "title": plan.title,
        "kind": plan.kind,
        "kind_label": plan.get_kind_display(),
        "state": plan.state,
        "state_label": plan.get_state_display(),
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
    }


def bundle(number: str, person: User) -> dict[str, Any]:
    """Everything of the plan that the person's tasks need, as JSON. Raises NotInRegister and BadInput."""
    tasks = list(tasks_of(number, person))
    if not tasks:
        raise NotInRegister("没有这个计划，或者其中没有您的任务。")
    plan = tasks[0].plan
    if plan.state != PlanState.RUNNING:
        raise BadInput(f"计划“{plan.get_state_display()}”，没有可以带走的任务。")
    now = clock.now()
    today = clock.legal_time(now).date()
    areas = areas_for(tasks, today)
    last = last_records(task.target.authorisation for task in tasks)
    return {
        "server_at": now.isoformat(),
        "valid_until": (now + GOOD_FOR).isoformat(),
        "plan": plan_facts(plan),
        "items": [{"number": row.item.value, "label": str(row.item.label), "basis": row.basis} for row in items.rows()],
        "limits": {
            "photo_bytes": settings.UPLOAD_LIMIT_MB["photo"] * 1024 * 1024,
            "photos": MOST_PHOTOS,
            "coarse_m": remarks.COARSE_M,
            "skew_s": remarks.SKEW_S,
        },
        "clauses": clauses_for(tasks, today),
        "areas": [area_facts(key, area) for key, area in areas.items() if area is not None],
        "tasks": [
            task_facts(task, at, today, areas, last.get(task.target.authorisation_id or 0))
            for at, task in enumerate(tasks, 1)
        ],
    }


def tasks_of(number: str, person: User) -> Iterable[Task]:
    """The person's tasks of a plan, with all that is told of them."""
    target = "target__authorisation"
    return (
        tasks_within_reach(person)
        .standing()
        .filter(plan__number=number)
        .select_related(
            "plan", "target__product", *(f"{target}__{name}" for name in ("producer", "product", "announcement"))
        )
        .prefetch_related(
            "inspectors",
            f"{target}__product__protections",
            Prefetch(f"{target}__sites", Site.objects.on(clock.today()).order_by("pk")),
            Prefetch("records", Record.objects.prefetch_related("shots__photo")),
        )
    )


# --- Areas -----------------------------------------------------------------------------------------------------------


def key_of(task: Task) -> str:
    """How the bundle names the area that counts for a task."""
    return f"{task.target.product.slug}/{regime_of(task)}"


def regime_of(task: Task) -> Regime:
    """Under which regime the area stands that counts."""
    authorisation = task.target.authorisation
    return REGIMES[Basis(authorisation.basis)] if authorisation is not None else Regime.PRODUCT


def areas_for(tasks: Iterable[Task], today: date) -> dict[str, Area | None]:
    """The area of each product and regime; None where the register has none."""
    asked = {key_of(task): (task.target.product, regime_of(task)) for task in tasks}
    return {key: area_on(product, regime, today) for key, (product, regime) in asked.items()}


def area_facts(key: str, area: Area) -> dict[str, Any]:
    """An area with its rings as `places.geometry.lie` takes them: degrees of CGCS2000, no edge longer than its limit,
    so that a device finds exactly what the server does."""
    return {
        "key": key,
        "product": str(area.product),
        "regime_label": area.get_regime_display(),
        "basis": area.basis,
        "basis_label": area.get_basis_display(),
        "schematic": area.schematic,
        "uncertainty_m": area.uncertainty_m or 0.0,
        "rings": rings_of(area),
    }


def rings_of(area: Area) -> list[list[list[float]]]:
    """Every ring, closed, one after another: [[[lon, lat], …], …]."""
    rings = Rings.of(cast("MultiPolygon", to_shapely(cast("GEOSGeometry", area.boundary))))
    ends = rings.offsets[0].tolist()
    return [rings.vertices[start:end].tolist() for start, end in pairwise(ends)]


# --- Clauses ---------------------------------------------------------------------------------------------------------


def clauses_for(tasks: Iterable[Task], today: date) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """What each item is held against, by product and regime (`key_of`): the law, and limits of standards in force."""
    asked = {key_of(task): (task.target.product, regime_of(task)) for task in tasks}
    limits = limits_of({product.pk for product, _regime in asked.values()}, today)
    return {
        key: {
            str(item.value): [
                clause._asdict()
                for clause in items.clauses(item, regime, product.category, today)
                + (limits.get(product.pk, []) if item in LIMITED else [])
            ]
            for item in items.Item
        }
        for key, (product, regime) in asked.items()
    }


def limits_of(products: set[int], today: date) -> dict[int, list[items.Clause]]:
    """The limits of the standards of the products that are in force today, by product. Two queries."""
    found: dict[int, list[items.Clause]] = {}
    for standard in Standard.objects.on(today).filter(product__in=products).prefetch_related("limits"):
        told = (items.Clause(worded(limit), standard.number, standard.number) for limit in standard.limits.all())
        found.setdefault(standard.product_id or 0, []).extend(told)
    return found


def worded(limit: Limit) -> str:
    """A limit as it is read, with the grade of goods that it is for."""
    return f"{limit}（{limit.goods}）" if limit.goods else str(limit)


# --- Tasks -----------------------------------------------------------------------------------------------------------


def task_facts(task: Task, at: int, today: date, areas: dict[str, Area | None], last: Record | None) -> dict[str, Any]:
    """One task: who, where, whether they may use the mark, what was found last."""
    target, authorisation = task.target, task.target.authorisation
    producer = authorisation.producer if authorisation is not None else None
    key = key_of(task)
    return {
        "uuid": str(task.uuid),
        "number": at,
        "inspectors": [{"username": person.username, "name": person.name} for person in task.inspectors.all()],
        "target": {
            "name": target.who,
            "uscc": producer.uscc if producer else "",
            "address": producer.address if producer else target.address,
            "product": str(target.product),
            "slug": target.product.slug,
            "risk_label": target.get_risk_display(),
        },
        "authorisation": authorisation_facts(authorisation, today) if authorisation else None,
        "area": key if areas[key] is not None else None,
        "clauses": key,
        "sites": [site_facts(site, number) for number, site in enumerate(sites_of(authorisation), 1)],
        "last": last_facts(last) if last else None,
        "records": [record_facts(record) for record in task.records.all()],
    }


def record_facts(record: Record) -> dict[str, Any]:
    """A record of the task that the register has already."""
    corrects = None if record.corrects is None else str(record.corrects)
    return {"uuid": str(record.uuid), "corrects": corrects, "missing": missing(record)}


def sites_of(authorisation: Authorisation | None) -> list[Site]:
    """Where it is made today."""
    return list(authorisation.sites.all()) if authorisation is not None else []


def authorisation_facts(authorisation: Authorisation, today: date) -> dict[str, Any]:
    """What may be said of the use of the mark today, and what has to stand on the label."""
    standing, announcement = authorisation.standing_on(today), authorisation.announcement
    return {
        "code": authorisation.code,
        "standing": standing,
        "standing_label": str(standing.label) if standing else "",
        "state_label": authorisation.get_state_display(),
        "basis_label": authorisation.get_basis_display(),
        "valid_from": authorisation.valid_from and authorisation.valid_from.isoformat(),
        "valid_until": authorisation.valid_until and authorisation.valid_until.isoformat(),
        "announcement": str(announcement) if announcement else "",
        "standard_number": authorisation.standard_number,
        "trademark_number": authorisation.trademark_number,
    }


def site_facts(site: Site, number: int) -> dict[str, Any]:
    """A site by its number among those of today."""
    where = site.location
    facts = {"number": number, "name": site.name, "address": site.address}
    return facts | {"lon": where.x, "lat": where.y, "accuracy_m": site.accuracy_m}


def last_records(authorisations: Iterable[Authorisation | None]) -> dict[int, Record]:
    """The newest record that stands of each authorisation."""
    keys = {authorisation.pk for authorisation in authorisations if authorisation is not None}
    newest = Record.objects.standing().filter(task__target__authorisation=OuterRef("pk")).values("pk")[:1]
    found = Authorisation.objects.filter(pk__in=keys).annotate(record=Subquery(newest)).values_list("record", "pk")
    of_record = dict(found.exclude(record=None))
    return {of_record[r.pk]: r for r in Record.objects.filter(pk__in=of_record).prefetch_related("findings")}


def last_facts(record: Record) -> dict[str, Any]:
    """What was found last."""
    return {
        "on": record.inspected_on.isoformat(),
        "outcome": record.outcome,
        "outcome_label": record.get_outcome_display(),
        "findings": [
            {"item": line.item, "result": line.result, "clause": line.clause, "note": line.note}
            for line in record.findings.all()
        ],
    }


def missing(record: Record) -> list[str]:
    """The hashes of the pictures that are not here yet, in the record's order, each once."""
    awaited = (shot.photo for shot in record.shots.all() if shot.photo.received_at is None)
    return list(dict.fromkeys(photo.sha256 for photo in awaited))
