"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from gi_registry.api import covering, places, products

urlpatterns = [
    path("covering", covering.covering, name="api-covering"),  # first: asked for far more often than the rest
    path("products.geojson", products.collection, name="api-products"),
    path("products/<slug:slug>.geojson", products.single, name="api-product"),
    path("places.geojson", places.collection, name="api-places"),
]
