"""The part of the page "Security" about where one is signed in."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.limits import idle_limit, longest_session, sessions_at_once
from accounts.models import RefreshToken, Session
from accounts.services import end_api_sign_in
from accounts.services import revoke_other_sessions as end_others
from accounts.services import revoke_session as end_session

from .page import panel

MOST_SHOWN = 50


@panel
def sessions(request: HttpRequest) -> dict[str, Any]:
    """Where the account is signed in: in browsers, of which one asks, and to the API."""
    user, current = request.user, request.session.current_row
    standing = RefreshToken.objects.owned_by(user).filter(revoked_at=None, expires_at__gt=timezone.now())
    # The first token of a sign-in stays as long as it and remembers its use.
    to_api = standing.order_by("family", "created_at", "pk").distinct("family")
    live = list(Session.objects.owned_by(user).live().select_related("device"))
    live.sort(key=lambda session: session.pk != current.pk)
    return {
        "sessions": live,
        "current": current,
        "api_sign_ins": sorted(to_api[:MOST_SHOWN], key=lambda token: token.created_at, reverse=True),
        "idle_minutes": int(idle_limit(user).total_seconds() // 60),
        "longest_hours": int(longest_session(user).total_seconds() // 3600),
        "at_once": sessions_at_once(),
    }


@login_required
@require_POST
def revoke_session(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(Session.objects.owned_by(request.user), pk=pk)
    end_session(session, actor=request.actor)
    messages.success(request, "The session is ended. That browser has to sign in again.")
    return redirect("accounts:security")


@login_required
@require_POST
def revoke_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    ended = end_others(request.user, request.session.current_row, actor=request.actor)
    others = f"{ended} other session" if ended == 1 else f"{ended} other sessions"
    messages.success(request, f"Ended {others} and all API sign-ins.")
    return redirect("accounts:security")


@login_required
@require_POST
def end_one_api_sign_in(request: HttpRequest, family: uuid.UUID) -> HttpResponse:
    """End one of one's own sign-ins to the API."""
    if not end_api_sign_in(request.user, family, actor=request.actor):
        raise Http404
    messages.success(request, "The API sign-in is ended. Its tokens are refused from now on.")
    return redirect("accounts:security")
