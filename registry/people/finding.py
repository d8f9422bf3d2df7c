"""Where a person is: versions that hold rows of them, models trained on these, and where those are in use."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from compliance.subjects.providers import Influenced, Subject
from registry.aliases.models import Alias
from registry.endpoints.models import DeploymentEndpoint
from registry.models import ModelVersionDataset

from .digests import digests_of, names_of
from .models import PersonRows

MOST_MODELS: Final = 20_000


def entries(subject: Subject) -> "QuerySet[PersonRows]":
    """The person's entries in the index."""
    return PersonRows.objects.filter(digest__in=digests_of(names_of(subject)))


def models_of(subject: Subject) -> "QuerySet[ModelVersionDataset, Any]":
    """Keys of the models with a version that was trained on rows of the person."""
    sources = list(entries(subject).values_list("source__version", flat=True))
    links = ModelVersionDataset.objects.filter(dataset_version__in=sources).order_by()
    return links.values_list("model_version__model_id", flat=True).distinct()


def influenced(subject: Subject) -> Iterator[Influenced]:
    """Every model version that was trained on a version with rows of the person, by name and number.

    Four queries whatever the number of models: a model of ten thousand versions is answered at once.
    """
    sources = list(entries(subject).values_list("source__version", flat=True))
    links = ModelVersionDataset.objects.filter(dataset_version__in=sources)
    rows = links.order_by(
        "model_version__model__name",
        "model_version__number",
        "dataset_version__dataset__name",
        "dataset_version__number",
    ).values_list(
        "model_version_id", "model_version__model_id", "model_version__model__name", "model_version__number",
        "model_version__state", "dataset_version__dataset__name", "dataset_version__number",
    )  # fmt: skip
    trained: dict[Any, tuple[Any, str, int, str, list[str]]] = {}
    for key, model, name, number, state, dataset, data_number in rows.iterator(chunk_size=5000):
        if key not in trained:
            if len(trained) == MOST_MODELS:
                break
            trained[key] = model, name, number, state, []
        trained[key][4].append(f"{dataset} v{data_number}")
    named: dict[Any, list[str]] = defaultdict(list)
    # From the aliases outwards: there are few of them among any number of versions.
    aliases = Alias.objects.filter(Exists(links.filter(model_version=OuterRef("version"))))
    for key, alias in aliases.order_by("name").values_list("version_id", "name"):
        named[key].append(alias)
    live: dict[Any, list[str]] = defaultdict(list)
    endpoints = DeploymentEndpoint.objects.filter(model__in={trained[key][0] for key in named if key in trained})
    for model, name in endpoints.order_by("name").values_list("model_id", "name"):
        live[model].append(name)
    for key, (model, name, number, state, data) in trained.items():
        aliases_here = named.get(key, [])
        yield Influenced(
            target_type="registry.modelversion",
            target_id=str(key),
            label=f"{name} v{number}",
            via=", ".join(data[:5]) + (" …" if len(data) > 5 else ""),
            stage=", ".join(aliases_here) or state,
            live_at=tuple(live.get(model, ())) if aliases_here else (),
            url=f"/models/{name}/versions/{number}/",
        )
