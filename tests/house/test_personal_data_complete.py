"""Every model that can hold data about a person has a provider, or says why it needs none."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

from compliance.subjects.providers import all_providers, exemptions, providers
from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.encrypted_column import EncryptedColumn

# Field types and names that speak of a person. A name counts with or without an ending after an underscore.
TYPES = (models.EmailField, models.GenericIPAddressField, EncryptedColumn, BlindIndexField)
NAMES = (
    "email",
    "ip",
    "phone",
    "username",
    "first_name",
    "last_name",
    "actor_ref",
    "user_ref",
    "user_agent",
    "subject_ref",
)


def speaks_of_a_person(field: Any) -> bool:
    """Whether a column can name a person or lead to one."""
    if isinstance(field, TYPES):
        return True
    if field.is_relation:
        return field.concrete and field.related_model is get_user_model()
    return any(field.name == name or field.name.startswith(f"{name}_") for name in NAMES)


def personal_models() -> dict[str, list[str]]:
    """Models with such columns. A table that only links two models belongs to the model that declares the link."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        fields = [field.name for field in model._meta.get_fields() if field.concrete and speaks_of_a_person(field)]
        if fields or model is get_user_model():
            owner = model._meta.auto_created or model
            found.setdefault(owner._meta.label, []).extend(fields)
    return found


def covered() -> set[str]:
    """Labels of all models that a provider exports."""
    return {label for _, provider in all_providers() for label in provider.covers}


def test_every_model_about_a_person_is_covered_or_exempt_with_a_reason() -> None:
    """S4-62: a new table cannot be forgotten when a person asks for their data."""
    missing = {
        label: fields
        for label, fields in personal_models().items()
        if label not in covered() and label not in exemptions()
    }
    assert not missing, (
        f"Add these to a provider in <app>/personal_data.py, or exempt() them with the reason: {missing}"
    )


def test_the_search_for_personal_models_finds_the_known_ones() -> None:
    assert {"accounts.User", "audit.AuditEvent", "jobs.Job", "subjects.SubjectRequest"} <= set(personal_models())
    assert "crypto.KeyVersion" not in personal_models()


def test_providers_and_exemptions_name_models_that_exist_and_do_not_overlap() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert covered() | set(exemptions()) <= labels
    assert not covered() & set(exemptions())


@pytest.mark.parametrize("key", providers.keys())
def test_each_section_is_described(key: str) -> None:
    provider = providers.get(key)
    assert provider.label
    assert provider.covers
    assert provider.sections
    for section in provider.sections:
        assert section.title
        assert section.source
        assert section.fields
        assert all(section.fields.values())


def test_no_two_providers_share_a_section() -> None:
    keys = [section.key for _, provider in all_providers() for section in provider.sections]
    assert len(keys) == len(set(keys))
