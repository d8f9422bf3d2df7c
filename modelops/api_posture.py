"""Controls of the REST interface and of MLflow's protocol, API-1 to API-6: by views, settings and rows."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.db.models import ExpressionWrapper, F, fields
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.settings import api_settings

from accounts.authentication import BearerAuthentication
from accounts.fresh_permission import FreshFactorShown
from accounts.models import ApiKey
from modelops.lib.posture import Finding, Outcome, Severity, control
from modelops.rest.idempotency import IdempotentPost
from modelops.rest.permissions import DeclaredPermission
from modelops.rest.schema import PortalSchema
from modelops.throttling.routes import all_routes

AREA: Final = "Interface"
# What these take is the credential itself.
OPEN: Final = frozenset(
    f"/api/v1/auth/{name}/" for name in ("token", "token/refresh", "token/revoke", "token-exchange")
)
_PREFIX: Final = "/api/v1/"
# Clients of MLflow send a key, as a token or as a password; no session opens these.
_MLFLOW: Final = "/mlflow/"
# Answers that the portal does not have the call; it is none that a document could describe.
_NOTHING_HERE: Final = "/mlflow/<path:rest>"
_TAKEN: Final = (JSONParser, MultiPartParser)
_BODY_LIMIT: Final = "modelops.rest.middleware.BodyLimitMiddleware"
_AUTHENTICATION: Final = "accounts.sessions.signed_in.AuthenticationMiddleware"
LARGEST_BODY: Final = 50 * 2**20
LONGEST_KEY: Final = dt.timedelta(days=365)
TOKEN_S, TOKEN_MAX_S = 30 * 60, 60 * 60


def _views() -> Iterator[tuple[str, Any]]:
    for route, view in all_routes():
        if f"/{route}".startswith((_PREFIX, _MLFLOW)) and f"/{route}" != _MLFLOW:
            yield f"/{route}", getattr(view, "cls", None)


def _of_views(wrong: Any, fix: str, severity: Severity = "critical") -> Outcome:
    """What ``wrong(route, view)`` says of each view; an empty text is no finding."""
    views = dict(_views())
    faults = {
        route: "is no view of the REST framework" if view is None else wrong(route, view)
        for route, view in views.items()
    }
    findings = [Finding(route, f"{route} {fault}", fix, severity) for route, fault in faults.items() if fault]
    return Outcome(findings, len(views) - len(findings), len(views), evidence=f"{len(views)} routes.")


@control(
    "API-1",
    area=AREA,
    label="Every operation asks who calls",
    fix="Give the operation the authentication that all others have, in the code of its view.",
)
def authentication() -> Outcome:
    """By the authentication classes; the routes that take the credential itself have none."""

    def wrong(route: str, view: Any) -> str:
        if route in OPEN:
            return ""
        if route.startswith(_MLFLOW):
            return _of_programs(view)
        missing = set(api_settings.DEFAULT_AUTHENTICATION_CLASSES) - set(view.authentication_classes)
        return f"does not use {', '.join(sorted(one.__name__ for one in missing))}" if missing else ""

    return _of_views(wrong, "Let the view keep the authentication classes of the framework's settings.")


def _of_programs(view: Any) -> str:
    """A way in must be there, and each of them must be a key: a cookie would let any page elsewhere call."""
    if not view.authentication_classes:
        return f"does not use {BearerAuthentication.__name__}"
    others = [one.__name__ for one in view.authentication_classes if not issubclass(one, BearerAuthentication)]
    return f"lets callers in by {', '.join(others)}" if others else ""


@control(
    "API-2",
    area=AREA,
    label="Every operation needs a declared permission",
    fix="Name the permission of each method in required_permissions of the view.",
)
def permissions() -> Outcome:
    """By the permission classes and what each view declares for each of its methods."""

    def wrong(route: str, view: Any) -> str:
        if route in OPEN:
            return "" if tuple(view.permission_classes) == (AllowAny,) else "has permissions nobody can have yet"
        missing = {DeclaredPermission, FreshFactorShown, IdempotentPost} - set(view.permission_classes)
        if missing:
            return f"does not use {', '.join(sorted(one.__name__ for one in missing))}"
        methods = {name.upper() for name in view.http_method_names if hasattr(view, name)} - {"OPTIONS", "HEAD"}
        bare = methods - set(getattr(view, "required_permissions", {}))
        return f"declares no permission for {', '.join(sorted(bare))}" if bare else ""

    return _of_views(wrong, "Give the view its required_permissions, and let it keep the permission classes.")


@control(
    "API-3",
    area=AREA,
    label="Every operation is described, and takes the described media types only",
    fix="Describe the operation with extend_schema and take JSON, or the media type that it describes.",
)
def schemas() -> Outcome:
    """By the class that writes the OpenAPI document, which the tests compare with the answers, and by the parsers."""

    def wrong(route: str, view: Any) -> str:
        if not isinstance(view.schema, PortalSchema) and route != _NOTHING_HERE:
            return "is not in the OpenAPI document"
        # OAuth token exchange is a form by its standard (RFC 8693).
        taken = (*_TAKEN, FormParser) if route in OPEN else _TAKEN
        if route.startswith(_MLFLOW):
            taken = (JSONParser,)
        others = [parser.__name__ for parser in view.parser_classes if parser not in taken]
        return f"reads bodies with {', '.join(others)}" if others else ""

    return _of_views(wrong, "Describe the view with extend_schema, and let it read JSON or multipart.", "high")


@control(
    "API-4",
    area=AREA,
    label="Bodies are limited before they are read",
    fix="Put the middleware that limits bodies before authentication, and keep MODELOPS_MAX_BODY_BYTES low.",
)
def sizes() -> Outcome:
    """By the middleware and its settings."""
    order, findings = list(settings.MIDDLEWARE), []
    if _BODY_LIMIT not in order:
        findings.append(Finding("off", "Bodies are not limited", f"Put {_BODY_LIMIT} into MIDDLEWARE.", "critical"))
    elif _AUTHENTICATION in order and order.index(_AUTHENTICATION) < order.index(_BODY_LIMIT):
        fix = f"Put {_BODY_LIMIT} before {_AUTHENTICATION}."
        findings.append(Finding("late", "Bodies are limited after the account was looked up", fix, "warning"))
    largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if largest is None or largest > LARGEST_BODY:
        title = f"A body without files may have {largest or 'any number of'} bytes"
        findings.append(Finding("large", title, f"Set MODELOPS_MAX_BODY_BYTES to at most {LARGEST_BODY}."))
    evidence = f"{largest} bytes, and {settings.MODELOPS_MAX_ARTIFACT_BYTES} for a file, which is sealed as it comes."
    return Outcome(findings, evidence=evidence)


@control(
    "API-5",
    area=AREA,
    label="Credentials travel over TLS only",
    fix="Serve a trusted certificate, redirect plain HTTP, and name https origins alone.",
)
def transport() -> Outcome:
    """By the redirect, HSTS and the origins that may ask."""
    plain = [origin for origin in settings.CORS_ALLOWED_ORIGINS if not origin.startswith("https://")]
    findings = [
        Finding(origin, f"Pages of {origin} may use tokens over a line that others read", "Name https origins.", "high")
        for origin in plain
    ]
    if not settings.PRODUCTION:
        return Outcome(findings, applies=bool(findings), evidence="Asked for in production.")
    if not settings.SECURE_SSL_REDIRECT:
        fix = "Leave MODELOPS_SSL_REDIRECT on, or make sure that the proxy takes nothing in clear."
        findings.append(Finding("redirect", "The portal answers plain requests", fix, "high"))
    if not settings.SECURE_HSTS_SECONDS:
        findings.append(Finding("hsts", "Browsers may come back without TLS", "Serve a trusted certificate.", "high"))
    return Outcome(findings, evidence=f"{settings.MODELOPS_BASE_URL}; HSTS {settings.SECURE_HSTS_SECONDS} s.")


@control(
    "API-6",
    area=AREA,
    label="Tokens and keys end soon enough",
    fix="Shorten the lifetime of tokens in the settings, and rotate or revoke keys that end late or never.",
)
def ages() -> Outcome:
    """By the lifetimes in force, and the rows of keys that live."""
    lifetimes = (("MODELOPS_TOKEN_LIFETIME_S", TOKEN_S), ("MODELOPS_TOKEN_LIFETIME_MAX_S", TOKEN_MAX_S))
    findings = [
        Finding(name, f"{name} is {getattr(settings, name)}; the portal's default is {most}", f"Set it to {most}.")
        for name, most in lifetimes
        if getattr(settings, name) > most
    ]
    life = ExpressionWrapper(F("expires_at") - F("created_at"), output_field=fields.DurationField())
    live = ApiKey.objects.filter(revoked_at=None).annotate(life=life)
    long = live.filter(life__gt=LONGEST_KEY + dt.timedelta(days=1))
    total, over = live.count(), long.count()
    if over:
        title = f"{over} API keys are good for more than {LONGEST_KEY.days} days"
        findings.append(Finding("keys", title, "Rotate them; new ones end in time.", "high"))
    return Outcome(findings, total - over, total, evidence=f"{settings.MODELOPS_TOKEN_LIFETIME_S} s for a token.")
