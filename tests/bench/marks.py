"""100,000 authorisations of 60,000 producers for 10,000 products in a scratch database: seeded, visibly nobody's.

Run as a module in a process of its own, since the bench itself stands on another database.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gi_registry.settings")

import django

django.setup()  # again where the bench has done so, which changes nothing

from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from stdnum.cn import uscc  # noqa: E402

from gi_registry.core import clock  # noqa: E402
from gi_registry.core.models import Change  # noqa: E402
from gi_registry.core.text import initials_of, pinyin_of  # noqa: E402
from gi_registry.gazette.models import Announcement, Grade, Source  # noqa: E402
from gi_registry.marks import api_keys  # noqa: E402
from gi_registry.marks.codes import new_code  # noqa: E402
from gi_registry.marks.models import ApiKey, Authorisation  # noqa: E402
from gi_registry.marks.states import Basis, Standing, State  # noqa: E402
from gi_registry.parties.models import FormerParticulars, Kind, Party, User  # noqa: E402
from gi_registry.parties.permissions import Role  # noqa: E402
from gi_registry.products.models import Category, Name, NameKind, Product, Protection, Regime, Stage  # noqa: E402

AUTHORISATIONS, PRODUCERS, PRODUCTS, ANNOUNCEMENTS = 100_000, 60_000, 10_000, 2_000
BULK = 10_000
SEED = 20_261_124
BATCH = 1_000
PLACES = "东西南北中上下大小新老龙凤金银玉石山水云林河湖江海沙田桥"
BRANDS = "福禄寿喜安康永昌盛隆兴旺瑞祥和顺丰裕泰达鑫源美味鲜醇香甜华荣春夏秋冬"
TRADES = ["酿造", "食品", "果蔬", "茶业", "粮油", "畜牧", "水产", "农业科技", "农产品", "调味品"]
FORMS = {"有限公司": Kind.ENTERPRISE, "农民专业合作社": Kind.COOPERATIVE, "商行": Kind.INDIVIDUAL}
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
OFFICIAL = "bench"
FIRST_DAY = date(2005, 7, 15)
ENDINGS = [(State.CANCELLED, Standing.CANCELLED), (State.SUSPENDED, Standing.SUSPENDED)]


def build() -> None:
    """Fill the empty database. About a minute."""
    dice = random.Random(SEED)
    source = Source.objects.create(key="bench", title="随机生成的测试数据", grade=Grade.UNVERIFIED)
    rest = {"source": source, "grade": Grade.UNVERIFIED}
    products, producers = make_products(rest), make_producers(dice, rest)
    announcements = Announcement.objects.bulk_create(
        [
            Announcement(
                issuer="国家知识产权局",
                number=f"第{number}号",
                issued_on=FIRST_DAY + timedelta(days=number * 3),
                **rest,
            )
            for number in range(1, ANNOUNCEMENTS + 1)
        ],
        batch_size=BATCH,
    )
    pairs = distinct_pairs(dice)
    rows = (
        authorisation(index, producers[who], products[what], dice.choice(announcements), dice, rest)
        for index, (who, what) in enumerate(pairs)
    )
    Authorisation.objects.bulk_create(rows, batch_size=BATCH)
    person = User.objects.create_user(OFFICIAL)
    person.groups.set(Group.objects.filter(name=Role.MARKET.label))
    Change.objects.create(at=clock.now(), by="bench", table="bench", row="bench")


def make_products(rest: dict) -> list[Product]:
    """Products that are protected and called by one name."""
    products = Product.objects.bulk_create(
        [Product(slug=f"bench-{n}", common_name=f"示例产品{n}", category=Category.OTHER) for n in range(PRODUCTS)],
        batch_size=BATCH,
    )
    names = [
        Name(
            product=product,
            text=product.common_name,
            kind=NameKind.COMMON,
            pinyin=pinyin_of(product.common_name),
            initials=initials_of(product.common_name),
            **rest,
        )
        for product in products
    ]
    Name.objects.bulk_create(names, batch_size=BATCH)
    under = [
        Protection(product=product, regime=Regime.PRODUCT, stage=Stage.PROTECTED, valid_from=FIRST_DAY, **rest)
        for product in products
    ]
    Protection.objects.bulk_create(under, batch_size=BATCH)
    return products


def make_producers(dice: random.Random, rest: dict) -> list[Party]:
    """Producers named as firms are, with codes whose check characters are right; one in twenty had another name."""
    names: dict[str, Kind] = {}
    while len(names) < PRODUCERS + PRODUCERS // 20:
        form = dice.choice(list(FORMS))
        place, brand = "".join(dice.choices(PLACES, k=2)), "".join(dice.choices(BRANDS, k=3))
        names[f"示例{place}{brand}{dice.choice(TRADES)}{form}"] = FORMS[form]
    spelled = [{"name": name, "pinyin": pinyin_of(name), "initials": initials_of(name)} for name in list(names)]
    kinds = list(names.values())
    producers = Party.objects.bulk_create(
        [
            Party(uscc=code, kind=kind, address="示例地址", **words, **rest)
            for code, kind, words in zip(distinct_codes(dice), kinds, spelled, strict=False)
        ],
        batch_size=BATCH,
    )
    former = [
        FormerParticulars(party=party, valid_until=date(2015, 1, 1), **words, **rest)
        for party, words in zip(producers[::20], spelled[PRODUCERS:], strict=True)
    ]
    FormerParticulars.objects.bulk_create(former, batch_size=BATCH)
    return producers


def distinct_codes(dice: random.Random) -> list[str]:
    """As many codes as there are producers; their check characters are right, their bodies nobody's."""
    bodies = {"91120118" + "".join(dice.choices(ALPHABET, k=9)): None for _ in range(PRODUCERS)}
    return [body + uscc.calc_check_digit(body) for body in bodies]


def distinct_pairs(dice: random.Random) -> list[tuple[int, int]]:
    """Which producer makes which product: everybody one at least."""
    pairs = {(who, dice.randrange(PRODUCTS)): None for who in range(PRODUCERS)}
    while len(pairs) < AUTHORISATIONS:
        pairs[dice.randrange(PRODUCERS), dice.randrange(PRODUCTS)] = None
    return list(pairs)


def authorisation(
    index: int, producer: Party, product: Product, announcement: Announcement, dice: random.Random, rest: dict
) -> Authorisation:
    """Nine in ten may use the mark today; every third rests on a trade mark, some of these for a term."""
    began = announcement.issued_on
    course: list[list[str | None]] = [[began.isoformat(), None, Standing.VALID]]
    state = State.ACTIVE
    if dice.random() < 0.1:
        state, standing = dice.choice(ENDINGS)
        until = (began + timedelta(days=dice.randint(30, 900))).isoformat()
        course = [[began.isoformat(), until, Standing.VALID], [until, None, standing]]
    by_trademark = index % 3 == 0
    return Authorisation(
        code=new_code(),
        index=index,
        producer=producer,
        product=product,
        basis=Basis.LICENSEE if by_trademark else Basis.ANNOUNCED,
        state=state,
        course=course,
        opened_on=began,
        announcement=announcement,
        trademark_number=str(10_000_000 + index) if by_trademark else "",
        valid_from=began,
        valid_until=began + timedelta(days=3_653) if by_trademark and index % 2 else None,
        **rest,
    )


# --- In a process of its own -----------------------------------------------------------------------------------------


def questions(rounds: int) -> dict[str, list[str]]:
    """What is asked: codes, credit codes, parts of names and the same read aloud, so many of each."""
    ApiKey.objects.all().delete()  # of earlier runs
    dice = random.Random(SEED + 1)
    codes = list(Authorisation.objects.order_by("index").values_list("code", flat=True))
    producers = list(Party.objects.exclude(uscc="").order_by("pk").values_list("uscc", "name"))
    parts = [name[4:9] for _uscc, name in dice.sample(producers, rounds)]  # of place, brand and trade
    return {
        "codes": dice.sample(codes, rounds),
        "usccs": [uscc for uscc, _name in dice.sample(producers, rounds)],
        "parts": parts,
        "aloud": [pinyin_of(part) for part in parts],
        "bulk": [uscc for uscc, _name in dice.sample(producers, BULK)],
        "key": [api_keys.make(User.objects.get(username=OFFICIAL), "bench")],
    }


def asked(path: Path, what: str) -> dict[str, list[str]]:
    """What this module says over the database at `path`."""
    environment = os.environ | {
        "DATABASE_URL": f"spatialite:///{path}",
        "SECRET_KEY": "bench",
        **keys_beside(path),
    }
    command = [sys.executable, "-m", "tests.bench.marks", what]
    told = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(told.stdout))


def keys_beside(path: Path) -> dict[str, str]:
    """The setting of where the keys lie that sign over the database at `path`."""
    return {"KEYS_DIR": str(path.with_suffix(".keys"))}


def prepared(path: Path) -> Path:
    """The database, built now unless an earlier run left one with the same tables."""
    built, version = path.with_suffix(".built"), tables()
    if not built.exists() or built.read_text(encoding="utf-8") != version:
        path.unlink(missing_ok=True)
        asked(path, "build")
        built.write_text(version, encoding="utf-8")
    return path


def tables() -> str:
    """A digest of all migrations."""
    root = Path(__file__).resolve().parent.parent.parent / "gi_registry"
    texts = [file.read_bytes() for file in sorted(root.glob("*/migrations/*.py"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()


def main() -> None:
    said: dict[str, list[str]] = {}
    if sys.argv[1] == "build":
        call_command("migrate", verbosity=0)
        build()
        call_command("rotate_key", "--if-none", stdout=sys.stderr)
    else:
        said = questions(int(sys.argv[1]))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
