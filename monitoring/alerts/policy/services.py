"""Making and ending silences and escalation chains."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from monitoring.alerts import audit_events as events
from monitoring.alerts.services.lifecycle import account_of
from monitoring.models.alert_policy import AlertSilence, EscalationChain, EscalationStep
from monitoring.models.alerts import AlertChannel, Severity

from .matching import cleaned

LONGEST_SILENCE = timedelta(days=31)
LONGEST_INHIBITION = timedelta(days=3660)
MOST_SILENCES, MOST_STEPS = 200, 10
LONGEST_WAIT_S = 7 * 86_400


@transaction.atomic
def create_silence(
    reason: str,
    matchers: Any,
    *,
    ends_at: datetime,
    actor: Actor,
    while_matchers: Any = None,
    starts_at: datetime | None = None,
) -> AlertSilence:
    """Hold back the messages of matching alerts until then; with ``while_matchers`` only while such an alert is live.

    A silence has an end, at most a month away, so that none is forgotten; what holds only while something worse is
    open may stay for years.
    """
    now = timezone.now()
    begins = max(starts_at or now, now)
    longest = LONGEST_INHIBITION if while_matchers else LONGEST_SILENCE
    if not reason.strip():
        raise Invalid("A silence needs a reason.", code="silence.invalid", field="reason")
    if not begins < ends_at <= now + longest:
        raise Invalid(
            f"A silence ends after it begins and within {longest.days} days.", code="silence.invalid", field="ends_at"
        )
    if AlertSilence.objects.filter(ends_at__gt=now).count() >= MOST_SILENCES:
        raise Conflict(f"There are {MOST_SILENCES} silences already; end some.", code="silence.too_many")
    silence = AlertSilence.objects.create(
        reason=reason.strip()[:200],
        matchers=cleaned(matchers, field="matchers"),
        while_matchers=cleaned(while_matchers or [], field="while_matchers", at_least_one=False),
        starts_at=begins,
        ends_at=ends_at,
        created_by_id=account_of(actor),
    )
    record(events.SILENCE_CREATED, silence, actor=actor, until=ends_at.isoformat(timespec="minutes"))
    return silence


@transaction.atomic
def end_silence(silence: AlertSilence, *, actor: Actor) -> AlertSilence:
    """End it now; alerts that it held and that are still open are told within half a minute."""
    silence = AlertSilence.objects.select_for_update(of=("self",)).get(pk=silence.pk)
    now = timezone.now()
    if silence.ends_at > now:
        silence.starts_at, silence.ends_at = min(silence.starts_at, now), now
        silence.save(update_fields=["starts_at", "ends_at"])
        record(events.SILENCE_ENDED, silence, actor=actor)
    return silence


@transaction.atomic
def create_chain(
    name: str,
    steps: Sequence[tuple[AlertChannel, int]],
    *,
    actor: Actor,
    minimum_severity: Severity = Severity.HIGH,
    matchers: Any = None,
) -> EscalationChain:
    """Further channels, each with the seconds after which it is told of an alert that nobody acknowledged."""
    validate_name(name, "chain")
    if not 1 <= len(steps) <= MOST_STEPS:
        raise Invalid(f"A chain has 1 to {MOST_STEPS} steps.", code="chain.invalid", field="steps")
    waits = [after_s for _, after_s in steps]
    if len(set(waits)) < len(waits) or not all(0 < wait <= LONGEST_WAIT_S for wait in waits):
        raise Invalid(
            f"Each step has its own wait of 1 to {LONGEST_WAIT_S:,} seconds.", code="chain.invalid", field="steps"
        )
    stored = cleaned(matchers or [], field="matchers", at_least_one=False)
    try:
        with transaction.atomic():
            chain = EscalationChain.objects.create(
                name=name, minimum_severity=minimum_severity, matchers=stored, created_by_id=account_of(actor)
            )
    except IntegrityError:
        raise Conflict(f"There is a chain {name} already.", code="chain.exists", field="name") from None
    EscalationStep.objects.bulk_create(
        [EscalationStep(chain=chain, channel=channel, after_s=after_s) for channel, after_s in steps]
    )
    record(events.CHAIN_CREATED, chain, actor=actor, name=name, steps=len(steps))
    return chain


@transaction.atomic
def disable_chain(chain: EscalationChain, *, actor: Actor) -> EscalationChain:
    """Switch a chain off for good; its name stays taken, because deliveries refer to its steps."""
    chain = EscalationChain.objects.select_for_update(of=("self",)).get(pk=chain.pk)
    if chain.enabled:
        chain.enabled = False
        chain.save(update_fields=["enabled"])
        record(events.CHAIN_DISABLED, chain, actor=actor, name=chain.name)
    return chain
