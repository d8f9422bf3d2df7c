"""Bodies that are cut, too large, misplaced or from nobody leave nothing behind."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import IntegrityError
from django.test import Client

from modelops.lib.errors import Invalid
from registry.artifacts.upload import allow_upload
from registry.models import Artifact

from .answers import problem_of
from .samples import make_model, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
ADDRESS = "/api/v1/models/arrival-delay/versions/"
MULTIPART = "multipart/form-data; boundary=limit"


def body(content: bytes, end: bytes = b"\r\n--limit--\r\n") -> bytes:
    head = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="m.bin"\r\n\r\n'
    return head + content + end


def test_a_hand_made_body_is_taken(api: Client, scientist: Any) -> None:
    """The same body as in the refusals below, but whole."""
    make_model(scientist)
    assert api.post(ADDRESS, body(safetensors()), content_type=MULTIPART).status_code == 201


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\n--limit", b"\r\n--limit\r\n"])
def test_a_body_without_its_closing_boundary_is_refused(
    api: Client, scientist: Any, stored: Stored, end: bytes
) -> None:
    make_model(scientist)
    answer = api.post(ADDRESS, body(safetensors(), end), content_type=MULTIPART)
    assert problem_of(answer) == (400, "request.truncated")
    assert not Artifact.objects.exists()
    assert stored() == []


def test_a_body_shorter_than_announced_is_refused(scientist: Any, stored: Stored) -> None:
    """The connection broke: what arrived ends with a boundary, but more was announced."""
    sent = body(safetensors())
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": MULTIPART,
        "CONTENT_LENGTH": str(len(sent) + 10),
        "wsgi.input": io.BytesIO(sent),
    }
    request = WSGIRequest(environ)
    request.user = scientist
    allow_upload(request)
    with pytest.raises(Invalid) as refusal:
        _ = request.FILES
    assert refusal.value.code == "request.truncated"
    assert stored() == []


def test_a_file_over_the_limit_is_refused_before_and_while_it_is_read(
    api: Client, scientist: Any, stored: Stored, settings: Any
) -> None:
    make_model(scientist)
    settings.MODELOPS_MAX_ARTIFACT_BYTES = len(safetensors())
    assert api.post(ADDRESS, body(safetensors()), content_type=MULTIPART).status_code == 201
    left = stored()
    assert problem_of(api.post(ADDRESS, body(safetensors(bytes(20))), content_type=MULTIPART)) == (
        413,
        "request.too_large",
    )
    huge = api.post(ADDRESS, b"", content_type=MULTIPART, headers={"Content-Length": str(10**12)})
    assert problem_of(huge) == (413, "request.too_large")
    assert stored() == left


def test_several_files_or_none_are_refused(api: Client, scientist: Any, stored: Stored) -> None:
    make_model(scientist)
    two = {"file": SimpleUploadedFile("a", safetensors()), "other": SimpleUploadedFile("b", safetensors())}
    assert problem_of(api.post(ADDRESS, two)) == (400, "file.missing")
    assert problem_of(api.post(ADDRESS, {"metrics": "{}"})) == (400, "file.missing")
    assert stored() == []


def test_json_and_texts_are_no_upload(api: Client, scientist: Any) -> None:
    make_model(scientist)
    answer = api.post(ADDRESS, {"file": "x"}, content_type="application/json")
    assert problem_of(answer) == (400, "request.invalid")
    answer = api.post(ADDRESS, "file", content_type="text/plain")
    assert problem_of(answer) == (415, "request.unsupported_media_type")
    # What would be taken is named.
    assert answer.json()["detail"].startswith("A file comes as application/octet-stream (its bare bytes) or multipart/")
    assert "'text/plain'" in answer.json()["detail"]


def test_nobody_uploads_without_permission(client: Client, api_as: Any, scientist: Any, stored: Stored) -> None:
    from tests.accounts.people import make_user

    make_model(scientist)
    assert problem_of(client.post(ADDRESS, body(safetensors()), content_type=MULTIPART))[0] == 401
    viewer = api_as(make_user("viewer", "Viewer"))
    assert problem_of(viewer.post(ADDRESS, body(safetensors()), content_type=MULTIPART)) == (403, "permission.denied")
    narrow = api_as(scientist, scopes=["registry.view_modelversion"])
    assert problem_of(narrow.post(ADDRESS, body(safetensors()), content_type=MULTIPART)) == (403, "permission.denied")
    assert stored() == []


def test_a_file_that_no_page_asked_for_is_not_stored(portal: Client, stored: Stored) -> None:
    """A sign-in form or any other page takes fields; a file beside them is passed over."""
    answer = portal.post("/models/-/new/", {"name": "m", "task_type": "other", "x": SimpleUploadedFile("x", b"abc")})
    assert answer.status_code == 302
    assert stored() == []


def test_a_failed_transaction_takes_its_file_along(scientist: Any, stored: Stored) -> None:
    from accounts.actors import actor_of
    from registry import services
    from registry.artifacts.sealed import sealed_upload

    model = make_model(scientist)
    with (
        sealed_upload([safetensors()], "m") as upload,
        pytest.raises(IntegrityError),
    ):
        services.add_version(model, upload, datasets=[None], actor=actor_of(scientist))  # type: ignore[list-item]
    assert not Artifact.objects.exists()
    assert stored() == []
