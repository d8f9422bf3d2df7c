"""What was made of a dataset, and what a version was made of and with. Plain rows: lists have ten thousand of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from registry.aliases.models import Alias
from registry.models import Dataset, DatasetVersion, ModelVersion, ModelVersionDataset
from registry.seeing import open_to

from .related import missing_origin

MOST_MADE = 20_000
MOST_SIBLINGS = 50
MOST_DATASETS = 100


class Made(NamedTuple):
    """A model version that was made of some data, and where it is in use: its aliases are its stage."""

    model: str
    version: int
    state: str
    risk_class: str
    owner: str | None
    dataset_version: int
    created_at: Any
    aliases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Traced:
    """A version with its data, its siblings (made of the same data), its aliases, and what is missing."""

    version: ModelVersion
    datasets: list[DatasetVersion]
    siblings: list[tuple[ModelVersion, list[DatasetVersion]]]
    more_siblings: bool
    aliases: list[str]
    hidden_datasets: int
    missing: list[str]


def made_from(user: Any, *, dataset: Dataset | None = None, version: DatasetVersion | None = None) -> list[Made]:
    """Every model version that was made of a dataset version, or of any version of a dataset; by name and number.

    At most `MOST_MADE`: one more says that there are others.
    """
    if not user.has_perm("registry.view_modelversion"):
        return []
    wanted = {"dataset_version": version} if version is not None else {"dataset_version__dataset": dataset}
    links = ModelVersionDataset.objects.filter(**wanted)
    # From the links outwards: their index knows the ten thousand of a dataset among any number of versions.
    visible = links.filter(
        open_to(user, "model", "model_version__model"),
        model_version__deleted_at=None,
        model_version__model__deleted_at=None,
    )
    rows = visible.order_by("model_version__model__name", "model_version__number", "dataset_version__number")
    found = rows.values_list(
        "model_version__model__name", "model_version__number", "model_version__state",
        "model_version__model__risk_class", "model_version__model__owner__username", "dataset_version__number",
        "model_version__created_at",
    )[: MOST_MADE + 1]  # fmt: skip
    # By name and number: ten thousand ids take longer to read than all the rest of the rows.
    named: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    aliases = Alias.objects.visible_to(user).filter(version__in=links.values("model_version"))
    for model, number, alias in aliases.order_by("name").values_list("model__name", "version__number", "name"):
        named[model, number].append(alias)
    return [Made(*row, named.get(row[:2], ())) for row in found]


def trace(user: Any, version: ModelVersion) -> Traced:
    """What ``user`` may know of where ``version`` comes from."""
    links = ModelVersionDataset.objects.filter(model_version=version)
    known = DatasetVersion.objects.known_to(user).filter(model_links__in=links).select_related("dataset", "artifact")
    datasets = list(known.order_by("dataset__name", "number")[:MOST_DATASETS])
    siblings, more = _siblings(user, version, datasets)
    aliases = Alias.objects.visible_to(user).filter(version=version).order_by("name")
    return Traced(
        version,
        datasets,
        siblings,
        more,
        list(aliases.values_list("name", flat=True)),
        max(links.count() - len(datasets), 0) if len(datasets) < MOST_DATASETS else 0,
        missing_origin(version),
    )


def _siblings(
    user: Any, version: ModelVersion, datasets: list[DatasetVersion]
) -> tuple[list[tuple[ModelVersion, list[DatasetVersion]]], bool]:
    """The newest other versions made of one of ``datasets``, each with those that it shares."""
    if not datasets:
        return [], False
    sharing = ModelVersionDataset.objects.filter(dataset_version__in=datasets).values("model_version")
    rows = ModelVersion.objects.visible_to(user).filter(pk__in=sharing).exclude(pk=version.pk)
    found = list(rows.select_related("model").order_by("-id")[: MOST_SIBLINGS + 1])
    by_id = {data.pk: data for data in datasets}
    shared: dict[Any, list[DatasetVersion]] = defaultdict(list)
    links = ModelVersionDataset.objects.filter(model_version__in=found, dataset_version__in=datasets)
    for key, data in links.values_list("model_version_id", "dataset_version_id"):
        shared[key].append(by_id[data])
    return [(row, shared[row.pk]) for row in found[:MOST_SIBLINGS]], len(found) > MOST_SIBLINGS
