"""Settings. Every difference between deployments is an environment variable; docs/reference/settings.md lists them."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from modelops import database_roles
from modelops.account_settings import *  # noqa: F403  read by name
from modelops.always_on import refuse_accepted
from modelops.crypto.providers import sources as key_sources
from modelops.database_settings import databases
from modelops.deployment import MODELOPS_ENV, PRODUCTION
from modelops.embedded.parts import SEALER_ONLY
from modelops.lib import env, garbage
from modelops.lib.cores import cores
from modelops.registry_settings import *  # noqa: F403  read by name
from modelops.rest.framework import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401  read by name
from modelops.sample_secrets import is_weak_key
from modelops.throttle_settings import *  # noqa: F403  read by name
from modelops.web import nonces
from modelops.web_settings import *  # noqa: F403  read by name

garbage.pause()  # until the apps are ready: it would be a third of the time until then

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = False

MODELOPS_HOME = Path(env.text("MODELOPS_HOME"))

# Known sample values are refused by name: a key that stands in a document protects nothing.
SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Set SECRET_KEY or SECRET_KEY_FILE to 50 random characters.")
if is_weak_key(SECRET_KEY):
    raise ImproperlyConfigured("SECRET_KEY is too short or a known sample value. Set 50 random characters.")

# Whether workers compile the inner loops of quality and drift (modelops/lib/compiled.py reads it by itself).
MODELOPS_COMPILED = env.flag("MODELOPS_COMPILED", True)
# Whether processes of the web server settle on a processor each where there are as many (modelops/web/own_core.py).
MODELOPS_OWN_CORES = env.flag("MODELOPS_OWN_CORES", True)

# --- keys -----------------------------------------------------------------------------------------------------------
# The providers read their own variables; docs/howto/keys.md tells which.
MODELOPS_KEY_PROVIDER = key_sources.choose()
# How long an approved destruction of a key waits, so that it can be taken back.
MODELOPS_KEY_GRACE_DAYS = env.integer("MODELOPS_KEY_GRACE_DAYS", 7, at_least=0)
# Connections that a rotation of columns keeps busy. PostgreSQL needs a core for each; by default it may have ours.
MODELOPS_ROTATION_CONNECTIONS = env.integer("MODELOPS_ROTATION_CONNECTIONS", min(4, cores()), at_least=1)

# --- the audit log ---------------------------------------------------------------------------------------------------
# How long full addresses of requests are kept, sealed beside the log; their networks stay in its rows.
MODELOPS_ADDRESSES_KEPT_DAYS = env.integer("MODELOPS_ADDRESSES_KEPT_DAYS", 90, at_least=1)
# A folder of advisories (OSV) that the schedule takes in, as a mirror of osv.dev leaves them there.
MODELOPS_ADVISORIES = env.text("MODELOPS_ADVISORIES", "")
# The regimes that the installation stands under: some ask for longer periods than a year of logs.
MODELOPS_REGIMES = [name.lower() for name in env.listing("MODELOPS_REGIMES", "gdpr")]
# Where signed checkpoints are kept outside the database. The sealer reads its key and credentials by itself.
MODELOPS_ANCHOR_FILE = Path(env.text("MODELOPS_ANCHOR_FILE", str(MODELOPS_HOME / "anchors" / "checkpoints")))
MODELOPS_ANCHOR_S3 = env.text("MODELOPS_ANCHOR_S3", "")
MODELOPS_ANCHOR_WEBHOOK = env.secret("MODELOPS_ANCHOR_WEBHOOK") or ""
MODELOPS_ANCHOR_MAIL = env.listing("MODELOPS_ANCHOR_MAIL")

# --- secrets --------------------------------------------------------------------------------------------------------
# The folder below which references of the form file:… are read; none means that there are no such references.
MODELOPS_SECRETS_FOLDER = env.text("MODELOPS_SECRETS_FOLDER", "")

INSTALLED_APPS = [
    "modelops.admin_site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "corsheaders",
    "django_otp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "modelops.apps.PortalConfig",
    "modelops.lib",
    "modelops.crypto",
    "compliance.audit",
    "compliance.audit.personal",
    "compliance.audit.sealing",
    "compliance.audit.streaming",
    "compliance.audit.watching",
    "modelops.secret_store",
    "modelops.jobs",
    "modelops.rest",
    "modelops.throttling",
    "compliance.ledger_desk",
    "compliance.reviews",
    "compliance.subjects",
    "compliance.retention",
    "compliance.detections",
    "compliance.registers",
    "compliance.supply_chain",
    "compliance.evidence",
    "compliance.keys",
    "compliance.escrow",
    "compliance.posture",
    "accounts",
    "accounts.passkeys",
    "accounts.recovering",
    "accounts.access",
    "accounts.workload",
    "registry.locations",
    "registry",
    "registry.scanning",
    "registry.signing",
    "registry.aliases",
    "registry.labels",
    "registry.promotion",
    "registry.variants",
    "registry.uploads",
    "registry.sources",
    "registry.grants",
    "registry.cards",
    "registry.schemas",
    "registry.bundles",
    "registry.provenance",
    "registry.external",
    "registry.endpoints",
    "registry.people",
    "registry.tracking",
    "registry.mlflow",
    "dataquality",
    "monitoring",
    "monitoring.predictions",
    "monitoring.series",
    "monitoring.monitors",
]

MIDDLEWARE = [
    "modelops.rest.middleware.RequestContextMiddleware",
    # Programs with a credential in their header need little of what follows, and go past it.
    "accounts.programs.ProgramsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "modelops.web.origins.OtherOriginsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.addressed_credentials.RefuseAddressedCredentials",
    "accounts.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "modelops.rest.middleware.BodyLimitMiddleware",
    "accounts.sessions.signed_in.AuthenticationMiddleware",
    "accounts.sessions.signed_in.OTPMiddleware",
    "accounts.middleware.ActorMiddleware",
    "modelops.throttling.middleware.ThrottleMiddleware",
    "accounts.access.middleware.EmergencyMiddleware",
    "modelops.web.admin_addresses.AdminAddressesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "modelops.rest.middleware.DomainErrorMiddleware",
    # Hears of a refusal before it becomes an answer, and keeps what was typed.
    "accounts.fresh_acts.FreshFactorMiddleware",
]

ROOT_URLCONF = "modelops.urls"
WSGI_APPLICATION = "modelops.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # Scripts that templates write get the nonce of their answer.
            "loaders": [("django.template.loaders.cached.Loader", list(nonces.LOADERS))],
            "builtins": [nonces.__name__],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "modelops.rest.context.portal",
                "monitoring.alerts.context.open_alerts",
                "registry.promotion.context.waiting_promotions",
            ],
        },
    },
]

# --- PostgreSQL and Valkey ------------------------------------------------------------------------------------------
# The variable whose role this process works as: DATABASE_URL but for migrations and the sealer.
MODELOPS_DATABASE_VARIABLE = database_roles.variable_for(sys.argv)
MODELOPS_APPLICATION_ROLE = database_roles.role_of(env.text("DATABASE_URL"))
MODELOPS_SEALER_ROLE = database_roles.role_of(env.text(database_roles.SEALER, "")) or database_roles.SEALER_ROLE
DATABASES = databases(MODELOPS_DATABASE_VARIABLE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "modelops",
        "OPTIONS": {
            # The default serializer is pickle: whoever can write to the cache could run code in the web process.
            "serializer": "modelops.lib.json_cache.JSONSerializer",
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
        },
    }
}

# --- mail and alerts ------------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "modelops@localhost")
MODELOPS_ALLOW_PRIVATE_RECEIVERS = env.flag("MODELOPS_ALLOW_PRIVATE_RECEIVERS", False)
# How long a message waits for others of its group; a critical one waits for nobody.
MODELOPS_ALERT_GROUP_WAIT_S = env.integer("MODELOPS_ALERT_GROUP_WAIT_S", 3)

# --- predictions ----------------------------------------------------------------------------------------------------
# What one request may bring: rows of a batch, features of a row, items of a feature that is a list.
MODELOPS_MAX_PREDICTIONS = env.integer("MODELOPS_MAX_PREDICTIONS", 50_000, at_least=1)
MODELOPS_MAX_FEATURES = env.integer("MODELOPS_MAX_FEATURES", 1000, at_least=1)
MODELOPS_MAX_LIST_ITEMS = env.integer("MODELOPS_MAX_LIST_ITEMS", 1000, at_least=1)
# How old a prediction may be when it arrives, and how many metric series a model may have.
MODELOPS_PREDICTIONS_LATE_DAYS = env.integer("MODELOPS_PREDICTIONS_LATE_DAYS", 31, at_least=1)
MODELOPS_MAX_SERIES = env.integer("MODELOPS_MAX_SERIES", 200, at_least=1)

# --- metrics --------------------------------------------------------------------------------------------------------
MODELOPS_METRICS_TOKEN = env.secret("MODELOPS_METRICS_TOKEN") or ""
# Several web processes share their counters through files in this folder.
MODELOPS_METRICS_SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ

# --- texts, files, time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["modelops.lib.formats"]
USE_I18N = False
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = None
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served from where they lie, with validators: nothing to collect before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600 if PRODUCTION else 0

# --- Celery ---------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.text(
    "CELERY_BROKER_URL", REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
)
if CELERY_BROKER_URL.startswith("rediss://"):
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": "required"}  # the server's certificate is checked
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 6 * 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than the time limit: a task that runs longer than this would be handed out a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7 * 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "global_keyprefix": "modelops:",
}

# --- logs -----------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "modelops.lib.logs.configure"
LOGGING = {"level": env.text("MODELOPS_LOG_LEVEL", "INFO"), "format": env.text("MODELOPS_LOG_FORMAT", "json")}

# --- what is left over ----------------------------------------------------------------------------------------------
# A misspelt name would leave a default in force without a word. Tests have switches of their own.
SILENCED_SYSTEM_CHECKS = env.listing("MODELOPS_ACCEPTED_CHECKS")
refuse_accepted(SILENCED_SYSTEM_CHECKS)
if MODELOPS_ENV != "test":
    env.refuse_unknown(prefix="MODELOPS_", also=[*key_sources.variables(), *SEALER_ONLY, "MODELOPS_PART"])
