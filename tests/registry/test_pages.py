"""The portal's pages of models and datasets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.models import DatasetVersion, ModelVersion
from tests.scans import scanned

from .samples import CSV, harmful, make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db


def text(answer: Any, status: int = 200) -> str:
    content = answer.content.decode()
    assert answer.status_code == status, content[:2000]
    assert 'style="' not in content
    return str(content)


def test_empty_lists_say_what_to_do(portal: Client) -> None:
    assert "Register a model" in text(portal.get("/models/"))
    assert "Create a dataset" in text(portal.get("/datasets/"))
    assert "No model matches" in text(portal.get("/models/?q=none"))


def test_a_model_is_registered_on_a_page(portal: Client) -> None:
    assert "Task" in text(portal.get("/models/-/new/"))
    answer = portal.post("/models/-/new/", {"name": "churn", "task_type": "regression"}, follow=True)
    assert "churn" in text(answer)
    assert "name begins with" in text(portal.post("/models/-/new/", {"name": "a b", "task_type": "regression"}), 422)
    assert "already" in text(portal.post("/models/-/new/", {"name": "churn", "task_type": "regression"}), 422)


def test_a_version_is_uploaded_and_shown(portal: Client, scientist: Any) -> None:
    make_model(scientist)
    dataset = make_dataset_version(make_dataset(scientist), scientist)
    assert 'type="file"' in text(portal.get("/models/arrival-delay/versions/new/"))
    form = {
        "file": SimpleUploadedFile("m.safetensors", safetensors()),
        "metrics": "auc=0.71\nbrier=0.093412",
        "parameters": '{"learning_rate": 0.125}',
        "tags": "nightly, team=search",
        "datasets": [str(dataset.pk)],
    }
    waiting = text(portal.post("/models/arrival-delay/versions/new/", form, follow=True))
    assert "Ready" not in waiting
    assert "auc" in waiting
    version = scanned(ModelVersion.objects.get())
    page = text(portal.get("/models/arrival-delay/versions/1/"))
    for part in ("Ready", "auc", "0.0934", "team: search", "flights v1", version.artifact.sha256, "Encrypted"):
        assert part in page
    assert "0.125" not in page
    shown = text(portal.post("/models/arrival-delay/versions/1/parameters/"))
    assert "0.125" in shown
    assert "arrival-delay v1" in text(portal.get("/datasets/flights/versions/1/"))
    assert "v1" in text(portal.get("/models/arrival-delay/"))


def test_a_refused_upload_keeps_the_form(portal: Client, scientist: Any, stored: Callable[[], list[Path]]) -> None:
    make_model(scientist)
    make_dataset(scientist)
    html = {"file": SimpleUploadedFile("m.html", b"<html>"), "tags": "kept"}
    assert "HTML" in text(portal.post("/models/arrival-delay/versions/new/", html), 422)
    empty = {"file": SimpleUploadedFile("m", b"")}
    assert "empty" in text(portal.post("/models/arrival-delay/versions/new/", empty), 422)
    wrong = {"file": SimpleUploadedFile("m", safetensors()), "metrics": "auc=high"}
    assert "finite number" in text(portal.post("/models/arrival-delay/versions/new/", wrong), 422)
    assert "required" in text(portal.post("/models/arrival-delay/versions/new/", {}), 422)
    no_rows = {"file": SimpleUploadedFile("t.csv", b"a,b\n")}
    assert "no rows" in text(portal.post("/datasets/flights/versions/new/", no_rows), 422)
    assert stored() == []


def test_an_upload_without_a_token_is_refused(scientist: Any, stored: Callable[[], list[Path]]) -> None:
    from tests.accounts.people import sign_in

    make_model(scientist)
    strict = sign_in(Client(enforce_csrf_checks=True), scientist)
    answer = strict.post("/models/arrival-delay/versions/new/", {"file": SimpleUploadedFile("m", safetensors())})
    assert answer.status_code == 403
    assert not ModelVersion.objects.exists()
    assert stored() == []
    page = strict.get("/models/arrival-delay/versions/new/")
    form = {
        "file": SimpleUploadedFile("m", safetensors()),
        "csrfmiddlewaretoken": page.context["csrf_token"],
    }
    assert strict.post("/models/arrival-delay/versions/new/", form).status_code == 302


def test_a_dataset_is_created_and_a_version_uploaded(portal: Client) -> None:
    assert "flights" in text(portal.post("/datasets/-/new/", {"name": "flights"}, follow=True))
    form = {"file": SimpleUploadedFile("flights.csv", CSV)}
    page = text(portal.post("/datasets/flights/versions/new/", form, follow=True))
    version = DatasetVersion.objects.get()
    for part in ("dep_delay", "number", "Run quality check", "Compare for drift", version.artifact.sha256):
        assert part in page
    assert "flights v1 is stored" in page or "version 1 of dataset flights" in page
    assert "v1" in text(portal.get("/datasets/flights/"))
    assert "flights" in text(portal.get("/datasets/?q=FLIGHT"))


def test_verifying_and_downloading_from_a_page(portal: Client, scientist: Any) -> None:
    make_version(make_model(scientist), scientist)
    assert "Sound" in text(portal.post("/models/arrival-delay/versions/1/verify/", follow=True))
    answer = portal.post("/models/arrival-delay/versions/1/file/")
    assert answer.getvalue() == safetensors()
    assert AuditEvent.objects.filter(name="registry.artifact.downloaded").count() == 1
    assert portal.get("/models/arrival-delay/versions/1/file/").status_code == 405


def test_a_quarantined_version_explains_itself(portal: Client, scientist: Any) -> None:
    from tests.accounts.people import make_user, sign_in

    make_version(make_model(scientist), scientist, harmful())
    page = text(portal.get("/models/arrival-delay/versions/1/"))
    assert "Quarantined" in page
    assert ">Download<" not in page
    engineer = sign_in(Client(), make_user("engineer", "ML engineer"))
    assert ">Download<" not in text(engineer.get("/models/arrival-delay/versions/1/"))


def test_a_viewer_has_no_buttons_and_no_way_around_them(scientist: Any) -> None:
    from tests.accounts.people import make_user, sign_in

    make_version(make_model(scientist), scientist, parameters={"a": 1})
    viewer = sign_in(Client(), make_user("viewer", "Viewer"))
    assert "Register a model" not in text(viewer.get("/models/"))
    page = text(viewer.get("/models/arrival-delay/versions/1/"))
    for word in ("Show parameters", "Verify</button>", "Download</button>"):
        assert word not in page
    for action in ("parameters", "verify", "file"):
        assert viewer.post(f"/models/arrival-delay/versions/1/{action}/").status_code == 403
    assert viewer.get("/models/-/new/").status_code == 403


def test_nobody_sees_a_page_without_signing_in(client: Client, scientist: Any) -> None:
    make_version(make_model(scientist), scientist)
    for address in ("/models/", "/models/arrival-delay/", "/models/arrival-delay/versions/1/", "/datasets/"):
        assert client.get(address).status_code == 302


def test_texts_of_others_are_shown_as_text(portal: Client, scientist: Any) -> None:
    model = make_model(scientist)
    make_version(model, scientist, tags={"<script>alert(1)</script>": "<b>"}, metrics={"<i>": 1.0})
    page = text(portal.get("/models/arrival-delay/versions/1/"))
    assert "<script>alert" not in page
    assert "<i>" not in page


def test_lists_take_a_fixed_number_of_queries(
    portal: Client, scientist: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_version(make_model(scientist, f"m{number}"), scientist)
    with django_assert_max_num_queries(14):
        text(portal.get("/models/"))
    for _ in range(5):
        make_version(ModelVersion.objects.first().model, scientist)
    page = ModelVersion.objects.first().model.get_absolute_url()
    text(portal.get(page))  # the first row of a browser also keeps where it comes from
    with django_assert_max_num_queries(25):
        text(portal.get(page))
