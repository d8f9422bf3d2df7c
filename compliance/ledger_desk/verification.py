"""Verifying the ledger: by command, by schedule, by a button. Each leaves a row and an event."""

from dataclasses import asdict

from celery import shared_task
from django.db import transaction

from compliance.audit import Actor, record
from compliance.audit.verifying import Verdict, verify
from compliance.audit.verifying.anchored import held_notes
from modelops import jobs
from modelops.jobs.running import RunningJob
from modelops.jobs.schedule import scheduled

from .audit_events import VERIFICATION_ASKED, VERIFIED
from .models import Verification

JOB_KIND = "ledger_desk.verify"


def run_verification(*, full: bool, actor: Actor, at_once: int = 2) -> tuple[Verification, Verdict]:
    """Verify against the anchors and keep what was found."""
    verdict = verify(full=full, anchors=held_notes(), at_once=at_once)
    with transaction.atomic():
        return _keep(verdict, actor), verdict


def _keep(verdict: Verdict, actor: Actor) -> Verification:
    """In a row, and in the ledger itself."""
    row = Verification.objects.create(
        is_full=verdict.is_full,
        holds=verdict.holds,
        size=verdict.size,
        rows=verdict.rows,
        root=verdict.root.hex(),
        checkpoints=verdict.checkpoints,
        anchored_size=verdict.anchored_size,
        anchors=verdict.anchors,
        findings=[asdict(finding) for finding in verdict.findings],
        duration_s=round(verdict.duration_s, 3),
    )
    record(
        VERIFIED,
        row,
        actor=actor,
        outcome="success" if verdict.holds else "failure",
        rows=verdict.rows,
        size=verdict.size,
        root=verdict.root.hex(),
        result="it holds" if verdict.holds else "IT DOES NOT HOLD",
        findings=sorted({finding.kind for finding in verdict.findings}),
        first_bad_row=verdict.first_bad.seq if verdict.first_bad else None,
        checkpoints=verdict.checkpoints,
        anchored_size=verdict.anchored_size,
    )
    return row


def ask_for_verification(*, actor: Actor) -> object:
    """Have a worker verify everything; returns the job. Raises Unavailable when the broker is away."""
    with transaction.atomic():
        record(VERIFICATION_ASKED, actor=actor)
        return jobs.enqueue(JOB_KIND, payload={}, actor=actor)


@jobs.handler(JOB_KIND, "Verification of the ledger")
def _verify_for_somebody(job: RunningJob) -> None:
    verdict = verify(anchors=held_notes())
    says = "It holds." if verdict.holds else "It does not hold; the newest verification says why."
    with job.completing(says):
        _keep(verdict, job.actor)


@scheduled("Verify the newest rows of the ledger", every_s=300)
@shared_task(name="ledger_desk.verify_newest")
def verify_newest() -> bool:
    """The newest rows and every head signed over them."""
    return run_verification(full=False, actor=Actor.system("scheduler"))[1].holds


@scheduled("Verify the whole ledger", every_s=6 * 3600)
@shared_task(name="ledger_desk.verify_all")
def verify_all() -> bool:
    """Every row."""
    return run_verification(full=True, actor=Actor.system("scheduler"))[1].holds
