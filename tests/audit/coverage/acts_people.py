"""Calls upon accounts: signing in, one's own security, the admin of people."""

import datetime as dt
from typing import Any

from django.test import Client

from tests.accounts.people import PASSWORD, code_of

from .performing import Act
from .world import World

USER, SESSION = "accounts.user", "accounts.session"
_SECURITY = "account/security/"
_AUTH = "api/v1/auth/token/"


def _newcomer(world: World, role: str = "colleague") -> Any:
    """Gives the account a password, and a browser that nobody is signed in to."""
    known = world.user(role)
    user = type(known).objects.get(pk=known.pk)  # the world's own stays as it is when this is taken back
    user.set_password(PASSWORD)
    user.save()
    return user


def _half_in(world: World) -> dict[str, Any]:
    """A browser that gave the right password a moment ago."""
    user, client = _newcomer(world), Client()
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    return {"client": client, "data": {"code": code_of(user)}}


def _signed_in(world: World) -> dict[str, Any]:
    from tests.accounts.people import sign_in

    return {"client": sign_in(Client(), world.user("colleague"))}


def _enrolling(world: World) -> dict[str, Any]:
    from django.utils import timezone

    from accounts import totp
    from accounts.models import TOTPDevice

    user, client = _newcomer(world), Client()
    TOTPDevice.objects.filter(user=user).delete()
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    client.get("/account/enrol/")
    seed = TOTPDevice.objects.get(user=user, confirmed=False).open_seed()
    return {"client": client, "data": {"code": totp.code_at(seed, timezone.now().timestamp())}}


def _invited(world: World) -> dict[str, Any]:
    from accounts.services import invite

    _, link = invite("newcomer", "Data scientist", actor=world.actor("guard"), base_url="http://testserver")
    return {
        "client": Client(),
        "token": link.rstrip("/").rsplit("/", 1)[-1],
        "data": {"password": PASSWORD, "repeated": PASSWORD},
    }


def _password(world: World) -> dict[str, Any]:
    from tests.accounts.people import sign_in

    user = _newcomer(world)
    new = "another horse battery staple"
    return {
        "client": sign_in(Client(), user),
        "data": {"present": PASSWORD, "current": PASSWORD, "password": new, "repeated": new},
    }


def _sessions(world: World) -> dict[str, Any]:
    from tests.accounts.people import sign_in

    other, own = (sign_in(Client(), world.user("colleague")) for _ in range(2))
    return {"client": own, "pk": other.session.current_row.pk}


def _api_sign_in(world: World) -> dict[str, Any]:
    from django.utils import timezone

    from accounts.models import RefreshToken

    ends = timezone.now() + dt.timedelta(hours=1)
    return {"family": RefreshToken.objects.create(user=world.user("colleague"), expires_at=ends).family}


def _api_row(world: World) -> dict[str, Any]:
    from accounts.models import RefreshToken

    row = RefreshToken.objects.get(family=_api_sign_in(world)["family"])
    return {"data": {"action": "revoke", "_selected_action": [str(row.pk)]}}


def _login(world: World) -> dict[str, Any]:
    user = _newcomer(world)
    return {"client": Client(), "data": {"username": user.username, "password": PASSWORD, "otp": code_of(user)}}


def _refresh(world: World) -> dict[str, Any]:
    given = _login(world)
    pair = given["client"].post(f"/{_AUTH}", given["data"], content_type="application/json").json()
    return {"client": given["client"], "data": {"refresh": pair["refresh"]}}


def _row(label: str, action: str, **find: Any) -> Any:
    """Before: a row that an action of the admin is done with."""

    def prepare(world: World) -> dict[str, Any]:
        from django.apps import apps

        from accounts.services import invite

        if label == "accounts.Invitation":
            invite("newcomer", "Data scientist", actor=world.actor("guard"))
        row = apps.get_model(label).objects.filter(**find).latest("pk")
        return {"data": {"action": action, "_selected_action": [str(row.pk)]}}

    return prepare


def _account(world: World) -> dict[str, Any]:
    return {
        "object_id": world.user("colleague").pk,
        "data": {"first_name": "Kim", "last_name": "", "email": "", "role": "Data scientist"},
    }


ACTS: dict[str, Act] = {
    "POST sign-in/code/": Act("colleague", USER, before=_half_in),
    "POST sign-out/": Act("colleague", USER, before=_signed_in),
    "POST invitation/<str:token>/": Act("", USER, before=_invited),
    "POST account/enrol/": Act("colleague", USER, before=_enrolling),
    "POST account/confirm/": Act("scientist", USER, before=lambda w: {"data": {"code": code_of(w.user("scientist"))}}),
    f"POST {_SECURITY}password/": Act("colleague", USER, before=_password),
    f"POST {_SECURITY}sessions/revoke-others/": Act("colleague", USER, before=_sessions),
    f"POST {_SECURITY}sessions/<uuid:pk>/revoke/": Act("colleague", USER, before=_sessions),
    f"POST {_SECURITY}api-sign-ins/<uuid:family>/end/": Act("colleague", USER, before=_api_sign_in),
    f"POST {_AUTH}": Act("colleague", USER, before=_login),
    f"POST {_AUTH}refresh/": Act("colleague", USER, before=_refresh),
    f"POST {_AUTH}revoke/": Act("colleague", USER, before=_refresh),
    "POST admin/accounts/user/add/": Act(
        "guard", USER, {"username": "newcomer", "role": "Data scientist", "email": ""}
    ),
    "POST admin/accounts/user/<path:object_id>/change/": Act("guard", USER, before=_account),
    "POST admin/accounts/user/": Act("guard", USER, before=_row("accounts.User", "deactivate", username="colleague")),
    "POST admin/accounts/invitation/": Act("guard", USER, before=_row("accounts.Invitation", "revoke")),
    "POST admin/accounts/user/<uuid:pk>/person/": Act(
        "officer", USER, {"reveal-reason": "audit"}, before=lambda w: {"pk": w.user("colleague").pk}
    ),
    "POST admin/accounts/refreshtoken/": Act("guard", USER, before=_api_row),
    "POST admin/accounts/session/": Act(
        "guard", USER, before=_row("accounts.Session", "revoke", user__username="colleague")
    ),
}
