"""Registering models and adding versions."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from registry import descriptions
from registry.artifacts.recording import insert_artifact
from registry.artifacts.sealed import SealedUpload
from registry.audit_events import MODEL_REGISTERED, VERSION_ADDED
from registry.formats import identify
from registry.models import (
    DatasetVersion,
    ModelVersion,
    ModelVersionDataset,
    RegisteredModel,
    TaskType,
    VersionState,
)
from registry.signing.services import sign_version

from .ownership import account_id


@transaction.atomic
def register_model(name: str, task_type: str, description: str = "", *, actor: Actor) -> RegisteredModel:
    """A new model without versions. Raises Invalid for the name or task type, Conflict when the name is taken."""
    validate_name(name, "model")
    if task_type not in TaskType.values:
        raise Invalid(
            f"The task type {str(task_type)[:60]!r} is not known; use one of {', '.join(TaskType.values)}.",
            code="model.unknown_task_type",
            field="task_type",
        )
    try:
        with transaction.atomic():
            model = RegisteredModel.objects.create(
                name=name, task_type=task_type, description=description, owner_id=account_id(actor)
            )
    except IntegrityError:
        raise Conflict(
            f"There is a model {name!r} already. Add a version to it, or choose another name.",
            code="model.name_taken",
            field="name",
        ) from None
    record(MODEL_REGISTERED, model, actor=actor, name=model.name)
    return model


def add_version(
    model: RegisteredModel,
    upload: SealedUpload,
    *,
    metrics: Any = None,
    parameters: Any = None,
    tags: Any = None,
    datasets: Iterable[DatasetVersion] = (),
    actor: Actor,
) -> ModelVersion:
    """The next version of ``model`` with the uploaded file, which the version takes over.

    The format is told by the content. What may hold code is stored but quarantined. Raises Invalid for an empty or
    damaged file or unusable metrics, parameters or tags; UnsupportedFormat for a file that is no model.
    """
    described = {
        "metrics": descriptions.metrics(metrics),
        "parameters": descriptions.parameters(parameters),
        "tags": descriptions.tags(tags),
    }
    with upload.open_plaintext() as file:
        found = identify(file)
    state = VersionState.QUARANTINED if found.may_hold_code else VersionState.READY
    with upload.adopted() as artifact, transaction.atomic():
        # Whoever holds the model's row gives out its numbers: parallel uploads wait here, not in their file.
        family = RegisteredModel.objects.select_for_update().get(pk=model.pk)
        family.last_number += 1
        family.changed_at = timezone.now()
        family.save(update_fields=["last_number", "changed_at"])
        insert_artifact(artifact)
        version = ModelVersion(
            model=model,
            number=family.last_number,
            state=state,
            file_format=found.key,
            artifact=artifact,
            created_by_id=account_id(actor),
            **described,
        )
        version.save(force_insert=True)
        ModelVersionDataset.objects.bulk_create(
            ModelVersionDataset(model_version=version, dataset_version=dataset) for dataset in datasets
        )
        record(
            VERSION_ADDED,
            version,
            actor=actor,
            name=model.name,
            version=version.number,
            format=found.key,
            size=artifact.size,
            state=state.value,
            sha256=artifact.sha256,
            key_version=artifact.key_version,
        )
        sign_version(version)
    return version
