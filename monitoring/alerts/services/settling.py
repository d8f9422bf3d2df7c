"""What the outcome of an attempt makes of its delivery, its channel and the ledger."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from monitoring.alerts import audit_events as events
from monitoring.alerts.backoff import MAX_ATTEMPTS, wait_after
from monitoring.alerts.channels import DeliveryFailed, Message
from monitoring.models.alert_records import AttemptState, DeliveryAttempt
from monitoring.models.alerts import AlertDelivery, DeliveryState

from .attempts import Attempt, Outcome
from .messages import TEST
from .receivers import note_arrived, note_gone

DISPATCHER = Actor.system("alerts")
MASK = "•••"


def settle(attempt: Attempt, outcome: Outcome, *, actor: Actor = DISPATCHER) -> AlertDelivery | None:
    """Write the outcome; None when the attempt was given up for dead meanwhile and another one runs."""
    return next(iter(settle_all([(attempt, outcome)], actor=actor)), None)


@transaction.atomic
def settle_all(ended: Sequence[tuple[Attempt, Outcome]], *, actor: Actor = DISPATCHER) -> list[AlertDelivery]:
    """Write the outcomes of attempts that are still the ones of their deliveries; returns those deliveries."""
    by_claim = {attempt.claim: (attempt, outcome) for attempt, outcome in ended}
    mine = AlertDelivery.objects.select_for_update(of=("self",)).select_related("alert", "channel").order_by("pk")
    rows = list(mine.filter(claim__in=by_claim, state=DeliveryState.SENDING))
    arrived = []
    for delivery in rows:
        assert delivery.claim is not None  # noqa: S101  for the type checker: found by it
        claim = delivery.claim
        attempt, outcome = by_claim[claim]
        secrets = attempt.channel.secrets() if attempt.channel else []
        delivery.last_latency_ms = outcome.latency_ms
        delivery.claim = delivery.next_attempt_at = None
        if outcome.receipt is not None:
            delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, timezone.now()
            delivery.last_code, delivery.last_reason = outcome.receipt.code, _noted("", attempt.message)
            delivery.last_answer = _masked(outcome.receipt.answer, secrets)[:1024]
            arrived.append(delivery.channel_id)
        else:
            _settle_failure(delivery, outcome.failure, secrets)
            delivery.last_reason = _noted(delivery.last_reason, attempt.message)
        delivery.save(update_fields=_SETTLED)
        _keep_attempt(claim, delivery)
    note_arrived(arrived)
    for delivery in rows:
        _tell(delivery, actor)
        if delivery.state != DeliveryState.DELIVERED:
            note_gone(delivery.channel, delivery.last_code, actor=actor)
    return rows


_SETTLED = (
    "state", "claim", "next_attempt_at", "delivered_at", "last_code", "last_reason", "last_answer", "last_latency_ms",
)  # fmt: skip


def _noted(reason: str, message: Message) -> str:
    """The reason, and what the channel's own texts name that is not there any more: their author has to hear of it."""
    if not message.unknown_variables:
        return reason
    names = ", ".join(f"{{{name}}}" for name in message.unknown_variables)
    return f"{reason} The channel's text names {names}, which stands for nothing.".strip()[:300]


def _keep_attempt(claim: uuid.UUID, delivery: AlertDelivery) -> None:
    arrived = delivery.state == DeliveryState.DELIVERED
    DeliveryAttempt.objects.filter(claim=claim).update(
        state=AttemptState.DELIVERED if arrived else AttemptState.FAILED,
        latency_ms=delivery.last_latency_ms,
        code=delivery.last_code,
        reason=delivery.last_reason,
        answer=delivery.last_answer,
    )


def _settle_failure(delivery: AlertDelivery, failure: DeliveryFailed | None, secrets: list[str]) -> None:
    assert failure is not None  # noqa: S101  for the type checker: no receipt means a failure
    delivery.last_code = failure.code
    delivery.last_reason = _masked(failure.reason, secrets)[:300]
    delivery.last_answer = _masked(failure.answer, secrets)[:1024]
    if failure.permanent or delivery.event == TEST or delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = DeliveryState.DEAD
    else:
        delivery.state = DeliveryState.FAILED
        wait = wait_after(delivery.attempts, retry_after_s=failure.retry_after_s)
        delivery.next_attempt_at = timezone.now() + wait


def _tell(delivery: AlertDelivery, actor: Actor) -> None:
    name = delivery.channel.name
    outcome = "success" if delivery.state == DeliveryState.DELIVERED else "failure"
    if delivery.event == TEST:
        result = "arrived" if outcome == "success" else "failed"
        record(events.CHANNEL_TESTED, delivery.channel, actor=actor, outcome=outcome, name=name, result=result)
        return
    event = {
        DeliveryState.DELIVERED: events.DELIVERY_SUCCEEDED,
        DeliveryState.FAILED: events.DELIVERY_FAILED,
        DeliveryState.DEAD: events.DELIVERY_ABANDONED,
    }[DeliveryState(delivery.state)]
    record(
        event,
        delivery.alert,
        actor=actor,
        outcome=outcome,
        channel=name,
        occasion=delivery.event,
        attempt=delivery.attempts,
        code=delivery.last_code,
    )


def _masked(text: str, secrets: list[str]) -> str:
    """A receiver may echo what it got; secrets of the channel are not kept outside their seal."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text
