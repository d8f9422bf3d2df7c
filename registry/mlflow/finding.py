"""Models and versions by name, as rows to be shown and as objects to be changed; what one may not see is not there."""

import re
import uuid
from collections import defaultdict
from typing import Any, Final, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from modelops.lib.fixed_queries import FixedQuery
from registry.aliases.models import Alias
from registry.models import ModelVersion, RegisteredModel

from .refusals import DoesNotExist, InvalidValue
from .shapes import ALIAS_OF, MODEL_COLUMNS, VersionRow, model_shown, newest_of_stages, version_columns

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_STAGED: Final = tuple(sorted(ALIAS_OF.values()))


class ModelRow(NamedTuple):
    """The `MODEL_COLUMNS` of a model, its aliases and which versions are the newest of their stage."""

    columns: tuple[Any, ...]
    aliases: list[dict[str, Any]]
    newest: uuid.UUID | None
    archived: uuid.UUID | None

    @property
    def latest(self) -> list[Any]:
        """The primary keys of the versions that could be the newest of a stage, at most four."""
        staged = [one["version"] for one in self.aliases if one["alias"] in _STAGED]
        return [*staged, *(pk for pk in (self.newest, self.archived) if pk is not None)]


def model_row(user: Any, name: str) -> ModelRow:
    """A model to be shown. Raises DoesNotExist."""
    found = _model_row.first(user, name=name)
    if found is None:
        raise no_model(name)
    return as_model_row(found)


def as_model_row(row: tuple[Any, ...]) -> ModelRow:
    """A row of `model_columns`."""
    return ModelRow(row[:-3], *row[-3:])


@FixedQuery
def _model_row(user: Any, *, name: str) -> "QuerySet[RegisteredModel]":
    return model_columns(RegisteredModel.objects.visible_to(user).filter(name=name).order_by())


def model_columns(models: Any) -> Any:
    """The rows of models as `as_model_row` takes them."""
    named = Alias.objects.filter(model=OuterRef("pk")).order_by("name")
    pairs = named.values(json=JSONObject(alias="name", number="version__number", version="version"))
    free = ModelVersion.objects.filter(
        ~Exists(Alias.objects.filter(version=OuterRef("pk"), name__in=_STAGED)), model=OuterRef("pk"), deleted_at=None
    )
    used = free.filter(Q(labels=None) | Q(labels__is_archived=False))
    rows = models.annotate(
        alias_pairs=ArraySubquery(pairs),
        newest=Subquery(used.order_by("-number").values("pk")[:1]),
        archived=Subquery(free.filter(labels__is_archived=True).order_by("-number").values("pk")[:1]),
    )
    return rows.values_list(*MODEL_COLUMNS, "alias_pairs", "newest", "archived")


def models_shown(user: Any, rows: list[ModelRow]) -> list[dict[str, Any]]:
    """Models with the newest version of each of their stages, which are found by one statement."""
    found: dict[Any, list[VersionRow]] = defaultdict(list)
    for version in versions_by_id(user, [pk for row in rows for pk in row.latest]):
        found[version.model].append(version)
    return [
        model_shown(
            row.columns,
            newest_of_stages(found[row.columns[0]]),
            [(one["alias"], one["number"]) for one in row.aliases],
        )
        for row in rows
    ]


def versions_by_id(user: Any, keys: list[Any]) -> list[VersionRow]:
    """The versions of these primary keys, in no order."""
    if not keys:
        return []
    return [VersionRow._make(row) for row in _versions_by_id(user, keys=",".join(str(key) for key in keys))]


@FixedQuery
def _versions_by_id(user: Any, *, keys: str) -> "QuerySet[ModelVersion]":
    # One parameter, however many there are, so that the statement stays the same.
    wanted = RawSQL("SELECT unnest(string_to_array(%s, ',')::uuid[])", [keys])
    return version_columns(ModelVersion.objects.visible_to(user).filter(pk__in=wanted).order_by())


@FixedQuery
def first_models(user: Any, most: int, prompts: bool | None, named: bool, *, name: str) -> "QuerySet[RegisteredModel]":
    """The first rows of `model_columns` by name: only prompts, none or both, and of one name where it is asked for."""
    rows = RegisteredModel.objects.visible_to(user)
    if prompts is not None:
        rows = rows.filter(is_prompt(wanted=prompts))
    if named:
        rows = rows.filter(name=name)
    return model_columns(rows.order_by("name"))[:most]


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
