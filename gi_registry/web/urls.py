"""Addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from gi_registry.web import (
    account,
    api_keys,
    applications,
    areas,
    certificates,
    check,
    data,
    desk,
    documents,
    facts,
    imports,
    kept,
    labels,
    map,
    places,
    prints,
    products,
    proof,
    sources,
    surveys,
    use_reports,
    verify,
)

AREAS = [
    path("", areas.index, name="desk-areas"),
    path("new/", areas.start, name="desk-areas-new"),
    path("compare/", areas.compare, name="desk-areas-compare"),
    path("<int:number>/back/", areas.back, name="desk-areas-back"),
    path("drafts/<uuid:key>/", areas.edit, name="desk-area-draft"),
    path("drafts/<uuid:key>/difference/", areas.difference, name="desk-area-difference"),
    path("drafts/<uuid:key>/latest/", areas.latest, name="desk-area-latest"),
    path("drafts/<uuid:key>/discard/", areas.discard, name="desk-area-discard"),
]

FILE = [
    path("", applications.detail, name="desk-application"),
    path("applicant/", applications.applicant, name="desk-application-applicant"),
    path("dossier.zip", applications.dossier, name="desk-application-dossier"),
    path("steps/<slug:state>/", applications.step, name="desk-application-step"),
    path("withdraw/<int:number>/", applications.withdraw, name="desk-application-withdraw"),
    path("materials/<slug:item>/", applications.material, name="desk-application-material"),
    path("oppositions/new/", applications.object_to, name="desk-opposition-new"),
    path("oppositions/<int:number>/<slug:state>/", applications.handle_opposition, name="desk-opposition-step"),
]

SURVEYS = [
    path("", surveys.index, name="desk-surveys"),
    path("new/", surveys.new, name="desk-survey-new"),
    path("import/", surveys.bring_in, name="desk-surveys-import"),
    path("template.xlsx", surveys.template, name="desk-surveys-template"),
    path("<int:number>/", surveys.detail, name="desk-survey"),
    path("<int:number>/edit/", surveys.edit, name="desk-survey-edit"),
    path("<int:number>/questions/<slug:key>/", surveys.question, name="desk-survey-question"),
    path("<int:number>/open/", surveys.open_application, name="desk-survey-open"),
]

PRINTS = [
    path("", prints.index, name="desk-prints"),
    path("new/", prints.new, name="desk-print-new"),
    path("alarms/", prints.alarms, name="desk-alarms"),
    path("<str:number>/", prints.detail, name="desk-print"),
    path("<str:number>/lines/new/", prints.line, name="desk-print-line"),
    path("<str:number>/lines/<int:at>/reverse/", prints.take_back, name="desk-print-reverse"),
]

REPORTS = [
    path("", use_reports.index, name="desk-use-reports"),
    path("yields/<slug:slug>/new/", use_reports.new_yield, name="desk-yield-new"),
    path("<int:year>/", use_reports.index, name="desk-use-reports-year"),
    path("<int:year>/reports.xlsx", use_reports.workbook, name="desk-use-reports-xlsx"),
    path("<int:year>/marks/<str:code>/", use_reports.report, name="desk-use-report"),
    path("<int:year>/<slug:slug>/", use_reports.product, name="desk-use-reports-product"),
    path("<int:year>/<slug:slug>/area/", use_reports.figures, name="desk-use-figures"),
]

PROOF = [
    path("", proof.check, name="proof"),
    path("sw.js", proof.worker, name="proof-worker"),
    path("artwork/<str:sha256>", certificates.artwork, name="artwork"),
    path("<str:code>", proof.record, name="authorisation"),
    path("<str:code>/certificate/", certificates.sheet, name="certificate"),
    path("<str:code>/certificate.png", certificates.picture, name="certificate-png"),
    path("<str:code>/qr.svg", certificates.qr_code, name="proof-qr"),
]

urlpatterns = [
    path("", map.index, name="map"),
    path("products/", products.index, name="products"),
    path("products/<slug:slug>/", products.detail, name="product"),
    path("places/<str:code>/", places.detail, name="place"),
    path("check/", check.index, name="check"),
    path("verify/", verify.index, name="verify"),
    path("verify/label/", labels.index, name="verify-label"),
    path("sources/", sources.index, name="sources"),
    path("data/", data.index, name="data"),
    path(".well-known/jwks.json", proof.jwks, name="jwks"),
    path("status/<int:number>", proof.statuses, name="statuses"),
    path("v/", include(PROOF)),
    path("sign-in/", account.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.Password.as_view(), name="password"),
    path("desk/", desk.index, name="desk"),
    path("desk/changes/", desk.changes, name="desk-changes"),
    path("desk/imports/", imports.index, name="desk-imports"),
    path("desk/imports/receive/", imports.receive, name="desk-imports-receive"),
    path("desk/imports/<str:file_number>/", imports.detail, name="desk-import"),
    path("desk/imports/<str:file_number>/choose/", imports.choose, name="desk-import-choose"),
    path("desk/imports/<str:file_number>/admit/", imports.admit, name="desk-import-admit"),
    path("desk/imports/<str:file_number>/again/", imports.again, name="desk-import-again"),
    path("desk/imports/<str:file_number>/progress.json", imports.progress, name="desk-import-progress"),
    path("desk/imports/<str:file_number>/shapes.geojson", imports.shapes, name="desk-import-shapes"),
    path("desk/imports/<str:file_number>/receipt.json", imports.receipt, name="desk-import-receipt"),
    path("desk/imports/<str:file_number>/original", imports.original, name="desk-import-original"),
    path("desk/products/<slug:slug>/areas/", include(AREAS)),
    path("desk/applications/", applications.index, name="desk-applications"),
    path("desk/applications.xlsx", applications.workbook, name="desk-applications-xlsx"),
    path("desk/applications.ics", applications.calendar, name="desk-applications-ics"),
    path("desk/applications/calendar/", applications.subscription, name="desk-calendar"),
    path("calendars/<str:key>.ics", applications.subscribed, name="calendar"),
    path("desk/applications/new/", applications.new, name="desk-application-new"),
    path("desk/applications/existing/new/", applications.bring_in, name="desk-existing-new"),
    path("desk/applications/revocations/new/", applications.new_revocation, name="desk-revocation-new"),
    path("desk/applications/<str:file_number>/", include(FILE)),
    path("desk/surveys/", include(SURVEYS)),
    path("desk/api-keys/", api_keys.index, name="desk-api-keys"),
    path("desk/api-keys/<str:handle>/revoke/", api_keys.revoke, name="desk-api-key-revoke"),
    path("desk/prints.xlsx", prints.workbook, name="desk-prints-xlsx"),
    path("desk/prints/", include(PRINTS)),
    path("desk/reports/", include(REPORTS)),
    path("desk/documents/", documents.index, name="desk-documents"),
    path("desk/documents/<str:sha256>/", documents.desk_file, name="desk-document"),
    path("desk/documents/<str:sha256>/edit/", documents.edit, name="desk-document-edit"),
    path("desk/products/<slug:slug>/documents/new/", documents.new, name="desk-document-new"),
    path("documents/<str:sha256>/", documents.public_file, name="document"),
    *facts.addresses(),
    *kept.addresses(),
]
