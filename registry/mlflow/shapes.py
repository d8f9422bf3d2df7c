"""Models and versions as the protocol shows them, from plain rows: what a list costs is written here."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from registry.aliases.models import Alias
from registry.models import ModelVersion, RegisteredModel, VersionState
from registry.scanning.models import ScanState
from registry.tracking.files.addresses import SCHEME

PENDING: Final = "PENDING_REGISTRATION"
FAILED: Final = "FAILED_REGISTRATION"
READY: Final = "READY"

NO_STAGE, STAGING, PRODUCTION, ARCHIVED = "None", "Staging", "Production", "Archived"
STAGES: Final = (NO_STAGE, STAGING, PRODUCTION, ARCHIVED)
# A stage is an alias of this name.
ALIAS_OF: Final[Mapping[str, str]] = {STAGING: "staging", PRODUCTION: "production"}

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND: Final = dt.timedelta(milliseconds=1)


class VersionRow(NamedTuple):
    """The columns of a version, in the order of `VERSION_COLUMNS`."""

    pk: Any
    model: Any
    name: str
    number: int
    created_at: dt.datetime
    state: str
    own_tags: dict[str, str]
    run_reference: str
    changed_at: dt.datetime | None
    description: str | None
    source: str | None
    run_id: str | None
    run_link: str | None
    logged_model_id: str | None
    tags: dict[str, str] | None
    is_archived: bool | None
    scan: str | None
    is_pending: bool | None
    reasons: list[Any] | None
    aliases: list[str] | None

    @property
    def stage(self) -> str:
        """The stage that the aliases of these names, or the mark of the archive, stand for."""
        named = self.aliases or ()
        if ALIAS_OF[PRODUCTION] in named:
            return PRODUCTION
        if ALIAS_OF[STAGING] in named:
            return STAGING
        return ARCHIVED if self.is_archived else NO_STAGE


VERSION_COLUMNS: Final = (
    "pk", "model_id", "model__name", "number", "created_at", "state", "tags", "run_reference", "labels__changed_at",
    "labels__description", "labels__source", "labels__run_id", "labels__run_link", "labels__logged_model_id",
    "labels__tags", "labels__is_archived", "artifact__inspection__state", "artifact__inspection__is_pending",
    "artifact__inspection__reasons",
)  # fmt: skip
MODEL_COLUMNS: Final = ("pk", "name", "created_at", "changed_at", "description", "labels__tags")


def version_columns(versions: "QuerySet[ModelVersion]") -> Any:
    """The rows of versions as `VersionRow` takes them, with the names of their aliases."""
    names = Alias.objects.filter(version=OuterRef("pk")).order_by("name").values("name")
    return versions.annotate(alias_names=ArraySubquery(names)).values_list(*VERSION_COLUMNS, "alias_names")


def version_shown(row: VersionRow, *, with_aliases: bool = True) -> dict[str, Any]:
    """A version; its aliases where the protocol has them."""
    status, reason = status_of(row)
    tags = row.own_tags if row.tags is None else row.tags
    shown: dict[str, Any] = {
        "name": row.name,
        "version": str(row.number),
        "creation_timestamp": milliseconds(row.created_at),
        "last_updated_timestamp": milliseconds(row.changed_at or row.created_at),
        "current_stage": row.stage,
        "description": row.description or "",
        "source": row.source or download_uri_of(row.pk),
        "run_id": row.run_reference if row.run_id is None else row.run_id,
        "status": status,
        "run_link": row.run_link or "",
    }
    if reason:
        shown["status_message"] = reason
    if tags:
        shown["tags"] = pairs(tags)
    if row.logged_model_id:
        shown["model_id"] = row.logged_model_id
    if with_aliases and row.aliases:
        shown["aliases"] = row.aliases
    return shown


def status_of(row: VersionRow) -> tuple[str, str]:
    """What the scan means to a client that waits, and why a version is not given out."""
    if row.state == VersionState.READY:
        return READY, ""
    if row.scan is None or row.is_pending or row.scan == ScanState.CLEAN:
        return PENDING, "The files wait for their scan."
    found = "; ".join(str(reason) for reason in (row.reasons or [])[:3]) or "the scan did not come to an end"
    return FAILED, f"The version is held in quarantine: {found}"[:1000]


def model_shown(row: Iterable[Any], latest: Iterable[VersionRow], aliases: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """A model by its `MODEL_COLUMNS`, with its newest version of each stage and its aliases."""
    _, name, created_at, changed_at, description, tags = row
    shown: dict[str, Any] = {
        "name": name,
        "creation_timestamp": milliseconds(created_at),
        "last_updated_timestamp": milliseconds(changed_at),
    }
    if description:
        shown["description"] = description
    if versions := [version_shown(one, with_aliases=False) for one in latest]:
        shown["latest_versions"] = versions
    if tags:
        shown["tags"] = pairs(tags)
    if named := [{"alias": alias, "version": str(number)} for alias, number in aliases]:
        shown["aliases"] = named
    return shown


def model_values(model: RegisteredModel, tags: Mapping[str, str]) -> tuple[Any, ...]:
    """What `MODEL_COLUMNS` are of a model that was made just now."""
    return (model.pk, model.name, model.created_at, model.changed_at, model.description, tags)


def newest_of_stages(rows: Iterable[VersionRow]) -> list[VersionRow]:
    """The newest version of each stage, by number; ``rows`` are of one model."""
    newest: dict[str, VersionRow] = {}
    for row in rows:
        held = newest.get(row.stage)
        if held is None or held.number < row.number:
            newest[row.stage] = row
    return sorted(newest.values(), key=lambda row: row.number)


def pairs(tags: Mapping[str, Any]) -> list[dict[str, str]]:
    """Tags as the protocol lists them."""
    return [{"key": key, "value": str(value)} for key, value in tags.items()]


def download_uri_of(version: Any) -> str:
    """Where the files of a version are given out, under the rules of the version; by its primary key."""
    return f"{SCHEME}/versions/{version.hex}/artifacts"


def milliseconds(moment: dt.datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND
