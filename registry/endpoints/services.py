"""Recording deployment endpoints, and looking at them as a stranger would."""

import uuid
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.outbound import ReceiverRefused, ReceiverUnreachable, parse_url, status_of
from registry.models import ModelVersion, RegisteredModel

from .audit_events import ENDPOINT_ADDED, ENDPOINT_CHANGED, ENDPOINT_PROBED, ENDPOINT_REMOVED
from .models import Authentication, DeploymentEndpoint

CLOCK = Actor.system("endpoints")
FIELDS = ("name", "version_number", "url", "authentication", "is_required", "is_role_based")
TIMEOUT_S = 5.0


def add_endpoint(
    model: RegisteredModel,
    *,
    name: str,
    url: str,
    version_number: int | None = None,
    authentication: str = "",
    is_required: bool | None = None,
    is_role_based: bool | None = None,
    actor: Actor,
) -> DeploymentEndpoint:
    """Record an endpoint of ``model``. Raises Invalid for what cannot be, Conflict for a name that is taken.

    The version is a registered one; without any, a finding asks for it.
    """
    row = DeploymentEndpoint(
        model=model,
        name=name,
        version_number=version_number,
        url=url,
        authentication=authentication,
        is_required=is_required,
        is_role_based=is_role_based,
    )
    _check(row)
    _check_version(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(ENDPOINT_ADDED, row, actor=actor, endpoint=row.name, model=model.name)
    except IntegrityError:
        raise _taken(row) from None
    return row


def change_endpoint(pk: uuid.UUID, *, actor: Actor, **wanted: Any) -> DeploymentEndpoint:
    """Change what is recorded; another address has not been looked at yet. Raises as `add_endpoint` does."""
    try:
        with transaction.atomic():
            row = DeploymentEndpoint.objects.select_for_update(of=("self",)).select_related("model").get(pk=pk)
            changed = [field for field in FIELDS if field in wanted and getattr(row, field) != wanted[field]]
            if not changed:
                return row
            for field in changed:
                setattr(row, field, wanted[field])
            _check(row)
            if "version_number" in changed:  # one that was removed since does not keep anybody from changing the rest
                _check_version(row)
            saved = list(changed)
            if "url" in changed:
                row.probed_at, row.answer, row.problem = None, None, ""
                saved += ["probed_at", "answer", "problem"]
            row.save(update_fields=saved)
            labels = ", ".join(str(DeploymentEndpoint._meta.get_field(field).verbose_name) for field in changed)
            record(ENDPOINT_CHANGED, row, actor=actor, endpoint=row.name, model=row.model.name, fields=labels)
    except IntegrityError:
        raise _taken(row) from None
    return row


@transaction.atomic
def remove_endpoint(row: DeploymentEndpoint, *, actor: Actor) -> None:
    """Take an endpoint out of the list: it is not there any more."""
    ended = DeploymentEndpoint(pk=row.pk, name=row.name)
    row.delete()
    # Afterwards: the row also says what the database saw go.
    record(ENDPOINT_REMOVED, ended, actor=actor, endpoint=row.name, model=row.model.name)


def probe(row: DeploymentEndpoint, *, actor: Actor = CLOCK) -> DeploymentEndpoint:
    """Ask the endpoint once without any credential and keep what it answered. A row of the ledger tells what is new.

    Only the status counts: nothing of the body is kept. Nothing is held while the answer is waited for.
    """
    answer, problem = None, ""
    try:
        answer = status_of(row.url, allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS, total_timeout_s=TIMEOUT_S)
    except (ReceiverRefused, ReceiverUnreachable) as fault:
        problem = str(fault)[:300]
    with transaction.atomic():
        rows = DeploymentEndpoint.objects.select_for_update(of=("self",)).select_related("model")
        now = rows.filter(pk=row.pk, url=row.url).first()
        if now is None:
            return row  # removed or moved meanwhile: the answer is of something else
        before = now.verdict
        now.probed_at, now.answer, now.problem = timezone.now(), answer, problem
        now.save(update_fields=["probed_at", "answer", "problem"])
        if now.verdict is not before or actor != CLOCK:
            found = now.verdict.label.lower()
            record(ENDPOINT_PROBED, now, actor=actor, endpoint=now.name, model=now.model.name, found=found)
    return now


def _check(row: DeploymentEndpoint) -> None:
    if not row.name.strip() or len(row.name) > 100:
        raise Invalid("An endpoint needs a name of 1 to 100 characters.", code="endpoint.bad_name", field="name")
    if row.authentication and row.authentication not in Authentication.values:
        raise Invalid(
            f"{row.authentication!r} is no authentication type; use one of {', '.join(Authentication.values)}.",
            code="endpoint.bad_authentication",
            field="authentication",
        )
    if row.authentication == Authentication.NONE and row.is_required:
        raise Invalid(
            "Authentication cannot be required where there is none. Name its type, or say that it is not required.",
            code="endpoint.contradiction",
            field="is_required",
        )
    parse_url(row.url)


def _check_version(row: DeploymentEndpoint) -> None:
    number = row.version_number
    if number is not None and not ModelVersion.objects.alive().filter(model=row.model, number=number).exists():
        raise Invalid(
            f"{row.model} has no version {number}. Register what is deployed there, or name the version that it is.",
            code="endpoint.unknown_version",
            field="version",
        )


def _taken(row: DeploymentEndpoint) -> Conflict:
    return Conflict(
        f"{row.model} has an endpoint named {row.name} already. Use another name, or change that one.",
        code="endpoint.name_taken",
        field="name",
    )
