"""What follows by the clock while an alert is open: waking, reminding, escalating, telling what was held."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from monitoring.alerts.policy.matching import facts, matches
from monitoring.models.alert_policy import EscalationChain
from monitoring.models.alert_records import AlertDecision, Verdict
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, AlertState, Severity

from .holding import silence_of
from .notify import OPENED, notify, tell

BATCH = 500
_HELD = (Verdict.SILENCED.value, Verdict.INHIBITED.value, Verdict.FLAPPING.value)


def follow_up() -> int:
    """Do what is due and return how many messages were written. Safe to run twice at once: messages are unique."""
    return wake() + release() + escalate() + remind()


def wake() -> int:
    """Tell of alerts whose snooze is over and that are still open."""
    due = Alert.objects.live().filter(snoozed_until__lte=timezone.now()).values_list("pk", flat=True)
    made = 0
    for pk in list(due[:BATCH]):
        with transaction.atomic():
            alert = Alert.objects.live().select_for_update(of=("self",)).filter(pk=pk).first()
            if alert is None or alert.snoozed_until is None:
                continue
            ended = alert.snoozed_until
            alert.snoozed_until = None
            alert.save(update_fields=["snoozed_until"])
            made += notify(alert, f"woke-{ended:%Y%m%d%H%M%S}", alone=True)
    return made


def release() -> int:
    """Tell of alerts that were held when they opened and that nothing holds now."""
    held = AlertDecision.objects.filter(alert=OuterRef("pk"), verdict__in=_HELD)
    told = AlertDelivery.objects.filter(alert=OuterRef("pk"))
    waiting = Alert.objects.filter(Exists(held), ~Exists(told), state=AlertState.OPEN, snoozed_until=None)
    made = 0
    for pk in waiting.order_by("id").values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            alert = Alert.objects.select_for_update(of=("self",)).filter(pk=pk, state=AlertState.OPEN).first()
            if alert is None or silence_of(alert) is not None or _still_flaps(alert):
                continue
            made += notify(alert, OPENED)
    return made


def _still_flaps(alert: Alert) -> bool:
    """An alert that came and went is told once it has stayed for ten minutes."""
    flapped = alert.decisions.filter(verdict=Verdict.FLAPPING).exists()
    return flapped and alert.opened_at > timezone.now() - timedelta(minutes=10)


def escalate() -> int:
    """Tell the next channel of each chain of alerts that nobody acknowledged in time."""
    now = timezone.now()
    made = 0
    for chain in EscalationChain.objects.filter(enabled=True).prefetch_related("steps__channel"):
        for step in chain.steps.all():
            if not step.channel.enabled:
                continue
            event = f"step-{step.pk.hex[-20:]}"
            told = AlertDelivery.objects.filter(alert=OuterRef("pk"), channel=step.channel_id, event=event)
            due = Alert.objects.filter(
                ~Exists(told),
                state=AlertState.OPEN,
                snoozed_until=None,
                severity__in=Severity(chain.minimum_severity).and_worse(),
                opened_at__lte=now - timedelta(seconds=step.after_s),
                opened_at__gt=now - timedelta(seconds=step.after_s) - timedelta(days=7),
            )
            for alert in due.select_related("rule").order_by("id")[:BATCH]:
                if not matches(chain.matchers, facts(alert)) or silence_of(alert) is not None:
                    continue
                with transaction.atomic():
                    locked = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
                    if locked.state == AlertState.OPEN:
                        why = f"{chain.name}: nobody acknowledged it within {step.after_s} s"
                        made += tell(locked, step.channel, event, why=why)
    return made


def remind() -> int:
    """Tell again of open alerts, through channels that ask for it."""
    now = timezone.now()
    made = 0
    for channel in AlertChannel.objects.filter(enabled=True, is_direct=True, repeat_s__gt=0):
        last = AlertDelivery.objects.filter(alert=OuterRef("pk"), channel=channel)
        recent = last.filter(created_at__gt=now - timedelta(seconds=channel.repeat_s or 0))
        due = Alert.objects.filter(
            Exists(last),
            ~Exists(recent),
            state=AlertState.OPEN,
            snoozed_until=None,
            severity__in=Severity(channel.minimum_severity).and_worse(),
        )
        for alert in due.order_by("id")[:BATCH]:
            with transaction.atomic():
                locked = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
                if locked.state == AlertState.OPEN and silence_of(locked) is None:
                    number = AlertDelivery.objects.filter(alert=locked, channel=channel).count()
                    why = f"still open after {channel.repeat_s} s"
                    made += tell(locked, channel, f"again-{number}", why=why)
    return made
