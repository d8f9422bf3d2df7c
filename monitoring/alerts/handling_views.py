"""Portal pages for what people do with an alert and a delivery, also from a link in a message."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from compliance.audit import Actor
from compliance.audit.reading import record_reading
from modelops.lib.errors import Invalid
from modelops.lib.pages import choice_filter, keyset_page
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, DeliveryState

from . import links, services
from .audit_events import CHANNEL_VIEWED

LINK = Actor.system("alert-link")
SNOOZES = {"60": "an hour", "480": "eight hours", "1440": "a day", "10080": "a week"}


def _alert(request: HttpRequest, pk: uuid.UUID) -> Alert:
    alert: Alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    return alert


@login_required
@require_POST
@permission_required("monitoring.change_alert", raise_exception=True)
def alert_snooze(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put the alert off for one of the offered times."""
    minutes = request.POST.get("minutes", "60")
    if minutes not in SNOOZES:
        raise Invalid("Choose one of the offered times.", code="alert.bad_snooze", field="minutes")
    alert = services.snooze(_alert(request, pk), timezone.now() + timedelta(minutes=int(minutes)), actor=request.actor)
    messages.success(request, f"Nothing is sent about this alert for {SNOOZES[minutes]}.")
    return redirect(alert)


@login_required
@require_POST
@permission_required("monitoring.change_alert", raise_exception=True)
def alert_take(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Become the owner of the alert."""
    alert = services.take_over(_alert(request, pk), request.user, actor=request.actor)
    messages.success(request, "The alert is yours now.")
    return redirect(alert)


@login_required
@require_POST
@permission_required("monitoring.change_alert", raise_exception=True)
def alert_comment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write beside the alert."""
    alert = _alert(request, pk)
    services.comment(alert, request.POST.get("text", ""), actor=request.actor)
    return redirect(alert)


@login_required
@permission_required(["monitoring.view_alertchannel", "monitoring.view_alertdelivery"], raise_exception=True)
def channel_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One channel: its settings without secrets, and the log of its deliveries with every attempt."""
    channel = get_object_or_404(
        AlertChannel.objects.visible_to(request.user).prefetch_related("secret_settings"), pk=pk
    )
    state = choice_filter(request, "state", "State", DeliveryState.choices)
    rows = AlertDelivery.objects.visible_to(request.user).filter(channel=channel)
    if state["value"]:
        rows = rows.filter(state=state["value"])
    page = keyset_page(request, rows.select_related("alert").prefetch_related("tries"), order_by="-id")
    settings = [
        (one.label, services.shown_config(channel).get(one.name)) for one in services.kind_of(channel.kind).fields
    ]
    record_reading(CHANNEL_VIEWED, channel, request=request, name=channel.name)
    context = {"channel": channel, "page": page, "filters": [state], "settings": settings}
    return render(request, "monitoring/channel_detail.html", context)


@login_required
@require_POST
@permission_required("monitoring.change_alertchannel", raise_exception=True)
def delivery_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Send what was given up once more."""
    delivery = get_object_or_404(AlertDelivery.objects.visible_to(request.user), pk=pk)
    services.send_again(delivery, actor=request.actor)
    messages.success(request, "The delivery is on its way again, under the same id.")
    return redirect("monitoring:channel-detail", pk=delivery.channel_id)


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """What a link of a message leads to: it asks once more, because mail scanners open links too."""
    delivery, action = links.opened(token)
    alert = delivery.alert
    assert alert is not None  # noqa: S101  for the type checker: a link of no alert is not opened
    done = request.method == "POST"
    if done:
        with transaction.atomic():
            links.use_up(delivery, action)
            if action == "acknowledge":
                services.acknowledge(alert, actor=LINK)
            else:
                services.snooze(alert, timezone.now() + timedelta(hours=1), actor=LINK)
    context = {"words": links.ACTIONS[action], "number": str(alert.pk)[-8:], "alert": alert, "done": done}
    return render(request, "monitoring/link.html", context)
