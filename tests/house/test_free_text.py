"""Every column that somebody could write a sentence into is looked through for names, or says why it is not."""

from typing import Any

import pytest
from django.db import models

from compliance.subjects.mentions import declared
from compliance.subjects.mentions.other_texts import REASONS, all_undecided, holds_text, other_texts, undecided
from modelops.crypto.columns import EncryptedTextField
from monitoring.models.alert_records import AlertComment


@pytest.fixture
def with_a_new_text() -> Any:
    """A column that a release added to the comments of alerts."""
    field = models.TextField(default="")
    AlertComment.add_to_class("afterthought", field)
    yield field
    AlertComment._meta.local_fields.remove(field)
    delattr(AlertComment, "afterthought")
    AlertComment._meta._expire_cache()


def test_every_text_is_looked_through_or_says_why_not() -> None:
    """S4-62, S4-64: add the column to ``free_text`` of its app, or to other_texts.json with its reason."""
    assert all_undecided(declared()) == []
    assert {reason for one in other_texts().values() for reason in one} == set(REASONS)


def test_a_new_text_is_not_forgotten(with_a_new_text: Any) -> None:
    """S4-133: whoever adds it is told; either answer will do."""
    label = AlertComment._meta.label
    assert all_undecided(declared()) == [f"{label}.afterthought holds text"]
    told = {label: {"notes": ["afterthought"]}}
    assert undecided([AlertComment], declared(), told) == []


def test_what_is_said_wrongly_is_named() -> None:
    """S4-133: what is gone, doubled or without a known reason."""
    label = AlertComment._meta.label
    faults = undecided([AlertComment], declared(), {label: {"whim": ["text"], "notes": ["gone"]}})
    assert sorted(faults) == [
        f"{label}.gone holds no text",
        f"{label}.text is decided twice",
        f"{label}.text: 'whim' is no reason",
    ]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (models.TextField(), True),
        (models.JSONField(), True),
        (EncryptedTextField(), True),
        (models.CharField(max_length=200), True),
        (models.CharField(max_length=100), False),
        (models.CharField(max_length=300, choices=[("a", "A")]), False),
        (models.IntegerField(), False),
    ],
)
def test_what_counts_as_text(field: Any, text: bool) -> None:
    assert holds_text(field) is text
