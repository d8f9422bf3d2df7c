"""The registry in the admin: to look at, nothing to change, no secrets."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import Artifact, Dataset, DatasetVersion, ModelVersion, RegisteredModel

from .samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db
MODELS = [RegisteredModel, ModelVersion, Dataset, DatasetVersion, Artifact]


@pytest.fixture
def officer(scientist: Any, client: Client) -> Client:
    """The admin as the compliance officer, with one row of everything."""
    from tests.accounts.people import make_user, sign_in

    dataset = make_dataset_version(make_dataset(scientist), scientist)
    make_version(make_model(scientist), scientist, parameters={"secret_rate": 0.125}, datasets=[dataset])
    return sign_in(client, make_user("officer", "Compliance officer"))


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_shown_and_cannot_be_changed(officer: Client, model: Any) -> None:
    row = model._base_manager.first()
    route = f"admin:registry_{model._meta.model_name}"
    assert officer.get(reverse(f"{route}_changelist")).status_code == 200
    address = reverse(f"{route}_change", args=[row.pk])
    page = officer.get(address)
    content = page.content.decode()
    assert page.status_code == 200
    assert "secret_rate" not in content
    assert "wrapped" not in content.lower()
    assert officer.post(address, {}).status_code == 403
    assert officer.post(reverse(f"{route}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert officer.get(reverse(f"{route}_add")).status_code == 403
    assert model._base_manager.filter(pk=row.pk).exists()
