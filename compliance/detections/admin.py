"""Detections for who looks into them: what was seen, the rows that show it, and what came of it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from compliance.audit.history import timeline_page
from compliance.audit.models import AuditEvent
from modelops.lib.acting_admin import Act, ActingAdmin, Shown

from . import services
from .models import Detection, Verdict


class VerdictForm(forms.Form):
    """What came of a detection."""

    verdict = forms.ChoiceField(choices=Verdict.choices, label="What came of it")


def _close(detection: Detection, given: dict[str, Any], **who: Any) -> str:
    services.close(detection, given["verdict"], **who)
    return "The detection is closed, and its alert ends with it."


@admin.register(Detection)
class DetectionAdmin(ActingAdmin):
    """The most pressing first."""

    list_display = ["__str__", "score", "count", "expected", "last_seen_at", "verdict"]
    list_filter = ["kind", "verdict"]
    acts = (Act("close", "Close", "detections.change_detection", _close, VerdictForm, lambda row: row.is_open),)

    def facts(self, detection: Detection) -> Iterable[tuple[str, Any]]:
        yield "Seen", detection.words
        yield "About", f"{detection.about_kind} {detection.about_ref}"
        yield "How much", f"{detection.count:,}; the limit is {detection.expected:,}"
        yield "Order among others", f"{detection.score} of 100, fixed for the kind"
        yield "First and last seen", f"{detection.first_seen_at:%Y-%m-%d %H:%M}, {detection.last_seen_at:%H:%M} UTC"
        yield "What to do", detection.detector.runbook
        yield "State", detection.get_verdict_display() if detection.verdict else "open"

    def tables(self, detection: Detection) -> Iterable[Shown]:
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
