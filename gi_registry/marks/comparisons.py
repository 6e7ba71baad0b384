"""What a label says, against what the register holds of its maker and product on the day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gi_registry.assurance.models import Standard
from gi_registry.core import clock
from gi_registry.core.errors import BadInput
from gi_registry.core.text import plain
from gi_registry.gazette.models import Announcement
from gi_registry.marks import numbers, tokens
from gi_registry.marks.answers import Answer, by_uscc
from gi_registry.marks.labels import TRADEMARKS, Conclusion, Label, Line, concluded, counted, said, same_standard
from gi_registry.marks.states import Basis
from gi_registry.parties.validators import read_uscc
from gi_registry.products.models import Name, Protection, Regime

OURS = re.compile(r"https?://[^/?#\s]+/v/[A-Za-z0-9-]+/?(?:[?#]|$)")


class Agreement(models.TextChoices):
    """How something on the label stands to what the register holds."""

    SAME = "same", _("一致")
    OTHER = "other", _("不一致")
    SILENT = "silent", _("登记簿没有")


class Comparison(NamedTuple):
    """One thing on the label against the register; `briefly` is what tells against the label, in a few words."""

    what: str
    agreement: Agreement
    why: str
    briefly: str = ""


def compared(label: Label) -> list[Comparison]:
    """What the label says against the register on the day; nothing where it shows no code to ask with."""
    answers = answers_for(label)
    if answers is None:
        return []
    about = called(answers, label.product) if said(label.product) else answers
    found = [standing(label, answers, about)]
    if about:
        found += [
            check(label, about)
            for text, check in (
                (label.producer, producer),
                (label.standard, standard),
                (label.announcement, announcement),
                (label.trademark_number, trademark),
            )
            if said(text)
        ]
    return found + ([code(label)] if label.qr else [])


class Verdict(NamedTuple):
    """What the rule and the register come to together."""

    conclusion: Conclusion
    sentence: str


def verdict(lines: Sequence[Line], comparisons: Sequence[Comparison]) -> Verdict:
    """The worse of the two: nobody who may not use the mark has a label that is right."""
    conclusion, counts = concluded(lines), counted(lines)
    against = objection(comparisons)
    if conclusion is Conclusion.MOOT or not against.sentence:
        unsettled = "，不能下结论" if conclusion is Conclusion.OPEN else ""
        return Verdict(conclusion, f"{counts}{unsettled}" if counts else str(conclusion.label))
    own = f"{counts}，" if counts else "标示齐全，但"
    worse = Conclusion.BROKEN if Conclusion.BROKEN in {conclusion, against.conclusion} else Conclusion.OPEN
    return Verdict(worse, f"{own}{against.sentence}")


def objection(comparisons: Sequence[Comparison]) -> Verdict:
    """What the register holds against a label, whether the mark may be used first; without a sentence where nothing."""
    others = [one for one in comparisons if one.agreement is Agreement.OTHER]
    barred = next((one.briefly for one in others if one.briefly), "")
    if barred:
        return Verdict(Conclusion.BROKEN, f"登记簿记载：{barred}")
    if others:
        return Verdict(Conclusion.BROKEN, f"与登记簿不一致：{'、'.join(one.what for one in others)}")
    unknown = next((one.briefly for one in comparisons if one.briefly), "")
    return Verdict(Conclusion.OPEN, unknown)


def answers_for(label: Label) -> list[Answer] | None:
    """What the register says of the label's code on the day; None where it is no whole code."""
    try:
        return by_uscc(read_uscc(label.uscc).code, label.on)
    except BadInput:
        return None


def called(answers: list[Answer], written: str) -> list[Answer]:
    """Those about the product of a label with `written` on it: one of the product's names stands in it."""
    names = {(answer.slug, answer.product) for answer in answers}
    slugs = {answer.slug for answer in answers}
    names |= set(Name.objects.filter(product__slug__in=slugs).values_list("product__slug", "text"))
    meant = {slug for slug, name in names if plain(name) in plain(written)}
    return [answer for answer in answers if answer.slug in meant]


BASES: dict[Regime, frozenset[str]] = {
    Regime.PRODUCT: frozenset({Basis.ANNOUNCED, Basis.RECORDED}),
    Regime.COLLECTIVE: frozenset({Basis.MEMBER}),
    Regime.CERTIFICATION: frozenset({Basis.LICENSEE}),
}


def standing(label: Label, answers: list[Answer], about: list[Answer]) -> Comparison:
    """Whether this maker may use the mark for this product, under this protection, on the day."""
    what = "核准使用"
    if not answers:
        return Comparison(
            what,
            Agreement.SILENT,
            "登记簿里没有这个代码使用专用标志的记录。这不等于未经核准：登记簿只有本区已经录入的公告。",
            "登记簿里没有这个代码的核准",
        )
    if not about:
        names = "、".join(dict.fromkeys(answer.product for answer in answers))
        why = f"这个代码登记的产品是{names}，不是“{label.product}”。"
        return Comparison(what, Agreement.OTHER, why, f"这个代码的核准不是“{label.product}”的")
    best = max(about, key=lambda answer: (answer.basis in BASES[label.regime], answer.may_use))
    why = f"{best.product}：{label.on} {best.standing.label}（自 {best.since} 起），依据是{Basis(best.basis).label}。"
    if best.basis not in BASES[label.regime]:
        missing = f"没有按{label.regime.label}使用的核准"
        return Comparison(what, Agreement.OTHER, f"{why}登记簿没有按{label.regime.label}使用的记录。", missing)
    if best.may_use:
        return Comparison(what, Agreement.SAME, why)
    return Comparison(what, Agreement.OTHER, why, str(best.standing.label))


def producer(label: Label, about: list[Answer]) -> Comparison:
    """The name of the day; today's is the same maker as well."""
    of_day = about[0].producer
    if plain(label.producer) == plain(of_day):
        return Comparison("生产者名称", Agreement.SAME, f"登记的名称是{of_day}。")
    if plain(label.producer) == plain(about[0].producer_now):
        return Comparison("生产者名称", Agreement.SAME, f"是现在的名称；{label.on} 登记的名称是{of_day}。")
    return Comparison("生产者名称", Agreement.OTHER, f"{label.on} 登记的名称是{of_day}。")


def standard(label: Label, about: list[Answer]) -> Comparison:
    """Against the authorisation's own standard and those of the product that are in force on the day."""
    kept = {answer.standard_number for answer in about if answer.standard_number}
    slugs = {answer.slug for answer in about}
    kept |= set(Standard.objects.on(label.on).filter(product__slug__in=slugs).values_list("number", flat=True))
    same = any(same_standard(label.standard, number) for number in kept)
    return against("标准代号", "标准", kept, same=same)


def announcement(label: Label, about: list[Answer]) -> Comparison:
    """Against the announcement of the authorisation and those that protected the product."""
    codes, slugs = [answer.code for answer in about], {answer.slug for answer in about}
    kept = {
        announcement.pk: str(announcement)
        for announcement in Announcement.objects.filter(
            Q(authorisations__code__in=codes) | Q(protections__product__slug__in=slugs)
        )
    }
    same = not kept.keys().isdisjoint(numbers.announcements_numbered(label.announcement))
    return against("公告号", "公告", set(kept.values()), same=same)


def trademark(label: Label, about: list[Answer]) -> Comparison:
    """Against the number of the authorisation and of the product's own marks."""
    marks = Protection.objects.on(label.on).filter(
        product__slug__in={answer.slug for answer in about}, regime__in=TRADEMARKS
    )
    written = {answer.trademark_number for answer in about} | set(marks.values_list("number", flat=True))
    kept = {numbers.trademark_number(number) for number in written} - {""}
    return against("商标注册号", "商标注册号", kept, same=numbers.trademark_number(label.trademark_number) in kept)


def against(what: str, kind: str, kept: set[str], *, same: bool) -> Comparison:
    """One number against those that the register holds of its kind."""
    if not kept:
        return Comparison(what, Agreement.SILENT, f"登记簿没有记载这一产品和使用人的{kind}，无从比较。")
    return Comparison(what, Agreement.SAME if same else Agreement.OTHER, f"登记的{kind}是{'、'.join(sorted(kept))}。")


def code(label: Label) -> Comparison:
    """Whether the QR code is one of ours, holds today, and names the same maker as the label."""
    verdict = tokens.verify(label.qr, clock.now())
    why = f"{verdict.judgement.label}。"
    if not verdict.claims:
        return Comparison("二维码", Agreement.OTHER, why)
    why += f"其中写的是{verdict.claims['name']}（{verdict.claims['uscc']}），{verdict.claims['product']}。"
    same = verdict.judgement is tokens.Judgement.GENUINE and verdict.claims["uscc"] == read_uscc(label.uscc).code
    return Comparison("二维码", Agreement.SAME if same else Agreement.OTHER, why)


def is_ours(text: str) -> bool:
    """Whether a QR code holds an address as ours do: https://host/v/<code>#…"""
    return OURS.match(text) is not None
