"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from gi_registry.api import places, products

urlpatterns = [
    path("products.geojson", products.collection, name="api-products"),
    path("products/<slug:slug>.geojson", products.single, name="api-product"),
    path("places.geojson", places.collection, name="api-places"),
]
