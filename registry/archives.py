"""All files of a directory version as one answer."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from compliance.audit import Actor
from modelops.lib.errors import Conflict, NotFound

from . import services
from .denials import denials_recorded
from .grants.gate import require_opening
from .models import ModelVersion, ModelVersionFile
from .sealed_client.handing_out import refuse_sealed_archive
from .signing.services import signature_headers
from .zip_stream import zip_pieces


def archive_response(request: Any, version: ModelVersion, *, actor: Actor) -> HttpResponseBase:
    """A zip of all files, made while it is sent. Each file that goes out is in the ledger, as if it went alone.

    A damaged file raises in the middle: the connection is closed before the archive's end, without which no program
    takes it for whole.
    """
    with denials_recorded(version, actor=actor):
        require_opening(request, version)
    refuse_sealed_archive(request)
    if not version.is_directory:
        raise Conflict(f"{version} is a single file. Download it as it is.", code="version.no_directory")
    services.check_download(version, actor=actor)
    signed = signature_headers(version, actor=actor)
    response = StreamingHttpResponse(zip_pieces(_files(version, actor)), content_type="application/zip")
    name = f"{version.model.name}-v{version.number}.zip"
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        **signed,
    }
    for header, value in headers.items():
        response.headers[header] = value
    return response


def file_of(version: ModelVersion, path: str) -> ModelVersionFile:
    """The file at ``path``. Raises NotFound."""
    file = version.files.select_related("artifact").filter(path=path).first()
    if file is None:
        raise NotFound(
            f"{version} has no file {path[:200]!r}. Its files are listed under files/.", code="file.not_found"
        )
    return file  # type: ignore[no-any-return]


def _files(version: ModelVersion, actor: Actor) -> Iterator[tuple[str, Iterator[bytes]]]:
    for file in list(version.files.select_related("artifact").order_by("path")):
        delivery = services.begin_download(version, file.artifact, actor=actor)
        try:
            yield file.path, iter(delivery)
        finally:
            delivery.close()
