"""A fresh second factor for callers of the API: a code with the request, or a confirmation in the portal.

Whoever is refused gets the address of a page. There the person confirms with a second factor what this one API key or
sign-in had asked for; it works for a few minutes then, and nothing else does. A service has no second factor: its keys
and tokens open what asks for one where they name the permission to pass it by.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.audit_events import API_CONFIRMED
from accounts.errors import StepUpImpossible, StepUpRequired
from accounts.models import ApiKey, RefreshToken, User
from compliance.audit import Actor, record

KEY, SIGN_IN = "key", "sign-in"


class Waiting(NamedTuple):
    """What may be confirmed: an API key or a sign-in to the API, and what to call it."""

    row: ApiKey | RefreshToken
    label: str


def require(
    request: Any,
    *,
    code: str,
    use_code: Callable[[Any, str], None],
    max_age: dt.timedelta,
    bypass: str,
    keys_may_ask: bool,
) -> None:
    """Return when the credential of ``request`` comes with a fresh second factor, or raise.

    ``bypass`` is the permission with which a key or an exchanged token needs none. Without one the act is for people
    alone: a person's key may ask for it where ``keys_may_ask`` says so, that of a service never. Raises StepUpRequired,
    StepUpImpossible, StepUpRefused and SlowDown.
    """
    credential, user = request.auth, request.user
    sign_in = getattr(credential, "sign_in", None)
    if sign_in is not None:
        if code:
            use_code(user, code)
        elif not _is_fresh(sign_in.confirmed_at, max_age):
            raise StepUpRequired(
                "Send a code of your app in the header X-Step-Up-Code, or confirm on the page of challenge_url and "
                "send the request again",
                leads_to=_page(SIGN_IN, sign_in.pk),
            )
        return
    if bypass and bypass in credential.scopes and user.has_perm(bypass):
        return
    if user.is_service or not isinstance(credential, ApiKey) or not (bypass or keys_may_ask):
        raise StepUpImpossible(bypass, is_service=user.is_service)
    if not _is_fresh(credential.confirmed_at, max_age):
        raise StepUpRequired(
            "Confirm on the page of challenge_url and send the request again", leads_to=_page(KEY, credential.pk)
        )


def _is_fresh(confirmed_at: dt.datetime | None, max_age: dt.timedelta) -> bool:
    return confirmed_at is not None and dt.timedelta() <= timezone.now() - confirmed_at <= max_age


def _page(kind: str, pk: uuid.UUID) -> str:
    return reverse("accounts:confirm-api", args=[kind, pk])


def find_waiting(user: User, kind: str, pk: uuid.UUID) -> Waiting:
    """One's own key or sign-in that can be confirmed; 404 for anything else."""
    if kind == KEY:
        key = get_object_or_404(ApiKey.objects.owned_by(user).live(), pk=pk)
        return Waiting(key, f"the API key “{key.name}”")
    if kind == SIGN_IN:
        sign_in = get_object_or_404(RefreshToken.objects.owned_by(user), pk=pk, revoked_at=None)
        return Waiting(sign_in, f"your sign-in to the API of {sign_in.created_at:%Y-%m-%d %H:%M} UTC")
    raise Http404


@transaction.atomic
def confirm_api(waiting: Waiting, *, actor: Actor) -> None:
    """Let this key or sign-in do for a few minutes what asks for a second factor. The caller has just shown one."""
    row: models.Model = waiting.row
    type(row)._default_manager.filter(pk=row.pk).update(confirmed_at=timezone.now())
    kind = "an API key" if isinstance(row, ApiKey) else "a sign-in to the API"
    record(API_CONFIRMED, row, actor=actor, kind=kind)
