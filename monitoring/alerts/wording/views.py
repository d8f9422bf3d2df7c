"""The portal page of a channel's own texts."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.errors import StepUpRequired
from accounts.services.step_up import require_fresh_factor
from monitoring.alerts import services
from monitoring.models.alerts import AlertChannel

from .forms import TextsForm
from .texts import variables_of
from .variables import VARIABLES


@login_required
@permission_required("monitoring.change_alertchannel", raise_exception=True)
def channel_texts(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The texts with a preview on a sample alert. The preview is made by the same address and stores nothing.

    A second factor is asked for before the page, and once more where writing took longer than it holds: on the page, so
    that nothing typed is lost.
    """
    channel = get_object_or_404(AlertChannel.objects.visible_to(request.user), pk=pk)
    form = TextsForm(services.kind_of(channel.kind), channel.texts, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        require_fresh_factor(request)
        return _page(request, channel, form)
    if "preview" in request.POST or not form.is_valid():
        return _page(request, channel, form, status=200 if "preview" in request.POST else 422)
    try:
        require_fresh_factor(request)
    except StepUpRequired as refusal:
        return _page(request, channel, form, status=refusal.status, confirm_url=refusal.leads_to)
    services.set_texts(channel, form.texts(), actor=request.actor)
    messages.success(request, f"The texts of {channel.name} are stored. Send a test to see the first of them arrive.")
    return redirect("monitoring:channel-detail", pk=channel.pk)


def _page(
    request: HttpRequest, channel: AlertChannel, form: TextsForm, *, status: int = 200, confirm_url: str = ""
) -> HttpResponse:
    shown = services.previews(channel, form.texts())
    context: dict[str, Any] = {
        "channel": channel,
        "form": form,
        "previews": [(occasion.capitalize(), *said) for occasion, said in shown.items()],
        "variables": [(name, VARIABLES[name].words) for name in variables_of(services.kind_of(channel.kind))],
        "confirm_url": confirm_url,
    }
    return render(request, "monitoring/channel_texts.html", context, status=status)
