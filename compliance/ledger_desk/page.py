"""The admin's page that proves the ledger, and the proof of one row."""

import uuid

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from compliance.audit import record
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Checkpoint, CheckpointKey
from compliance.audit.sealing.note import PublicKey
from modelops.lib.errors import DomainError

from .audit_events import PROOF_SHOWN
from .coverage import urls as coverage_urls
from .exports import urls as export_urls
from .models import Verification
from .origin_page import urls as origin_urls
from .proofs import Proof, proof_of
from .standing import standing
from .verification import ask_for_verification

NEEDED = "audit.view_auditevent"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Routes under the admin's own."""
    return [
        path("ledger/", site.admin_view(require_GET(ledger_page)), name="ledger"),
        path("ledger/verify/", site.admin_view(require_POST(verify_now)), name="ledger-verify"),
        path("ledger/proofs/<uuid:pk>/", site.admin_view(require_GET(proof_page)), name="ledger-proof"),
        path("ledger/proofs/<uuid:pk>.json", site.admin_view(require_GET(proof_file)), name="ledger-proof-file"),
        *origin_urls(site),
        *coverage_urls(site),
        *export_urls(site),
    ]


@permission_required(NEEDED, raise_exception=True)
def ledger_page(request: HttpRequest) -> HttpResponse:
    """What is sealed, signed, anchored and verified."""
    context = {
        **admin.site.each_context(request),
        "title": "Proof of the ledger",
        "now_standing": standing(),
        "checkpoints": Checkpoint.objects.prefetch_related("anchorings").order_by("-id")[:10],
        "verifications": Verification.objects.order_by("-id")[:10],
        "keys": [
            {"row": key, "text": PublicKey(key.name, bytes(key.public_key)).text} for key in CheckpointKey.objects.all()
        ],
    }
    return TemplateResponse(request, "admin/ledger/standing.html", context)


@permission_required(NEEDED, raise_exception=True)
def verify_now(request: HttpRequest) -> HttpResponse:
    """Have a worker verify every row."""
    try:
        ask_for_verification(actor=request.actor)  # type: ignore[attr-defined]
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "A worker verifies the whole ledger now; its result appears below when it is done.")
    return redirect("admin:ledger")


@permission_required(NEEDED, raise_exception=True)
def proof_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One row's proof, made and checked while you look."""
    event, proof = _proof(request, pk)
    context = {**admin.site.each_context(request), "title": "Proof of one row", "event": event, "proof": proof}
    return TemplateResponse(request, "admin/ledger/proof.html", context)


@permission_required(NEEDED, raise_exception=True)
def proof_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same for a verifier elsewhere."""
    _, proof = _proof(request, pk)
    response = JsonResponse(proof.as_dict(), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="row-{proof.seq}.proof.json"'
    return response


def _proof(request: HttpRequest, pk: uuid.UUID) -> tuple[AuditEvent, Proof]:
    event = get_object_or_404(AuditEvent, pk=pk)
    proof = proof_of(event)
    with transaction.atomic():
        record(PROOF_SHOWN, event, actor=request.actor, seq=proof.seq)  # type: ignore[attr-defined]
    return event, proof
