"""Versions of registered models. A new one waits for its scan as PENDING_REGISTRATION, and the client with it."""

from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from compliance.audit.coverage import Exempt
from registry import deletion, services, viewing
from registry.aliases.models import Alias
from registry.aliases.services import is_protected, remove_alias
from registry.audit_events import VERSION_ADDED, VERSION_VIEWED
from registry.deletion.events import DELETED
from registry.grants.gate import require_change
from registry.labels import services as labels
from registry.labels.audit_events import VERSION_DESCRIBED, VERSION_TAGGED, VERSION_UNTAGGED
from registry.labels.models import VersionLabels
from registry.models import ModelVersion, RegisteredModel
from registry.scanning.models import ScanState
from registry.signing.audit_events import VERSION_SIGNED
from registry.tracking.files.folders import note_registered

from . import fields, finding
from .filter_grammars import MODEL_VERSIONS
from .filter_sql import one_condition, ordered
from .filters import Comparison, parsed, parsed_orders
from .pages import offset_of, page_of
from .prompts import require_changeable
from .registered_models import NAME, WHY
from .shapes import VersionRow, download_uri_of, version_columns, version_shown
from .sources import Source, source_of
from .wire import Call, endpoint

VIEW: Final = "registry.view_modelversion"
ADD: Final = "registry.add_modelversion"
CHANGE: Final = "registry.change_modelversion"
DELETE: Final = "registry.delete_modelversion"
REMOVE_ALIAS: Final = "aliases.delete_alias"

VERSION: Final = fields.text(required=True, most=20)
_KEY: Final = fields.text(required=True, most=250)
# One answer holds no more, whatever is asked for; the token leads on.
_MOST_AT_ONCE: Final = 10_000
_LONGEST_OWN_TAG: Final = 250


@endpoint(
    "POST", "model-versions/create", permission=ADD, tells=(VERSION_ADDED, VERSION_SIGNED),
    takes={
        "name": NAME,
        "source": fields.text(required=True, most=1000),
        "run_id": fields.text(most=256),
        "model_id": fields.text(most=40),
        "run_link": fields.text(most=500),
        "description": fields.text(most=labels.LONGEST_DESCRIPTION),
        "tags": fields.pairs(value_most=labels.LONGEST_VALUE),
    },
)  # fmt: skip
def create(call: Call) -> dict[str, Any]:
    """Make a version of the files of a run, a logged model or another version."""
    given = call.given
    model = finding.model_object(call.user, given["name"])
    require_change(call.request, model)
    tags = labels.checked_tags(given["tags"])
    source = source_of(call, model, is_prompt=labels.labels_of(model).is_prompt)
    said = VersionLabels(
        description=given["description"], tags=tags, source=given["source"], run_id=source.run_id,
        logged_model_id=source.logged_model_id, run_link=given["run_link"],
    )  # fmt: skip
    version = services.add_directory_version(
        model,
        source.files,
        metrics=dict(source.metrics),
        parameters=source.parameters,
        tags={key: text for key, text in tags.items() if len(text) <= _LONGEST_OWN_TAG},
        run_reference=source.run_id,
        datasets=source.datasets,
        then=partial(_note, said, source),
        actor=call.actor,
    )
    return {"model_version": version_shown(_new_row(version, model.name, said))}


def _new_row(version: ModelVersion, name: str, said: VersionLabels) -> VersionRow:
    """A version that was added just now as it would be read: its scan is due, and no alias points at it."""
    # In the order in which the database keeps them.
    tags = dict(sorted(said.tags.items(), key=lambda tag: (len(tag[0].encode()), tag[0].encode())))
    return VersionRow(
        version.pk, version.model_id, name, version.number, version.created_at, version.state, version.tags,
        version.run_reference, said.changed_at, said.description, said.source, said.run_id, said.run_link,
        said.logged_model_id, tags, said.is_archived, ScanState.WAITING, True, [], [],
    )  # fmt: skip


def _note(said: VersionLabels, source: Source, version: ModelVersion) -> None:
    labels.label_new_version(version, said)
    if source.folder is not None:
        note_registered(source.folder, version)


@endpoint(
    "GET", "model-versions/get", permission=VIEW, tells=VERSION_VIEWED, takes={"name": NAME, "version": VERSION}
)  # fmt: skip
def get(call: Call) -> dict[str, Any]:
    """One version."""
    row = finding.version_row(call.user, call.given["name"], call.given["version"])
    tell_viewed(call, row)
    return {"model_version": version_shown(row)}


def tell_viewed(call: Call, row: VersionRow, part: str = "facts") -> None:
    """Record that the caller reads a version."""
    version = ModelVersion(pk=row.pk, number=row.number, model=RegisteredModel(pk=row.model, name=row.name))
    viewing.version(call.request, version, part)


@endpoint(
    "PATCH", "model-versions/update", permission=CHANGE, tells=VERSION_DESCRIBED,
    takes={"name": NAME, "version": VERSION, "description": fields.text(most=labels.LONGEST_DESCRIPTION)},
)  # fmt: skip
def update(call: Call) -> dict[str, Any]:
    """Change the description."""
    version = _changeable(call)
    labels.describe_version(version, call.given["description"], actor=call.actor)
    return {"model_version": _shown(call, version.model.name, version.number)}


@endpoint(
    "DELETE", "model-versions/delete", permission=DELETE, tells=DELETED[ModelVersion],
    takes={"name": NAME, "version": VERSION},
)  # fmt: skip
def delete(call: Call) -> dict[str, Any]:
    """Delete a version for a while, with the aliases that are not protected; it can be restored in the portal."""
    version = _changeable(call)
    with transaction.atomic():
        if call.allows(REMOVE_ALIAS):
            for alias in Alias.objects.filter(version=version).order_by("name"):
                if not is_protected(alias.name):
                    remove_alias(alias, actor=call.actor)
        deletion.delete(version, WHY, actor=call.actor)
    return {}


@endpoint(
    "GET", "model-versions/search", permission=VIEW, tells=Exempt.NAMES,
    takes={
        "filter": fields.text(most=8000),
        "max_results": fields.integer(default=10_000, least=1, most=200_000),
        "order_by": fields.texts(most=10, each=300),
        "page_token": fields.text(most=200),
    },
)  # fmt: skip
def search(call: Call) -> dict[str, Any]:
    """The versions that a filter finds; what changed last comes first."""
    most, offset = min(call.given["max_results"], _MOST_AT_ONCE), offset_of(call.given["page_token"])
    orders = parsed_orders(call.given["order_by"], MODEL_VERSIONS)
    rows: Any = ModelVersion.objects.visible_to(call.user)
    for one in parsed(call.given["filter"], MODEL_VERSIONS):
        rows = rows.filter(_compared(one))
    order = ordered(orders, _VALUES) or [_CHANGED.desc()]
    found = list(version_columns(rows.order_by(*order, "model__name", "-number"))[offset : offset + most + 1])
    page, token = page_of(found, offset, most)
    following = {"next_page_token": token} if token else {}
    shown = [version_shown(VersionRow._make(row), with_aliases=False) for row in page]
    return {"model_versions": shown, **following} if shown else {}


_CHANGED: Final = Coalesce("labels__changed_at", "created_at")
_ATTRIBUTES: Final[dict[str, Any]] = {
    "name": "model__name",
    "run_id": Coalesce("labels__run_id", "run_reference"),
    "source_path": Coalesce("labels__source", Value("")),
    "version_number": "number",
    "creation_timestamp": "created_at",
    "last_updated_timestamp": _CHANGED,
}


def _tag(key: str) -> Any:
    return KeyTextTransform(key, Coalesce("labels__tags", "tags"))


_VALUES: Final = {"attribute": _ATTRIBUTES.__getitem__, "tag": _tag}


def _compared(one: Comparison) -> Q:
    if one.key == labels.PROMPT_TAG and one.value == "true" and one.comparator in {"=", "!="}:
        is_prompt = Q(model__labels__is_prompt=True)
        return is_prompt if one.comparator == "=" else Q(model__labels=None) | Q(model__labels__is_prompt=False)
    return one_condition(one, _VALUES[one.entity](one.key))


@endpoint(
    "GET", "model-versions/get-download-uri", permission=VIEW, tells=Exempt.NAMES,
    takes={"name": NAME, "version": VERSION},
)  # fmt: skip
def get_download_uri(call: Call) -> dict[str, Any]:
    """Where the files of a version are given out, under the rules of the version."""
    row = finding.version_row(call.user, call.given["name"], call.given["version"])
    return {"artifact_uri": download_uri_of(row.pk)}


@endpoint(
    "POST", "model-versions/set-tag", permission=CHANGE, tells=VERSION_TAGGED,
    takes={"name": NAME, "version": VERSION, "key": _KEY, "value": fields.text(most=labels.LONGEST_VALUE)},
)  # fmt: skip
def set_tag(call: Call) -> dict[str, Any]:
    """Set a tag of a version."""
    version = _changeable(call)
    require_changeable(call.given["key"], is_prompt=labels.labels_of(version.model).is_prompt)
    labels.tag_version(version, call.given["key"], call.given["value"], actor=call.actor)
    return {}


@endpoint(
    "DELETE", "model-versions/delete-tag", permission=CHANGE, tells=VERSION_UNTAGGED,
    takes={"name": NAME, "version": VERSION, "key": _KEY},
)  # fmt: skip
def delete_tag(call: Call) -> dict[str, Any]:
    """Take a tag from a version; one that it does not have is no fault."""
    version = _changeable(call)
    require_changeable(call.given["key"], is_prompt=labels.labels_of(version.model).is_prompt)
    labels.untag_version(version, call.given["key"], actor=call.actor)
    return {}


def _changeable(call: Call) -> ModelVersion:
    version = finding.version_object(call.user, call.given["name"], call.given["version"])
    require_change(call.request, version.model)
    return version


def _shown(call: Call, name: str, number: int) -> dict[str, Any]:
    return version_shown(finding.version_row(call.user, name, str(number)))
