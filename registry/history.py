"""What the ledger says of a model, a dataset or a version, together with what lies below it."""

from typing import Any

from django.http import HttpRequest

from compliance.audit.history import Timeline, timeline_page
from registry.models import Artifact, Dataset, DatasetVersion, ModelVersion, RegisteredModel

_SHOWN_VERSIONS = 20


def history(request: HttpRequest, parent: RegisteredModel | Dataset) -> Timeline:
    """The rows about ``parent`` and its newest versions, newest first."""
    version_model = ModelVersion if isinstance(parent, RegisteredModel) else DatasetVersion
    versions = parent.versions.order_by("-number").values_list("pk", flat=True)[:_SHOWN_VERSIONS]
    return timeline_page(request, parent, (version_model, list(versions)))


def files_of(version: ModelVersion | DatasetVersion) -> tuple[Any, list[Any]]:
    """The stored files of a version, of which the ledger tells copies and repairs; for `timeline_page`."""
    keys = [version.artifact_id]
    if isinstance(version, ModelVersion):
        keys += version.files.values_list("artifact_id", flat=True)
        keys += version.variants.exclude(artifact=None).values_list("artifact_id", flat=True)
    return Artifact, keys
