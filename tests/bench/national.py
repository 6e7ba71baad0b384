"""A register of national size in a scratch database: seeded, so that every run measures the same one."""

from __future__ import annotations

import math
from datetime import date
from itertools import islice

import numpy as np
from shapely import MultiPolygon, Polygon

from gi_registry.core.clock import now
from gi_registry.core.models import Change
from gi_registry.core.text import initials_of, pinyin_of
from gi_registry.gazette.models import Grade, Source
from gi_registry.places.geometry import to_geos
from gi_registry.products.models import Area, Basis, Category, Name, NameKind, Product, Protection, Regime, Stage

SIZE = 10_000
SEED = 20_261_124
VERTICES = (200, 2_000)
RADIUS = (0.05, 0.25)  # degrees
CHINA = (80.0, 22.0, 130.0, 48.0)
BATCH = 500


def centres() -> np.ndarray:
    """Longitude and latitude of the middle of each area, shape (SIZE, 2)."""
    west, south, east, north = CHINA
    return np.random.default_rng(SEED).uniform((west, south), (east, north), (SIZE, 2))


def wavy_ring(random: np.random.Generator, lon: float, lat: float) -> Polygon:
    """A ring whose radius swings gently, with as many vertices as a surveyed border."""
    turn = np.linspace(0, 2 * math.pi, int(random.integers(*VERTICES)), endpoint=False)
    radius = random.uniform(*RADIUS) * (
        1 + sum(random.uniform(0, 0.08) * np.sin(k * turn + random.uniform(0, 6)) for k in (2, 3, 5, 9, 17))
    )
    return Polygon(np.column_stack((lon + radius * np.cos(turn), lat + radius * np.sin(turn))).round(6))


def build() -> None:
    """Fill the empty database. About a minute."""
    random = np.random.default_rng(SEED + 1)
    source = Source.objects.create(key="bench", title="随机生成的测试数据", grade=Grade.UNVERIFIED)
    rest = {"source": source, "grade": Grade.UNVERIFIED}
    products = Product.objects.bulk_create(
        [Product(slug=f"bench-{n}", common_name=f"示例产品{n}", category=Category.OTHER) for n in range(SIZE)],
        batch_size=BATCH,
    )
    Name.objects.bulk_create(
        [
            Name(
                product=p,
                text=p.common_name,
                kind=NameKind.COMMON,
                pinyin=pinyin_of(p.common_name),
                initials=initials_of(p.common_name),
                **rest,
            )
            for p in products
        ],
        batch_size=BATCH,
    )
    Protection.objects.bulk_create(
        [
            Protection(product=p, regime=Regime.PRODUCT, stage=Stage.PROTECTED, valid_from=date(2010, 1, 1), **rest)
            for p in products
        ],
        batch_size=BATCH,
    )
    areas = (
        area_of(p, MultiPolygon([wavy_ring(random, *centre)]), rest)
        for p, centre in zip(products, centres(), strict=True)
    )
    while batch := list(islice(areas, BATCH)):
        Area.objects.bulk_create(batch)
    Change.objects.create(at=now(), by="bench", table="bench", row="bench")


def area_of(product: Product, shape: MultiPolygon, rest: dict) -> Area:
    drawn = to_geos(shape)
    return Area(
        product=product,
        regime=Regime.PRODUCT,
        basis=Basis.ACT,
        valid_from=date(2010, 1, 1),
        boundary=drawn,
        outline=to_geos(MultiPolygon([Polygon(shape.geoms[0].exterior.coords[::20])])),
        hectares=1.0,
        uncertainty_m=50.0,
        **rest,
    )


def points(count: int) -> np.ndarray:
    """Positions around the areas, some inside, some out: shape (count, 2)."""
    random = np.random.default_rng(SEED + 2)
    middle = centres()[random.integers(0, SIZE, count)]
    return (middle + random.uniform(-RADIUS[1], RADIUS[1], (count, 2))).round(6)
