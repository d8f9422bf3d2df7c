"""Portal pages of alerts and channels."""

import uuid
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.audit.history import timeline_page
from compliance.audit.reading import record_reading
from modelops.lib.pages import choice_filter, keyset_page, with_parameter
from modelops.lib.refusals import refusals_shown
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, AlertState, DeliveryState, Severity

from . import history, services
from .audit_events import ALERT_VIEWED
from .channels import channels
from .forms import ChannelForm
from .handling_views import SNOOZES
from .sources import link

STATES = [("live", "To do"), *AlertState.choices]


def shown(key: str) -> dict[str, str]:
    """A kind of channel for templates, which would call a class instead of reading it."""
    kind = channels.get(key)
    return {"key": key, "label": kind.label, "description": kind.description}


@login_required
@permission_required("monitoring.view_alert", raise_exception=True)
def alert_list(request: HttpRequest) -> HttpResponse:
    """The inbox: what still asks for somebody, newest first; everything else by filter."""
    state = choice_filter(request, "state", "State", STATES, default="live")
    severity = choice_filter(request, "severity", "Severity", Severity.choices)
    query = request.GET.get("q", "").strip()[:100]
    rows = Alert.objects.visible_to(request.user).narrowed(state=state["value"], severity=severity["value"])
    if query:
        rows = rows.filter(title__icontains=query)
    group = request.GET.get("group", "").replace("\x00", "")[:250]
    if group:
        rows = rows.filter(group=group)
    context = {
        "page": keyset_page(request, rows.select_related("owner"), order_by="-id"),
        "filters": [state, severity],
        "kept": [("group", group, with_parameter(request, "group", None))] if group else [],
        "query": query,
        "any_channel": AlertChannel.objects.filter(enabled=True).exists(),
    }
    return render(request, "monitoring/alert_list.html", context)


@login_required
@permission_required("monitoring.view_alert", raise_exception=True)
def alert_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One alert: what it says, what it is about, to whom it was told and what happened since."""
    alert = get_object_or_404(
        Alert.objects.visible_to(request.user).select_related("acknowledged_by", "resolved_by", "owner", "rule"), pk=pk
    )
    told = timeline_page(request, alert)
    deliveries = AlertDelivery.objects.visible_to(request.user).filter(alert=alert).select_related("channel")
    deliveries = deliveries.prefetch_related("tries")[:100]
    context = {
        "alert": alert,
        "deliveries": deliveries,
        "on_the_way": any(one.state in {DeliveryState.PENDING, DeliveryState.SENDING} for one in deliveries),
        "source": link(alert),
        "occurrences": alert.occurrences.all()[:10],
        "comments": alert.comments.select_related("author")[:100],
        "decisions": alert.decisions.select_related("channel")[:50],
        "snoozes": SNOOZES.items(),
        "is_snoozed": alert.snoozed_until is not None and alert.snoozed_until > timezone.now(),
        "timeline": replace(told, events=history.shown(told.events)),
    }
    record_reading(ALERT_VIEWED, alert, request=request, title=alert.title)
    return render(request, "monitoring/alert_detail.html", context)


@login_required
@require_POST
@permission_required("monitoring.change_alert", raise_exception=True)
def alert_acknowledge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that somebody looks after it."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    services.acknowledge(alert, actor=request.actor)
    messages.success(request, "You look after this alert now. It counts repeats and sends no new message.")
    return redirect(alert)


@login_required
@require_POST
@permission_required("monitoring.change_alert", raise_exception=True)
def alert_resolve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that the trouble is over."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    services.resolve(alert, actor=request.actor)
    messages.success(request, "The alert is resolved. If the trouble comes back, a new alert opens.")
    return redirect(alert)


@login_required
@permission_required("monitoring.view_alertchannel", raise_exception=True)
def channel_list(request: HttpRequest) -> HttpResponse:
    """All channels and the kinds that can be added."""
    rows = AlertChannel.objects.visible_to(request.user)
    page = keyset_page(request, rows, order_by="name")
    return render(
        request, "monitoring/channel_list.html", {"page": page, "kinds": [shown(key) for key, _ in channels.items()]}
    )


@login_required
@permission_required("monitoring.add_alertchannel", raise_exception=True)
def channel_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a channel; its form is made from what the kind declares."""
    form = ChannelForm(services.kind_of(kind), request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(form):
            channel = services.create_channel(
                form.cleaned_data["name"],
                kind,
                form.config(),
                minimum_severity=Severity(form.cleaned_data["minimum_severity"]),
                hours=form.hours(),
                actor=request.actor,
            )
            messages.success(request, f"{channel.name} is stored. Send a test to see that it works.")
            return redirect("monitoring:channel-list")
    context = {"form": form, "kind": shown(kind), "cancel_url": reverse("monitoring:channel-list")}
    return render(request, "monitoring/channel_new.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@permission_required("monitoring.change_alertchannel", raise_exception=True)
def channel_test(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a test message now."""
    channel = get_object_or_404(AlertChannel.objects.visible_to(request.user), pk=pk)
    delivery = services.send_test(channel, actor=request.actor)
    if delivery.state == DeliveryState.DELIVERED:
        messages.success(
            request, f"{channel.name} took the test in {delivery.last_latency_ms} ms ({delivery.last_code})."
        )
    else:
        messages.error(request, f"The test through {channel.name} failed: {delivery.last_reason}")
    return redirect("monitoring:channel-list")


@login_required
@require_POST
@permission_required("monitoring.change_alertchannel", raise_exception=True)
def channel_switch(request: HttpRequest, pk: uuid.UUID, enabled: bool) -> HttpResponse:
    """Switch a channel on or off."""
    channel = get_object_or_404(AlertChannel.objects.visible_to(request.user), pk=pk)
    services.set_enabled(channel, enabled, actor=request.actor)
    messages.success(request, f"{channel.name} is {'on' if enabled else 'off'}.")
    return redirect("monitoring:channel-list")
