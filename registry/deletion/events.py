"""What the ledger records about deletion. The reason is free text, so it stands with the row and not here."""

from typing import Any

from compliance.audit import EventClass, define
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel

Row = RegisteredModel | ModelVersion | Dataset | DatasetVersion

_KINDS = {
    RegisteredModel: ("model", "model {name}", "model"),
    ModelVersion: ("version", "version {version} of model {name}", "model"),
    Dataset: ("dataset", "dataset {name}", "data"),
    DatasetVersion: ("dataset_version", "version {version} of dataset {name}", "data"),
}


def _events(verb: str, words: str, *more: str, ocsf: str) -> dict[type, EventClass]:
    found = {}
    for model, (noun, phrase, category) in _KINDS.items():
        names = ("name", "version") if "{version}" in phrase else ("name",)
        sentence = words.replace("OBJECT", phrase)
        found[model] = define(f"registry.{noun}.{verb}", sentence, *names, *more, category=category, ocsf=ocsf)
    return found


DELETED = _events("deleted", "deleted OBJECT; it can be restored until {until}", "until", ocsf="entity.delete")
RESTORED = _events("restored", "restored OBJECT", ocsf="entity.resume")
PURGED = _events("purged", "removed OBJECT for good, with {files} files", "files", "sha256", ocsf="file_hosting.delete")
PURGE_HELD = _events("purge_held", "kept deleted OBJECT: {reason}", "reason", ocsf="entity.other")


def parent_of(row: Row) -> RegisteredModel | Dataset | None:
    """The model or dataset of a version; None for these themselves."""
    if isinstance(row, ModelVersion):
        return row.model
    return row.dataset if isinstance(row, DatasetVersion) else None


def named(row: Row) -> dict[str, Any]:
    """How a row is called in the ledger."""
    parent = parent_of(row)
    return {"name": row.name} if parent is None else {"name": parent.name, "version": row.number}  # type: ignore[union-attr]
