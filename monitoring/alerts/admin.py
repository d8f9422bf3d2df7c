"""Alerts in the admin: to read. What changes is done in the portal or through the API, by the same services."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from modelops.lib.admin import ReadOnlyAdmin
from monitoring.alerts.on_call.looking import on_call, turns
from monitoring.alerts.wording.texts import LONGEST, OCCASIONS
from monitoring.models.alert_on_call import OnCallRota
from monitoring.models.alert_policy import AlertSilence, EscalationChain
from monitoring.models.alert_rules import AlertRule
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("title", "severity", "state", "count", "opened_at", "last_seen_at")
    list_filter = ("state", "severity")
    search_fields = ("title", "key")
    ordering = ("-id",)
    show_full_result_count = False
    fields = (
        "title",
        "body",
        "key",
        "severity",
        "state",
        "count",
        "opened_at",
        "last_seen_at",
        "acknowledged_at",
        "acknowledged_by",
        "resolved_at",
        "resolved_by",
        "source_type",
        "source_id",
        "portal_page",
    )
    readonly_fields = ("portal_page",)

    @admin.display(description="Portal")
    def portal_page(self, alert: Alert) -> SafeString:
        return format_html('<a href="{}">Open in the portal</a>', alert.get_absolute_url())


@admin.register(AlertChannel)
class AlertChannelAdmin(ReadOnlyAdmin):
    # The sealed settings have no place in any page.
    list_display = ("name", "kind", "destination", "enabled", "minimum_severity", "verified_at")
    list_filter = ("kind", "enabled")
    search_fields = ("name",)
    fields = (
        "name",
        "kind",
        "destination",
        "enabled",
        "minimum_severity",
        "own_texts",
        "created_by",
        "created_at",
        "verified_at",
        "portal_page",
    )
    readonly_fields = ("own_texts", "portal_page")

    @admin.display(description="Texts of its own")
    def own_texts(self, channel: AlertChannel) -> SafeString | str:
        told = (
            (occasion, part, channel.texts[occasion][part])
            for occasion in OCCASIONS
            for part in LONGEST
            if part in channel.texts.get(occasion, {})
        )
        return format_html_join("", "<p>{}, {}: <code>{}</code></p>", told) or "none"

    @admin.display(description="Portal")
    def portal_page(self, channel: AlertChannel) -> SafeString:
        address = reverse("monitoring:channel-detail", args=[channel.pk])
        return format_html('<a href="{}">Deliveries and texts, in the portal</a>', address)


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "series", "operator", "threshold", "severity", "enabled")
    list_filter = ("series", "severity", "enabled")
    search_fields = ("name",)
    fields = (
        "name",
        "series",
        "params",
        "operator",
        "threshold",
        "recovery",
        "for_points",
        "for_s",
        "missing_after_s",
        "severity",
        "message",
        "runbook_url",
        "enabled",
        "created_by",
        "created_at",
    )


@admin.register(AlertSilence)
class AlertSilenceAdmin(ReadOnlyAdmin):
    list_display = ("reason", "starts_at", "ends_at", "created_by")
    list_select_related = ("created_by",)
    ordering = ("-id",)
    fields = ("reason", "matchers", "while_matchers", "starts_at", "ends_at", "created_by", "created_at")


@admin.register(EscalationChain)
class EscalationChainAdmin(ReadOnlyAdmin):
    list_display = ("name", "minimum_severity", "enabled")
    list_filter = ("enabled",)
    search_fields = ("name",)
    fields = ("name", "minimum_severity", "matchers", "enabled", "created_by", "created_at")


@admin.register(OnCallRota)
class OnCallRotaAdmin(ReadOnlyAdmin):
    # Who takes turns stands on the page of a rota, which leaves a row in the ledger, and not in the list.
    list_display = ("name", "starts_on", "hands_over_at", "timezone", "enabled")
    list_filter = ("enabled",)
    search_fields = ("name",)
    fields = (
        "name",
        "on_call_now",
        "next_turns",
        "starts_on",
        "hands_over_at",
        "timezone",
        "enabled",
        "created_by",
        "created_at",
        "portal_page",
    )
    readonly_fields = ("on_call_now", "next_turns", "portal_page")

    @admin.display(description="On call now")
    def on_call_now(self, rota: OnCallRota) -> str:
        return str(on_call(rota, timezone.now()) or "nobody")

    @admin.display(description="Turns")
    def next_turns(self, rota: OnCallRota) -> SafeString | str:
        if not rota.enabled:
            return "The rota is off."
        told = ((str(turn.user or "nobody"), f"{turn.ends_at:%Y-%m-%d %H:%M} UTC") for turn in turns(rota))
        return format_html_join("", "<p>{} until {}</p>", told)

    @admin.display(description="Portal")
    def portal_page(self, rota: OnCallRota) -> SafeString:
        return format_html('<a href="{}">Who is on call, in the portal</a>', reverse("monitoring:rota-list"))


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "channel", "alert", "event", "state", "attempts", "last_code", "delivered_at")
    list_filter = ("state", "channel")
    list_select_related = ("alert", "channel")
    ordering = ("-id",)
    show_full_result_count = False
    fields = (
        "id",
        "alert",
        "channel",
        "event",
        "state",
        "attempts",
        "created_at",
        "next_attempt_at",
        "delivered_at",
        "last_code",
        "last_reason",
        "last_answer",
        "last_latency_ms",
    )
