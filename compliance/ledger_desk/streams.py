"""The streams of the ledger by the clock: every few seconds, whoever waits gets what there is."""

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.streaming.delivering import deliver
from compliance.audit.streaming.models import Receiver
from compliance.retention import keep
from modelops.jobs.schedule import scheduled
from modelops.lib.posture import Finding, Outcome, control

# Longer than a restart of a receiver takes.
MAY_FAIL_FOR: Final = timedelta(minutes=15)
MAY_LAG: Final = 10_000

keep(
    "audit.streams",
    "Streams of the audit log",
    "Kept until somebody ends the stream: where it leads and how far it has come.",
    "audit_streaming.Receiver",
)


@scheduled("Send new rows of the ledger to their receivers", every_s=5)
@shared_task(name="ledger_desk.stream")
def stream() -> int:
    """Give each receiver that may be called now to a worker; one that hangs keeps no other waiting."""
    size = sealed_rows()
    waiting = [pk for pk, cursor in Receiver.objects.due().values_list("pk", "cursor") if cursor < size]
    for pk in waiting:
        stream_to.delay(str(pk))
    return len(waiting)


@shared_task(name="ledger_desk.stream_to")
def stream_to(pk: str) -> int:
    """Send what waits for one receiver; two at once are one."""
    receiver = Receiver.objects.due().filter(pk=pk).first()
    return 0 if receiver is None else deliver(receiver)


@control(
    "ledger.streams",
    area="Audit log",
    label="Every receiver of the audit log gets its rows",
    fix="Put the receiver right, or give it larger batches, and resume the stream.",
)
def streams_flow() -> Outcome:
    """A receiver that fails for long, falls behind, or stands paused, is a finding."""
    size, now = sealed_rows(), timezone.now()
    receivers = list(Receiver.objects.all())
    findings = [found for receiver in receivers for found in _findings(receiver, size, now)]
    held = len(receivers) - len({found.key.partition(":")[2] for found in findings})
    return Outcome(
        findings,
        held=held,
        total=len(receivers),
        evidence=f"{held} of {len(receivers)} streams keep up",
        url=reverse("admin:audit_streaming_receiver_changelist"),
        applies=bool(receivers),
    )


def _findings(receiver: Receiver, size: int, now: Any) -> list[Finding]:
    lag = size - receiver.cursor
    if receiver.is_paused:
        title = f"The stream {receiver} is paused, {lag:,} rows behind"
        return [Finding(f"paused:{receiver.pk}", title, "Resume it; it goes on where it stopped.")] if lag else []
    if receiver.failing_since is not None and receiver.failing_since < now - MAY_FAIL_FOR:
        title = f"The stream {receiver} has not got through since {receiver.failing_since:%Y-%m-%d %H:%M} UTC"
        fix = f"{receiver.last_error} Nothing is lost: it goes on where it stopped."
        return [Finding(f"failing:{receiver.pk}", title, fix, "high")]
    if lag > MAY_LAG:
        title = f"The stream {receiver} is {lag:,} rows behind"
        return [Finding(f"behind:{receiver.pk}", title, "Give it larger batches, or the receiver more room.")]
    return []
