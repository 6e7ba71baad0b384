"""Who may take part in inspections: who plans, who inspects what, who follows up leads."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gi_registry.core.errors import NotAllowed
from gi_registry.gazette.models import Document
from gi_registry.inspections.models import (
    Aside,
    Lead,
    LeadQuerySet,
    LeadStep,
    Record,
    RecordQuerySet,
    Task,
    TaskQuerySet,
)
from gi_registry.inspections.states import LeadState
from gi_registry.parties.permissions import MAY, Act, Person, Reach, Role, reach, roles_of
from gi_registry.products.permissions import documents_within_reach


def tasks_within_reach(person: Person) -> TaskQuerySet:
    """The tasks whose inspections the person may record: all, or one's own."""
    match reach(person, Act.INSPECT):
        case Reach.ALL:
            return Task.objects.all()
        case Reach.OWN:
            return Task.objects.filter(inspectors=person.pk)
    return Task.objects.none()


def tasks_to_send(person: Person) -> TaskQuerySet:
    """Those, and the tasks that were the person's before others were assigned: what was taken along comes back."""
    if reach(person, Act.INSPECT) is Reach.OWN:
        return Task.objects.filter(Q(inspectors=person.pk) | Q(formerly=person.pk)).distinct()
    return tasks_within_reach(person)


def records_within_reach(person: Person) -> RecordQuerySet:
    """The records of the person's tasks, and their own of those that were."""
    within = Q(task__in=tasks_within_reach(person).order_by().values("pk"))
    own = Q(inspector=person.pk) if reach(person, Act.INSPECT) is Reach.OWN else Q(pk__in=[])
    return Record.objects.filter(within | own)


def records_to_read(person: Person) -> RecordQuerySet:
    """The records that the person may read at the desk: whoever has the whole desk all, an inspector those of their own
    tasks."""
    if reads_all(person):
        return Record.objects.all()
    return records_within_reach(person)


def reads_all(person: Person) -> bool:
    """Whether the person has the whole desk, as something else than an inspector."""
    return any(MAY[Act.DESK].get(role) is Reach.ALL for role in roles_of(person) - {Role.INSPECTOR})


def require_to_read(person: Person) -> None:
    """Raises NotAllowed where no record is the person's to read, now or ever."""
    if not reads_all(person) and reach(person, Act.INSPECT) is None:
        raise NotAllowed("您的账号不能看检查记录：里面有当事人和检查员的个人信息。")


def hidden_from(person: Person) -> list[str]:
    """The tables of whose history the person reads nothing, since the rows are not theirs to read: leads for whoever
    does not keep them, records with their bodies for inspectors, who read their own."""
    hidden: list[type[models.Model]] = [] if reach(person, Act.LEADS) is Reach.ALL else [Lead, LeadStep]
    hidden += [] if reads_all(person) else [Record, Aside]
    return [model._meta.label_lower for model in hidden]


def leads_within_reach(person: Person) -> LeadQuerySet:
    """The leads that the person may follow up: all, or those assigned to them."""
    match reach(person, Act.LEADS):
        case Reach.ALL:
            return Lead.objects.all()
        case Reach.OWN:
            return Lead.objects.filter(assignee=person.pk)
    return Lead.objects.none()


def documents_to_read(person: Person, act: Act) -> models.QuerySet[Document]:
    """`documents_within_reach` without the papers and pictures of leads that are not the person's to read."""
    reached = documents_within_reach(person, act)
    if reach(person, Act.LEADS) is Reach.ALL:
        return reached
    foreign = LeadStep.objects.exclude(lead__in=leads_within_reach(person)).filter(document__isnull=False)
    of_leads = Document.objects.filter(pk__in=foreign.order_by().values("document"))
    return reached.exclude(pk__in=of_leads.filter(products__isnull=True, attachments__isnull=True).values("pk"))


def leads_to_read(person: Person) -> LeadQuerySet:
    """Those that the person follows up, and what they registered themselves."""
    registered = LeadStep.objects.filter(state=LeadState.REGISTERED, by=str(person))
    own = registered if reach(person, Act.LEADS) is not None else registered.none()
    within = leads_within_reach(person).order_by()
    return Lead.objects.filter(Q(pk__in=within.values("pk")) | Q(pk__in=own.order_by().values("lead")))


def require_plans(person: Person) -> None:
    """Raises NotAllowed where the person may not plan inspections."""
    if reach(person, Act.PLANS) is None:
        raise NotAllowed("您的账号不能制定检查计划和抽取。")


def require_leads(person: Person) -> None:
    """Raises NotAllowed where the person may not register and assign leads."""
    if reach(person, Act.LEADS) is not Reach.ALL:
        raise NotAllowed("您的账号不能登记和分派案件线索。")


def require_to_open_lead(person: Person, record: Record | None) -> None:
    """The office opens any lead, an inspector one from an inspection of their own. Raises NotAllowed."""
    inspected = record is not None and records_within_reach(person).filter(pk=record.pk).exists()
    if not (inspected and reach(person, Act.LEADS) is Reach.OWN):
        require_leads(person)


def require_lead(person: Person, lead: Lead) -> None:
    """Raises NotAllowed where the person may not follow up this lead."""
    if not leads_within_reach(person).filter(pk=lead.pk).exists():
        raise NotAllowed("这条线索不由您承办。")


def may_inspect(person: Person) -> bool:
    """Whether the person is an inspector, who can be put on a plan."""
    return Role.INSPECTOR in roles_of(person)
