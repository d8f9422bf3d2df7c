"""The second person: approves exactly what was previewed, and lets it begin."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops import jobs
from modelops.lib.errors import Conflict, NotAllowed

from ..models import ErasurePlan, PlanState, StepState, SubjectRequest
from ..providers import identify
from . import audit_events as events
from .planning import fingerprint, steps_for

ERASE: Final = "subjects.erase"


def plan_of(request: SubjectRequest) -> ErasurePlan | None:
    """The plan that counts, with its request."""
    plans = ErasurePlan.objects.exclude(state=PlanState.WITHDRAWN).filter(request=request)
    return plans.select_related("request", "job").first()


def require_plan(request: SubjectRequest) -> ErasurePlan:
    """The same. Raises Conflict where nothing was previewed."""
    plan = plan_of(request)
    if plan is None:
        raise Conflict(f"Nothing is previewed for {request} yet; preview the erasure first.", code="erasure.no_preview")
    return plan


@transaction.atomic
def approve(plan: ErasurePlan, *, actor: Actor) -> ErasurePlan:
    """Approve the plan as the second person.

    Raises NotAllowed for whoever planned it, Conflict when a decision is missing or something changed since.
    """
    plan = _locked(plan)
    if actor.kind != "user":
        raise NotAllowed("An erasure is approved by a person; this account is none.", code="erasure.needs_person")
    if actor.ref == plan.planned_by:
        raise NotAllowed(
            "You planned this erasure yourself. Somebody else with the permission must approve it.",
            code="erasure.own_plan",
        )
    if plan.state != PlanState.DRAFT:
        raise Conflict(
            f"{plan} is {plan.get_state_display().lower()}; it is approved once.", code="erasure.approved_already"
        )
    open_impacts = plan.impacts.filter(decision="").count()
    if open_impacts:
        raise Conflict(
            f"{open_impacts} models learnt from the person and nothing is decided about them. Decide on each: retrain, "
            "exclude or accept.",
            code="erasure.undecided",
        )
    _require_unchanged(plan)
    plan.state, plan.approved_by, plan.approved_at = PlanState.APPROVED, actor.ref, timezone.now()
    plan.save(update_fields=["state", "approved_by", "approved_at"])
    record(
        events.ERASURE_APPROVED,
        plan.request,
        actor=actor,
        reference=plan.request.reference,
        fingerprint=plan.fingerprint,
    )
    return plan


@transaction.atomic
def execute(plan: ErasurePlan, *, actor: Actor) -> ErasurePlan:
    """Begin the work, or go on with it after it stopped. Raises Conflict before somebody else has approved it."""
    plan = _locked(plan)
    going = plan.state == PlanState.RUNNING and plan.job is not None and not plan.job.is_finished
    if plan.state not in {PlanState.APPROVED, PlanState.RUNNING} or going:
        words = {
            PlanState.DRAFT: "a second person approves it first",
            PlanState.RUNNING: "it is at work already",
            PlanState.DONE: "it is done",
        }
        raise Conflict(
            f"{plan} is {plan.get_state_display().lower()}: {words.get(PlanState(plan.state), 'preview it again')}.",
            code="erasure.not_approved" if plan.state == PlanState.DRAFT else "erasure.wrong_state",
        )
    plan.state, plan.failure = PlanState.RUNNING, ""
    plan.job = jobs.enqueue(ERASE, payload={"plan": str(plan.pk)}, actor=actor, target=plan.request)
    plan.save(update_fields=["state", "failure", "job"])
    record(events.ERASURE_STARTED, plan.request, actor=actor, reference=plan.request.reference)
    return plan


def _require_unchanged(plan: ErasurePlan) -> None:
    """Refuse when rows came or went since the preview, or the plan is not what its fingerprint says."""
    subject = identify(plan.request.subject)
    now = [(step.provider, step.part, step.rows, step.state) for step in steps_for(plan, subject)]
    then = list(plan.steps.order_by("position").values_list("provider", "part", "rows", "state"))
    # What the portal itself wrote down of the request meanwhile is no change of what is erased.
    still = [each for each in now if each[3] == StepState.WAITING]
    if still != [each for each in then if each[3] == StepState.WAITING] or plan.fingerprint != fingerprint(plan):
        raise Conflict(
            f"What is known of the person has changed since {plan} was previewed. Preview it again.",
            code="erasure.outdated",
        )


def _locked(plan: ErasurePlan) -> ErasurePlan:
    return ErasurePlan.objects.select_for_update(of=("self",)).select_related("request", "job").get(pk=plan.pk)
