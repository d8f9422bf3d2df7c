"""Detections for who looks into them: what was seen, the rows that show it, and what came of it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from compliance.audit.history import timeline_page
from compliance.audit.models import AuditEvent
from modelops.lib.acting_admin import Act, ActingAdmin, Shown

from . import services, thresholds
from .base import detectors
from .forms import ReasonForm, TrialForm, VerdictForm
from .models import Detection, Threshold


def _close(detection: Detection, given: dict[str, Any], **who: Any) -> str:
    services.close(detection, given["verdict"], **who)
    return "The detection is closed, and its alert ends with it."


@admin.register(Detection)
class DetectionAdmin(ActingAdmin):
    """The most pressing first."""

    list_display = ["__str__", "points", "count", "expected", "last_seen_at", "verdict"]
    list_filter = ["kind", "verdict"]
    acts = (Act("close", "Close", "detections.change_detection", _close, VerdictForm, lambda row: row.is_open),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Detection]:
        return Detection.objects.ranked()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-standing", "-score", "-last_seen_at")

    @admin.display(description="Score", ordering="standing")
    def points(self, detection: Detection) -> str:
        """The sum, and which detection gave how many points of it."""
        if not detection.is_open:
            return "–"
        parts = " + ".join(f"{one['score']} {detectors.get(one['kind']).label}" for one in detection.made_of)
        return f"{detection.standing} = {parts}"

    def facts(self, detection: Detection) -> Iterable[tuple[str, Any]]:
        yield "Seen", detection.words
        yield "About", f"{detection.about_kind} {detection.about_ref}"
        yield "How much", f"{detection.count:,}; the limit is {detection.expected:,}"
        yield "Order among others", f"{detection.score} of 100, fixed for the kind"
        yield "First and last seen", f"{detection.first_seen_at:%Y-%m-%d %H:%M}, {detection.last_seen_at:%H:%M} UTC"
        yield "What to do", detection.detector.runbook
        yield "State", detection.get_verdict_display() if detection.verdict else "open"

    def tables(self, detection: Detection) -> Iterable[Shown]:
        if detection.is_open:
            yield Shown("What the score is made of", ["Open about the same", "Severity", "Points"], [
                *([(of := detectors.get(one["kind"])).label, of.severity, one["score"]] for one in detection.made_of),
                ["Score: the order in which to look, and nothing else", "", detection.standing],
            ])  # fmt: skip
        yield Shown("Thresholds", ["What", "In force", "Default", "Bounds"], [
            [
                format_html('<a href="{}?kind={}">{}</a>', reverse("admin:detections_threshold_changelist"),
                            detection.kind, one.label),
                f"{thresholds.in_force(detection.kind)[one.name]:,}", f"{one.default:,}",
                f"{one.least:,} to {one.most:,}",
            ]
            for one in detection.detector.thresholds
        ], "None: a single row of the ledger is enough.")  # fmt: skip
        rows = AuditEvent.objects.filter(pk__in=detection.evidence[-20:]).order_by("id")
        yield Shown(
            "Rows of the ledger",
            ["When", "What"],
            [
                [
                    format_html(
                        '<a href="{}">{}</a>',
                        reverse("admin:audit_auditevent_change", args=[row.pk]),
                        f"{row.recorded_at:%Y-%m-%d %H:%M:%S}",
                    ),
                    row.sentence,
                ]
                for row in rows
            ],
        )

    def history(self, request: HttpRequest, row: Any) -> Any:
        return timeline_page(request, row)


def _set(row: Threshold, given: dict[str, Any], **who: Any) -> str:
    thresholds.put_in_force(row, given["reason"], **who)
    return f"{row.value:,} is in force from the next look on, within a minute."


@admin.register(Threshold)
class ThresholdAdmin(ActingAdmin):
    """What was tried and what was set: a threshold is set by the page of its back-test, and no other way."""

    list_display = ["__str__", "before", "value", "fires_now", "fires_then", "tried_at", "set_at"]
    list_filter = ["kind"]
    acts = (
        Act("set", "Put into force", "detections.change_threshold", _set, ReasonForm, lambda row: row.set_at is None),
    )
    service_form = TrialForm
    service_title = "Try a threshold"
    service_lede = (
        "The value is run over the ledger that is there, beside the one in force. Nothing changes until somebody "
        "puts it into force on the page of what came of it."
    )
    service_submit = "Try it"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        answer: HttpResponse = super().add_view(request, form_url, extra_context)
        tried = getattr(request, "tried_threshold", None)
        return answer if tried is None else redirect(self.address(tried))

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        kind, _, name = given["limit"].partition(".")
        row = thresholds.attempt(
            kind, name, given["value"], days=given["days"],
            actor=request.actor,  # type: ignore[attr-defined]
        )  # fmt: skip
        request.tried_threshold = row  # type: ignore[attr-defined]
        return "Tried. Nothing has changed yet."

    def facts(self, row: Threshold) -> Iterable[tuple[str, Any]]:
        limit = next((one for one in row.detector.thresholds if one.name == row.name), None)
        yield "Detection", row.detector.label
        yield "Threshold", row.limit_label
        if limit is not None:
            yield "In force now", f"{thresholds.in_force(row.kind)[row.name]:,}; the default is {limit.default:,}"
            yield "Bounds", f"{limit.least:,} to {limit.most:,}"
        yield "Tried", f"{row.value:,} in place of {row.before:,}, {row.tried_at:%Y-%m-%d %H:%M} UTC"
        yield "Put into force", f"{row.set_at:%Y-%m-%d %H:%M} UTC: {row.reason}" if row.set_at else "no"

    def tables(self, row: Threshold) -> Iterable[Shown]:
        yield Shown(f"Back-test over {row.days} days", ["", "Value", "Times it fires"],
                    [["In force", f"{row.before:,}", f"{row.fires_now:,}"],
                     ["Tried", f"{row.value:,}", f"{row.fires_then:,}"]])  # fmt: skip
        yield Shown("The newest of them", ["Under", "About", "From (UTC)", "How much", "Limit"],
                    [[one["under"], one["who"], one["at"], f"{one['count']:,}", f"{one['limit']:,}"]
                     for one in row.examples], "Neither would have fired.")  # fmt: skip

    def history(self, request: HttpRequest, row: Any) -> Any:
        return timeline_page(request, row)
