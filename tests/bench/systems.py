"""The three systems of 5,000 products with 200,000 pieces of evidence in a scratch database: seeded, visibly nobody's.

Run as a module in a process of its own, since the bench itself stands on another database.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gi_registry.settings")

import django

django.setup()  # again where the bench has done so, which changes nothing

from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from gi_registry.assurance import systems  # noqa: E402
from gi_registry.assurance.clauses import RecordKind  # noqa: E402
from gi_registry.assurance.models import (  # noqa: E402
    Appointment,
    Laboratory,
    Limit,
    Qualification,
    QualityRecord,
    Standard,
    TestReport,
    Value,
)
from gi_registry.core import clock  # noqa: E402
from gi_registry.core.models import Change  # noqa: E402
from gi_registry.gazette.models import Grade, Source  # noqa: E402
from gi_registry.parties.models import Kind, Party, User  # noqa: E402
from gi_registry.parties.permissions import Role as Office  # noqa: E402
from gi_registry.products.models import Category, Part, Product, Protection, Regime, Role, Stage  # noqa: E402
from tests.bench.applications import session_of  # noqa: E402
from tests.bench.marks import tables  # noqa: E402

PRODUCTS, PRODUCERS, LABORATORIES = 5_000, 3_000, 50
RECORDS, REPORTS, STANDARDS = 28, 9, 2  # of each product: with the laboratory named, 40 pieces of evidence
PARAMETERS = ("总酸", "不挥发酸", "可溶性固形物", "铅")
SEED = 20_261_124
BATCH = 1_000


def build() -> str:
    """Fill the empty database; the key of a session of an official in it. About a minute."""
    dice, today = random.Random(SEED), clock.today()
    source = Source.objects.create(key="bench", title="随机生成的测试数据", grade=Grade.UNVERIFIED)
    rest = {"source": source, "grade": Grade.UNVERIFIED}
    products = make_products(dice, rest)
    producers = make_parties("示例生产者", PRODUCERS, Kind.ENTERPRISE, rest)
    laboratories = make_laboratories(rest, today)
    makers = [dice.sample(producers, 2) for _product in products]
    store(
        Role(product=product, party=party, part=Part.ENTERPRISE, valid_from=date(2015, 1, 1), **rest)
        for product, own in zip(products, makers, strict=True)
        for party in own
    )
    make_standards(products, rest)
    make_records(products, makers, dice, today, rest)
    make_reports(products, makers, laboratories, dice, today, rest)
    Change.objects.create(at=clock.now(), by="bench", table="bench", row="bench")
    person = User.objects.create_user("bench", email="bench@example.cn")
    person.groups.set(Group.objects.filter(name=Office.AGRICULTURE.label))
    return session_of(person)


def store(rows) -> list:
    """The rows of one table."""
    listed = list(rows)
    return type(listed[0])._default_manager.bulk_create(listed, batch_size=BATCH)


def make_products(dice: random.Random, rest: dict) -> list[Product]:
    """Protected products of every category."""
    kinds = list(Category)
    products = store(
        Product(slug=f"bench-{n}", common_name=f"示例产品{n}", category=dice.choice(kinds)) for n in range(PRODUCTS)
    )
    store(
        Protection(product=product, regime=regime, stage=Stage.PROTECTED, valid_from=date(2015, 1, 1), **rest)
        for number, product in enumerate(products)
        for regime in ([Regime.PRODUCT, Regime.CERTIFICATION] if number % 3 == 0 else [Regime.PRODUCT])
    )
    return products


def make_parties(name: str, count: int, kind: Kind, rest: dict) -> list[Party]:
    return store(Party(name=f"{name}{number}", kind=kind, **rest) for number in range(count))


def make_laboratories(rest: dict, today: date) -> list[Laboratory]:
    """Laboratories whose certificates end at some time in the next years, a few of them already over."""
    parties = make_parties("示例检验中心", LABORATORIES, Kind.OTHER, rest)
    laboratories = store(Laboratory(party=party) for party in parties)
    store(
        Qualification(
            laboratory=one,
            kind="cma",
            number=f"示例证书{number}",
            valid_from=today - timedelta(days=2_000),
            valid_until=today + timedelta(days=40 * number - 100),
            **rest,
        )
        for number, one in enumerate(laboratories)
    )
    return laboratories


def make_standards(products: list[Product], rest: dict) -> None:
    """Two editions for each product, the newer of which limits four parameters."""
    made = store(
        Standard(
            product=product,
            number=f"GB/T 9{number:04d}-{year}",
            title="示例标准",
            issued_on=date(year, 1, 1),
            valid_from=date(year, 7, 1),
            valid_until=until,
            replaces=f"GB/T 9{number:04d}-2012" if until is None else "",
            **rest,
        )
        for number, product in enumerate(products)
        for year, until in ((2012, date(2022, 7, 1)), (2022, None))
    )
    store(
        Limit(standard=standard, parameter=parameter, unit="g/100mL", lower=Decimal(1), upper=Decimal(9))
        for standard in made
        if standard.valid_until is None
        for parameter in PARAMETERS
    )


def make_records(products, makers, dice: random.Random, today: date, rest: dict) -> None:
    """Quality records of many kinds, made within the last three years, about the product or one of its producers."""
    kinds = [kind for kind in RecordKind if kind != RecordKind.OTHER]
    store(
        QualityRecord(
            product=product,
            producer=dice.choice([None, *own]),
            kind=kind,
            title=f"示例{kind.label}",
            made_on=today - timedelta(days=dice.randrange(1_000)),
            valid_until=today + timedelta(days=dice.randrange(-200, 900)) if dice.random() < 0.3 else None,
            **rest,
        )
        for product, own in zip(products, makers, strict=True)
        for kind in dice.sample(kinds, RECORDS)
    )


def make_reports(products, makers, laboratories, dice: random.Random, today: date, rest: dict) -> None:
    """The laboratory of each product and its reports of three years; one value in fifty lies outside its limit."""
    named = [dice.choice(laboratories) for _product in products]
    store(
        Appointment(product=product, laboratory=laboratory, valid_from=date(2020, 1, 1), **rest)
        for product, laboratory in zip(products, named, strict=True)
    )
    reports = store(
        TestReport(
            number=f"示例-{number}-{at}",
            laboratory=named[number],
            product=product,
            producer=dice.choice([None, *makers[number]]),
            sampled_on=issued_on - timedelta(days=10),
            issued_on=issued_on,
            **rest,
        )
        for number, product in enumerate(products)
        for at in range(REPORTS)
        if (issued_on := today - timedelta(days=dice.randrange(1_000)))
    )
    store(
        Value(
            report=report,
            parameter=parameter,
            unit="g/100mL",
            text=f"{10 if dice.random() < 0.02 else dice.randint(2, 8)}",
        )
        for report in reports
        for parameter in PARAMETERS
    )


# --- In a process of its own -----------------------------------------------------------------------------------------


def figures() -> dict[str, float]:
    """How many pieces of evidence there are, and what one product's answer asks of the database."""
    product = Product.objects.get(slug="bench-7")
    with CaptureQueriesContext(connection) as asked:
        systems.answer(product)
    counted = (Standard, QualityRecord, TestReport, Appointment)
    return {"evidence": sum(model.objects.count() for model in counted), "queries": len(asked)}


def reminded() -> dict[str, float]:
    """The CPU of the command that tells everybody what lapses, when nobody has been told yet; it leaves no trace."""
    begun = time.process_time()
    with transaction.atomic():
        call_command("remind", stdout=io.StringIO())
        transaction.set_rollback(True)
    return {"remind": time.process_time() - begun}


def asked(path: Path, what: str) -> dict:
    """What this module says over the database at `path`."""
    own = {"DATABASE_URL": f"spatialite:///{path}", "SECRET_KEY": "bench", "EMAIL_URL": "memorymail://"}
    environment = os.environ | own
    command = [sys.executable, "-m", "tests.bench.systems", what]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(told.stdout))


def prepared(path: Path) -> str:
    """The session key of the database, built now unless one with the same tables was built today."""
    marker, version = path.with_suffix(".built"), f"{clock.today()} {tables()}"
    built = marker.read_text(encoding="utf-8").rsplit(" ", 1) if marker.exists() else ["", ""]
    if built[0] != version:
        path.unlink(missing_ok=True)
        built = [version, asked(path, "build")["session"]]
        marker.write_text(" ".join(built), encoding="utf-8")
    return built[1]


def main() -> None:
    said: dict = {}
    if sys.argv[1] == "build":
        call_command("migrate", verbosity=0)
        said = {"session": build()}
    else:
        said = figures() | reminded()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
