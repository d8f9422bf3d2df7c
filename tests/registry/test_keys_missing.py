"""Without keys nothing is stored and nothing is opened."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from registry.models import Artifact

from .answers import problem_of
from .samples import CSV, make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
ADDRESS = "/api/v1/models/arrival-delay/versions/"


@pytest.fixture(autouse=True)
def _forget_keys() -> Iterator[None]:
    """The ring of the process outlives the rolled-back rows of a test."""
    yield
    keyring.forget()


def take_away(purpose: Purpose) -> None:
    """The ring without the keys of one purpose."""
    KeyVersion.objects.filter(purpose=purpose).update(state=KeyState.SUSPENDED)
    keyring.forget()


def test_an_upload_without_an_artifact_key_stores_nothing(api: Client, scientist: Any, stored: Stored) -> None:
    """S0-35: it fails closed, before the first byte of the file."""
    make_model(scientist)
    take_away(Purpose.ARTIFACT)
    answer = api.post(ADDRESS, {"file": SimpleUploadedFile("m", safetensors())})
    assert problem_of(answer) == (503, "keys.unavailable")
    assert stored() == []
    assert not Artifact.objects.exists()


def test_a_download_without_the_artifact_key_opens_nothing(api: Client, scientist: Any) -> None:
    content = safetensors(b"SECRETSECRET" * 20)
    make_version(make_model(scientist), scientist, content)
    make_dataset_version(make_dataset(scientist), scientist)
    assert api.get(f"{ADDRESS}1/artifact/").getvalue() == content
    take_away(Purpose.ARTIFACT)
    for address in (f"{ADDRESS}1/artifact/", "/api/v1/datasets/flights/versions/1/artifact/"):
        answer = api.get(address)
        assert problem_of(answer)[0] == 503
        assert b"SECRET" not in answer.content
        assert CSV[:20] not in answer.content
    assert problem_of(api.post(f"{ADDRESS}1/verify/"))[0] == 503


def test_parameters_without_a_column_key_are_not_stored_in_clear(api: Client, scientist: Any, stored: Stored) -> None:
    make_model(scientist)
    take_away(Purpose.COLUMN)
    answer = api.post(ADDRESS, {"file": SimpleUploadedFile("m", safetensors()), "parameters": '{"a": 1}'})
    assert problem_of(answer)[0] == 503
    assert not Artifact.objects.exists()
    assert stored() == []
