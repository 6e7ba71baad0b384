"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path

from gi_registry.web import check, map, places, products, sources

urlpatterns = [
    path("", map.index, name="map"),
    path("products/", products.index, name="products"),
    path("products/<slug:slug>/", products.detail, name="product"),
    path("places/<str:code>/", places.detail, name="place"),
    path("check/", check.index, name="check"),
    path("sources/", sources.index, name="sources"),
]
