"""The class of each route. A new resource gets a row here: without one it is counted in the strictest class.

The row with the longest matching beginning decides; a first class is for reading, a second for everything else.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from .limits import API_READ, API_WRITE, EXPORT, MLFLOW, PAGE_READ, PAGE_WRITE, SIGN_IN, UPLOAD, Scope


class Row(NamedTuple):
    """Classes of the routes that begin alike."""

    read: Scope | None
    write: Scope | None


NOT_COUNTED: Final = Row(None, None)
_API: Final = Row(API_READ, API_WRITE)
_PAGES: Final = Row(PAGE_READ, PAGE_WRITE)
_ACCOUNT: Final = Row(PAGE_READ, SIGN_IN)
_TAKING_OUT: Final = Row(EXPORT, EXPORT)
STRICTEST: Final = Row(EXPORT, EXPORT)

_EXACT: Final = {"": _PAGES, "mlflow/": _PAGES}
_BEGINNINGS: Final = {
    # Whoever watches over the portal is not turned away; both tell little and cost little.
    "health/": NOT_COUNTED,
    "metrics": NOT_COUNTED,
    "api/v1/auth/": Row(SIGN_IN, SIGN_IN),
    "api/v1/uploads/": Row(UPLOAD, UPLOAD),
    "api/v1/audit-events/export/": _TAKING_OUT,
    "api/v1/audit-events/report/": _TAKING_OUT,
    "api/v1/subject-requests/<uuid:request_id>/bundle/": _TAKING_OUT,
    **{
        f"api/v1/{resource}/": _API
        for resource in (
            "alert-channels", "alert-escalations", "alert-rotas", "alert-rules", "alert-silences", "alerts", "api-keys",
            "audit-events", "breaches", "bundle-keys", "bundle-verifier", "consents", "data-sources", "datasets",
            "deployment-endpoints", "drift-runs", "external-records", "ground-truth", "jobs", "key-requests",
            "key-rotations", "keys", "metrics", "model-versions", "models", "monitors", "posture", "predictions",
            "processing-activities", "promotions", "quality-runs", "retention-changes", "retention-policies",
            "retention-runs", "rule-suites", "saved-filters", "sealed-client", "sealing-key", "secrets",
            "signing-keys", "sketch-client", "storage-locations", "storage-report", "subject-requests",
        )
    },
    "mlflow/": Row(MLFLOW, MLFLOW),
    "api/schema/": _API,
    "api/docs/": _PAGES,
    "sign-in/": _ACCOUNT,
    "sign-out/": _ACCOUNT,
    "invitation/": _ACCOUNT,
    "account/": _ACCOUNT,
    "privacy/": _ACCOUNT,
    **dict.fromkeys(
        (
            "alerts/", "datasets/", "drift/", "experiments/", "jobs/", "models/", "<registry_kind:kind>/", "posture/",
            "promotions/", "quality/", "robots.txt", ".well-known/", "reports/", "admin/",
        ),
        _PAGES,
    ),
    # Ending somebody's sessions and taking rights away must go on while nobody can count.
    **dict.fromkeys(("admin/login/", "admin/logout/", "admin/accounts/", "admin/auth/", "admin/access/"), _ACCOUNT),
    "admin/configuration.json": _TAKING_OUT,
    "admin/ledger/exports/": _TAKING_OUT,
    "admin/ledger/report/": _TAKING_OUT,
    "admin/ledger/verify/": _TAKING_OUT,
    "admin/subjects/subjectrequest/<uuid:pk>/bundle/": _TAKING_OUT,
}  # fmt: skip
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@lru_cache(maxsize=4096)
def row_of(route: str) -> Row | None:
    """The classes of a route; None when nobody declared any."""
    if route in _EXACT:
        return _EXACT[route]
    matching = [beginning for beginning in _BEGINNINGS if route.startswith(beginning)]
    return _BEGINNINGS[max(matching, key=len)] if matching else None


def scope_of(route: str | None, method: str) -> Scope | None:
    """The class in which a request is counted; None where none is. ``route`` is None where no route matches."""
    row = _PAGES if route is None else row_of(route) or STRICTEST
    return row.read if method in _SAFE else row.write


def all_routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the portal with its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def undeclared() -> list[str]:
    """Routes without a class."""
    return sorted({f"/{route}" for route, _ in all_routes() if row_of(route) is None})
