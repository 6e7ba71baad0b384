"""Addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from gi_registry.web import account, check, data, desk, map, places, products, sources

urlpatterns = [
    path("", map.index, name="map"),
    path("products/", products.index, name="products"),
    path("products/<slug:slug>/", products.detail, name="product"),
    path("places/<str:code>/", places.detail, name="place"),
    path("check/", check.index, name="check"),
    path("sources/", sources.index, name="sources"),
    path("data/", data.index, name="data"),
    path("sign-in/", account.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.Password.as_view(), name="password"),
    path("desk/", desk.index, name="desk"),
    path("desk/changes/", desk.changes, name="desk-changes"),
]
