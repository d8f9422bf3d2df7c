"""What the registry tells a person about themselves, and what it forgets."""

from typing import Any

import pytest

from accounts.actors import actor_of
from compliance.subjects.providers import Subject
from registry.models import ModelVersion, RegisteredModel
from registry.personal_data import Ownership

from .samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db


def test_owned_and_uploaded_rows_are_found_exported_and_let_go(scientist: Any) -> None:
    from tests.accounts.people import make_user

    other = make_user("engineer", "ML engineer")
    make_version(make_model(scientist), scientist)
    make_dataset_version(make_dataset(scientist), scientist)
    make_version(make_model(other, "other"), other)
    subject = Subject(ref="scientist", account_ids=frozenset({scientist.pk}))
    provider = Ownership()
    assert provider.find(subject) == 4
    rows = list(provider.export(subject))
    assert sorted(row.section for row in rows) == [
        "registry.dataset_versions", "registry.datasets", "registry.models", "registry.versions",
    ]  # fmt: skip
    declared = {section.key: set(section.fields) for section in provider.sections}
    assert all(set(row.fields) == declared[row.section] for row in rows)
    assert "other" not in str(rows)

    assert provider.erase(subject, actor=actor_of(other)) == 4
    assert provider.find(subject) == 0
    assert provider.erase(subject, actor=actor_of(other)) == 0
    assert RegisteredModel.objects.get(name="arrival-delay").owner is None
    assert ModelVersion.objects.get(model__name="other").created_by == other
