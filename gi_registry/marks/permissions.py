"""Who may take part in the use of the official mark: who registers users, who keeps the ledger, who acts for whom."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from gi_registry.core.errors import NotAllowed
from gi_registry.marks.models import Authorisation, AuthorisationQuerySet
from gi_registry.marks.states import State
from gi_registry.parties.models import Party, User
from gi_registry.parties.permissions import MAY, Act, Person, Reach, Role, reach, roles_of
from gi_registry.products.models import Product
from gi_registry.products.permissions import own

NOBODYS = Q(pk__in=[])


def of_kept_products(person: User) -> Q:
    """An association: those for the products that it keeps."""
    return Q(product__in=Product.objects.filter(own(person)))


def of_unit(person: User) -> Q:
    """A liaison: those of the producers of their unit."""
    return Q(producer__unit=person.unit_id) if person.unit_id is not None else NOBODYS


def of_party(person: User) -> Q:
    """A producer: those of their own party."""
    return Q(producer=person.party_id) if person.party_id is not None else NOBODYS


OWN: dict[Role, Callable[[User], Q]] = {
    Role.ASSOCIATION: of_kept_products,
    Role.LIAISON: of_unit,
    Role.PRODUCER: of_party,
}

# The steps that a producer takes by itself; all others are the office's.
PRODUCERS_STEPS = frozenset({State.INTAKE, State.ABANDONED, State.FILED, State.CHANGE_REVIEW})


def authorisations_within_reach(person: Person, act: Act) -> AuthorisationQuerySet:
    """The authorisations on which the person may do the act."""
    match reach(person, act):
        case Reach.ALL:
            return Authorisation.objects.all()
        case Reach.OWN if isinstance(person, User):
            own_by = [OWN[role](person) for role in roles_of(person) if MAY[act].get(role) is Reach.OWN]
            reached = NOBODYS
            for rule in own_by:
                reached |= rule
            return Authorisation.objects.filter(reached)
    return Authorisation.objects.none()


def may_on(person: Person, act: Act, authorisation: Authorisation) -> bool:
    """Whether the person may do the act on this authorisation."""
    return authorisations_within_reach(person, act).filter(pk=authorisation.pk).exists()


def require(person: Person, act: Act, authorisation: Authorisation) -> None:
    """Raises NotAllowed where the person may not do the act on the authorisation."""
    if not may_on(person, act, authorisation):
        raise NotAllowed(f"您不能对这一使用人办理“{act.label}”。")


def require_either(person: Person, authorisation: Authorisation) -> None:
    """What a producer does for itself, or the office in its place. Raises NotAllowed."""
    if not may_on(person, Act.OWN_USE, authorisation):
        require(person, Act.AUTHORISATIONS, authorisation)


def require_step(person: Person, state: State, authorisation: Authorisation) -> None:
    """Raises NotAllowed where the person may not take the step into `state`."""
    if state in PRODUCERS_STEPS:
        require_either(person, authorisation)
    else:
        require(person, Act.AUTHORISATIONS, authorisation)


def require_to_record(person: Person) -> None:
    """Raises NotAllowed where the person may not record whom an announcement names."""
    if reach(person, Act.AUTHORISATIONS) is not Reach.ALL:
        raise NotAllowed("您的账号不能按公告登记专用标志使用人。")


def require_to_open(person: Person, producer: Party, *, itself: bool) -> None:
    """Raises NotAllowed where the person may not open a file on the producer; `itself`: a producer may on its own."""
    if reach(person, Act.AUTHORISATIONS) is Reach.ALL:
        return
    ours = isinstance(person, User) and person.party_id == producer.pk
    if not (itself and ours and reach(person, Act.OWN_USE) is Reach.OWN):
        raise NotAllowed(f"您不能替“{producer.public_name}”办理专用标志。")
