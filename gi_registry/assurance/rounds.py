"""Assessment rounds: what was computed for a day, the evidence it rests on, and the hash of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import orjson

from gi_registry.assurance.answers import ClauseAnswer, ProductAnswer
from gi_registry.assurance.models import Round
from gi_registry.core.history import changes_of


def result_of(answers: Iterable[ProductAnswer]) -> list[dict[str, Any]]:
    """What was computed, as it is kept: products by slug, systems, clauses with their sentences."""
    return [
        {
            "slug": one.slug,
            "name": one.name,
            "status": str(one.status),
            "systems": [
                {"system": str(each.system), "status": str(each.status), "met": each.met, "asked": each.asked}
                for each in one.systems
            ],
            "clauses": [clause_kept(each) for each in one.clauses],
        }
        for one in sorted(answers, key=lambda one: one.slug)
    ]


def clause_kept(one: ClauseAnswer) -> dict[str, Any]:
    """A clause as it is kept."""
    return {
        "key": one.clause.key,
        "system": str(one.clause.system),
        "wording": one.clause.wording,
        "status": str(one.status),
        "sentence": one.sentence,
        "ends": one.ends and one.ends.isoformat(),
        "failed": [str(line) for line in one.failed],
    }


def evidence_of(answers: Iterable[ProductAnswer], day: date) -> list[dict[str, Any]]:
    """The evidence that held on the day, by product and clause."""
    return [
        {
            "product": one.slug,
            "clause": each.clause.key,
            "kind": piece.kind,
            "title": piece.title,
            "begins": piece.begins and piece.begins.isoformat(),
            "ends": piece.ends and piece.ends.isoformat(),
        }
        for one in sorted(answers, key=lambda one: one.slug)
        for each in one.clauses
        for piece in each.evidence
        if piece.holds_on(day)
    ]


def fingerprint(day: date, result: list[Any], evidence: list[Any]) -> str:
    """SHA-256 over what was computed: whoever signs is held to what was shown."""
    content = {"day": day.isoformat(), "result": result, "evidence": evidence}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


SIGNED = ("day", "title", "remarks", "signed_by", "signed_at", "result", "evidence")


def digest(signed: Mapping[str, Any]) -> str:
    """SHA-256 over all that was signed (`SIGNED`), written in one manner: UTF-8 JSON, sorted keys, times in UTC."""
    content = {name: signed[name] for name in SIGNED}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def intact(one: Round) -> bool:
    """Whether what is kept is what was signed: by its hash, the line of history about it, its products. Two queries."""
    line = changes_of(one).order_by("id").values_list("after", flat=True).first() or {}
    told = digest({name: getattr(one, name) for name in SIGNED}) == one.sha256 == line.get("sha256")
    return told and {product.slug for product in one.products.all()} == {result["slug"] for result in one.result}
