"""Lineage: from data to versions, from a version to its data and siblings, and what is missing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from registry.aliases.services import set_alias
from registry.models import Dataset, DatasetVersion, ModelVersion
from tests.accounts.people import make_user
from tests.portal.people import key_for
from tests.registry.answers import problem_of
from tests.registry.cards.filled import ACTOR
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
MODELS = "/api/v1/models/arrival-delay/versions/"


@pytest.fixture
def data(scientist: User) -> list[DatasetVersion]:
    """Two versions of a dataset."""
    dataset = make_dataset(scientist)
    return [make_dataset_version(dataset, scientist) for _ in range(2)]


@pytest.fixture
def versions(scientist: User, data: list[DatasetVersion]) -> list[ModelVersion]:
    """Three versions: of the first data, of both, and of none."""
    model = make_model(scientist)
    first = make_version(model, scientist, datasets=data[:1], source_commit="762c550", run_reference="run <1>")
    both = make_version(model, scientist, datasets=data)
    return [first, both, make_version(model, scientist)]


def test_data_leads_to_every_version_made_of_it(versions: list[ModelVersion], api: Client) -> None:
    """S2-06: given a dataset the interface returns all versions trained on it, with where they are in use."""
    set_alias(versions[1].model, "candidate", versions[1], actor=ACTOR)
    found = api.get("/api/v1/datasets/flights/versions/1/lineage/").json()
    assert [(row["model"], row["version"], row["aliases"]) for row in found["model_versions"]] == [
        ("arrival-delay", 1, []),
        ("arrival-delay", 2, ["candidate"]),
    ]
    found = api.get("/api/v1/datasets/flights/versions/2/lineage/").json()
    assert [row["version"] for row in found["model_versions"]] == [2]


def test_the_impact_of_a_dataset_names_each_version_with_its_stage(
    versions: list[ModelVersion], api: Client, portal: Client
) -> None:
    """S4-77: the report lists all versions trained on D with stage."""
    set_alias(versions[1].model, "candidate", versions[1], actor=ACTOR)
    found = api.get("/api/v1/datasets/flights/impact/").json()
    assert not found["truncated"]
    assert [(row["version"], row["dataset_version"], row["aliases"]) for row in found["model_versions"]] == [
        (1, 1, []),
        (2, 1, ["candidate"]),
        (2, 2, ["candidate"]),
    ]
    page = portal.get("/datasets/flights/impact/").content.decode()
    assert page.index("arrival-delay v2") < page.index("arrival-delay v1")
    assert "candidate" in page


def test_a_version_leads_to_its_data_and_siblings(versions: list[ModelVersion], api: Client, portal: Client) -> None:
    """S2-06: version, data, other versions of the same data; drawn on the page with a table beside it."""
    found = api.get(f"{MODELS}1/lineage/").json()
    assert found["complete"]
    assert found["datasets"] == [{"dataset": "flights", "version": 1}]
    assert found["siblings"] == [
        {"model": "arrival-delay", "version": 2, "shares": [{"dataset": "flights", "version": 1}]}
    ]
    page = portal.get("/models/arrival-delay/versions/1/").content.decode()
    assert "lineage-box lineage-self" in page
    assert page.count("lineage-line") == 2
    assert "Made of the same data" in page
    assert "run &lt;1&gt;" in page


def test_what_cannot_be_traced_says_so_and_counts(
    versions: list[ModelVersion], api: Client, portal: Client, db: None
) -> None:
    """S2-05: without commit id or data-set link a version shows "lineage incomplete" and counts in the KPI."""
    listed = {row["version"]: row["lineage"] for row in api.get(MODELS).json()["results"]}
    assert listed == {1: "complete", 2: "incomplete", 3: "incomplete"}
    assert api.get(f"{MODELS}3/lineage/").json()["missing"] == ["source commit", "dataset"]
    assert "Lineage incomplete" in portal.get("/models/arrival-delay/versions/2/").content.decode()
    assert "Lineage incomplete" not in portal.get("/models/arrival-delay/versions/1/").content.decode()
    guard = Client(headers={"Authorization": f"Bearer {key_for('guard', 'Security administrator')}"})
    told = {one["key"]: one for one in guard.get("/api/v1/posture/").json()["controls"]}["lineage.complete"]
    assert (told["held"], told["total"]) == (1, 3)
    versions[2].source_commit = "762c550"
    with pytest.raises(IntegrityError), transaction.atomic():  # a version is as it was made; another one is complete
        versions[2].save()


def test_commit_and_run_are_said_with_every_kind_of_upload(scientist: User, api: Client, portal: Client) -> None:
    """S2-05: a form, a bare file, an upload session and the portal take them; nobody changes them afterwards."""
    model = make_model(scientist)
    said = {"source_commit": "762C550", "run_reference": "https://ci.example.org/run/7"}
    form = {"file": SimpleUploadedFile("m.safetensors", safetensors()), **said}
    assert api.post(MODELS, form).status_code == 201
    bare = api.post(
        f"{MODELS}?source_commit=762c550&run_reference=r", safetensors(b"\x00\x00\x00\x40"), "application/octet-stream"
    )
    assert bare.status_code == 201, bare.content
    upload = api.post("/api/v1/uploads/", {"file_name": "m.safetensors"}, content_type="application/json").json()
    content = safetensors(b"\x00\x00\x40\x40")
    sent = api.patch(
        f"/api/v1/uploads/{upload['id']}/",
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0", "Upload-Complete": "?1"},
    )
    assert sent.status_code == 204, sent.content
    made = api.post(MODELS, {"upload": upload["id"], **said}, content_type="application/json")
    assert made.status_code == 201, made.content
    form = {"file": SimpleUploadedFile("m.safetensors", safetensors()), **said}
    assert portal.post("/models/arrival-delay/versions/new/", form).status_code == 302
    found = ModelVersion.objects.filter(model=model).order_by("number").values_list("source_commit", "run_reference")
    assert list(found) == [
        ("762c550", "https://ci.example.org/run/7"),
        ("762c550", "r"),
        ("762c550", "https://ci.example.org/run/7"),
        ("762c550", "https://ci.example.org/run/7"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(number=1).update(source_commit="0000000")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"source_commit": "main"}, "source_commit.invalid"),
        ({"source_commit": "g" * 40}, "source_commit.invalid"),
        ({"source_commit": "a" * 65}, "source_commit.invalid"),
        ({"run_reference": "x" * 251}, "run_reference.invalid"),
        ({"run_reference": "a\nb"}, "run_reference.invalid"),
    ],
)
def test_what_is_no_commit_is_refused(scientist: User, api: Client, said: dict[str, Any], code: str) -> None:
    """S2-05."""
    make_model(scientist)
    form = {"file": SimpleUploadedFile("m.safetensors", safetensors()), **said}
    assert problem_of(api.post(MODELS, form)) == (400, code)
    assert not ModelVersion.objects.exists()


def test_restricted_models_and_data_stay_hidden(
    versions: list[ModelVersion], api_as: Callable[..., Client], scientist: User
) -> None:
    """S2-06: lineage shows what one may see, and counts what one may not."""
    reader = api_as(make_user("reader", "Viewer"))
    Dataset.objects.update(is_restricted=True)
    found = reader.get(f"{MODELS}2/lineage/").json()
    assert (found["datasets"], found["hidden_datasets"], found["siblings"]) == ([], 2, [])
    assert reader.get("/api/v1/datasets/flights/impact/").status_code == 404
    Dataset.objects.update(is_restricted=False)
    versions[0].model.is_restricted = True
    versions[0].model.save(update_fields=["is_restricted"])
    assert reader.get("/api/v1/datasets/flights/impact/").json()["model_versions"] == []
