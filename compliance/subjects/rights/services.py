"""Carrying out what a person asked for. Each step is recorded; the request is closed by answering it."""

from typing import Final

from django.db import models, transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotAllowed
from modelops.lib.masking import masked, masked_email

from ..models import Kind, State, SubjectRequest
from ..providers import PersonalDataProvider, all_providers, identify
from . import audit_events as events
from .contract import Decided

STOPPING: Final = frozenset({Kind.OBJECTION, Kind.OPT_OUT})
"""Beside what is there, new data of the person is kept out too."""
RESTRICTING: Final = STOPPING | {Kind.RESTRICTION}
_LONGEST: Final = 250


class Outcome(models.TextChoices):
    """What a person found who looked at an automated decision again (Art. 22(3))."""

    UPHELD = "upheld", "The decision stands"
    CHANGED = "changed", "The decision is changed"


def fields() -> dict[str, str]:
    """What can be corrected, by "data class.field"."""
    return {
        f"{key}.{name}": f"{provider.label}: {label}"
        for key, provider in all_providers()
        for name, label in provider.rectifiable.items()
    }


@transaction.atomic
def rectify(request: SubjectRequest, field: str, value: str, *, actor: Actor) -> int:
    """Correct one field everywhere in its app, and tell who else keeps data; returns how many rows changed.

    Raises Conflict for a request that asks for something else or is not confirmed, Invalid for an unknown field.
    """
    request = _open(request, {Kind.RECTIFICATION})
    if field not in fields():
        raise Invalid(
            f"There is no field {field[:80]!r} that can be corrected here; known: {', '.join(fields())}.",
            code="rectification.unknown_field",
            field="field",
        )
    value = value.strip()
    if not value or len(value) > _LONGEST:
        raise Invalid(f"Give the right value, 1 to {_LONGEST} characters.", code="rectification.value", field="value")
    subject = identify(request.subject)
    provider, name = _provider_of(field)
    before = provider.rectify(subject, name, value, actor=actor)
    told = sum(each.tell_owners(subject, reference=request.reference) for _, each in all_providers())
    record(
        events.RECTIFIED,
        request,
        actor=actor,
        reference=request.reference,
        field=field,
        before=", ".join(sorted({_hidden(each) for each in before})) or "nothing",
        after=_hidden(value),
        rows=len(before),
        told=told,
    )
    return len(before)


@transaction.atomic
def restrict(request: SubjectRequest, *, actor: Actor) -> SubjectRequest:
    """Keep the person's data from use: no training on it, no promotion of what was trained on it.

    An objection and an opt-out keep the person out of new data as well. Raises Conflict where one stands already.
    """
    request = _open(request, RESTRICTING)
    if is_restricted(request):
        raise Conflict(f"The processing is restricted for {request} already.", code="restriction.stands")
    subject = identify(request.subject)
    objects = request.kind in STOPPING
    touched = 0
    for _, provider in all_providers():
        touched += provider.restrict(subject, reference=request.reference, objects=objects, actor=actor)
        if objects:
            provider.exclude(subject, reference=request.reference, actor=actor)
    said = {"reference": request.reference, "kind": request.kind, "datasets": touched}
    record(events.RESTRICTED, request, actor=actor, **said)
    return request


@transaction.atomic
def lift(request: SubjectRequest, *, actor: Actor) -> SubjectRequest:
    """End a restriction, of which the person is told before (Art. 18(3)). Raises Conflict where none stands."""
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.kind != Kind.RESTRICTION or not is_restricted(request):
        raise Conflict(f"No restriction stands for {request} that could be lifted.", code="restriction.none")
    for _, provider in all_providers():
        provider.lift_restriction(reference=request.reference, actor=actor)
    record(events.RESTRICTION_LIFTED, request, actor=actor, reference=request.reference)
    return request


def is_restricted(request: SubjectRequest) -> bool:
    """Whether a restriction stands for the request."""
    return any(provider.is_restricted(reference=request.reference) for _, provider in all_providers())


def decisions(request: SubjectRequest) -> list[Decided]:
    """What models decided about the person of the request."""
    subject = identify(request.subject)
    return [each for _, provider in all_providers() for each in provider.decisions(subject)]


@transaction.atomic
def review_decision(request: SubjectRequest, decision: str, outcome: str, *, actor: Actor) -> SubjectRequest:
    """Record that a person looked at an automated decision again. Raises NotAllowed for whoever is none."""
    request = _open(request, {Kind.AUTOMATED_DECISION})
    if actor.kind != "user":
        raise NotAllowed("A decision is reviewed by a person; this account is none.", code="decision.needs_person")
    if outcome not in Outcome.values:
        raise Invalid(f"Say what came of it: {', '.join(Outcome.values)}.", code="decision.outcome", field="outcome")
    known = {each.key: each for each in decisions(request)}
    if decision not in known:
        raise Invalid(
            "No model decided this about the person of the request; choose one of the listed decisions.",
            code="decision.unknown",
            field="decision",
        )
    said = {"reference": request.reference, "decision": known[decision].label, "result": outcome}
    record(events.DECISION_REVIEWED, request, actor=actor, **said)
    return request


def _open(request: SubjectRequest, kinds: frozenset[Kind] | set[Kind]) -> SubjectRequest:
    request = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.kind not in kinds:
        raise Conflict(
            f"{request} asks for {request.get_kind_display().lower()}; this is not done for it.",
            code="subject_request.other_kind",
        )
    if request.state != State.IDENTITY_CONFIRMED:
        raise Conflict(
            f"{request} is {request.get_state_display().lower()}; the identity is confirmed first, and nothing is done "
            "for a closed request.",
            code="subject_request.wrong_state",
        )
    return request


def _provider_of(field: str) -> tuple[PersonalDataProvider, str]:
    key, _, name = field.rpartition(".")
    return dict(all_providers())[key], name


def _hidden(value: str) -> str:
    return (masked_email(value) if "@" in value else masked(value)) or "nothing"
