"""Controls of the limits on requests."""

from django.conf import settings
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control

from .limits import NETWORK_DEFAULT, NETWORK_SETTING, SCOPES
from .routes import all_routes, undeclared
from .store import StoreUnavailable, live

_MIDDLEWARE = "modelops.throttling.middleware.ThrottleMiddleware"


@control(
    "limits.routes",
    area="Interface",
    label="Every route belongs to a class of limited requests",
    fix="Put the route into a class in modelops/throttling/routes.py.",
)
def every_route_has_a_class() -> Outcome:
    """S2-03 of the checklist: by the routes of this release, the admin's and the portal's too."""
    if _MIDDLEWARE not in settings.MIDDLEWARE:
        return Outcome([Finding("off", "Requests are not counted", f"Put {_MIDDLEWARE} into MIDDLEWARE.", "critical")])
    total = len({route for route, _ in all_routes()})
    bare = undeclared()
    findings = [
        Finding(
            route,
            f"The route {route} has no class, and is counted in the strictest",
            "Add it to modelops/throttling/routes.py.",
            "high" if route.startswith("/api/") else "warning",
        )
        for route in bare
    ]
    return Outcome(findings, total - len(bare), total, evidence=f"{total} routes.")


@control(
    "limits.rates",
    area="Interface",
    label="All processes count requests by the declared limits",
    fix="Start all processes with the same limits, none above the default unless the proxy limits too.",
)
def limits_are_in_force() -> Outcome:
    """By what the processes said within the last minutes; a limit over the portal's default is a finding as well."""
    declared = {name: str(limit) for name, limit in settings.MODELOPS_THROTTLE.items()}
    try:
        others = [told for told in live() if told != declared]
    except StoreUnavailable:
        finding = Finding(
            "away",
            "Requests cannot be counted: Valkey does not answer",
            "Bring the server of REDIS_URL back. Reading goes on without limits, sign-ins are counted in PostgreSQL, "
            "writing is refused.",
            "high",
        )
        return Outcome([finding])
    findings = [
        Finding(
            f"live:{name}",
            f"A process counts by {name}={told.get(name, 'nothing')}; here it is {limit}",
            "Start all processes with the same environment; old ones are forgotten after 15 minutes.",
        )
        for told in others
        for name, limit in declared.items()
        if told.get(name) != limit
    ]
    evidence = "; ".join(f"{name} {limit}" for name, limit in declared.items())
    return Outcome(findings + _loose(), evidence=evidence, url=_proxy())


def _proxy() -> str:
    """What the proxy in front has to do, beside these limits."""
    return f"{reverse('admin:help', args=['deploy'])}#the-proxy"


def _loose() -> list[Finding]:
    defaults = {scope.setting: scope.default for scope in SCOPES} | {NETWORK_SETTING: NETWORK_DEFAULT}
    return [
        Finding(
            f"loose:{name}",
            f"{name} is {limit}; the portal's default is {defaults[name]}",
            "Lower it, or keep it where the proxy limits requests as well.",
            url=_proxy(),
        )
        for name, limit in settings.MODELOPS_THROTTLE.items()
        if limit.per_minute > defaults[name].per_minute or limit.burst > defaults[name].burst
    ]
