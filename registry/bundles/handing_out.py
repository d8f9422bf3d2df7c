"""The answer that carries a bundle, and the file of public keys that it is checked with."""

from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from compliance.audit import Actor
from modelops.lib import scopes as naming
from modelops.lib.errors import NotAllowed
from registry.grants.gate import require_opening
from registry.models import ModelVersion
from registry.sealed_client.handing_out import refuse_sealed_archive
from registry.signing.models import TrustedKey
from registry.signing.portal_key import portal_key
from registry.signing.services import signature_headers

from . import verify_bundle
from .exporting import MEDIA_TYPE, begin_export

READ_PARAMETERS = "registry.view_parameters"
PROGRAM = Path(verify_bundle.__file__)
KEYS_NAME = "modelops-signing-keys.pem"


def bundle_response(
    request: Any, version: ModelVersion, *, with_parameters: bool = False, actor: Actor
) -> HttpResponseBase:
    """The bundle of ``version``, made while it is sent. Its length is announced, so that a broken one is told apart.

    Whoever may have the files may have it; the parameters only with the permission to read them.
    """
    require_opening(request, version)
    refuse_sealed_archive(request)
    if with_parameters and not _may_read_parameters(request.user, version):
        raise NotAllowed(
            "The parameters go into a bundle only for who may read them. Ask for it without parameters.",
            code="bundle.no_parameters",
            field="parameters",
        )
    signed = signature_headers(version, actor=actor)
    export = begin_export(version, request.user, with_parameters=with_parameters, actor=actor)
    response = StreamingHttpResponse(iter(export), content_type=MEDIA_TYPE)
    headers = {
        "Content-Disposition": content_disposition_header(True, export.file_name) or "attachment",
        "Content-Length": str(export.size),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **signed,
    }
    for header, value in headers.items():
        response.headers[header] = value
    return response


def _may_read_parameters(user: Any, version: ModelVersion) -> bool:
    """By the role, and by the scopes of the API key that stands for the account."""
    scopes = getattr(user, "key_scopes", None)
    if scopes is not None and not naming.cover(scopes, READ_PARAMETERS, "model", version.model.name):
        return False
    return bool(user.has_perm(READ_PARAMETERS))


@transaction.atomic
def keys_file() -> bytes:
    """The public halves of the portal's own keys, newest first, as ``verify_bundle.py --key`` takes them."""
    portal_key()  # a portal that has signed nothing yet writes its key down now
    rows = TrustedKey.objects.filter(is_portal=True, revoked_at=None).order_by("-id")
    return "".join(row.pem for row in rows[:100]).encode("ascii")


def keys_response() -> HttpResponse:
    """The same as an answer."""
    return _attached(keys_file(), "application/x-pem-file", KEYS_NAME)


def program_response() -> HttpResponse:
    """The program that checks bundles: the very file of this installation."""
    return _attached(PROGRAM.read_bytes(), "text/x-python; charset=utf-8", PROGRAM.name)


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)
