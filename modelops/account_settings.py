"""Passwords, second factors and sessions; `modelops/settings.py` takes all of it."""

from django.core.exceptions import ImproperlyConfigured

from modelops.lib import env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "accounts.access.backend.ActionBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.PortalArgon2Hasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.password_rules.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.password_rules.CommonPasswordValidator"},
    {
        "NAME": "accounts.password_rules.BreachedPasswordValidator",
        "OPTIONS": {"path": env.text("MODELOPS_BREACHED_PASSWORDS", "")},
    },
]
if env.flag("MODELOPS_PASSWORD_COMPOSITION", False):
    # Off for a reason that the class tells.
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "accounts.password_rules.CompositionValidator"})
# How long the removal of a lost second factor waits, so that its owner can stop it.
MODELOPS_FACTOR_RESET_HOURS = env.integer("MODELOPS_FACTOR_RESET_HOURS", 24, at_least=1, at_most=336)
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "overview"
OTP_TOTP_ISSUER = env.text("MODELOPS_ISSUER", "ModelOps portal")

SESSION_ENGINE = "accounts.sessions.store"
# How long a sign-in in a browser lasts, by itself and without a request, and how many may stand at once. The longest
# that may be asked for are those of NIST SP 800-63B-4 for two factors; what is over the default is a finding.
MODELOPS_SESSION_IDLE_MINUTES = env.integer("MODELOPS_SESSION_IDLE_MINUTES", 30, at_least=1, at_most=60)
MODELOPS_SESSION_IDLE_MINUTES_STAFF = env.integer("MODELOPS_SESSION_IDLE_MINUTES_STAFF", 15, at_least=1, at_most=30)
MODELOPS_SESSION_HOURS = env.integer("MODELOPS_SESSION_HOURS", 12, at_least=1, at_most=24)
MODELOPS_SESSION_HOURS_STAFF = env.integer("MODELOPS_SESSION_HOURS_STAFF", 8, at_least=1, at_most=12)
MODELOPS_SESSIONS_AT_ONCE = env.integer("MODELOPS_SESSIONS_AT_ONCE", 5, at_least=1, at_most=20)

# Access tokens: how long one is good that asks for nothing else, and the most that may be asked for.
MODELOPS_TOKEN_LIFETIME_S = env.integer("MODELOPS_TOKEN_LIFETIME_S", 30 * 60, at_least=60)
MODELOPS_TOKEN_LIFETIME_MAX_S = env.integer("MODELOPS_TOKEN_LIFETIME_MAX_S", 60 * 60, at_least=60)
if not MODELOPS_TOKEN_LIFETIME_S <= MODELOPS_TOKEN_LIFETIME_MAX_S <= 8 * 3600:
    raise ImproperlyConfigured(
        f"MODELOPS_TOKEN_LIFETIME_S is {MODELOPS_TOKEN_LIFETIME_S} and MODELOPS_TOKEN_LIFETIME_MAX_S is "
        f"{MODELOPS_TOKEN_LIFETIME_MAX_S}; the first must not be over the second, nor the second over 28800 (8 hours)."
    )
