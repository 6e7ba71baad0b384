"""Who may take part in an application: who prepares and files it, who records the State's steps, who surveys."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from gi_registry.applications.models import Survey
from gi_registry.applications.states import Procedure
from gi_registry.core.errors import NotAllowed
from gi_registry.gazette.papers import Rests
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.places.models import Place
from gi_registry.products.models import Product
from gi_registry.products.permissions import may_on, within_reach


def act_for(rests: Rests) -> Act:
    """Ours is taken by those who prepare and file, theirs is recorded by those who watch the State's gazette."""
    return Act.APPLICATIONS if rests == Rests.OURS else Act.STATE_STEPS


def act_to_open(procedure: str) -> Act:
    """A revocation is asked for by others and only recorded here; everything else we prepare ourselves."""
    return Act.STATE_STEPS if procedure == Procedure.REVOCATION else Act.APPLICATIONS


def require(person: Person, act: Act, product: Product) -> None:
    """Raises NotAllowed where the person may not do the act on the product."""
    if not may_on(person, act, product):
        raise NotAllowed(f"您不能对“{product}”办理“{act.label}”。")


def surveys_within_reach(person: Person) -> QuerySet[Survey]:
    """The surveys that the person may fill: a liaison those of their unit."""
    match reach(person, Act.SURVEYS):
        case Reach.ALL:
            return Survey.objects.all()
        case Reach.OWN if isinstance(person, User) and person.unit_id is not None:
            return Survey.objects.filter(unit=person.unit_id)
    return Survey.objects.none()


def surveys_to_read(person: Person) -> QuerySet[Survey]:
    """The surveys that the person may read: a liaison those of their unit, an association those of its products."""
    match reach(person, Act.DESK):
        case Reach.ALL:
            return Survey.objects.all()
        case Reach.OWN if isinstance(person, User):
            near = Q(unit=person.unit_id) if person.unit_id is not None else Q(pk__in=[])
            return Survey.objects.filter(near | Q(product__in=within_reach(person, Act.DESK)))
    return Survey.objects.none()


def require_survey(person: Person, unit: Place | None) -> None:
    """Raises NotAllowed where the person may not fill surveys of the unit."""
    match reach(person, Act.SURVEYS):
        case Reach.ALL:
            return
        case Reach.OWN if isinstance(person, User) and unit is not None and person.unit_id == unit.pk:
            return
    raise NotAllowed("您只能填报本乡镇街道的特色产品普查。")
