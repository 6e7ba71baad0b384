"""What every test stands on: plain static files, an area index of its own, Jinghai's register where it is asked for."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings as site
from django.db import connection

from gi_registry.applications import docket
from gi_registry.assurance import systems
from gi_registry.intake.actions import load
from gi_registry.marks import answers, inquiries, numbers, search
from gi_registry.products import register
from gi_registry.web import frames


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, tmp_path_factory):
    """Journeys of a browser get a database on the disk: one in memory lends a single connection to all threads, so that
    a request still running when a test ends would get into the emptying of the tables after it."""
    journeys = any("browser" in item.path.parts for item in request.session.items)
    if journeys and connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """GeoDjango asks once a process what the database can do; asked here, no test counts these queries as its own."""
    with django_db_blocker.unblock():
        assert connection.ops.spatial_version
        assert connection.ops.unsupported_functions is not None


@pytest.fixture(scope="session")
def no_static_root(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def plain_static_files(settings, no_static_root):
    """Static files under their own names, so that no test needs collectstatic."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.STATIC_ROOT = no_static_root


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A slow hash protects nobody here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_lock_out(settings):
    """The test client signs in without a request, which django-axes asks for; its own tests turn it on."""
    settings.AXES_ENABLED = False


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """What a test hands in goes with it."""
    settings.PRIVATE_DIR = tmp_path / "private"
    settings.KEYS_DIR = tmp_path / "keys"
    settings.VAR_DIR = tmp_path / "var"  # where the lock of photos lies: the suites of both databases run at once
    settings.WORK_APART = False  # another process would not see this test's database


@pytest.fixture(autouse=True)
def no_index_of_another_test():
    """A rolled-back test gives its revisions back, so that the next one would meet the index of the last."""
    register.forget()
    docket.forget()
    systems.forget()
    answers.known.forget()
    answers.former_names.forget()
    numbers.known_announcements.forget()
    search.forget()
    frames.forget()
    yield
    inquiries.forget()


@pytest.fixture(scope="session")
def shipped():
    """The rows that geodata/ makes; the first test that asks for `jinghai` fills them in."""
    return {}


@pytest.fixture
def jinghai(db, shipped):
    """The register as geodata/ makes it. Loading takes half a second, so it is done once and its rows are kept."""
    if shipped:
        for model, rows in shipped.items():
            model._default_manager.bulk_create(rows)
    else:
        ours = [app for app in apps.get_app_configs() if app.name.startswith("gi_registry.")]
        models = [model for app in ours for model in app.get_models(include_auto_created=True)]
        before = {model: set(model._default_manager.values_list("pk", flat=True)) for model in models}
        load(site.GEODATA_DIR)
        shipped |= {model: list(model._default_manager.exclude(pk__in=before[model])) for model in models}
