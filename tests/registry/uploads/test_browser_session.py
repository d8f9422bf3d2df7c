"""The REST interface from the portal's own pages: the browser's session, and the CSRF token in a header."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.registry.samples import make_model, safetensors

from .sending import UPLOADS, VERSIONS, complete, refused, upload

pytestmark = pytest.mark.django_db
CONTENT = safetensors(bytes(range(256)) * 4)


@pytest.fixture
def page(scientist: Any) -> Client:
    """A signed-in browser that the CSRF check looks at, with the token of a page in its header."""
    from tests.accounts.people import sign_in

    make_model(scientist)
    browser = sign_in(Client(enforce_csrf_checks=True), scientist)
    token = browser.get("/models/arrival-delay/versions/new/").context["csrf_token"]
    browser.defaults["HTTP_X_CSRFTOKEN"] = str(token)
    return browser


def test_a_page_uploads_in_pieces(page: Client) -> None:
    answer = complete(page, upload(page, CONTENT))
    assert answer.status_code == 201, answer.content


def test_a_form_to_the_interface_needs_the_header(page: Client, stored: Callable[[], list[Path]]) -> None:
    """The token within the form comes too late: reading the form takes the file in."""
    token = page.defaults.pop("HTTP_X_CSRFTOKEN")
    form = {"csrfmiddlewaretoken": token, "file": SimpleUploadedFile("m", CONTENT)}
    refused(page.post(VERSIONS, form), 403, "permission.denied")
    refused(page.post(UPLOADS, {"length": 1}, content_type="application/json"), 403, "permission.denied")
    assert stored() == []
    form = {"file": SimpleUploadedFile("m", CONTENT)}
    assert page.post(VERSIONS, form, headers={"X-CSRFToken": token}).status_code == 201
