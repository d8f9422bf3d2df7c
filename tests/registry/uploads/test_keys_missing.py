"""Without keys no upload begins, none goes on and none is completed; what has arrived stays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from registry.models import ModelVersion
from registry.uploads.models import UploadSession
from tests.registry.samples import make_model, safetensors

from .sending import UPLOADS, begin, complete, refused, send, upload

pytestmark = pytest.mark.django_db
CONTENT = safetensors(bytes(range(256)) * 4)


@pytest.fixture(autouse=True)
def _forget_keys() -> Iterator[None]:
    """The ring of the process outlives the rolled-back rows of a test."""
    yield
    keyring.forget()


def test_uploads_fail_closed(api: Client, scientist: Any, stored: Callable[[], list[Path]]) -> None:
    """S0-35: each step is refused, nothing is written in clear, and the ledger says so."""
    make_model(scientist)
    address = begin(api, len(CONTENT))
    whole = upload(api, CONTENT)
    before = stored()
    KeyVersion.objects.filter(purpose=Purpose.ARTIFACT).update(state=KeyState.SUSPENDED)
    keyring.forget()
    refused(api.post(UPLOADS, {"length": 5}, content_type="application/json"), 503, "keys.unavailable")
    for answer in (send(api, address, 0, CONTENT), complete(api, whole)):
        assert answer.status_code == 503, answer.content
    assert stored() == before
    assert UploadSession.objects.filter(state="open").count() == 2
    assert not ModelVersion.objects.exists()
    refusals = AuditEvent.objects.filter(name="audit.request.refused", details__code="keys.unavailable")
    assert refusals.count() >= 1
    KeyVersion.objects.filter(purpose=Purpose.ARTIFACT).update(state=KeyState.ACTIVE)
    keyring.forget()
    assert complete(api, whole).status_code == 201
