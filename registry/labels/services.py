"""Changing labels. A model's row orders what is written about it and its versions."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid, NotFound
from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_queries import FixedQuery
from registry.models import ModelVersion, RegisteredModel

from .audit_events import (
    MODEL_TAGGED,
    MODEL_UNTAGGED,
    VERSION_ARCHIVED,
    VERSION_DESCRIBED,
    VERSION_TAGGED,
    VERSION_UNTAGGED,
)
from .models import ModelLabels, VersionLabels

LONGEST_KEY: Final = 250
LONGEST_VALUE: Final = 100_000
MOST_TAGS: Final = 500
LONGEST_DESCRIPTION: Final = 5000
PROMPT_TAG: Final = "mlflow.prompt.is_prompt"


def labels_of(model: RegisteredModel) -> ModelLabels:
    """The stored labels of ``model``, or new ones without a tag."""
    return _labels.first(None, model=model.pk) or ModelLabels(model=model)


@FixedQuery
def _labels(reader: None, *, model: Any) -> "QuerySet[ModelLabels]":
    return ModelLabels.objects.filter(pk=model).order_by()


def version_labels_of(version: ModelVersion) -> VersionLabels:
    """The stored labels of ``version``, or new ones that begin with the tags that it was registered with."""
    found = VersionLabels.objects.filter(pk=version.pk).first()
    return found or VersionLabels(version=version, tags=dict(version.tags), run_id=version.run_reference)


def shown_tags(version: ModelVersion) -> list[tuple[str, str]]:
    """The tags that hold now, by key; of a long one its beginning."""
    labels: VersionLabels | None = getattr(version, "labels", None)
    return _shown(version.tags if labels is None else labels.tags)


def shown_model_tags(model: RegisteredModel) -> list[tuple[str, str]]:
    """The tags of a model, by key; of a long one its beginning."""
    labels: ModelLabels | None = getattr(model, "labels", None)
    return [] if labels is None else _shown(labels.tags)


def _shown(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, text if len(text) <= LONGEST_KEY else f"{text[:LONGEST_KEY]}…") for key, text in sorted(tags.items())]


@transaction.atomic
def label_new_model(model: RegisteredModel, tags: Mapping[str, str]) -> None:
    """The tags that a new model comes with; its registration, in the same transaction, is what the ledger has."""
    if tags:
        ModelLabels.objects.create(model=model, tags=checked_tags(tags), is_prompt=tags.get(PROMPT_TAG) == "true")


def label_new_version(version: ModelVersion, labels: VersionLabels) -> None:
    """What a new version comes with; inside the transaction that adds it."""
    labels.version, labels.changed_at = version, version.created_at
    insert(labels)


@transaction.atomic
def tag_model(model: RegisteredModel, key: str, value: str, *, actor: Actor) -> None:
    """Set one tag of a model. Raises Invalid; whether it is a prompt was decided when it was made."""
    _lock(model)
    labels = labels_of(model)
    if key == PROMPT_TAG and (value == "true") != labels.is_prompt:
        raise _fixed()
    labels.tags = checked_tags({**labels.tags, key: value})
    labels.save()
    record(MODEL_TAGGED, model, actor=actor, name=model.name, tag=key)


@transaction.atomic
def untag_model(model: RegisteredModel, key: str, *, actor: Actor) -> None:
    """Take one tag from a model; nothing happens when it has none of that key."""
    _lock(model)
    labels = labels_of(model)
    if key not in labels.tags:
        return
    if key == PROMPT_TAG and labels.is_prompt:
        raise _fixed()
    del labels.tags[key]
    labels.save()
    record(MODEL_UNTAGGED, model, actor=actor, name=model.name, tag=key)


@transaction.atomic
def tag_version(version: ModelVersion, key: str, value: str, *, actor: Actor) -> None:
    """Set one tag of a version. Raises Invalid."""
    _lock(version.model)
    labels = version_labels_of(version)
    labels.tags = checked_tags({**labels.tags, key: value})
    _save(labels)
    record(VERSION_TAGGED, version, actor=actor, name=version.model.name, version=version.number, tag=key)


@transaction.atomic
def untag_version(version: ModelVersion, key: str, *, actor: Actor) -> None:
    """Take one tag from a version; nothing happens when it has none of that key."""
    _lock(version.model)
    labels = version_labels_of(version)
    if key not in labels.tags:
        return
    del labels.tags[key]
    _save(labels)
    record(VERSION_UNTAGGED, version, actor=actor, name=version.model.name, version=version.number, tag=key)


@transaction.atomic
def describe_version(version: ModelVersion, description: str, *, actor: Actor) -> None:
    """Replace the description; the ledger knows that it changed, not what it says. Raises Invalid."""
    if len(description) > LONGEST_DESCRIPTION:
        raise Invalid(
            f"The description has {len(description)} characters; at most {LONGEST_DESCRIPTION} are kept.",
            code="labels.description_too_long",
            field="description",
        )
    _lock(version.model)
    labels = version_labels_of(version)
    if labels.description == description:
        return
    labels.description = description
    _save(labels)
    record(VERSION_DESCRIBED, version, actor=actor, name=version.model.name, version=version.number)


@transaction.atomic
def archive_version(version: ModelVersion, *, archived: bool, actor: Actor) -> None:
    """Mark a version as one that is not used any more, or take the mark away."""
    _lock(version.model)
    labels = version_labels_of(version)
    if labels.is_archived == archived:
        return
    labels.is_archived = archived
    _save(labels)
    record(
        VERSION_ARCHIVED, version, actor=actor, name=version.model.name, version=version.number, archived=archived
    )  # fmt: skip


def checked_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """Tags as texts by key. Raises Invalid."""
    if len(tags) > MOST_TAGS:
        raise Invalid(
            f"There are {len(tags)} tags; at most {MOST_TAGS} are kept.", code="labels.too_many", field="tags"
        )
    for key, value in tags.items():
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise Invalid(
                f"The key of a tag is one line of 1 to {LONGEST_KEY} characters.",
                code="labels.invalid_key",
                field="key",
            )
        if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\x00" in value:
            raise Invalid(
                f"The tag {key!r} is not a text of at most {LONGEST_VALUE} characters.",
                code="labels.invalid_value",
                field="value",
            )
    return dict(tags)


def _lock(model: RegisteredModel) -> None:
    if not RegisteredModel.objects.select_for_update(no_key=True).filter(pk=model.pk).exists():
        raise NotFound("The model is not there any more: it was removed for good.", code="model.not_found")


def _save(labels: VersionLabels) -> None:
    labels.changed_at = timezone.now()
    labels.save()


def _fixed() -> Invalid:
    return Invalid(
        f"The tag {PROMPT_TAG} says what kind of thing this is and cannot change. Register another one.",
        code="labels.kind_fixed",
        field="key",
    )
