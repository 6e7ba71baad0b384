"""Is this value acceptable: what an address asks to see of the register."""

from __future__ import annotations

from django.db.models import TextChoices
from django.http import QueryDict

from gi_registry.core.errors import BadInput
from gi_registry.products.models import Category, Regime, Stage
from gi_registry.products.register import Filters

LONGEST_SEARCH = 60


def filters(asked: QueryDict) -> Filters:
    """`q`, `stage`, `regime` and `category` of an address. Raises BadInput for a value that names nothing."""
    q = asked.get("q", "").strip()
    if len(q) > LONGEST_SEARCH:
        raise BadInput(f"搜索词太长：请在 {LONGEST_SEARCH} 个字以内。")
    return Filters(
        q,
        chosen(asked, "stage", Stage, "阶段"),
        chosen(asked, "regime", Regime, "保护制度"),
        chosen(asked, "category", Category, "类别"),
    )


def chosen(asked: QueryDict, name: str, choices: type[TextChoices], label: str) -> frozenset[str]:
    """The values given for `name`, each of which must be one of `choices`."""
    values = frozenset(value for value in asked.getlist(name) if value)
    for value in sorted(values - set(choices.values)):
        raise BadInput(f"{label}“{value[:20]}”不存在：可选 {'、'.join(choices.values)}。")
    return values
