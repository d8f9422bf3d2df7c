"""Stages, which MLflow has given up for aliases: Staging and Production are aliases of these names.

A version has the stage of the alias that points at it, so a stage holds one version; the one before has no stage any
more, or is archived where the client asks for that. Archived is a mark on the version.
"""

from typing import Any, Final

from django.db import transaction

from registry.aliases.audit_events import ALIAS_SET
from registry.aliases.models import Alias
from registry.aliases.services import remove_alias
from registry.grants.gate import require_change
from registry.labels.services import archive_version
from registry.models import ModelVersion

from . import fields, finding
from .aliases import move
from .model_versions import REMOVE_ALIAS, VERSION
from .refusals import Denied
from .registered_models import NAME, stage_named
from .shapes import ALIAS_OF, ARCHIVED, version_shown
from .wire import Call, endpoint

_STAGED: Final = tuple(sorted(ALIAS_OF.values()))


@endpoint(
    "POST", "model-versions/transition-stage", permission="aliases.add_alias", tells=ALIAS_SET,
    takes={
        "name": NAME,
        "version": VERSION,
        "stage": fields.text(required=True, most=50),
        "archive_existing_versions": fields.flag(),
    },
)  # fmt: skip
def transition_stage(call: Call) -> dict[str, Any]:
    """Move a version to a stage. Production is protected: its promotion is asked for, and the call refused."""
    stage = stage_named(call.given["stage"])
    version = finding.version_object(call.user, call.given["name"], call.given["version"])
    require_change(call.request, version.model)
    if stage in ALIAS_OF:
        _enter(call, version, ALIAS_OF[stage])
    else:
        _leave(call, version)
    with transaction.atomic():
        archive_version(version, archived=stage == ARCHIVED, actor=call.actor)
    row = finding.version_row(call.user, version.model.name, str(version.number))
    return {"model_version": version_shown(row)}


def _enter(call: Call, version: ModelVersion, alias: str) -> None:
    former = Alias.objects.filter(model=version.model_id, name=alias).exclude(version=version).select_related("version")
    before = [one.version_id for one in former]
    move(call, version, alias)
    _leave(call, version, alias)
    if call.given["archive_existing_versions"]:
        for other in ModelVersion.objects.filter(pk__in=before).select_related("model"):
            archive_version(other, archived=True, actor=call.actor)


def _leave(call: Call, version: ModelVersion, kept: str = "") -> None:
    """Take the aliases of other stages from the version."""
    aliases = list(Alias.objects.filter(version=version, name__in=_STAGED).exclude(name=kept))
    if aliases and not call.allows(REMOVE_ALIAS):
        raise Denied(
            "Your key may not remove aliases, and the version has the alias of a stage. Use a key with the scope "
            f"{REMOVE_ALIAS}.",
            code="alias.may_not_remove",
        )
    for alias in aliases:
        remove_alias(alias, actor=call.actor)
