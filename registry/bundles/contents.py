"""What a bundle holds beside the files of the version: what is known of it, as JSON documents."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from modelops.lib.errors import Invalid
from registry.aliases.models import Alias, AliasChange
from registry.artifacts.paths import check_path
from registry.cards.models import CardRevision
from registry.models import Artifact, DatasetVersion, ModelVersion
from registry.promotion.models import Promotion
from registry.provenance.models import Attestation, Kind
from registry.signing.models import Origin, VersionSignature

FILES = "files/"
# What a file is called whose own name no archive could hold.
_NAMELESS = "model"
_MOST_ROWS = 1000

MODEL, METRICS, PARAMETERS, LINEAGE = "model.json", "metrics.json", "parameters.json", "lineage.json"
ALIASES, SIGNATURES, ATTESTATIONS = "aliases.json", "signatures.json", "attestations.json"
CARD, PROMOTIONS = "card.json", "promotions.json"


@dataclass(frozen=True, slots=True)
class File:
    """One stored file under its name in the bundle."""

    name: str
    artifact: Artifact


def as_json(said: Any) -> bytes:
    """The one text of a document: sorted, so that the same facts are the same bytes."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1, default=str).encode() + b"\n"


def files_of(version: ModelVersion) -> list[File]:
    """The files of a version, in the order of their paths."""
    if version.is_directory:
        rows = version.files.select_related("artifact").order_by("path")
        return [File(FILES + row.path, row.artifact) for row in sorted(rows, key=lambda row: row.path)]
    return [File(FILES + _plain(version.artifact.file_name), version.artifact)]


def _plain(file_name: str) -> str:
    try:
        return check_path(file_name)
    except Invalid:
        return _NAMELESS


def documents(version: ModelVersion, user: Any) -> Iterator[tuple[str, bytes]]:
    """What is known of ``version`` without its parameters, as far as ``user`` may know of it. It names no people."""
    yield MODEL, as_json(_facts(version))
    yield METRICS, as_json(version.metrics)
    if card := CardRevision.objects.visible_to(user).filter(model_id=version.model_id).order_by("-number").first():
        yield CARD, as_json({"revision": card.number, "risk_class": card.risk_class, "content": card.content})
    yield LINEAGE, as_json(_lineage(version, user))
    yield ALIASES, as_json(_aliases(version))
    yield PROMOTIONS, as_json(_promotions(version, user))
    yield SIGNATURES, as_json(_signatures(version))
    yield ATTESTATIONS, as_json(_attestations(version))


def _facts(version: ModelVersion) -> dict[str, Any]:
    model = version.model
    return {
        "model": {
            "name": model.name,
            "task_type": model.task_type,
            "description": model.description,
            "primary_metric": model.primary_metric,
            "metric_directions": model.metric_directions,
        },
        "version": {
            "number": version.number,
            "state": version.state,
            "format": version.file_format,
            "is_directory": version.is_directory,
            "file_name": version.artifact.file_name,
            "sha256": version.artifact.sha256,
            "tags": version.tags,
            "created_at": version.created_at.isoformat(),
        },
    }


def _lineage(version: ModelVersion, user: Any) -> list[dict[str, Any]]:
    known = DatasetVersion.objects.known_to(user).filter(model_versions=version).select_related("dataset", "artifact")
    return [
        {"dataset": row.dataset.name, "version": row.number, "format": row.file_format, "sha256": row.artifact.sha256}
        for row in known.order_by("dataset__name", "number")
    ]


def _aliases(version: ModelVersion) -> dict[str, Any]:
    now = Alias.objects.filter(version=version).order_by("name").values_list("name", flat=True)
    moves = AliasChange.objects.filter(model_id=version.model_id)
    about = moves.filter(to_number=version.number) | moves.filter(from_number=version.number)
    return {
        "now": list(now),
        "moves": [
            {
                "alias": row.alias,
                "from": row.from_number,
                "to": row.to_number,
                "at": row.changed_at.isoformat(),
                "gates": row.gates,
            }
            for row in about.order_by("id")[:_MOST_ROWS]
        ],
    }


def _promotions(version: ModelVersion, user: Any) -> list[dict[str, Any]]:
    """Requests to promote it, with what each gate said and how many people approved; not who they are."""
    rows = Promotion.objects.visible_to(user).filter(version=version).annotate(approved=Count("approvals"))
    return [
        {
            "alias": row.alias,
            "kind": row.kind,
            "state": row.state,
            "from": row.from_number,
            "asked_at": row.created_at.isoformat(),
            "decided_at": row.decided_at.isoformat() if row.decided_at else None,
            "payload_digest": row.payload_digest,
            "approvals": row.approved,
            "gates": row.final_gates or row.gates,
        }
        for row in rows.order_by("id")[:_MOST_ROWS]
    ]


def _signatures(version: ModelVersion) -> list[dict[str, Any]]:
    """OpenSSF Model Signing bundles, as the portal and pipelines made them."""
    rows = VersionSignature.objects.filter(version=version).order_by("origin", "id")
    return [{"origin": Origin(row.origin).value, "bundle": row.bundle} for row in rows[:_MOST_ROWS]]


def _attestations(version: ModelVersion) -> list[dict[str, Any]]:
    rows = Attestation.objects.filter(version=version).order_by("id")
    return [
        {"kind": Kind(row.kind).value, "issuer": row.issuer, "source": row.source, "envelope": row.envelope}
        for row in rows[:_MOST_ROWS]
    ]
