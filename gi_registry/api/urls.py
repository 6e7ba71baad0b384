"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from gi_registry.api import description, docs, places, products

urlpatterns = [
    path("products.geojson", products.collection, name="api-products"),
    path("products/<slug:slug>.geojson", products.single, name="api-product"),
    path("places.geojson", places.collection, name="api-places"),
    path("openapi.json", description.openapi, name="api-description"),
    path("docs", docs.index, name="api-docs"),
]
