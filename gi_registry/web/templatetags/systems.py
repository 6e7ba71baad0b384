"""How the pages write clauses and evidence: signs, days left, how long evidence counts, other names of a system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from gi_registry.assurance.clauses import ALIASES, Clause, FreshBasis, Rule, System
from gi_registry.assurance.systems import Evidence
from gi_registry.core.spans import Spanned
from gi_registry.products.models import Category, Regime
from gi_registry.web import figures

register = template.Library()


@register.filter
def sign(state: str) -> SafeString:
    """The sign of a state."""
    return figures.sign(state)


@register.filter
def aliases(system: System) -> str:
    """What other documents call the system."""
    return "、".join(ALIASES[system])


@register.filter
def days_left(left: int) -> str:
    """还有 3 天; 今天到期; 已过 3 天."""
    if left == 0:
        return _("今天到期")
    return (_("还有 {n} 天") if left > 0 else _("已过 {n} 天")).format(n=abs(left))


@register.filter
def freshness(clause: Clause) -> str:
    """How long evidence counts that says no end itself, and who says so."""
    if clause.fresh is None:
        return _("以材料自身的有效期为准")
    basis = _("法律规定") if clause.fresh_basis == FreshBasis.LAW else _("假定，法律没有规定")
    return _("材料没有写期限的按 {n} 个月算（{basis}）").format(n=clause.fresh, basis=basis)


@register.filter
def period(piece: Evidence) -> str:
    """The days on which a piece of evidence counts."""
    begins = _("自 {day} 起").format(day=piece.begins) if piece.begins else _("起始日未查明")
    if piece.ends is None:
        return begins
    assumed = _("（假定）") if piece.assumed else ""
    return f"{begins}，{piece.ends} {piece.ended}{assumed}"


@register.filter
def span(fact: Spanned) -> str:
    """The days of a fact: 自 2022-01-01 起，2027-06-01 截止."""
    if fact.valid_from:
        begins = _("自 {day} 起").format(day=fact.valid_from)
    elif fact.attested_on:
        begins = _("起始日未查明，最早见于 {day}").format(day=fact.attested_on)
    else:
        begins = _("起始日未查明")
    return begins + (_("，{day} 截止").format(day=fact.valid_until) if fact.valid_until else "")


# Where the evidence is handed in that a rule asks for; records choose their kind.
FORMS = {
    Rule.STANDARD_KNOWN: "standard",
    Rule.STANDARD_IN_FORCE: "standard",
    Rule.APPOINTED: "appointment",
    Rule.REPORTED: "report",
    Rule.COVERED: "report",
    Rule.PASSED: "report",
    Rule.TESTED: "report",
    Rule.RETESTED: "report",
}


@register.simple_tag
def form_for(clause: Clause, slug: str) -> str:
    """The form in which evidence of a clause is handed in, with the kind chosen."""
    if clause.rule is Rule.QUALIFIED:
        return reverse("desk-systems-laboratories")
    if clause.rule is Rule.STANDARD_REVIEWED:
        return f"{reverse('desk-systems-evidence', args=[slug])}#standards"
    if clause.rule in FORMS:
        return reverse(f"desk-systems-{FORMS[clause.rule]}-new", args=[slug])
    asked = {"kind": clause.kinds[0].value} | ({"clause": clause.key} if clause.local else {})
    return f"{reverse('desk-systems-record-new', args=[slug])}?{urlencode(asked)}"


SOME = 5  # names in one line


@register.filter
def some_of(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    first = "、".join(names[:SOME])
    return first if len(names) <= SOME else _("{first}等 {n} 家").format(first=first, n=len(names))


@register.filter
def at(addresses: Mapping[tuple[str, int], str], piece: Evidence) -> str:
    """The page of a piece of evidence, "" where it has none."""
    return addresses.get((piece.kind, piece.pk), "")


@register.filter
def scope(clause: Clause) -> str:
    """To which products a clause applies."""
    said = []
    if clause.regimes != frozenset(Regime.values):
        said.append("、".join(str(Regime(one).label) for one in Regime.values if one in clause.regimes))
    if clause.categories != frozenset(Category.values):
        said.append("、".join(str(Category(one).label) for one in Category.values if one in clause.categories))
    if clause.once_protected:
        said.append(_("获得保护以后"))
    return _("适用于{what}").format(what="，".join(said)) if said else _("适用于全部产品")
