"""What alerting keeps about a person: which alerts they looked after and which channels they set up."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers
from monitoring.alerts.on_call.services import leave_rotas
from monitoring.models.alert_on_call import OnCallCover, OnCallMember, OnCallRota
from monitoring.models.alert_policy import AlertSilence, EscalationChain
from monitoring.models.alert_records import AlertComment
from monitoring.models.alert_rules import AlertRule
from monitoring.models.alerts import Alert, AlertChannel

# What somebody set up, with the words for it.
_SET_UP = (
    ("name", "An alert rule", AlertRule),
    ("reason", "A silence", AlertSilence),
    ("name", "An escalation chain", EscalationChain),
    ("name", "An on-call rota", OnCallRota),
)


@providers.register("monitoring.alerts")
class AlertWork(PersonalDataProvider):
    """References from alerts and channels to accounts."""

    label = "Alerts you looked after and channels you set up"
    covers = frozenset(
        {
            "monitoring.Alert",
            "monitoring.AlertChannel",
            "monitoring.AlertComment",
            "monitoring.AlertRule",
            "monitoring.AlertSilence",
            "monitoring.EscalationChain",
            "monitoring.OnCallRota",
            "monitoring.OnCallMember",
            "monitoring.OnCallCover",
        }
    )
    sections = (
        Section(
            "monitoring.alerts",
            "Alerts you acknowledged or resolved",
            {
                "title": "Title of the alert",
                "acknowledged_at": "When you said that you look after it; empty when somebody else did",
                "resolved_at": "When you resolved it; empty when somebody else did",
            },
            source="you, by the buttons of the alert's page",
        ),
        Section(
            "monitoring.channels",
            "Alert channels you set up",
            {"name": "Name of the channel", "kind": "Kind of channel", "created_at": "When you set it up"},
            source="you, when you set up the channel",
        ),
        Section(
            "monitoring.alert_comments",
            "Comments you wrote beside alerts",
            {"alert": "Title of the alert", "text": "What you wrote", "created_at": "When you wrote it"},
            source="you, on the alert's page",
        ),
        Section(
            "monitoring.alerting",
            "Alert rules, silences, escalation chains and rotas you set up",
            {"what": "What it is", "name": "Its name or reason", "created_at": "When you set it up"},
            source="you, when you set it up",
        ),
        Section(
            "monitoring.on_call",
            "When you are on call",
            {
                "rota": "Name of the rota",
                "starts_at": "When you stand in for somebody from; empty for your own turns",
                "ends_at": "Until when you stand in",
            },
            source="whoever keeps the rota",
        ),
    )

    def find(self, subject: Subject) -> int:
        set_up = sum(self._set_up(subject, model).count() for _, _, model in _SET_UP)
        on_call = sum(rows.count() for rows in self._on_call(subject))
        own = self._alerts(subject).count() + self._channels(subject).count() + self._comments(subject).count()
        return own + set_up + on_call

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        accounts = subject.account_ids
        for alert in self._alerts(subject).order_by("id").iterator():
            yield ExportedRow(
                "monitoring.alerts",
                {
                    "title": alert.title,
                    "acknowledged_at": alert.acknowledged_at if alert.acknowledged_by_id in accounts else None,
                    "resolved_at": alert.resolved_at if alert.resolved_by_id in accounts else None,
                },
            )
        for channel in self._channels(subject).order_by("id").iterator():
            yield ExportedRow(
                "monitoring.channels",
                {"name": channel.name, "kind": channel.kind, "created_at": channel.created_at},
            )
        for comment in self._comments(subject).select_related("alert").order_by("id").iterator():
            yield ExportedRow(
                "monitoring.alert_comments",
                {"alert": comment.alert.title, "text": comment.text, "created_at": comment.created_at},
            )
        for field, what, model in _SET_UP:
            for row in self._set_up(subject, model).order_by("id").iterator():
                yield ExportedRow(
                    "monitoring.alerting",
                    {"what": what, "name": getattr(row, field), "created_at": row.created_at},
                )

        for rows in self._on_call(subject):
            for row in rows.select_related("rota").order_by("id").iterator():
                span = {name: getattr(row, name, None) for name in ("starts_at", "ends_at")}
                yield ExportedRow("monitoring.on_call", {"rota": row.rota.name, **span})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        accounts = subject.account_ids
        return (
            Alert.objects.filter(acknowledged_by__in=accounts).update(acknowledged_by=None)
            + Alert.objects.filter(resolved_by__in=accounts).update(resolved_by=None)
            + Alert.objects.filter(owner__in=accounts).update(owner=None)
            + AlertChannel.objects.filter(created_by__in=accounts).update(created_by=None)
            + sum(self._set_up(subject, model).update(created_by=None) for _, _, model in _SET_UP)
            + self._comments(subject).delete()[0]
            + leave_rotas(accounts, actor=actor)
        )

    def _alerts(self, subject: Subject) -> QuerySet[Alert]:
        accounts = subject.account_ids
        return Alert.objects.filter(
            Q(acknowledged_by__in=accounts) | Q(resolved_by__in=accounts) | Q(owner__in=accounts)
        )

    def _comments(self, subject: Subject) -> QuerySet[AlertComment]:
        return AlertComment.objects.filter(author__in=subject.account_ids)

    def _on_call(self, subject: Subject) -> tuple[QuerySet[Any], ...]:
        accounts = subject.account_ids
        return OnCallMember.objects.filter(user__in=accounts), OnCallCover.objects.filter(user__in=accounts)

    def _set_up(self, subject: Subject, model: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.filter(created_by__in=subject.account_ids)
        return rows

    def _channels(self, subject: Subject) -> QuerySet[AlertChannel]:
        return AlertChannel.objects.filter(created_by__in=subject.account_ids)


exempt("monitoring.AlertOccurrence", "It refers to runs, not to people.")
exempt(
    "monitoring.AlertDelivery", "It refers to channels by id; recipients stand only in the channel's sealed settings."
)
exempt("monitoring.DeliveryAttempt", "It holds the answer of a receiver, with the channel's secrets masked.")
exempt("monitoring.AlertDecision", "It says why an alert was told or held, in words of the portal.")
exempt("monitoring.RuleState", "It holds the last value of a series.")
exempt("monitoring.EscalationStep", "It refers to channels.")
exempt("monitoring.LinkUse", "It says that the link of a message was followed, not by whom.")
free_text("monitoring.Alert", "title", "body", "group", "details")
free_text("monitoring.AlertComment", "text")
free_text("monitoring.AlertRule", "name", "message")
free_text("monitoring.AlertSilence", "reason", "matchers", "while_matchers")
free_text("monitoring.AlertChannel", "name", "texts")
free_text("monitoring.EscalationChain", "name", "matchers")
free_text("monitoring.OnCallRota", "name")
