"""Portal pages of silences and escalation chains."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from modelops.lib.pages import keyset_page
from modelops.lib.refusals import refusals_shown
from monitoring.models.alert_policy import AlertSilence, EscalationChain
from monitoring.models.alerts import AlertChannel, Severity

from . import services
from .forms import ChainForm, SilenceForm


@login_required
@permission_required("monitoring.view_alertsilence", raise_exception=True)
def silence_list(request: HttpRequest) -> HttpResponse:
    """All silences, and the form of a new one."""
    form = SilenceForm(request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm("monitoring.add_alertsilence"):
            raise PermissionDenied
        if form.is_valid():
            with refusals_shown(form):
                services.create_silence(**form.given(), actor=request.actor)
                messages.success(request, "Matching alerts still open and count; no message is sent until the end.")
                return redirect("monitoring:silence-list")
    page = keyset_page(request, AlertSilence.objects.visible_to(request.user), order_by="-id")
    context = {"page": page, "form": form, "now": timezone.now()}
    return render(request, "monitoring/silence_list.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@permission_required("monitoring.change_alertsilence", raise_exception=True)
def silence_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a silence now."""
    silence = get_object_or_404(AlertSilence.objects.visible_to(request.user), pk=pk)
    services.end_silence(silence, actor=request.actor)
    messages.success(request, "The silence is over. What it held and is still open is told within half a minute.")
    return redirect("monitoring:silence-list")


@login_required
@permission_required("monitoring.view_escalationchain", raise_exception=True)
def chain_list(request: HttpRequest) -> HttpResponse:
    """All escalation chains, and the form of a new one."""
    form = ChainForm(AlertChannel.objects.visible_to(request.user).filter(enabled=True), request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm("monitoring.add_escalationchain"):
            raise PermissionDenied
        if form.is_valid():
            with refusals_shown(form):
                chain = services.create_chain(
                    form.cleaned_data["name"],
                    form.steps(),
                    minimum_severity=Severity(form.cleaned_data["minimum_severity"]),
                    matchers=form.cleaned_data["matchers"],
                    actor=request.actor,
                )
                messages.success(request, f"{chain.name} is stored.")
                return redirect("monitoring:chain-list")
    rows = EscalationChain.objects.visible_to(request.user).prefetch_related("steps__channel")
    context = {"page": keyset_page(request, rows, order_by="name"), "form": form}
    return render(request, "monitoring/chain_list.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@permission_required("monitoring.change_escalationchain", raise_exception=True)
def chain_disable(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Switch a chain off."""
    chain = get_object_or_404(EscalationChain.objects.visible_to(request.user), pk=pk)
    services.disable_chain(chain, actor=request.actor)
    messages.success(request, f"{chain.name} is off.")
    return redirect("monitoring:chain-list")
