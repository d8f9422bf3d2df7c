"""Calls upon what people sign in with: passkeys, further apps, recovery codes, and the ways back."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from .acts_people import _newcomer, _signed_in
from .performing import Act
from .world import World

USER = "accounts.user"
_SECURITY = "account/security/"
_MAIL = "colleague@example.org"


def _authenticator() -> Any:
    from django.conf import settings

    from tests.accounts.passkeys.authenticator import Authenticator

    return Authenticator(origin=settings.MODELOPS_BASE_URL)


def _holding(world: World, client: Client) -> Any:
    """An authenticator that holds a passkey of the colleague, whose browser this is."""
    device = _authenticator()
    options = client.post(f"/{_SECURITY}passkeys/options/").json()
    client.post(f"/{_SECURITY}passkeys/", {"name": "Old", "answer": device.make(options)})
    return device


def _with_passkey(world: World) -> dict[str, Any]:
    device, client = _holding(world, _signed_in(world)["client"]), Client()
    return {"client": client, "data": {"answer": device.show(client.post("/sign-in/passkey/options/").json())}}


def _confirming(world: World) -> dict[str, Any]:
    client = _signed_in(world)["client"]
    device = _holding(world, client)
    options = client.post("/account/confirm/passkey/options/").json()
    return {"client": client, "data": {"answer": device.show(options)}}


def _adding(world: World) -> dict[str, Any]:
    client = _signed_in(world)["client"]
    options = client.post(f"/{_SECURITY}passkeys/options/").json()
    return {"client": client, "data": {"name": "New", "answer": _authenticator().make(options)}}


def _enrolling(world: World) -> dict[str, Any]:
    from accounts.models import TOTPDevice
    from tests.accounts.people import PASSWORD

    user, client = _newcomer(world), Client()
    TOTPDevice.objects.filter(user=user).delete()
    client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    options = client.post("/account/enrol/passkey/options/").json()
    return {"client": client, "data": {"name": "First", "answer": _authenticator().make(options)}}


def _removing(world: World) -> dict[str, Any]:
    from accounts.passkeys.models import Passkey

    client = _signed_in(world)["client"]
    _holding(world, client)
    return {"client": client, "pk": Passkey.objects.latest("pk").pk}


def _second_app(world: World) -> dict[str, Any]:
    from django.utils import timezone

    from accounts import totp
    from accounts.models import TOTPDevice

    client = _signed_in(world)["client"]
    client.get(f"/{_SECURITY}apps/")
    seed = TOTPDevice.objects.get(user=world.user("colleague"), confirmed=False).open_seed()
    return {"client": client, "data": {"code": totp.code_at(seed, timezone.now().timestamp())}}


def _old_app(world: World) -> dict[str, Any]:
    from accounts.models import TOTPDevice

    given = _removing(world)
    return {"client": given["client"], "pk": TOTPDevice.objects.get(user=world.user("colleague"), confirmed=True).pk}


def _first_step(world: World) -> dict[str, Any]:
    from tests.accounts.people import PASSWORD

    return {"client": Client(), "data": {"username": _newcomer(world).username, "password": PASSWORD}}


def _reachable(world: World) -> Any:
    from django.utils import timezone

    user = _newcomer(world)
    user.email, user.email_confirmed_at = _MAIL, timezone.now()
    user.save()
    return user


def _forgotten(world: World) -> dict[str, Any]:
    return {"client": Client(), "data": {"name": _reachable(world).username}}


def _link(world: World, ask: Callable[[Any], object]) -> str:
    """The token of a link that was mailed."""
    from tests.accounts.recovering.people import mailed_link

    ask(_reachable(world))
    return mailed_link(_MAIL).rstrip("/").rsplit("/", 1)[1]


def _new_password(world: World) -> dict[str, Any]:
    from accounts.recovering.services import passwords
    from tests.accounts.people import code_of

    token = _link(world, lambda user: passwords.ask(user.username, network="198.51.100.0/24"))
    new = "another horse battery staple"
    data = {"password": new, "repeated": new, "code": code_of(world.user("colleague"))}
    return {"client": Client(), "token": token, "data": data}


def _keeping_by_link(world: World) -> dict[str, Any]:
    from accounts.recovering.services import factor_resets

    token = _link(world, lambda user: factor_resets.ask(user, actor=world.actor("guard")))
    return {"client": Client(), "token": token}


def _keeping(world: World) -> dict[str, Any]:
    from accounts.recovering.services import factor_resets

    factor_resets.ask(world.user("colleague"), actor=world.actor("guard"))
    return _signed_in(world)


def _reset(world: World) -> Any:
    from accounts.recovering.services import factor_resets

    return factor_resets.ask(world.user("colleague"), actor=world.actor("officer"))


def _stopping(world: World) -> dict[str, Any]:
    return {"data": {"action": "stop", "_selected_action": [str(_reset(world).pk)]}}


def _address(world: World) -> dict[str, Any]:
    return {**_signed_in(world), "data": {"address": "elsewhere@example.org"}}


def _confirming_address(world: World) -> dict[str, Any]:
    from accounts.recovering.services import addresses
    from tests.accounts.recovering.people import mailed_link

    addresses.ask(world.user("colleague"), _MAIL, actor=world.actor("colleague"))
    return {**_signed_in(world), "token": mailed_link(_MAIL).rstrip("/").rsplit("/", 1)[1]}


ACTS: dict[str, Act] = {
    "POST sign-in/": Act("", USER, before=_first_step),
    "POST sign-in/passkey/": Act("colleague", USER, before=_with_passkey),
    "POST account/enrol/passkey/": Act("colleague", USER, before=_enrolling),
    "POST account/confirm/passkey/": Act("colleague", USER, before=_confirming),
    f"POST {_SECURITY}passkeys/": Act("colleague", USER, before=_adding),
    f"POST {_SECURITY}passkeys/<uuid:pk>/remove/": Act("colleague", USER, before=_removing),
    f"POST {_SECURITY}apps/": Act("colleague", USER, before=_second_app),
    f"POST {_SECURITY}apps/<uuid:pk>/remove/": Act("colleague", USER, before=_old_app),
    f"POST {_SECURITY}recovery-codes/": Act("colleague", USER, before=_signed_in),
    "POST sign-in/forgotten/": Act("", USER, before=_forgotten),
    "POST sign-in/new-password/<str:token>/": Act("colleague", USER, before=_new_password),
    "POST sign-in/keep-factor/<str:token>/": Act("colleague", USER, before=_keeping_by_link),
    f"POST {_SECURITY}keep-factor/": Act("colleague", USER, before=_keeping),
    "POST admin/recovering/factorreset/": Act("guard", USER, before=_stopping),
    f"POST {_SECURITY}address/": Act("colleague", USER, before=_address),
    f"POST {_SECURITY}address/<str:token>/": Act("colleague", USER, before=_confirming_address),
}
