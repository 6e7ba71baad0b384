"""The addresses of the register. They are its contract: keep them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from gi_registry.api import authorisations, catalog, downloads, field
from gi_registry.api.covering import covering
from gi_registry.api.health import healthz

urlpatterns = [
    # Asked for far more often than the rest.
    path("api/covering", covering, name="api-covering"),
    path("api/authorisations", authorisations.collection, name="api-authorisations"),
    path("api/authorisations/check", authorisations.bulk, name="api-bulk"),
    path("api/authorisations/<str:code>", authorisations.single, name="api-authorisation"),
    path("api/", include("gi_registry.api.urls")),
    path("downloads/products.<str:extension>", downloads.products, name="download-products"),
    path("downloads/places.<str:extension>", downloads.places, name="download-places"),
    path("catalog.jsonld", catalog.catalog, name="catalog"),
    path("field/plans.json", field.plans, name="field-plans"),
    path("field/plans/<str:number>/bundle.json", field.plan, name="field-bundle"),
    path("field/records", field.records, name="field-records"),
    path("field/records/<uuid:uuid>", field.record, name="field-record"),
    path("field/photos/<str:sha256>", field.photo, name="field-photo"),
    path("field/rescue", field.rescue, name="field-rescue"),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("gi_registry.web.urls")),
]
