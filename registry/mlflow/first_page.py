"""The page of models that a client asks for by itself: one statement, and its rows written as JSON at once.

A model whose newest version is in no stage, not archived and ready is most of all models, and what there is to say of
it stands in the rows that the statement joins. Every other model is found and shown as elsewhere (`finding`), within
the same page; a test compares the two.
"""

import json
from collections.abc import Iterable
from itertools import groupby
from json.encoder import encode_basestring_ascii as _quoted
from operator import itemgetter
from typing import Any, Final

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from modelops.lib.fixed_queries import FixedQuery
from registry.labels.models import VersionLabels
from registry.models import RegisteredModel, VersionState

from . import finding
from .shapes import ALIAS_OF, NO_STAGE, READY, download_uri_of, milliseconds, pairs

_VIEW_VERSIONS: Final = "registry.view_modelversion"
_STAGED: Final = frozenset(ALIAS_OF.values())
_OF_MODEL: Final = 7
"""So many columns tell of the model, the next two of one alias, the others of the newest version."""


def page_texts(user: Any, most: int, prompts: bool | None, name: str) -> list[str]:
    """The first models by name, each as JSON: only prompts, none or both, and of one name where it is asked for."""
    if not user.has_perm(_VIEW_VERSIONS):
        found = finding.first_models(user, most, prompts, bool(name), name=name)
        return [json.dumps(one) for one in finding.models_shown(user, finding.model_rows(user, found))]
    texts: dict[Any, str | None] = {}
    others = []
    for pk, rows in groupby(_page(user, most, prompts, bool(name), name=name), itemgetter(0)):
        same = list(rows)
        texts[pk] = text = _text(same)
        if text is None:
            _, called, created_at, changed_at, description, tags, _ = same[0][:_OF_MODEL]
            others.append((pk, called, created_at, changed_at, description, tags and json.loads(tags)))
    if others:
        found = finding.model_rows(user, others)
        shown = finding.models_shown(user, found)
        texts |= {row.columns[0]: json.dumps(one) for row, one in zip(found, shown, strict=True)}
    # What was deleted meanwhile has none.
    return [text for text in texts.values() if text is not None]


def answer_of(texts: Iterable[str], token: str) -> str:
    """The whole answer."""
    if not (joined := ", ".join(texts)):
        return json.dumps({"next_page_token": token}) if token else "{}"
    following = f', "next_page_token": {_quoted(token)}' if token else ""
    return f'{{"registered_models": [{joined}]{following}}}'


@FixedQuery
def _page(user: Any, most: int, prompts: bool | None, named: bool, *, name: str) -> "QuerySet[Any, Any]":
    """A row for each alias of each model, at least one, by the names of both."""
    first = finding.first_queryset(user, most, prompts, named, name=name)
    archived = VersionLabels.objects.filter(is_archived=True, version__model=OuterRef("pk"), version__deleted_at=None)
    newest = FilteredRelation("versions", condition=Q(versions__number=F("last_number"), versions__deleted_at=None))
    rows = RegisteredModel.objects.filter(pk__in=first.values("pk")).annotate(
        newest=newest,
        model_tags=Cast("labels__tags", TextField()),
        is_special=Q(last_number__gt=0, newest=None) | Exists(archived),
    )
    rows = rows.annotate(
        own_tags=Cast("newest__tags", TextField()), version_tags=Cast("newest__labels__tags", TextField())
    )
    return rows.order_by("name", "aliases__name").values_list(
        "pk", "name", "created_at", "changed_at", "description", "model_tags", "is_special",
        "aliases__name", "aliases__version__number",
        "newest__pk", "newest__number", "newest__created_at", "newest__state", "own_tags", "newest__run_reference",
        "newest__labels__changed_at", "newest__labels__description", "newest__labels__source",
        "newest__labels__run_id", "newest__labels__run_link", "newest__labels__logged_model_id", "version_tags",
    )  # fmt: skip


def _text(rows: list[tuple[Any, ...]]) -> str | None:
    """One model by its rows; None for one that takes more than they hold."""
    _, name, created_at, changed_at, description, tags, is_special = rows[0][:_OF_MODEL]
    aliases = [(row[7], row[8]) for row in rows if row[7] is not None]
    version = rows[0][9:]
    if is_special or any(alias in _STAGED for alias, _ in aliases):
        return None
    if version[0] is not None and version[3] != VersionState.READY:
        return None
    called = _quoted(name)
    text = (
        f'{{"name": {called}, "creation_timestamp": {milliseconds(created_at)}, '
        f'"last_updated_timestamp": {milliseconds(changed_at)}'
    )
    if description:
        text += f', "description": {_quoted(description)}'
    if version[0] is not None:
        text += f', "latest_versions": [{_version_text(called, version)}]'
    if tags is not None and tags != "{}":
        text += f', "tags": {_pairs(tags)}'
    if aliases:
        named = ", ".join(f'{{"alias": {_quoted(alias)}, "version": "{number}"}}' for alias, number in aliases)
        text += f', "aliases": [{named}]'
    return text + "}"


def _version_text(name: str, version: tuple[Any, ...]) -> str:
    """The newest version of a model, ready and in no stage."""
    (pk, number, created_at, _, own_tags, reference, changed_at, description, source, run_id, run_link, logged, tags
     ) = version  # fmt: skip
    text = (
        f'{{"name": {name}, "version": "{number}", "creation_timestamp": {milliseconds(created_at)}, '
        f'"last_updated_timestamp": {milliseconds(changed_at or created_at)}, "current_stage": "{NO_STAGE}", '
        f'"description": {_quoted(description or "")}, "source": {_quoted(source or download_uri_of(pk))}, '
        f'"run_id": {_quoted(reference if run_id is None else run_id)}, "status": "{READY}", '
        f'"run_link": {_quoted(run_link or "")}'
    )
    said = own_tags if tags is None else tags
    if said != "{}":
        text += f', "tags": {_pairs(said)}'
    if logged:
        text += f', "model_id": {_quoted(logged)}'
    return text + "}"


def _pairs(tags: str) -> str:
    return json.dumps(pairs(json.loads(tags)))
