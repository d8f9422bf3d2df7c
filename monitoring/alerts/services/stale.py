"""Deliveries whose time went wrong: their sender died, or the clock was set back."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from monitoring.alerts.backoff import MAX_ATTEMPTS
from monitoring.models.alert_records import AttemptState, DeliveryAttempt
from monitoring.models.alerts import DUE, AlertDelivery, DeliveryState

# Half an hour and a third by `wait_after`, or the hour that a receiver may ask for.
NO_WAIT_IS_LONGER = timedelta(hours=1)


def give_up_stale(older_than: timedelta) -> int:
    """Deliveries whose sender died are due again: they may arrive twice, under the same id, but never not at all.

    A test message, and a message that took its sender with it at every attempt, is given up.
    """
    now = timezone.now()
    silent = Q(claimed_at__lt=now - older_than) | Q(claimed_at__gt=now + older_than)  # the clock was set back
    stale = AlertDelivery.objects.filter(silent, state=DeliveryState.SENDING)
    hopeless = Q(alert__isnull=True) | Q(attempts__gte=MAX_ATTEMPTS)
    reason = "The portal stopped while sending."
    DeliveryAttempt.objects.filter(claim__in=stale.values("claim"), state=AttemptState.SENDING).update(
        state=AttemptState.LOST, reason=reason
    )
    given_up = stale.filter(hopeless).update(state=DeliveryState.DEAD, claim=None, last_reason=reason)
    return given_up + stale.update(state=DeliveryState.FAILED, claim=None, next_attempt_at=now, last_reason=reason)


def bring_back() -> int:
    """Make due what waits for a time that the clock, which was set back, will reach too late. Returns how many.

    Quiet hours and digests may wait for days: what was not tried yet is judged by when it was written.
    """
    now = timezone.now()
    written_ahead = Q(attempts=0, created_at__gt=now + timedelta(minutes=1))
    tried_too_late = Q(attempts__gt=0, next_attempt_at__gt=now + 2 * NO_WAIT_IS_LONGER)
    ahead = AlertDelivery.objects.filter(written_ahead | tried_too_late, state__in=DUE, next_attempt_at__gt=now)
    return ahead.update(next_attempt_at=now)
