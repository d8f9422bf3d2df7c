"""The headers of resumable uploads, as far as tus and draft-ietf-httpbis-resumable-upload agree on them."""

import re
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.http import http_date, parse_header_parameters
from rest_framework.request import Request

from modelops.lib.errors import Invalid

from .models import UploadSession, UploadState

_NUMBER = re.compile(r"[0-9]{1,18}")


def whole_number(request: Request, name: str) -> int | None:
    """The number in the header ``name``; None without it. Raises Invalid for anything else."""
    text = request.headers.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text.strip()):
        raise Invalid(
            f"{name} is not a whole number of bytes, 0 or more. Send it in decimal digits.",
            code="upload.bad_offset" if name == "Upload-Offset" else "upload.bad_length",
        )
    return int(text)


def says_complete(request: Request) -> bool:
    """Whether the body is the last piece (``Upload-Complete: ?1``)."""
    return request.headers.get("Upload-Complete", "").strip() == "?1"


def file_name_of(request: Request) -> str:
    """The file's name in ``Content-Disposition``; empty without one. Only what comes after the last slash counts."""
    _, parameters = parse_header_parameters(request.headers.get("Content-Disposition", ""))
    return base_name(parameters.get("filename", ""))


def base_name(name: str) -> str:
    """A file's name without folders and control characters, short enough for its column. It is never used as a path."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(character for character in last if character.isprintable())[-255:].strip()


def state_headers(session: UploadSession) -> dict[str, str]:
    """Where an upload stands."""
    headers = {
        "Upload-Offset": str(session.offset),
        "Upload-Complete": "?1" if session.state == UploadState.COMPLETED else "?0",
        "Upload-Expires": http_date(session.expires_at.timestamp()),
        "Upload-Limit": f"max-size={settings.MODELOPS_MAX_ARTIFACT_BYTES}",
        "Cache-Control": "no-store",
    }
    if session.length is not None:
        headers["Upload-Length"] = str(session.length)
    return headers


def upload_address(request: Any, session: UploadSession) -> str:
    """Where the upload goes on."""
    return request.build_absolute_uri(reverse("api-upload", args=[session.pk]))
