"""Whose product is it: where a permission reaches only what is a person's own."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from gi_registry.core import clock
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Area, Product, Protection, Role


def within_reach(person: Person, act: Act) -> QuerySet[Product]:
    """The products on which the person may do the act."""
    match reach(person, act):
        case Reach.ALL:
            return Product.objects.all()
        case Reach.OWN if isinstance(person, User):
            return Product.objects.filter(own(person))
    return Product.objects.none()


def own(person: User) -> Q:
    """Products that the person's party keeps or holds today, and those whose area names the person's unit today."""
    today = clock.today()
    kept = Role.objects.on(today).filter(party=person.party) if person.party else Role.objects.none()
    held = Protection.objects.on(today).filter(holder=person.party) if person.party else Protection.objects.none()
    near = Area.objects.on(today).filter(units=person.unit) if person.unit else Area.objects.none()
    return Q(pk__in=kept.values("product")) | Q(pk__in=held.values("product")) | Q(pk__in=near.values("product"))


def may_on(person: Person, act: Act, product: Product) -> bool:
    """Whether the person may do the act on this product."""
    return within_reach(person, act).filter(pk=product.pk).exists()
