"""manage.py demo_systems: visibly fictional evidence of the three systems, so that a trial has something to look at.

Everything carries 示例 in its name and says that it is no fact; the standard with its limits is made up, since those of
the real standards are not known here. Days are counted from the day of the trial, so that something always holds,
expires soon, has lapsed, failed and was tested again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from gi_registry.assurance.actions import (
    appoint,
    attach,
    save_laboratory,
    save_local_clause,
    save_qualification,
    save_record,
    save_report,
    save_standard,
    sign_round,
)
from gi_registry.assurance.clauses import RecordKind, System, Who
from gi_registry.assurance.models import Laboratory, QualificationKind
from gi_registry.core import clock
from gi_registry.core.history import put
from gi_registry.intake.management.commands.demo_accounts import BY, NOT_A_FACT, sample
from gi_registry.intake.management.commands.demo_marks import CLERK, VINEGAR
from gi_registry.parties.models import Kind, Party, User
from gi_registry.products.models import Part, Product, Role

LABORATORY = "示例检验检测中心"
MAKERS = ("示例合作社", "示例同业合作社")  # of demo_accounts
STANDARD = "T/SHILI 001-2020"
LIMITS: list[dict[str, Any]] = [
    {"parameter": "总酸（以乙酸计）", "unit": "g/100mL", "lower": 5},
    {"parameter": "可溶性无盐固形物", "unit": "g/100mL", "lower": 2},
    {"parameter": "感官", "wording": "示例：色泽、香气、滋味正常"},
]
ACID, SOLIDS = (
    {"parameter": "总酸（以乙酸计）", "unit": "g/100mL"},
    {"parameter": "可溶性无盐固形物", "unit": "g/100mL"},
)

# Records of the product as a whole, and of its first maker: so many days ago they were made.
SHARED = {
    RecordKind.PLAN_STANDARDS: 500,
    RecordKind.PLAN_QUALITY: 500,
    RecordKind.PLAN_TESTING: 500,
    RecordKind.MATCH: 300,
    RecordKind.CONTENT: 300,
    RecordKind.MANAGEMENT: 200,
    RecordKind.TRAINING: 320,
    RecordKind.TRUTHFUL: 380,
}
OF_A_MAKER = {
    RecordKind.DECLARATION: 200,
    RecordKind.INTERNAL: 400,
    RecordKind.PRODUCTION: 330,
    RecordKind.LABEL: 150,
    RecordKind.LEDGER: 100,
    RecordKind.CONTROL: 90,
    RecordKind.USE: 400,
    RecordKind.NO_ACCIDENT: 60,
}


class Command(BaseCommand):
    help = "载入虚构的三大体系材料（名称都带“示例”），供试用。只在 DEBUG 打开、已有试用账号时可用。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("虚构的体系材料只能在 DEBUG=1 时载入。")
        clerk = User.objects.filter(username=CLERK, is_demo=True).first()
        if clerk is None:
            raise CommandError("还没有试用账号：请先运行 demo_accounts。")
        with transaction.atomic():
            done = brought_in(clerk)
        self.stdout.write("示例体系材料：已载入，均为虚构" if done else "示例体系材料：已有，没有改动")


def brought_in(clerk: User) -> bool:
    """Whether the samples were made now; where the sample laboratory is known, whatever became of them stays."""
    product = Product.objects.filter(slug=VINEGAR).first()
    if product is None or Laboratory.objects.filter(party__name=LABORATORY).exists():
        return False
    makers = [maker(product, name) for name in MAKERS]
    laboratory = qualified_laboratory(product, clerk)
    standard = save_standard(
        *(None, product),
        by=clerk,
        limits=LIMITS,
        number=STANDARD,
        title="示例团体标准（虚构，供试用）",
        issued_on=ago(2_000),
        valid_from=ago(1_900),
        reviewed_on=ago(400),
        **sample(),
    )
    records(product, makers[0], clerk)
    reports(product, makers, laboratory, clerk)
    attach("S12", product, by=clerk, note=f"示例：逐项比对，不低于强制性国家标准。{NOT_A_FACT}", evidence=standard)
    save_local_clause(
        None,
        by=clerk,
        products=[product],
        key="SL1",
        system=System.QUALITY,
        who=Who.APPLICANT,
        wording="示例自定条款：每年开放一次参观日",
        article="示例办法（虚构）",
        valid_from=ago(700),
        **sample(),
    )
    sign_round([product], ago(30), by=clerk, title="示例评估（虚构）", remarks=NOT_A_FACT)
    return True


def ago(days: int) -> date:
    """So many days before the trial."""
    return clock.today() - timedelta(days=days)


def maker(product: Product, name: str) -> Party:
    """A sample producer, known for the product."""
    party = put(Party, {"name": name}, sample() | {"kind": Kind.COOPERATIVE}, by=BY)[0]
    put(
        Role,
        {"product": product, "party": party, "part": Part.ENTERPRISE},
        {"valid_from": ago(1_500)} | sample(),
        by=BY,
    )
    return party


def qualified_laboratory(product: Product, clerk: User) -> Laboratory:
    """A sample laboratory, named for the product, whose certificate ends soon."""
    party = put(Party, {"name": LABORATORY}, sample() | {"kind": Kind.OTHER}, by=BY)[0]
    laboratory = save_laboratory(party, by=clerk, note=NOT_A_FACT)
    span: dict[str, Any] = {"valid_from": ago(2_150), "valid_until": ago(-40)}
    save_qualification(
        None,
        laboratory,
        by=clerk,
        kind=QualificationKind.CMA,
        number="示例证书第1号",
        scope="示例范围",
        **span,
        **sample(),
    )
    appoint(product, laboratory, by=clerk, valid_from=ago(1_500), **sample())
    return laboratory


def records(product: Product, first: Party, clerk: User) -> None:
    """Quality records, some of them old enough to have lapsed."""
    for producer, kinds in ((None, SHARED), (first, OF_A_MAKER)):
        for kind, days in kinds.items():
            values: dict[str, Any] = {
                "kind": kind,
                "title": f"示例{kind.label}",
                "made_on": ago(days),
                "producer": producer,
            }
            save_record(None, product, by=clerk, **values, **sample())


def reports(product: Product, makers: list[Party], laboratory: Laboratory, clerk: User) -> None:
    """One that failed and its retest, one that passes, and one of the other maker that has lapsed."""

    def report(number: str, producer: Party, days: int, *results: dict[str, Any], **more: Any) -> Any:
        values: dict[str, Any] = {
            "number": number,
            "laboratory": laboratory,
            "producer": producer,
            "batch": f"示例批{number[-1]}",
        }
        values |= {"sampled_on": ago(days + 10), "issued_on": ago(days), "standard_number": STANDARD} | sample() | more
        return save_report(None, product, by=clerk, lines=list(results), **values)

    taste = {"parameter": "感官", "text": "符合"}
    failed = report("示例报告1", makers[0], 340, ACID | {"text": "4.6"}, SOLIDS | {"text": "2.4"}, taste)
    report(
        "示例报告2",
        makers[0],
        320,
        ACID | {"text": "5.3"},
        batch="示例批1",
        retest_of=failed,
        note=f"复检：加陈酿后重新抽样。{NOT_A_FACT}",
    )
    report("示例报告3", makers[0], 60, ACID | {"text": "5.8±0.1"}, SOLIDS | {"text": "25", "unit": "g/L"}, taste)
    report("示例报告4", makers[1], 420, ACID | {"text": "5.5"}, SOLIDS | {"text": "<0.5", "unit": "%"}, taste)
