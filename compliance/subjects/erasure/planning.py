"""What an erasure would do: part by part, with what is kept and why, and the models that learnt from the person."""

import dataclasses
import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotFound

from ..models import (
    Decision,
    ErasurePlan,
    ErasureStep,
    Kind,
    ModelImpact,
    PlanState,
    State,
    StepState,
    SubjectRequest,
)
from ..providers import Subject, identify, in_order_of_erasure
from . import audit_events as events
from .holds import hold_of

MOST_IMPACTS = 20_000


@transaction.atomic
def preview(request: SubjectRequest, *, actor: Actor) -> ErasurePlan:
    """Look everywhere and write down what would be erased; an earlier preview is withdrawn.

    Raises Conflict for a request that asks for something else, whose person is not confirmed, or that is done.
    """
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.kind != Kind.ERASURE:
        raise Conflict(
            f"{request} asks for {request.get_kind_display().lower()}; nothing is erased for it.",
            code="erasure.other_kind",
        )
    if request.state != State.IDENTITY_CONFIRMED:
        raise Conflict(
            f"{request} is {request.get_state_display().lower()}: an erasure begins when the identity is confirmed.",
            code="subject_request.wrong_state",
        )
    before = ErasurePlan.objects.filter(request=request).exclude(state=PlanState.WITHDRAWN).first()
    if before is not None:
        _require_withdrawable(before)
        ErasurePlan.objects.filter(pk=before.pk).update(state=PlanState.WITHDRAWN)
    subject = identify(request.subject)
    plan = ErasurePlan.objects.create(
        request=request, planned_by=actor.ref, account_ids=sorted(str(each) for each in subject.account_ids)
    )
    ErasureStep.objects.bulk_create(steps_for(plan, subject))
    ModelImpact.objects.bulk_create(_impacts(plan, subject))
    plan.fingerprint = fingerprint(plan)
    plan.save(update_fields=["fingerprint"])
    record(
        events.ERASURE_PREVIEWED,
        request,
        actor=actor,
        reference=request.reference,
        parts=plan.steps.filter(state=StepState.WAITING).count(),
        kept=plan.steps.filter(state=StepState.HELD).count(),
        rows=sum(plan.steps.filter(state=StepState.WAITING).values_list("rows", flat=True)),
        models=plan.impacts.count(),
    )
    return plan


def steps_for(plan: ErasurePlan, subject: Subject, first: int = 1) -> list[ErasureStep]:
    """Every part in the order in which it is erased; what is kept stands there with its reason."""
    found: list[ErasureStep] = []
    for key, provider in in_order_of_erasure():
        hold = hold_of(key, plan.request)
        for part in provider.parts(subject):
            step = ErasureStep(
                plan=plan,
                position=first + len(found),
                provider=key,
                part=part.key,
                label=part.label[:300],
                action=part.action,
                rows=part.rows,
            )
            if hold is not None:
                step.state, step.reason, step.recheck_on = StepState.HELD, hold.basis, hold.recheck_on
            elif provider.kept:
                step.state, step.reason = StepState.HELD, provider.kept
            found.append(step)
    return found


def _impacts(plan: ErasurePlan, subject: Subject) -> list[ModelImpact]:
    found: dict[tuple[str, str], ModelImpact] = {}
    for _, provider in in_order_of_erasure():
        for each in provider.influences(subject):
            said = {**dataclasses.asdict(each), "live_at": list(each.live_at), "via": each.via[:1000]}
            found.setdefault((each.target_type, each.target_id), ModelImpact(plan=plan, **said))
            if len(found) > MOST_IMPACTS:
                raise Conflict(
                    f"More than {MOST_IMPACTS:,} models learnt from the person; erase the oldest ones first.",
                    code="erasure.too_many_models",
                )
    return list(found.values())


def fingerprint(plan: ErasurePlan) -> str:
    """SHA-256 of what is approved: each part with its count, what is kept, and each decision."""
    steps = plan.steps.order_by("position").values_list("provider", "part", "action", "rows", "reason")
    impacts = plan.impacts.order_by("target_type", "target_id").values_list("target_type", "target_id", "decision")
    said: list[Any] = [sorted(plan.account_ids), [list(step) for step in steps], [list(each) for each in impacts]]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


@transaction.atomic
def decide(plan: ErasurePlan, target_id: str, decision: str, *, actor: Actor) -> ModelImpact:
    """Record what happens to one model; every model of the plan for ``target_id`` "all".

    Raises Invalid for an unknown decision, Conflict once somebody has approved the plan.
    """
    plan = ErasurePlan.objects.select_for_update(of=("self",)).select_related("request").get(pk=plan.pk)
    if decision not in Decision.values:
        raise Invalid(
            f"There is no decision {decision!r}; known: {', '.join(Decision.values)}.",
            code="erasure.unknown_decision",
            field="decision",
        )
    if plan.state != PlanState.DRAFT:
        raise Conflict(
            f"{plan} is {plan.get_state_display().lower()}; what was approved is not edited. Preview it again to "
            "change a decision.",
            code="erasure.approved_already",
        )
    impacts = plan.impacts.all() if target_id == "all" else plan.impacts.filter(target_id=target_id)
    first = impacts.first()
    if first is None:
        raise NotFound(f"{plan} names no model {target_id!r}.", code="erasure.unknown_model", field="target")
    impacts.update(decision=decision, decided_by=actor.ref, decided_at=timezone.now())
    plan.fingerprint = fingerprint(plan)
    plan.save(update_fields=["fingerprint"])
    record(
        events.IMPACT_DECIDED,
        plan.request,
        actor=actor,
        reference=plan.request.reference,
        decision=decision,
        models=impacts.count(),
    )
    return first


def _require_withdrawable(plan: ErasurePlan) -> None:
    if plan.state in {PlanState.RUNNING, PlanState.DONE}:
        raise Conflict(
            f"{plan} is {plan.get_state_display().lower()}; it is not previewed again.", code="erasure.begun_already"
        )
    if plan.steps.filter(state=StepState.DONE).exists():
        raise Conflict(
            f"A part of {plan} is erased already. Go on with it, so that the certificate tells all of it.",
            code="erasure.begun_already",
        )
