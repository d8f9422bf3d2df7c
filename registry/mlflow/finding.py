"""Models and versions by name, as rows to be shown and as objects to be changed; what one may not see is not there."""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from modelops.lib.fixed_queries import FixedQuery
from registry.aliases.models import Alias
from registry.labels.models import VersionLabels
from registry.models import ModelVersion, RegisteredModel

from .refusals import DoesNotExist, InvalidValue
from .shapes import (
    ALIAS_OF,
    MODEL_COLUMNS,
    VERSION_COLUMNS,
    VersionRow,
    model_shown,
    newest_of_stages,
    version_columns,
)

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_STAGED: Final = tuple(sorted(ALIAS_OF.values()))


class ModelRow(NamedTuple):
    """The `MODEL_COLUMNS` of a model, its aliases and which versions are the newest of their stage."""

    columns: tuple[Any, ...]
    aliases: list[tuple[str, uuid.UUID, int]]
    newest: uuid.UUID | None
    archived: uuid.UUID | None

    @property
    def latest(self) -> list[Any]:
        """The primary keys of the versions that could be the newest of a stage, at most four."""
        staged = [version for name, version, _ in self.aliases if name in _STAGED]
        return [*staged, *(pk for pk in (self.newest, self.archived) if pk is not None)]


def model_row(user: Any, name: str) -> ModelRow:
    """A model to be shown. Raises DoesNotExist."""
    found = _model_row.first(user, name=name)
    if found is None:
        raise no_model(name)
    return model_rows(user, [found])[0]


def model_rows(user: Any, rows: Sequence[tuple[Any, ...]]) -> list[ModelRow]:
    """Rows of `MODEL_COLUMNS` with their aliases and newest versions: two statements, however many rows there are."""
    if not rows:
        return []
    keys = _joined(row[0] for row in rows)
    aliases: dict[Any, list[tuple[str, uuid.UUID, int]]] = defaultdict(list)
    for model, *alias in _aliases_of(user, keys=keys):
        aliases[model].append(tuple(alias))
    staged = _joined(version for named in aliases.values() for name, version, _ in named if name in _STAGED)
    newest = {model: found for model, *found in _newest_of(user, keys=keys, staged=staged)}
    return [ModelRow(row, aliases[row[0]], *newest[row[0]]) for row in rows if row[0] in newest]


@FixedQuery
def _model_row(user: Any, *, name: str) -> "QuerySet[RegisteredModel]":
    return model_columns(RegisteredModel.objects.visible_to(user).filter(name=name).order_by())


@FixedQuery
def _aliases_of(user: Any, *, keys: str) -> "QuerySet[Alias]":
    # The models were found by what the user may see.
    named = Alias.objects.filter(model__in=_each(keys)).order_by("name")
    return named.values_list("model_id", "name", "version_id", "version__number")


@FixedQuery
def _newest_of(user: Any, *, keys: str, staged: str) -> "QuerySet[RegisteredModel]":
    """The newest versions of models that are in no stage, and of those that are archived."""
    free = ModelVersion.objects.filter(~Q(pk__in=_each(staged)), model=OuterRef("pk"), deleted_at=None)
    used = free.filter(Q(labels=None) | Q(labels__is_archived=False)).order_by("-number")
    archived = VersionLabels.objects.filter(
        ~Q(pk__in=_each(staged)), is_archived=True, version__model=OuterRef("pk"), version__deleted_at=None
    )
    rows = RegisteredModel.objects.filter(pk__in=_each(keys)).annotate(
        newest=Subquery(used.values("pk")[:1]),
        archived=Subquery(archived.order_by("-version__number").values("pk")[:1]),
    )
    return rows.order_by().values_list("pk", "newest", "archived")


def model_columns(models: Any) -> Any:
    """The rows of models as `model_rows` takes them."""
    return models.values_list(*MODEL_COLUMNS)


def models_shown(user: Any, rows: list[ModelRow]) -> list[dict[str, Any]]:
    """Models with the newest version of each of their stages, which are found by one statement."""
    found: dict[Any, list[VersionRow]] = defaultdict(list)
    for version in newest_versions(user, rows):
        found[version.model].append(version)
    return [
        model_shown(
            row.columns,
            newest_of_stages(found[row.columns[0]]),
            [(name, number) for name, _, number in row.aliases],
        )
        for row in rows
    ]


def newest_versions(user: Any, rows: list[ModelRow]) -> list[VersionRow]:
    """The versions that could be the newest of a stage of these models, in no order."""
    keys = [pk for row in rows for pk in row.latest]
    if not keys:
        return []
    named: dict[uuid.UUID, list[str]] = defaultdict(list)
    for row in rows:
        for name, version, _ in row.aliases:
            named[version].append(name)
    return [VersionRow(*row, named[row[0]]) for row in _versions_by_id(user, keys=_joined(keys))]


@FixedQuery
def _versions_by_id(user: Any, *, keys: str) -> "QuerySet[ModelVersion]":
    return ModelVersion.objects.visible_to(user).filter(pk__in=_each(keys)).order_by().values_list(*VERSION_COLUMNS)


def _joined(keys: Iterable[uuid.UUID]) -> str:
    """Primary keys as one parameter, however many there are, so that the statement stays the same."""
    return ",".join(map(str, keys))


def _each(keys: str) -> RawSQL:
    return RawSQL("SELECT unnest(string_to_array(%s, ',')::uuid[])", [keys])


@FixedQuery
def first_models(user: Any, most: int, prompts: bool | None, named: bool, *, name: str) -> "QuerySet[RegisteredModel]":
    """The first rows of `model_columns` by name: only prompts, none or both, and of one name where it is asked for."""
    return model_columns(first_queryset(user, most, prompts, named, name=name))


def first_queryset(
    user: Any, most: int, prompts: bool | None, named: bool, *, name: str
) -> "QuerySet[RegisteredModel]":
    """The same models as objects."""
    rows: QuerySet[RegisteredModel] = RegisteredModel.objects.visible_to(user)
    if prompts is not None:
        rows = rows.filter(is_prompt(wanted=prompts))
    if named:
        rows = rows.filter(name=name)
    return rows.order_by("name")[:most]


def is_prompt(*, wanted: bool) -> Q:
    """The condition for prompts, or for models that are none."""
    return Q(labels__is_prompt=True) if wanted else Q(labels=None) | Q(labels__is_prompt=False)


def model_object(user: Any, name: str) -> RegisteredModel:
    """A model that is to be changed. Raises DoesNotExist."""
    found: RegisteredModel | None = _model_object.first(user, name=name)
    if found is None:
        raise no_model(name)
    return found


@FixedQuery
def _model_object(user: Any, *, name: str) -> "QuerySet[RegisteredModel]":
    return RegisteredModel.objects.visible_to(user).filter(name=name).order_by()


def version_row(user: Any, name: str, version: str) -> VersionRow:
    """One version. Raises InvalidValue for what is no number, DoesNotExist."""
    number = number_of(version)
    found = _version_row.first(user, name=name, number=number)
    if found is None:
        raise no_version(name, version)
    return VersionRow._make(found)


@FixedQuery
def _version_row(user: Any, *, name: str, number: int) -> "QuerySet[ModelVersion]":
    return version_columns(ModelVersion.objects.visible_to(user).filter(model__name=name, number=number).order_by())


def version_object(user: Any, name: str, version: str) -> ModelVersion:
    """A version that is to be changed, with its model. Raises InvalidValue, DoesNotExist."""
    found: ModelVersion | None = _version_object.first(user, name=name, number=number_of(version))
    if found is None:
        raise no_version(name, version)
    return found


@FixedQuery
def _version_object(user: Any, *, name: str, number: int) -> "QuerySet[ModelVersion]":
    rows = ModelVersion.objects.visible_to(user).filter(model__name=name, number=number)
    return rows.select_related("model", "artifact").order_by()


def alias_row(user: Any, name: str, alias: str) -> VersionRow | None:
    """The version that an alias points at, if ``user`` may see the model and its aliases."""
    found = _alias_row.first(user, name=name, alias=alias)
    return None if found is None else VersionRow._make(found)


@FixedQuery
def _alias_row(user: Any, *, name: str, alias: str) -> "QuerySet[ModelVersion]":
    if not user.has_perm("aliases.view_alias"):
        return ModelVersion.objects.none()
    versions = ModelVersion.objects.visible_to(user)
    return version_columns(versions.filter(aliases__model__name=name, aliases__name=alias).order_by())


def number_of(version: str) -> int:
    """The number of a version. Raises InvalidValue."""
    if not _NUMBER.fullmatch(version):
        raise InvalidValue(f"Parameter 'version' must be an integer, got '{version[:100]}'.", field="version")
    return int(version)


def no_model(name: str) -> DoesNotExist:
    """What the protocol says of a model that is not there."""
    return DoesNotExist(f"Registered Model with name={name[:200]} not found", code="model.not_found")


def no_version(name: str, version: str) -> DoesNotExist:
    """What the protocol says of a version that is not there."""
    return DoesNotExist(
        f"Model Version (name={name[:200]}, version={version[:20]}) not found", code="model_version.not_found"
    )
