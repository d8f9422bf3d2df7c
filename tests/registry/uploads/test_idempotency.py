"""A POST that is sent twice under one key is carried out once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from modelops.lib.claims import claimed
from modelops.rest import answers
from modelops.rest.models import StoredAnswer
from registry.models import ModelVersion, RegisteredModel
from tests.registry.samples import make_model, safetensors

from .sending import UPLOADS, VERSIONS, complete, refused, upload

pytestmark = pytest.mark.django_db
MODELS = "/api/v1/models/"
CONTENT = safetensors(bytes(range(256)) * 4)
KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


def register(api: Client, name: str = "m", **headers: str) -> Any:
    said = {"name": name, "task_type": "other"}
    return api.post(MODELS, said, content_type="application/json", headers={**KEY, **headers})


def test_the_same_request_gets_the_first_answer_again(api: Client) -> None:
    first, second = register(api), register(api)
    assert first.status_code == second.status_code == 201
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.content == second.content
    assert second.headers["Content-Type"] == "application/json"
    assert RegisteredModel.objects.count() == 1
    bare = register(api, **{"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"})
    assert bare.content == first.content


def test_another_request_under_the_key_is_refused(api: Client) -> None:
    register(api)
    refused(register(api, "other"), 422, "idempotency.mismatch")
    elsewhere = api.post("/api/v1/datasets/", {"name": "m"}, content_type="application/json", headers=KEY)
    refused(elsewhere, 422, "idempotency.mismatch")
    assert RegisteredModel.objects.count() == 1


def test_a_key_is_one_account_s_own(api: Client, api_as: Any) -> None:
    from tests.accounts.people import make_user

    register(api)
    assert register(api_as(make_user("other", "Data scientist")), "other").status_code == 201


def test_a_refusal_is_not_kept(api: Client) -> None:
    assert register(api, "no/name").status_code == 400
    assert not StoredAnswer.objects.exists()
    assert register(api, "name").status_code == 201


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\tb", "ä"])
def test_what_is_no_key_is_refused(api: Client, key: str) -> None:
    refused(register(api, **{"Idempotency-Key": key}), 400, "idempotency.bad_key")
    assert not RegisteredModel.objects.exists()


def test_a_stored_answer_is_sealed_and_kept_for_a_day(api: Client) -> None:
    register(api, "plainly-seen")
    row = StoredAnswer.objects.get()
    assert b"plainly-seen" not in bytes(row.sealed_body)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    refused(register(api, "plainly-seen"), 409, "model.name_taken")
    assert answers.remove_outdated() == 1
    assert register(api, "another").status_code == 201


def test_an_answer_with_a_secret_is_not_kept(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.api.models import ModelsView

    monkeypatch.setattr(ModelsView, "answers_hold_secrets", True, raising=False)
    assert register(api).status_code == 201
    assert not StoredAnswer.objects.get().has_body
    refused(register(api), 409, "idempotency.answer_not_kept")
    assert RegisteredModel.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_request_waits_for_the_first(api: Client, scientist: Any) -> None:
    """While another connection carries a request out under the key, the second is told to come back."""
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with claimed("idempotency", "user", str(scientist.pk), KEY["Idempotency-Key"].strip('"')) as is_mine:
            assert is_mine
            held.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(20)
    try:
        refused(register(api), 409, "idempotency.in_progress")
    finally:
        done.set()
        thread.join()
    assert register(api).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_model(api_as: Any, scientist: Any) -> None:
    seen: list[int] = []
    keys = [api_as(scientist) for _ in range(6)]

    def go(api: Client) -> None:
        seen.append(register(api).status_code)
        connections.close_all()

    threads = [threading.Thread(target=go, args=(api,)) for api in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) <= {201, 409}
    assert 201 in seen
    assert RegisteredModel.objects.count() == 1


def test_no_answer_is_kept_of_what_did_not_happen(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer and what it answers are one transaction: a fault between the two undoes both."""

    def fault(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as patched:
        patched.setattr(answers, "keep", fault)
        assert register(api).status_code == 500
    assert not RegisteredModel.objects.exists()
    assert register(api).status_code == 201
    assert not connection.needs_rollback


def form(content: bytes = CONTENT) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("m.safetensors", content), "metrics": '{"auc": 0.5}'}


def test_a_form_is_the_same_by_what_it_holds(api: Client, scientist: Any, stored: Callable[[], list[Path]]) -> None:
    """The boundaries of the second form are others; its file and fields are the same."""
    make_model(scientist)
    first = api.post(VERSIONS, form(), headers=KEY)
    assert first.status_code == 201
    other = b'--other\r\nContent-Disposition: form-data; name="metrics"\r\n\r\n{"auc": 0.5}\r\n'
    other += b'--other\r\nContent-Disposition: form-data; name="file"; filename="m.safetensors"\r\n\r\n'
    other += CONTENT + b"\r\n--other--\r\n"
    again = api.post(VERSIONS, other, content_type="multipart/form-data; boundary=other", headers=KEY)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    refused(api.post(VERSIONS, form(safetensors()), headers=KEY), 422, "idempotency.mismatch")
    bare = api.post(VERSIONS, CONTENT, content_type="application/octet-stream", headers=KEY)
    refused(bare, 422, "idempotency.mismatch")
    assert (ModelVersion.objects.count(), len(stored())) == (1, 1)


def test_a_bare_file_and_a_completed_upload_are_made_once(api: Client, scientist: Any) -> None:
    make_model(scientist)
    for _ in range(2):
        answer = api.post(VERSIONS, CONTENT, content_type="application/octet-stream", headers=KEY)
        assert answer.json()["version"] == 1
    made = upload(api, CONTENT)
    for _ in range(2):
        said = {"upload": made}
        answer = api.post(VERSIONS, said, content_type="application/json", headers={"Idempotency-Key": "second"})
        assert answer.json()["version"] == 2
    refused(complete(api, made), 409, "upload.completed")


def test_an_upload_is_begun_once(api: Client) -> None:
    ids = {
        api.post(UPLOADS, {"length": 5}, content_type="application/json", headers=KEY).json()["id"] for _ in range(2)
    }
    assert len(ids) == 1
