"""Where a person is: versions that hold rows of them, models trained on these, and where those are in use."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet

from compliance.subjects.providers import Influenced, Subject
from registry.aliases.models import Alias
from registry.endpoints.models import DeploymentEndpoint
from registry.models import ModelVersion, ModelVersionDataset

from .digests import digests_of, names_of
from .models import PersonRows

MOST_MODELS: Final = 20_000


def entries(subject: Subject) -> "QuerySet[PersonRows]":
    """The person's entries in the index."""
    return PersonRows.objects.filter(digest__in=digests_of(names_of(subject)))


def influenced(subject: Subject) -> Iterator[Influenced]:
    """Every model version that was trained on a version with rows of the person, by name and number.

    Four queries whatever the number of models: a model of ten thousand versions is answered at once.
    """
    sources = list(entries(subject).values_list("source__version", flat=True))
    links = ModelVersionDataset.objects.filter(dataset_version__in=sources)
    trained: dict[Any, list[str]] = defaultdict(list)
    for key, name, number in links.order_by("dataset_version__dataset__name", "dataset_version__number").values_list(
        "model_version_id", "dataset_version__dataset__name", "dataset_version__number"
    )[: MOST_MODELS * 4]:
        trained[key].append(f"{name} v{number}")
    versions = ModelVersion._base_manager.filter(pk__in=links.values("model_version"))
    rows = versions.order_by("model__name", "number").values_list("pk", "model_id", "model__name", "number", "state")
    found = list(rows[:MOST_MODELS])
    named: dict[Any, list[str]] = defaultdict(list)
    for key, alias in Alias.objects.filter(version__in=versions).order_by("name").values_list("version_id", "name"):
        named[key].append(alias)
    live: dict[Any, list[str]] = defaultdict(list)
    endpoints = DeploymentEndpoint.objects.filter(model__in={row[1] for row in found if row[0] in named})
    for model, name in endpoints.order_by("name").values_list("model_id", "name"):
        live[model].append(name)
    for key, model, name, number, state in found:
        aliases = named.get(key, [])
        yield Influenced(
            target_type="registry.modelversion",
            target_id=str(key),
            label=f"{name} v{number}",
            via=", ".join(trained[key][:5]) + (" …" if len(trained[key]) > 5 else ""),
            stage=", ".join(aliases) or state,
            live_at=tuple(live.get(model, ())) if aliases else (),
            url=f"/models/{name}/versions/{number}/",
        )
