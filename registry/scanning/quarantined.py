"""Opening a file that the scanner holds: by a permission of its own, with a reason that is told before it goes out."""

from typing import Any

from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotAllowed
from registry.models import Artifact, ModelVersion
from registry.seeing import holds
from registry.services.delivery import Delivery

from .audit_events import QUARANTINED_OPENED
from .keeping_back import PERMISSION, is_given_out
from .models import Inspection

LONGEST_REASON = 300


def quarantined_response(
    request: Any, version: ModelVersion, artifact: Artifact, reason: str, *, actor: Actor
) -> HttpResponseBase:
    """The held file, with an ending that no program opens by itself. The ledger has the reason before the first byte.

    The reason is free text about a piece of work, so it stands sealed beside its row, under the key of who gave it.
    """
    if not holds(request.user, PERMISSION):
        raise NotAllowed(
            "Your role opens no quarantined files. A security administrator can.", code="quarantine.not_allowed"
        )
    reason = " ".join(reason.replace("\x00", "").split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid(
            f"Say in 1 to {LONGEST_REASON} characters why the file is opened.",
            code="quarantine.reason_missing",
            field="reason",
        )
    if is_given_out(version, artifact):
        raise Conflict(f"{version} is not quarantined. Download it as it is.", code="quarantine.not_held")
    own = Inspection.objects.filter(artifact=artifact).first()
    held = own or Inspection.objects.filter(artifact=version.artifact_id).first()
    with transaction.atomic():
        record(
            QUARANTINED_OPENED, version, actor=actor, name=version.model.name, version=version.number,
            sha256=artifact.sha256, cause=held.cause or held.state if held else "waiting", personal={"reason": reason},
            subject=request.user,
        )  # fmt: skip
    delivery = Delivery(version, artifact, None, actor=actor)
    response = StreamingHttpResponse(iter(delivery), content_type="application/octet-stream")
    response._resource_closers.append(delivery.close)  # type: ignore[attr-defined]  # the way Django closes files
    name = f"{artifact.file_name}.quarantined"
    for header, value in {
        "Cache-Control": "no-store",
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Length": str(artifact.size),
        "X-Content-Type-Options": "nosniff",
    }.items():
        response.headers[header] = value
    return response
