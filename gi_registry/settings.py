"""Every setting of the register. The environment is read here and nowhere else; the README lists its variables."""

from __future__ import annotations

import importlib.util
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
GEODATA_DIR = BASE_DIR / "geodata"

env = environ.Env()


def library_in_wheel(package: str, pattern: str) -> str | None:
    """The shared library that the wheel of `package` brought along, or None where the package was built otherwise."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = sorted((Path(spec.origin).parent.parent / f"{package}.libs").glob(pattern))
    return str(found[0]) if found else None


# --- Safety ----------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("缺少环境变量 SECRET_KEY：请设为一段足够长的随机文字（试用时可设 DEBUG=1）。")
    SECRET_KEY = "only-for-trying-the-register-on-one-machine-with-debug-on"  # noqa: S105 -- refused above without DEBUG

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = env.bool("HTTPS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_COOKIE_SAMESITE = "Lax"

# --- What the register is and where its map may look -----------------------------------------------------------------

REGISTER_DISTRICT = env.str("REGISTER_DISTRICT", default="120118")  # the county-level unit whose register this is
REGISTER_NAME = env.str("REGISTER_NAME", default="静海区地理标志登记簿")
REGISTER_ADDRESS = env.str("REGISTER_ADDRESS", default="").rstrip("/")  # https://…, for the links in mails
USE_REPORTS_DUE = env.str("USE_REPORTS_DUE", default="03-31")  # of the next year; the district's own day, no law's
if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31", USE_REPORTS_DUE):
    raise ImproperlyConfigured(f"USE_REPORTS_DUE 要写成 03-31 这样每年都有的月-日，不是“{USE_REPORTS_DUE}”。")
MAP_REVIEW_NUMBER = env.str("MAP_REVIEW_NUMBER", default="")  # 审图号, shown on every map (地图管理条例 art. 22)
TIANDITU_KEY = env.str("TIANDITU_KEY", default="")  # without it no tile server is asked

# --- Apps and middleware ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "gi_registry.web",  # before Django's admin, whose frame it extends
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "axes",
    "leaflet",
    "gi_registry.core",
    "gi_registry.gazette",
    "gi_registry.places",
    "gi_registry.parties",
    "gi_registry.products",
    "gi_registry.assurance",
    "gi_registry.applications",
    "gi_registry.marks",
    "gi_registry.inspections",
    "gi_registry.intake",
    "gi_registry.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gi_registry.core.middleware.ContentSecurityPolicy",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gi_registry.web.limits.LengthLimit",
    "gi_registry.web.limits.RateLimit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gi_registry.urls"
WSGI_APPLICATION = "gi_registry.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gi_registry.web.context.register",
            ],
        },
    },
]

# --- Database: SpatiaLite in var/ unless DATABASE_URL names another ---------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"spatialite:///{VAR_DIR / 'register.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("postgis"):
    _database["HOST"] = unquote(_database["HOST"])  # a socket's folder is written with %2F in an address
    _database["CONN_MAX_AGE"] = 600
    _database["CONN_HEALTH_CHECKS"] = True
elif _database["ENGINE"].endswith("spatialite"):
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    raise ImproperlyConfigured(
        f"DATABASE_URL 只支持 postgis:// 与 spatialite://，不支持 {_database['ENGINE'] or '所给的地址'}。"
    )

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The wheels of pyogrio and shapely bring GDAL and GEOS, so a trial needs no system package for them.
GDAL_LIBRARY_PATH = env.str("GDAL_LIBRARY_PATH", default="") or library_in_wheel("pyogrio", "libgdal*")
GEOS_LIBRARY_PATH = env.str("GEOS_LIBRARY_PATH", default="") or library_in_wheel("shapely", "libgeos_c*")
SPATIALITE_LIBRARY_PATH = env.str("SPATIALITE_LIBRARY_PATH", default="mod_spatialite")

# --- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "gi_registry.parties.permissions.RegisterBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # so that a stranger elsewhere cannot lock an official out
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "gi_registry.web.account.locked_out"
AXES_CLIENT_IP_CALLABLE = "gi_registry.web.account.client_address"
PROXIES = env.int("PROXIES", default=1) if HTTPS else 0  # how many stand between the clients and the server
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "map"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

# --- Strangers: how often one address may ask in a minute who may use the mark; each process counts for itself --------

CHECKS_PER_MINUTE = env.int("CHECKS_PER_MINUTE", default=120)  # 0 sets no limit

# --- Mail: printed on the console unless EMAIL_URL names a server: smtp+tls://user:password@host:587 ------------------

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="gi-registry@localhost")

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文"))]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gi_registry.core.storage.HashedStaticStorage"},
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False

# --- Files people hand in: outside the web root, served only by views that ask who is asking --------------------------

PRIVATE_DIR = Path(env.str("PRIVATE_DIR", default=str(VAR_DIR / "private")))
KEYS_DIR = Path(env.str("KEYS_DIR", default=str(VAR_DIR / "keys")))  # the keys that sign; not in a database dump
CERTIFICATE_FONT = env.str("CERTIFICATE_FONT", default="")  # a Chinese font file; else one of the usual is looked for
UPLOAD_LIMIT_MB = {"document": 20, "delivery": 95, "photo": 8}  # the doctor reads up to 100 million bytes
WORK_APART = env.bool("WORK_APART", default=True)  # files are examined in a process of their own
WORK_LIMIT_MB, WORK_LIMIT_S = 2_048, 600
# Whether text is read in photos of labels: the extra `ocr`; without it only QR codes are.
READ_TEXT = env.bool("READ_TEXT", default=importlib.util.find_spec("rapidocr") is not None)
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024  # a drawn area travels as text in its form
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# --- Log -------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refused address is an answer, not an event
}
