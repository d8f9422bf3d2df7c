"""Calls upon API keys, job tokens and who is trusted to name pipelines."""

from typing import Any

from django.test import Client

from .performing import Act
from .world import World

KEY, ISSUER, RULE, TOKEN = (
    "accounts.apikey",
    "workload.trustedissuer",
    "workload.exchangerule",
    "workload.exchangedtoken",
)
_SECURITY = "account/security/api-keys/"
_API = "api/v1/api-keys/"


def _confirmed(role: str, **data: Any) -> Any:
    """Before: the browser of the role has just shown a second factor."""

    def prepare(world: World) -> dict[str, Any]:
        return {"client": _fresh(world, role), **({"data": data} if data else {})}

    return prepare


def _fresh(world: World, role: str) -> Client:
    from django.utils import timezone

    from accounts.services.step_up import CONFIRMED_KEY
    from tests.accounts.people import sign_in

    client = sign_in(Client(), world.user(role))
    session = client.session
    session[CONFIRMED_KEY] = timezone.now().timestamp()
    session.save()
    return client


def _own_key(world: World, role: str = "scientist") -> dict[str, Any]:
    from accounts.services import issue_api_key

    key = issue_api_key(world.user(role), name="old", scopes=["all"], days=1, actor=world.actor(role))[0]
    return {"pk": key.pk}


def _replaced(world: World) -> dict[str, Any]:
    return {"client": _fresh(world, "scientist"), **_own_key(world), "data": {"overlap_h": 24}}


def _program(world: World, role: str) -> Client:
    """A program that signed in to the API and whose person has just confirmed."""
    import datetime as dt

    from django.utils import timezone

    from accounts.models import RefreshToken
    from accounts.services.tokens import _pair
    from modelops.lib.ids import uuid7

    ends = timezone.now() + dt.timedelta(hours=1)
    pair = _pair(world.user(role), uuid7(), ["pwd", "otp"], ends, 1800)
    now = timezone.now()
    RefreshToken.objects.update(confirmed_at=now, last_used_on=now.date())
    return Client(headers={"Authorization": f"Bearer {pair.access}"})


def _over_rest(world: World) -> dict[str, Any]:
    return {"client": _program(world, "scientist"), "data": {"name": "training", "scopes": ["all"]}}


def _replaced_over_rest(world: World) -> dict[str, Any]:
    return {"client": _program(world, "scientist"), **_own_key(world), "data": {"overlap_h": 0}}


def _asked_for(world: World) -> dict[str, Any]:
    return {"client": _fresh(world, "scientist"), "kind": "key", **_own_key(world), "data": {"confirm": "1"}}


def _service(world: World) -> Any:
    from accounts.models import User
    from tests.accounts.people import make_user

    return User.objects.filter(username="pipeline").first() or make_user("pipeline", "Pipeline")


def _issuer(world: World) -> Any:
    from accounts.workload.services.trust import add_issuer
    from tests.accounts.issuers import AUDIENCE, JobIssuer

    ci = JobIssuer("https://ci.example")
    ci.add_key("first")
    row = add_issuer(
        name="ci",
        issuer=ci.address,
        audience=AUDIENCE,
        algorithms=["ES256"],
        pinned_keys=ci.key_set(),
        actor=world.actor("guard"),
    )
    return ci, row


def _rule(world: World) -> Any:
    from accounts.workload.services.trust import add_rule

    ci, issuer = _issuer(world)
    row = add_rule(
        issuer,
        name="delays",
        service=_service(world),
        scopes=["registry.view_registeredmodel"],
        conditions={"repository": "acme/delays"},
        actor=world.actor("guard"),
    )
    return ci, row


def _job(world: World) -> dict[str, Any]:
    ci, _ = _rule(world)
    kind = "urn:ietf:params:oauth"
    fields = {
        "grant_type": f"{kind}:grant-type:token-exchange",
        "subject_token": ci.token(),
        "subject_token_type": f"{kind}:token-type:jwt",
    }
    return {"client": Client(), "data": fields}


def _issuer_typed(world: World) -> dict[str, Any]:
    import json

    from tests.accounts.issuers import AUDIENCE, JobIssuer

    ci = JobIssuer("https://ci.example")
    ci.add_key("first")
    typed = {"name": "ci", "issuer": ci.address, "audience": AUDIENCE, "algorithms": ["ES256"]}
    return {"client": _fresh(world, "guard"), "data": {**typed, "pinned_keys": json.dumps(ci.key_set())}}


def _rule_typed(world: World) -> dict[str, Any]:
    typed = {
        "issuer": _issuer(world)[1].pk,
        "name": "delays",
        "service": _service(world).pk,
        "conditions": "repository = acme/delays",
        "scopes": "registry.view_registeredmodel",
        "minutes": 15,
    }
    return {"client": _fresh(world, "guard"), "data": typed}


def _issuer_changed(world: World) -> dict[str, Any]:
    import json

    from accounts.workload.services.changing import state_of

    row = _issuer(world)[1]
    typed = {"name": row.name, "issuer": row.issuer, "audience": "elsewhere", "algorithms": row.algorithms}
    data = {**typed, "pinned_keys": json.dumps(row.pinned_keys), "seen": state_of(row), "confirmed": "1"}
    return {"client": _fresh(world, "guard"), "pk": row.pk, "data": data}


def _rule_changed(world: World) -> dict[str, Any]:
    from accounts.workload.services.changing import state_of

    row = _rule(world)[1]
    typed = {"name": row.name, "service": row.service_id, "conditions": "repository = acme/other", "minutes": 15}
    data = {**typed, "scopes": row.scopes[0], "seen": state_of(row), "confirmed": "1"}
    return {"client": _fresh(world, "guard"), "pk": row.pk, "data": data}


def _action(name: str, find: Any) -> Any:
    def prepare(world: World) -> dict[str, Any]:
        data = {"action": name, "_selected_action": [str(find(world).pk)]}
        return {"client": _fresh(world, "guard"), "data": data}

    return prepare


def _exchanged(world: World) -> Any:
    from accounts.workload.services.exchange import exchange
    from compliance.audit.context import acting

    ci, _ = _rule(world)
    with acting(via=""):
        return exchange(ci.token()).row


def _service_key(world: World) -> dict[str, Any]:
    typed = {"owner": _service(world).pk, "name": "x", "access": "read", "objects": "delay", "networks": "", "days": 9}
    return {"client": _fresh(world, "guard"), "data": typed}


ACTS: dict[str, Act] = {
    f"POST {_SECURITY}": Act(
        "scientist", KEY, before=_confirmed("scientist", name="training", access="all", days="30")
    ),
    f"POST {_SECURITY}<uuid:pk>/revoke/": Act("scientist", KEY, before=_own_key),
    f"POST {_SECURITY}<uuid:pk>/rotate/": Act("scientist", KEY, before=_replaced),
    "POST account/confirm/api/<slug:kind>/<uuid:pk>/": Act("scientist", KEY, before=_asked_for),
    f"POST {_API}": Act("scientist", KEY, before=_over_rest),
    f"POST {_API}<uuid:pk>/rotate/": Act("scientist", KEY, before=_replaced_over_rest),
    f"DELETE {_API}<uuid:pk>/": Act(
        "scientist", KEY, before=lambda w: {"client": _program(w, "scientist"), **_own_key(w)}
    ),
    "POST api/v1/auth/token-exchange/": Act("", TOKEN, before=_job),
    "POST admin/accounts/apikey/add/": Act("guard", KEY, before=_service_key),
    "POST admin/accounts/apikey/": Act("guard", KEY, before=_action("revoke", lambda w: _key_row(w))),
    "POST admin/workload/trustedissuer/add/": Act("guard", ISSUER, before=_issuer_typed),
    "POST admin/workload/trustedissuer/": Act("guard", ISSUER, before=_action("withdraw", lambda w: _issuer(w)[1])),
    "POST admin/workload/trustedissuer/<uuid:pk>/edit/": Act("guard", ISSUER, before=_issuer_changed),
    "POST admin/workload/exchangerule/<uuid:pk>/edit/": Act("guard", RULE, before=_rule_changed),
    "POST admin/workload/exchangerule/add/": Act("guard", RULE, before=_rule_typed),
    "POST admin/workload/exchangerule/": Act("guard", RULE, before=_action("end_use", lambda w: _rule(w)[1])),
    "POST admin/workload/exchangedtoken/": Act("guard", TOKEN, before=_action("revoke", _exchanged)),
}


def _key_row(world: World) -> Any:
    from accounts.models import ApiKey

    return ApiKey.objects.get(pk=_own_key(world)["pk"])
