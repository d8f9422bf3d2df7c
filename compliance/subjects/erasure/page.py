"""What the officer's page shows of an erasure: the next step and nothing else to press."""

from typing import Any

from django.contrib.auth.models import AbstractUser

from ..models import Decision, Kind, LegalHold, PlanState, StepState, SubjectRequest
from ..providers import providers
from .approving import plan_of

SHOWN = 300


def erasure_context(request: SubjectRequest, user: AbstractUser) -> dict[str, Any]:
    """For the page of a request; nothing for one that asks for something else."""
    if request.kind != Kind.ERASURE:
        return {"is_erasure": False}
    plan = plan_of(request)
    context: dict[str, Any] = {
        "is_erasure": True,
        "plan": plan,
        "decisions": Decision.choices,
        "holds": list(LegalHold.objects.filter(request=request, lifted_at=None)[:50]),
        "data_classes": providers.keys(),
        "may_approve": user.has_perm("subjects.approve_erasure"),
    }
    if plan is None:
        return context
    steps = list(plan.steps.order_by("position")[:SHOWN])
    impacts = list(plan.impacts.all()[:SHOWN])
    undecided = plan.impacts.filter(decision="").count()
    return context | {
        "erasure_steps": steps,
        "more_steps": max(plan.steps.count() - len(steps), 0),
        "erasure_rows": sum(step.rows for step in steps if step.state != StepState.HELD),
        "kept": [step for step in steps if step.state == StepState.HELD],
        "impacts": impacts,
        "more_impacts": max(plan.impacts.count() - len(impacts), 0),
        "undecided": undecided,
        "is_own_plan": plan.planned_by == str(user.pk),
        "next_step": _next(plan.state, undecided, bool(plan.job and plan.job.is_finished)),
    }


def _next(state: str, undecided: int, has_stopped: bool) -> str:
    if state == PlanState.DRAFT:
        return "decide" if undecided else "approve"
    if state == PlanState.APPROVED:
        return "execute"
    if state == PlanState.RUNNING:
        return "resume" if has_stopped else "wait"
    return "certificate"
