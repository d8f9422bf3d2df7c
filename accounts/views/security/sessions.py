"""The part of the page "Security" about where one is signed in."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import services
from accounts.models import Session

from .page import panel


@panel
def sessions(request: HttpRequest) -> dict[str, Any]:
    """The live sessions, and which of them asks."""
    return {"sessions": Session.objects.owned_by(request.user).live(), "current": request.session.current_row}


@login_required
@require_POST
def revoke_session(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(Session.objects.owned_by(request.user), pk=pk)
    services.revoke_session(session, actor=request.actor)
    messages.success(request, "The session is ended. That browser has to sign in again.")
    return redirect("accounts:security")


@login_required
@require_POST
def revoke_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    ended = services.revoke_other_sessions(request.user, request.session.current_row, actor=request.actor)
    messages.success(request, f"Ended {ended} other sessions and all API sign-ins.")
    return redirect("accounts:security")
