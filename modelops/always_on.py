"""Access control and the audit log are no options: what they hang on is fixed, and ``check --deploy`` proves it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

# In this order: each relies on those before it.
MIDDLEWARE: Final = (
    "modelops.rest.middleware.RequestContextMiddleware",
    "accounts.sessions.middleware.SessionMiddleware",
    "accounts.sessions.signed_in.AuthenticationMiddleware",
    "accounts.sessions.signed_in.OTPMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "modelops.rest.middleware.DomainErrorMiddleware",
    "accounts.fresh_acts.FreshFactorMiddleware",
)
APPS: Final = ("compliance.audit", "compliance.audit.personal", "accounts")
REST: Final = {
    "DEFAULT_AUTHENTICATION_CLASSES": (
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ),
    "DEFAULT_PERMISSION_CLASSES": (
        "modelops.rest.permissions.DeclaredPermission",
        "accounts.fresh_permission.FreshFactorShown",
    ),
}
HANDLER: Final = "modelops.rest.problems.exception_handler"
TRIGGERS: Final = ("audit_append_only", "audit_no_truncate")
# These two are never accepted (MODELOPS_ACCEPTED_CHECKS).
SETTINGS_CHECK, TRIGGERS_CHECK = "modelops.E090", "modelops.E091"
NEVER_ACCEPTED: Final = frozenset({SETTINGS_CHECK, TRIGGERS_CHECK})
_HINT: Final = "Take back the change of the program: no setting of the portal does this."


def refuse_accepted(accepted: Iterable[str]) -> None:
    """Raise ImproperlyConfigured when a check that is never accepted is among those that a deployment accepts."""
    if refused := sorted(NEVER_ACCEPTED & set(accepted)):
        raise ImproperlyConfigured(
            f"MODELOPS_ACCEPTED_CHECKS names {', '.join(refused)}: that access control and the audit log are on is not "
            "accepted away. Take it out, and mend what the check found."
        )


@register(Tags.security, deploy=True)
def check_always_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One error for each thing that is missing."""
    return [Error(f"{text}.", hint=_HINT, id=SETTINGS_CHECK) for text in missing(settings)]


@register(Tags.security, deploy=True)
def check_triggers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whether the database still refuses changes of the ledger, and of each of its partitions."""
    try:
        found = switched_off()
    except DatabaseError:
        return []  # no database yet, or not migrated: other checks say so
    hint = "Find out who switched it off; enable it again as the owner: ALTER TABLE … ENABLE TRIGGER …"
    return [
        Error(f"The database lets the audit log be changed: {text}.", hint=hint, id=TRIGGERS_CHECK) for text in found
    ]


def missing(configured: Any) -> Iterator[str]:
    """What access control and the audit log need and ``configured`` does not have, in words."""
    present = [name for name in configured.MIDDLEWARE if name in MIDDLEWARE]
    if present != list(MIDDLEWARE):
        absent = [name for name in MIDDLEWARE if name not in present]
        yield f"The middleware {', '.join(absent)} is missing" if absent else "The middleware is out of order"
    for app in APPS:
        if app not in configured.INSTALLED_APPS:
            yield f"The app {app} is missing"
    for name, classes in REST.items():
        if not set(classes) <= set(configured.REST_FRAMEWORK.get(name, ())):
            yield f"REST_FRAMEWORK[{name!r}] is not {', '.join(classes)}"
    if configured.REST_FRAMEWORK.get("EXCEPTION_HANDLER") != HANDLER:
        yield "Refusals of the REST interface are not recorded"


def switched_off() -> list[str]:
    """Triggers of the ledger that are disabled or absent, as "trigger of table"."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH tables AS (SELECT 'audit_auditevent'::regclass AS oid UNION ALL"
            " SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_auditevent'::regclass)"
            " SELECT w.name || ' of ' || t.oid::regclass FROM tables t CROSS JOIN unnest(%s::text[]) AS w(name)"
            " LEFT JOIN pg_trigger g ON g.tgrelid = t.oid AND g.tgname = w.name AND g.tgenabled IN ('O', 'A')"
            " WHERE g.oid IS NULL ORDER BY 1",
            [list(TRIGGERS)],
        )
        return [text for (text,) in cursor.fetchall()]
