"""Who may hand in evidence, who may say what satisfies a clause, and who keeps what all products share."""

from __future__ import annotations

from gi_registry.core.errors import NotAllowed
from gi_registry.parties.permissions import Act, Person, Reach, reach
from gi_registry.products.models import Product
from gi_registry.products.permissions import may_on


def may_hand_in(person: Person, product: Product) -> bool:
    """Whether the person may hand in standards, quality records and test reports of the product."""
    return may_on(person, Act.STANDARDS, product)


def may_decide(person: Person, product: Product) -> bool:
    """Whether the person may say of evidence that it satisfies a clause for the product: officials only, since whoever
    hands it in would judge himself."""
    return may_on(person, Act.SYSTEMS, product)


def may_keep(person: Person) -> bool:
    """Whether the person keeps what all products share: laboratories, the district's clauses, rounds."""
    return reach(person, Act.SYSTEMS) is Reach.ALL


def require_hand_in(person: Person, product: Product) -> None:
    """Raises NotAllowed where the person may not hand in evidence of the product."""
    if not may_hand_in(person, product):
        raise NotAllowed(f"您不能登记“{product}”的材料。")


def require_decide(person: Person, product: Product) -> None:
    """Raises NotAllowed where the person may not say what satisfies a clause for the product."""
    if not may_decide(person, product):
        raise NotAllowed(f"您不能认定“{product}”的体系条款。")


def require_keep(person: Person) -> None:
    """Raises NotAllowed where the person does not keep what all products share."""
    if not may_keep(person):
        raise NotAllowed("检验机构、自定条款、通用标准和评估由主管部门登记。")
