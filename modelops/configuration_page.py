"""The admin's download of the configuration without its secrets."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.actors import actor_of
from compliance.audit import record
from compliance.escrow.audit_events import CONFIGURATION_EXPORTED

from .configuration import export
from .system_page import NEEDED


@transaction.atomic
def configuration_download(request: HttpRequest) -> HttpResponse:
    """The JSON document as a file, for those who may see the system page; the ledger notes who took it."""
    if not request.user.has_perm(NEEDED):
        raise PermissionDenied
    record(CONFIGURATION_EXPORTED, None, actor=actor_of(request.user))
    return HttpResponse(
        export(),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="configuration.json"', "Cache-Control": "no-store"},
    )
