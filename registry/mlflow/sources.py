"""From the source that a client names to the files of a version.

Files come from a run, a logged model, a version of the portal, or from the text of a prompt; never from another host
and never from a disk. The new version gets sealed copies of its own, so what is deleted or changed there leaves it
as it is.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from modelops.lib.errors import Conflict
from registry.artifacts.sealed import SealedUpload
from registry.grants.gate import require_opening
from registry.models import DatasetVersion, RegisteredModel, VersionState
from registry.tracking.files.folders import Folder, folder_of, version_openings
from registry.tracking.models import LatestMetric, LoggedModel, Run

from .finding import version_object
from .prompts import PLACEHOLDERS, prompt_file
from .refusals import InvalidValue
from .wire import Call

Opening = Callable[[], SealedUpload]

_VERSION: Final = re.compile(r"models:/(?!m-)([^/@]{1,256})/([0-9]{1,9})")
_RUN: Final = re.compile(r"runs:/([^/]+)(/.*)?")
_MOST_METRICS: Final = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """What a version is made of, and what is known of where that is from."""

    files: list[tuple[str, Opening]]
    run_id: str = ""
    logged_model_id: str = ""
    folder: Folder | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Any] | None = None
    datasets: tuple[DatasetVersion, ...] = ()


def source_of(call: Call, model: RegisteredModel, *, is_prompt: bool) -> Source:
    """The files that ``call`` names for a new version of ``model``.

    Raises InvalidValue for a source elsewhere or one that does not fit the run or logged model that is named beside it,
    and what `folder_of` raises.
    """
    source, run_id, logged = call.given["source"], call.given["run_id"], call.given["model_id"]
    if source in PLACEHOLDERS or is_prompt:
        if not is_prompt or source not in PLACEHOLDERS:
            raise InvalidValue(
                f"Invalid source: {source[:200]!r} for {model.name!r}. A prompt has no files and no other source than "
                f"{' or '.join(sorted(PLACEHOLDERS))}; a model has files.",
                code="source.elsewhere",
                field="source",
            )
        return Source([prompt_file(call.given["tags"])])
    if match := _VERSION.fullmatch(source):
        return _of_version(call, match[1], match[2])
    if (match := _RUN.fullmatch(source)) and run_id and match[1] != run_id:
        raise _other("run", run_id, source)
    folder = folder_of(source, user=call.user)
    found = _of_folder(call, folder)
    if run_id and found.run_id != run_id:
        raise _other("run", run_id, source)
    if logged and found.logged_model_id != logged:
        raise _other("logged model", logged, source)
    return found


def _of_version(call: Call, name: str, number: str) -> Source:
    version = version_object(call.user, name, number)
    require_opening(call.request, version)
    if version.state != VersionState.READY:
        raise Conflict(
            f"{version} is in quarantine, and what is made of it would be too. Wait for its scan.",
            code="source.quarantined",
            field="source",
        )
    labels = getattr(version, "labels", None)
    run_id = labels.run_id if labels is not None else version.run_reference
    logged = labels.logged_model_id if labels is not None else ""
    datasets = DatasetVersion.objects.visible_to(call.user).filter(model_links__model_version=version)
    return Source(version_openings(version), run_id, logged, metrics=version.metrics, datasets=tuple(datasets))


def _of_folder(call: Call, folder: Folder) -> Source:
    """With what its run measured and was given, which then is known of the version too."""
    run, logged = folder.run, folder.logged_model
    datasets: tuple[DatasetVersion, ...] = ()
    metrics: dict[str, float] = {}
    if run is not None:
        rows = DatasetVersion.objects.visible_to(call.user).filter(run_inputs__run=run)
        datasets = tuple(rows.select_related("dataset").distinct())
        last = LatestMetric.objects.filter(run=run).order_by("key").values_list("key", "value")[:_MOST_METRICS]
        metrics = {key: value for key, value in last if math.isfinite(value)}
    return Source(
        folder.openings(),
        run.run_id if run is not None else "",
        logged.model_id if logged is not None else "",
        folder,
        metrics,
        _parameters_of(logged or run),
        datasets,
    )


def _parameters_of(owner: LoggedModel | Run | None) -> dict[str, Any] | None:
    found = owner.parameters if owner is not None and getattr(owner, "has_parameters", True) else None
    return dict(found) if found else None


def _other(kind: str, named: str, source: str) -> InvalidValue:
    return InvalidValue(
        f"Invalid model version source: {source[:200]!r} is not inside the {kind} {named[:100]!r} that is named with "
        "it. Name the one that has the files, or none.",
        code="source.outside",
        field="source",
    )
