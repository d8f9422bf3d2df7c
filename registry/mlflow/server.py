"""What the portal says of itself to MLflow's client."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes

from compliance.audit.coverage import Exempt
from modelops.rest.permissions import SIGNED_IN

from .refusals import NoEndpoint
from .wire import ROOT, V3, Call, endpoint

# The client that the tests drive; a newer one asks for nothing more.
SPOKEN = "3.17.2"
_TEXT = {(200, "text/plain"): OpenApiTypes.STR}


@endpoint("GET", "server-info", under=V3, permission=SIGNED_IN, tells=Exempt.INTERFACE)
def server_info(call: Call) -> dict[str, Any]:
    """What this server has: single streamed files of any size, no multipart transfers, no workspaces."""
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
        "trace_archival_enabled": False,
        "presigned_upload_run_id_supported": False,
        "presigned_upload_model_id_supported": False,
        "artifact_serving_enabled": True,
        "artifacts_presigned_only": False,
        "features_enabled": {},
    }


@endpoint("GET", "version", under=ROOT, permission=SIGNED_IN, tells=Exempt.INTERFACE, gives=_TEXT)
def version(call: Call) -> HttpResponse:
    """The version of MLflow whose protocol is spoken."""
    return HttpResponse(SPOKEN, content_type="text/plain")


@endpoint("GET", "health", under=ROOT, permission=SIGNED_IN, tells=Exempt.HEALTH, gives=_TEXT)
def health(call: Call) -> HttpResponse:
    """Whether the portal answers; load balancers without a key ask /health/ready."""
    return HttpResponse("OK", content_type="text/plain")


_INSTEAD: Final = {
    # Whoever may register a model may not decide where the portal sends messages to.
    "webhooks": (
        "Messages leave it through alert channels, whose addresses are checked and which sign what they send: set one "
        "up under /alerts/channels/ or with POST /api/v1/alert-channels/."
    ),
    "traces": "It keeps runs, metrics and files; traces are not kept.",
    "workspaces": "It has one workspace; roles and grants say who sees which model.",
}


def _nothing_here(call: Call) -> dict[str, Any]:
    """Calls of the protocol that the portal does not have, such as traces."""
    words = call.path["rest"].split("/")
    instead = next((said for word, said in _INSTEAD.items() if word in words), "")
    raise NoEndpoint(
        "The portal does not have this call of MLflow's protocol. "
        f"{instead or 'docs/reference/mlflow.md lists those that it has.'}"
    )


NOTHING_HERE = [
    endpoint(
        method, "<path:rest>", under=ROOT, permission=SIGNED_IN, tells=Exempt.REFUSED, reads_body=False, is_hidden=True
    )(_nothing_here)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
]
