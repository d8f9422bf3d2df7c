"""Models and versions as answers show them: one place for objects and for the plain rows of lists.

A list of fifty versions takes longer to be put into serializer fields, one value after the other, than to be found. The
serializers say what the fields are; these functions fill them.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed
from modelops.rest.moments import moment

from .formats import label_of

_MODEL_FIELDS: Final = (
    "id", "name", "task_type", "description", "purpose", "risk_class", "is_restricted", "needs_step_up",
    "access_code_hash", "primary_metric", "metric_directions", "created_at", "changed_at", "deleted_at", "purge_after",
    "deletion_reason",
)  # fmt: skip
MODEL_COLUMNS: Final = (*_MODEL_FIELDS, "owner__username", "latest_number")
_model_values = attrgetter(*_MODEL_FIELDS)

_VERSION_FIELDS: Final = (
    "id", "model.name", "number", "state", "file_format", "file_count", "total_size", "metrics", "tags",
    "source_commit", "run_reference", "created_at", "deleted_at", "purge_after", "deletion_reason", "artifact.sha256",
    "artifact.sha512", "artifact.size", "artifact.file_name", "artifact.cipher", "artifact.codec",
    "artifact.stored_size", "artifact.wrapped_key", "artifact.key_version", "artifact.verified_at",
)  # fmt: skip
_SCAN_FIELDS: Final = (
    "state", "cause", "found_format", "reasons", "rules", "is_pending", "asked_at", "decided_at",
)  # fmt: skip
VERSION_COLUMNS: Final = (
    *(name.replace(".", "__") for name in _VERSION_FIELDS),
    *(f"artifact__inspection__{name}" for name in _SCAN_FIELDS),
)
_version_values = attrgetter(*_VERSION_FIELDS)
_scan_values = attrgetter(*_SCAN_FIELDS)


def model_values(model: Any) -> tuple[Any, ...]:
    """What `MODEL_COLUMNS` are of an object; the latest number where it was asked for."""
    owner = model.owner.username if model.owner_id is not None else None
    return (*_model_values(model), owner, getattr(model, "latest_number", None))


def model_shown(row: Iterable[Any]) -> dict[str, Any]:
    """A model, by its `MODEL_COLUMNS`; what is offered for its task the serializer adds."""
    (
        pk, name, task_type, description, purpose, risk_class, is_restricted, needs_step_up, code_hash, metric,
        directions, created_at, changed_at, deleted_at, purge_after, deletion_reason, owner, latest,
    ) = row  # fmt: skip
    return {
        "id": str(pk),
        "name": name,
        "task_type": task_type,
        "description": description,
        "purpose": purpose,
        "risk_class": risk_class,
        "owner": owner,
        "latest_version": latest,
        "is_restricted": is_restricted,
        "needs_step_up": needs_step_up,
        "has_access_code": bool(code_hash),
        "primary_metric": metric,
        "metric_directions": directions,
        "created_at": moment(created_at),
        "changed_at": moment(changed_at),
        "deleted_at": moment(deleted_at),
        "purge_after": moment(purge_after),
        "deletion_reason": deletion_reason,
    }


def version_values(version: Any) -> tuple[Any, ...]:
    """What `VERSION_COLUMNS` are of an object; a version that nobody asked to have scanned has no scan."""
    inspection = getattr(version.artifact, "inspection", None)
    scan = (None,) * len(_SCAN_FIELDS) if inspection is None else _scan_values(inspection)
    return (*_version_values(version), *scan)


def version_shown(
    row: Iterable[Any], *, datasets: list[dict[str, Any]], locations: list[dict[str, Any]], is_traced: bool, rules: str
) -> dict[str, Any]:
    """A version, by its `VERSION_COLUMNS`. ``rules`` is the rule set by which files are scanned now.

    Of the datasets only those are given that the reader may know of; whether there are any, ``is_traced`` says.
    """
    (
        pk, model, number, state, file_format, file_count, total_size, metrics, tags, source_commit, run_reference,
        created_at, deleted_at, purge_after, deletion_reason, sha256, sha512, size, file_name, cipher, codec,
        stored_size, wrapped_key, key_version, verified_at, *scan,
    ) = row  # fmt: skip
    digests = [("sha256", sha256), ("sha512", sha512)]
    return {
        "id": str(pk),
        "model": model,
        "version": number,
        "state": state,
        "scan": _scan_shown(scan, rules),
        "format": file_format,
        "format_label": label_of(file_format),
        "is_directory": total_size is not None,
        "file_count": file_count,
        "metrics": {name: float(value) for name, value in metrics.items()},
        "tags": {name: str(text) for name, text in tags.items()},
        "datasets": datasets,
        "source_commit": source_commit,
        "run_reference": run_reference,
        "lineage": "complete" if is_traced and source_commit else "incomplete",
        "digest": {"sha256": sha256, "sha512": sha512 or None},
        "digests": [{"algorithm": name, "digest": digest} for name, digest in digests if digest],
        "size": size if total_size is None else total_size,
        "file_name": file_name,
        "cipher": cipher,
        "codec": codec,
        "stored_size": stored_size,
        "ratio": round(size / stored_size, 4) if stored_size else None,
        "key_id": _key_of(wrapped_key),
        "key_version": key_version,
        "locations": locations,
        "verified_at": moment(verified_at),
        "created_at": moment(created_at),
        "deleted_at": moment(deleted_at),
        "purge_after": moment(purge_after),
        "deletion_reason": deletion_reason,
    }


def _scan_shown(row: list[Any], rules: str) -> Mapping[str, Any] | None:
    state, cause, found_format, reasons, judged_by, is_pending, asked_at, decided_at = row
    if state is None:
        return None
    return {
        "state": state,
        "cause": cause,
        "format": found_format,
        "reasons": reasons,
        "rules": judged_by,
        "is_current": judged_by == rules,
        "is_pending": is_pending,
        "asked_at": moment(asked_at),
        "decided_at": moment(decided_at),
    }


def _key_of(wrapped_key: bytes) -> str | None:
    """The ring key that wraps the data key; None where the row holds no sealed value, so that lists go on."""
    try:
        return str(envelope.key_id(wrapped_key))
    except DecryptionFailed:
        return None
