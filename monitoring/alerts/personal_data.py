"""What alerting keeps about a person: which alerts they looked after and which channels they set up."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers
from monitoring.models.alerts import Alert, AlertChannel


@providers.register("monitoring.alerts")
class AlertWork(PersonalDataProvider):
    """References from alerts and channels to accounts."""

    label = "Alerts you looked after and channels you set up"
    covers = frozenset({"monitoring.Alert", "monitoring.AlertChannel"})
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
    )

    def find(self, subject: Subject) -> int:
        return self._alerts(subject).count() + self._channels(subject).count()

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

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        accounts = subject.account_ids
        return (
            Alert.objects.filter(acknowledged_by__in=accounts).update(acknowledged_by=None)
            + Alert.objects.filter(resolved_by__in=accounts).update(resolved_by=None)
            + AlertChannel.objects.filter(created_by__in=accounts).update(created_by=None)
        )

    def _alerts(self, subject: Subject) -> QuerySet[Alert]:
        accounts = subject.account_ids
        return Alert.objects.filter(Q(acknowledged_by__in=accounts) | Q(resolved_by__in=accounts))

    def _channels(self, subject: Subject) -> QuerySet[AlertChannel]:
        return AlertChannel.objects.filter(created_by__in=subject.account_ids)


exempt("monitoring.AlertOccurrence", "It refers to runs, not to people.")
exempt(
    "monitoring.AlertDelivery", "It refers to channels by id; recipients stand only in the channel's sealed settings."
)
