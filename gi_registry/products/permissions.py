"""Whose product and whose party is it: where a permission reaches only what is a person's own."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from gi_registry.core import clock
from gi_registry.gazette.models import Document
from gi_registry.parties.models import Kind, Party, User
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Area, Part, Product, Protection, Role, Stage

KEEPING = frozenset({Part.ASSOCIATION, Part.APPLICANT})  # the parts by which a product is a party's own
SAID_BY_KEEPERS = frozenset({Part.ENTERPRISE, Part.PRODUCER})  # the others are for officials: reach hangs on them


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
    kept = Role.objects.on(today).filter(party=person.party, part__in=KEEPING) if person.party else Role.objects.none()
    held = Protection.objects.none()
    if person.party:  # whoever merely applies has no part yet, unless an official gave them one
        held = Protection.objects.on(today).filter(holder=person.party, stage=Stage.PROTECTED)
    near = Area.objects.on(today).filter(units=person.unit) if person.unit else Area.objects.none()
    return Q(pk__in=kept.values("product")) | Q(pk__in=held.values("product")) | Q(pk__in=near.values("product"))


def may_on(person: Person, act: Act, product: Product) -> bool:
    """Whether the person may do the act on this product."""
    return within_reach(person, act).filter(pk=product.pk).exists()


def parties_within_reach(person: Person, act: Act) -> QuerySet[Party]:
    """The parties on which the person may do the act: their own are those of their unit, and those of the products
    that their party keeps."""
    match reach(person, act):
        case Reach.ALL:
            return Party.objects.all()
        case Reach.OWN if isinstance(person, User):
            return Party.objects.filter(own_parties(person, act))
    return Party.objects.none()


def own_parties(person: User, act: Act) -> Q:
    """Whoever has a unit keeps the parties there; whoever has none those of their products, and their own party."""
    if person.unit_id is not None:
        return Q(unit=person.unit_id)
    products = within_reach(person, act)
    kept = Role.objects.filter(product__in=products).values("party")
    held = Protection.objects.filter(product__in=products, holder__isnull=False).values("holder")
    reached = Q(pk__in=kept) | Q(pk__in=held)
    if act is not Act.DESK:
        reached &= ~Q(kind=Kind.GOVERNMENT)  # those who are led read of those who lead, and change nothing there
    return reached | Q(pk=person.party_id)


def parties_to_give_a_part(person: Person) -> QuerySet[Party]:
    """Whom the person may give a part to. Whoever's reach goes by their products would reach whomever they named, with
    contacts and all: they choose among those who have a part already, and register new ones."""
    by_products = reach(person, Act.FRAME) is Reach.OWN and getattr(person, "unit_id", None) is None
    return parties_within_reach(person, Act.DESK) if by_products else parties_to_choose(person)


def parties_to_choose(person: Person) -> QuerySet[Party]:
    """Whom the person may name as party to a product: their own, and bodies whose names are public anyway."""
    own = parties_within_reach(person, Act.FRAME)
    return Party.objects.filter(Q(pk__in=own.values("pk")) | ~Q(kind=Kind.PERSON))


def parts_to_give(person: Person) -> list[Part]:
    """What the person may say that a party is to a product."""
    everything = reach(person, Act.FRAME) is Reach.ALL
    return [part for part in Part if everything or part in SAID_BY_KEEPERS]


def may_write(person: Person, fact: Any) -> bool:
    """Whether a fact of a product that the person keeps is for them to change."""
    return not isinstance(fact, Role) or fact.part in parts_to_give(person)


def documents_within_reach(person: Person, act: Act) -> QuerySet[Document]:
    """The documents on which the person may do the act: their own are those of their products and of their areas. What
    is said of one that is another's product's too is not for them alone to change."""
    if reach(person, act) is Reach.ALL:
        return Document.objects.all()
    products = within_reach(person, act).values("pk")
    drawn = Area.objects.filter(product__in=products, document__isnull=False).values("document")
    named = Product.documents.through.objects.filter(product__in=products).values("document")
    reached = Document.objects.filter(Q(pk__in=named) | Q(pk__in=drawn))
    if act is Act.DESK:
        return reached
    shared = Product.documents.through.objects.exclude(product__in=products).values("document")
    return reached.exclude(pk__in=shared)
