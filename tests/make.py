"""Rows of the register for tests, written as the register writes them; what a test does not name is unremarkable."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from shapely import MultiPolygon

from gi_registry.core.history import put
from gi_registry.gazette.models import Source
from gi_registry.parties.models import User
from gi_registry.parties.permissions import Role
from gi_registry.places.geometry import hectares, to_geos
from gi_registry.places.models import Place, PlaceVersion
from gi_registry.products.models import Area, Name, Product, Protection
from tests import shapes

LONG_AGO = date(2000, 1, 1)


def row(model: type[models.Model], key: dict[str, Any], **values: Any) -> Any:
    return put(model, key, values, by="测试")[0]


def source(key: str = "gazette", **values: Any) -> Source:
    return row(Source, {"key": key}, **{"title": f"来源 {key}", "grade": "primary"} | values)


def sourced() -> dict[str, Any]:
    return {"source": source(), "grade": "primary"}


def place(code: str = "120118102", shape: MultiPolygon | None = None, **values: Any) -> Place:
    """A unit with one version that holds since 2000, with `shape` as its border where one is given."""
    place = row(Place, {"code": code})
    values = {"name": f"{code} 镇", "kind": "town"} | sourced() | values
    if shape is not None:
        drawn = {"boundary": to_geos(shape), "outline": to_geos(shape)}
        values = drawn | {"boundary_source": source(), "boundary_grade": "primary", "uncertainty_m": 0.0} | values
    row(PlaceVersion, {"place": place, "valid_from": values.pop("valid_from", LONG_AGO)}, **values)
    return place


def product(slug: str = "duliu-laocu", name: str = "独流老醋", category: str = "condiment") -> Product:
    product = row(Product, {"slug": slug}, common_name=name, category=category)
    row(Name, {"product": product, "text": name, "kind": "common"}, **sourced())
    return product


def protection(product: Product, **values: Any) -> Protection:
    key = {"regime": values.pop("regime", "product"), "valid_from": values.pop("valid_from", LONG_AGO)}
    return row(Protection, {"product": product} | key, **{"stage": "protected"} | sourced() | values)


def area(product: Product, shape: MultiPolygon, **values: Any) -> Area:
    key = {"regime": values.pop("regime", "product"), "valid_from": values.pop("valid_from", LONG_AGO)}
    drawn = {"boundary": to_geos(shape), "outline": to_geos(shape), "hectares": round(hectares(shape), 2)}
    values = {"basis": "act", "uncertainty_m": 0.0} | drawn | sourced() | values
    return row(Area, {"product": product} | key, **values)


def register(size: int) -> list[Product]:
    """So many protected products, each with a unit and an area: squares in a row from 116.8°E 38.8°N eastward."""
    products = []
    for number in range(size):
        shape = shapes.square(116.8 + number / 10, 38.8, 0.1)
        products.append(product(f"product-{number}", f"产品{number}", "fruit"))
        protection(products[-1])
        unit = place(f"12011810{number}", shape)
        area(products[-1], shape).units.set([unit])
    return products


def demo_account(**values: Any) -> User:
    return User.objects.create_user("demo", password="printed for everybody", is_demo=True, **values)


def person(role: str, username: str = "wangmin", **values: Any) -> User:
    """Somebody of one role (`parties.permissions.Role`)."""
    user = User.objects.create_user(username, password="流水不腐 24", **values)
    user.groups.set(Group.objects.filter(name=Role(role).label))
    return user
