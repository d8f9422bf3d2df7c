"""Taking in attestations, and writing down which job registered a version."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.workload.models import ExchangedToken
from compliance.audit import Actor, record
from compliance.audit.context import current
from modelops.lib.errors import Conflict, Invalid
from registry.models import ModelVersion

from .audit_events import ATTESTATION_ADDED, ATTESTATION_CHECKED
from .models import Attestation, AttestationState, Kind
from .statement import Malformed, parse
from .verdicts import Checked, look, look_at_statement, newest

MOST_ATTESTATIONS = 100
_WORKLOAD = "workload:"


@transaction.atomic
def add_statement(version: ModelVersion, envelope: Any, *, actor: Actor) -> Attestation:
    """Keep what a builder signed, with what the check found; one that does not hold is kept too, and says so.

    Raises Invalid for what cannot be read, Conflict when there are too many.
    """
    try:
        found = parse(envelope)
    except Malformed as fault:
        raise Invalid(
            f"{fault} Send the envelope that your builder wrote, as JSON.",
            code="attestation.malformed",
            field="envelope",
        ) from None
    if Attestation.objects.filter(version=version).count() >= MOST_ATTESTATIONS:
        raise Conflict(
            f"{version} has {MOST_ATTESTATIONS} attestations already; no more are taken.", code="attestation.too_many"
        )
    checked = look_at_statement(found, version)
    row = Attestation(
        version=version,
        kind=Kind.STATEMENT,
        issuer=found.issuer,
        source=found.source,
        predicate_type=found.predicate_type,
        envelope=found.envelope,
    )
    return _keep(row, checked, actor)


def note_job(version: ModelVersion, *, actor: Actor) -> Attestation | None:
    """Write down the job that registers ``version``, if it is one: who called with the token of a job, and whose.

    To be called in the transaction that adds the version. A job cannot claim this for itself: it is what the portal
    saw when it exchanged the token.
    """
    via = current.get().via
    if not via.startswith(_WORKLOAD):
        return None
    try:
        token_id = uuid.UUID(via.rpartition(":")[2])
    except ValueError:
        return None
    token = ExchangedToken.objects.select_related("rule__issuer").filter(pk=token_id).first()
    if token is None:
        return None
    checked = Checked(AttestationState.VALID, "The portal saw the token of the job that registered the version.")
    row = Attestation(version=version, kind=Kind.JOB, issuer=token.rule.issuer.issuer, source=token.source)
    return _keep(row, checked, actor)


def _keep(row: Attestation, checked: Checked, actor: Actor) -> Attestation:
    row.state, row.reason, row.key = checked.state, checked.reason, checked.key
    row.save(force_insert=True)
    version = row.version
    record(
        ATTESTATION_ADDED, version, actor=actor,
        outcome="success" if checked.state == AttestationState.VALID else "failure",
        name=version.model.name, version=version.number, kind=Kind(row.kind).value, issuer=row.issuer,
        state=checked.state.value, reason=checked.reason,
    )  # fmt: skip
    return row


@transaction.atomic
def check_again(version: ModelVersion, *, actor: Actor) -> list[Attestation]:
    """Look at every attestation of ``version`` now, and keep and tell where that came out differently."""
    rows, changed = newest(version), 0
    for row in rows:
        found = look(row)
        if found.state != row.state:
            changed += 1
            row.state, row.reason, row.key, row.checked_at = found.state, found.reason, found.key, timezone.now()
            row.save(update_fields=["state", "reason", "key", "checked_at"])
    if changed:
        record(
            ATTESTATION_CHECKED, version, actor=actor, name=version.model.name, version=version.number, changed=changed
        )
    return rows
