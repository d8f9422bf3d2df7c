"""The work itself: part by part, each in a transaction of its own, so that it goes on where it was stopped.

A part that is done is never done again, the ledger tells of each in the same transaction, and the certificate is made
only after a look everywhere has found nothing more.
"""

import uuid
from dataclasses import replace
from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import record
from modelops.jobs import RunningJob
from modelops.jobs.models import Job
from modelops.lib.errors import Conflict, Unavailable

from ..models import ErasurePlan, ErasureStep, PlanState, StepState
from ..providers import Subject, identify, in_order_of_erasure, providers
from . import audit_events as events
from . import certificate, outside
from .closing import close_request
from .planning import steps_for

ROUNDS: Final = 3
"""How often what came in during the work is erased too, before somebody has to look."""


def run(job: RunningJob) -> None:
    """Erase what the plan says. Safe to run twice and to be killed anywhere."""
    plan = ErasurePlan.objects.select_related("request").get(pk=uuid.UUID(job.payload["plan"]))
    if plan.state != PlanState.RUNNING or plan.job_id != job.id:
        return
    subject = _person(plan)
    # Outside the database first: whatever is restored later, the erasure is done again on it.
    outside.remember(plan, subject)
    _keep_out(plan, subject, job)
    for _ in range(ROUNDS):
        subject = _person(plan)
        _work_off(plan, subject, job)
        if not _found_meanwhile(plan):
            break
    else:
        raise Conflict(
            f"Rows about the person of {plan.request} came in as fast as they were erased. Find out who writes them, "
            "then go on.",
            code="erasure.not_swept",
        )
    _finish(plan, subject, job)


def _person(plan: ErasurePlan) -> Subject:
    """The person with the accounts that the plan knows, which name nobody any more, and those that came since."""
    found = identify(plan.request.subject)
    return replace(found, account_ids=found.account_ids | plan.accounts)


def fall_back(job: Job, message: str) -> None:
    """After a failed job the officer sees why, and goes on."""
    plan = ErasurePlan.objects.select_for_update().filter(pk=uuid.UUID(job.payload["plan"]), job=job.pk).first()
    if plan is None or plan.state != PlanState.RUNNING:
        return
    plan.failure = message[:500]
    plan.save(update_fields=["failure"])
    record(
        events.ERASURE_STOPPED,
        plan.request,
        actor=job.actor,
        outcome="failure",
        reference=plan.request.reference,
    )


def _keep_out(plan: ErasurePlan, subject: Subject, job: RunningJob) -> None:
    with transaction.atomic():
        for _, provider in in_order_of_erasure():
            provider.exclude(subject, reference=plan.request.reference, actor=job.actor)


def _work_off(plan: ErasurePlan, subject: Subject, job: RunningJob) -> None:
    total = plan.steps.count() + 1
    for step in plan.steps.filter(state=StepState.WAITING).order_by("position"):
        job.progress(plan.steps.exclude(state=StepState.WAITING).count(), total, step.label)
        _do(step, subject, job)


def _do(step: ErasureStep, subject: Subject, job: RunningJob) -> None:
    with transaction.atomic():
        step = ErasureStep.objects.select_for_update(of=("self",)).select_related("plan__request").get(pk=step.pk)
        if step.state != StepState.WAITING:
            return
        try:
            with transaction.atomic():
                provider = providers.get(step.provider)()
                step.erased = provider.erase_part(step.part, subject, actor=job.actor)
            step.state = StepState.DONE
        except Unavailable:
            raise
        except Conflict as refusal:
            step.state, step.reason = StepState.HELD, str(refusal)[:500]
        step.done_at = timezone.now()
        step.save(update_fields=["state", "erased", "reason", "done_at"])
        record(
            events.PART_ERASED if step.state == StepState.DONE else events.PART_KEPT,
            step.plan.request,
            actor=job.actor,
            reference=step.plan.request.reference,
            provider=step.provider,
            position=step.position,
            **({"rows": step.erased, "action": step.action} if step.state == StepState.DONE else {}),
        )


def _found_meanwhile(plan: ErasurePlan) -> bool:
    """Look everywhere again, also for accounts that came since; whether there is anything more to erase."""
    kept = set(plan.steps.filter(state=StepState.HELD).values_list("provider", "part"))
    first = plan.steps.count() + 1
    more = [
        step
        for step in steps_for(plan, _person(plan), first)
        if step.state == StepState.WAITING and (step.provider, step.part) not in kept
    ]
    for offset, step in enumerate(more):
        step.position = first + offset
    with transaction.atomic():
        ErasureStep.objects.bulk_create(more)
    return bool(more)


def _finish(plan: ErasurePlan, subject: Subject, job: RunningJob) -> None:
    with job.completing("erased and swept"):
        plan = ErasurePlan.objects.select_for_update(of=("self",)).select_related("request").get(pk=plan.pk)
        plan.swept_at = plan.finished_at = timezone.now()
        certificate.issue(plan, subject)
        plan.state = PlanState.DONE
        plan.save(
            update_fields=["state", "swept_at", "finished_at", "salt", "subject_hash", "certificate"],
        )
        close_request(plan, actor=job.actor)
        record(
            events.ERASURE_COMPLETED,
            plan.request,
            actor=job.actor,
            reference=plan.request.reference,
            certificate=str(plan.pk),
            rows=sum(erased or 0 for erased in plan.steps.values_list("erased", flat=True)),
            kept=plan.steps.filter(state=StepState.HELD).count(),
            subject_hash=plan.subject_hash,
        )
