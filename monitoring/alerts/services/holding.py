"""What keeps an alert from being told: a snooze, a silence, another alert, or that it comes and goes."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from monitoring.alerts.policy.conditions import narrowed
from monitoring.alerts.policy.matching import facts, matches
from monitoring.models.alert_policy import AlertSilence
from monitoring.models.alert_records import Verdict
from monitoring.models.alerts import Alert

# An alert that opens so often within an hour comes and goes: more messages would say nothing new.
FLAPS, FLAPS_WITHIN = 5, timedelta(hours=1)


class Holds:
    """Silences and earlier openings, read once for all alerts of an occasion."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        self._now = timezone.now()
        self._silences = Silences()
        lately = Alert.objects.filter(
            key__in={alert.key for alert in alerts}, opened_at__gt=self._now - FLAPS_WITHIN
        ).order_by()
        self._openings = dict(lately.values_list("key").annotate(number=Count("pk")))

    def held(self, alert: Alert) -> tuple[Verdict, str] | None:
        """Why nobody is told of the alert now; None when nothing holds it."""
        if alert.snoozed_until is not None and alert.snoozed_until > self._now:
            return Verdict.SNOOZED, f"Snoozed until {alert.snoozed_until:%Y-%m-%d %H:%M} UTC."
        if (silence := self._silences.of(alert)) is not None:
            if silence.while_matchers:
                return Verdict.INHIBITED, f"While another alert is open: {silence.reason}"
            return Verdict.SILENCED, f"Until {silence.ends_at:%Y-%m-%d %H:%M} UTC: {silence.reason}"
        opened = self._openings.get(alert.key, 0)
        if opened > FLAPS:
            return Verdict.FLAPPING, f"It opened {opened} times within an hour; it is told again when it stays."
        return None


class Silences:
    """The silences of this moment."""

    def __init__(self) -> None:
        now = timezone.now()
        self._rows = list(AlertSilence.objects.filter(starts_at__lte=now, ends_at__gt=now))
        self._worse: dict[uuid.UUID, list[uuid.UUID]] = {}

    def of(self, alert: Alert) -> AlertSilence | None:
        """The silence that holds the alert, if any."""
        if not self._rows:
            return None
        seen = facts(alert)
        for silence in self._rows:
            if matches(silence.matchers, seen) and (not silence.while_matchers or self._other_is_live(silence, alert)):
                return silence
        return None

    def _other_is_live(self, silence: AlertSilence, alert: Alert) -> bool:
        if silence.pk not in self._worse:
            # Two are enough: no alert holds itself back. Asked of the database, because a storm may be larger than
            # what one would read.
            found = narrowed(Alert.objects.live(), silence.while_matchers).order_by()
            self._worse[silence.pk] = list(found.values_list("pk", flat=True)[:2])
        return any(pk != alert.pk for pk in self._worse[silence.pk])


def silence_of(alert: Alert) -> AlertSilence | None:
    """The silence that holds the alert now, if any."""
    return Silences().of(alert)
