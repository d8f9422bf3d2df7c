"""Calls upon models and datasets: pages and REST."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.registry.samples import CSV, safetensors

from .performing import Act
from .world import World

MODEL, VERSION = "registry.registeredmodel", "registry.modelversion"
DATASET, DATASET_VERSION = "registry.dataset", "registry.datasetversion"
_M = "models/<object_name:name>/"
_D = "datasets/<object_name:name>/"
_MV, _DV = f"{_M}versions/<int:number>/", f"{_D}versions/<int:number>/"
_E = "<registry_kind:kind>/<object_name:name>/"
_A = "api/v1/"
_NEW_MODEL = {"name": "noshow", "task_type": "binary_classification"}
_DIRECTORY = {"number": 3}
_BOTH = {"registry.artifact.download_started": 2, "registry.artifact.downloaded": 2}


def _file(world: World) -> dict[str, Any]:
    """Fresh for each call: a file is read once."""
    world.model, world.dataset  # noqa: B018
    return {"data": {"file": SimpleUploadedFile("model.safetensors", safetensors())}}


def _table(world: World) -> dict[str, Any]:
    world.dataset  # noqa: B018
    return {"data": {"file": SimpleUploadedFile("table.csv", CSV)}}


def _with_version(world: World) -> dict[str, Any]:
    """Before: the dataset has a version with columns."""
    world.dataset_version()
    return {}


def _directory(world: World) -> dict[str, Any]:
    world.model  # noqa: B018
    return dict(_DIRECTORY)


def _part(world: World) -> dict[str, Any]:
    return {**_directory(world), "path": "notes.txt"}


def _deleted(row: str, **parts: Any) -> Any:
    """Before: the row is deleted."""

    def prepare(world: World) -> dict[str, Any]:
        from registry import deletion

        rows = {
            "model": lambda: world.model,
            "version": lambda: world.version(),
            "dataset": lambda: world.dataset,
            "dataset version": lambda: world.dataset_version(),
        }
        deletion.delete(rows[row](), "made by mistake", actor=world.actor("scientist"))
        return parts

    return prepare


def _broken_copy(row: str) -> Any:
    """Before: the copy in the second location is missing."""

    def prepare(world: World) -> dict[str, Any]:
        version = world.version() if row == "model" else world.dataset_version()
        version.artifact.copies.create(location=world.location, state="missing")
        return {}

    return prepare


REASON = {"reason": "made by mistake"}
ACTS: dict[str, Act] = {
    f"GET {_A}{_D}subject-column/": Act("scientist", DATASET),
    f"PUT {_A}{_D}subject-column/": Act("scientist", DATASET, {"column": "carrier"}, before=_with_version),
    f"POST {_D}subject-column/": Act("scientist", DATASET, {"column": "carrier"}, before=_with_version),
    "POST models/-/new/": Act("scientist", MODEL, _NEW_MODEL),
    f"GET {_M}": Act("scientist", MODEL),
    f"POST {_M}metric/": Act("scientist", MODEL, {"metric": "auc", "direction": "maximise"}),
    f"GET {_M}compare/": Act("scientist", MODEL, query="?v=1&v=2"),
    f"POST {_M}compare/": Act("scientist", VERSION, {}, query="?v=1"),
    f"POST {_M}versions/new/": Act("scientist", VERSION, before=_file),
    f"GET {_MV}": Act("scientist", VERSION),
    f"POST {_MV}parameters/": Act("scientist", VERSION),
    f"POST {_MV}verify/": Act("scientist", VERSION),
    f"POST {_MV}file/": Act("scientist", VERSION),
    f"POST {_MV}files/<path:path>": Act("scientist", VERSION, before=_part),
    f"POST {_MV}archive/": Act("scientist", VERSION, before=_directory, times=_BOTH),
    f"POST {_MV}locations/<object_name:location>/repair/": Act(
        "scientist", "registry.artifact", before=_broken_copy("model")
    ),
    "POST datasets/-/new/": Act("scientist", DATASET, {"name": "gates"}),
    f"GET {_D}": Act("scientist", DATASET),
    f"POST {_D}versions/new/": Act("scientist", DATASET_VERSION, before=_table),
    f"GET {_DV}": Act("scientist", DATASET_VERSION),
    f"POST {_DV}verify/": Act("scientist", DATASET_VERSION),
    f"POST {_DV}file/": Act("scientist", DATASET_VERSION),
    f"POST {_DV}locations/<object_name:location>/repair/": Act(
        "scientist", "registry.artifact", before=_broken_copy("dataset")
    ),
    f"POST {_E}delete/": Act("scientist", MODEL, REASON),
    f"POST {_E}restore/": Act("scientist", MODEL, before=_deleted("model")),
    f"POST {_E}versions/<int:number>/delete/": Act("scientist", VERSION, REASON),
    f"POST {_E}versions/<int:number>/restore/": Act("scientist", VERSION, before=_deleted("version")),
    "POST admin/registry/registeredmodel/<path:object_id>/change/": Act(
        "root", MODEL, {"is_restricted": "on"}, before=lambda w: {"object_id": w.model.pk}
    ),
    "POST admin/registry/dataset/<path:object_id>/change/": Act(
        "root", DATASET, {"is_restricted": "on"}, before=lambda w: {"object_id": w.dataset.pk}
    ),
    # REST
    f"POST {_A}models/": Act("scientist", MODEL, _NEW_MODEL),
    f"GET {_A}{_M}": Act("scientist", MODEL),
    f"PATCH {_A}{_M}": Act("scientist", MODEL, {"description": "Predicts delays."}),
    f"DELETE {_A}{_M}": Act("scientist", MODEL, REASON),
    f"POST {_A}{_M}restore/": Act("scientist", MODEL, before=_deleted("model")),
    f"GET {_A}{_M}best/": Act("scientist", VERSION),
    f"GET {_A}{_M}compare/": Act("scientist", MODEL, query="?versions=1,2"),
    f"POST {_A}{_M}versions/": Act("scientist", VERSION, before=_file, form=True),
    f"GET {_A}{_MV}": Act("scientist", VERSION),
    f"DELETE {_A}{_MV}": Act("scientist", VERSION, REASON),
    f"POST {_A}{_MV}restore/": Act("scientist", VERSION, before=_deleted("version")),
    f"GET {_A}{_MV}artifact/": Act("scientist", VERSION),
    f"GET {_A}{_MV}files/": Act("scientist", VERSION, before=_directory),
    f"GET {_A}{_MV}files/<path:path>": Act("scientist", VERSION, before=_part),
    f"GET {_A}{_MV}archive/": Act("scientist", VERSION, before=_directory, times=_BOTH),
    f"POST {_A}{_MV}verify/": Act("scientist", VERSION),
    f"GET {_A}{_MV}parameters/": Act("scientist", VERSION),
    f"POST {_A}{_MV}locations/<object_name:location>/repair/": Act(
        "scientist", "registry.artifact", before=_broken_copy("model")
    ),
    f"POST {_A}{_DV}locations/<object_name:location>/repair/": Act(
        "scientist", "registry.artifact", before=_broken_copy("dataset")
    ),
    f"POST {_A}datasets/": Act("scientist", DATASET, {"name": "gates"}),
    f"GET {_A}{_D}": Act("scientist", DATASET),
    f"PATCH {_A}{_D}": Act("scientist", DATASET, {"description": "One row a flight."}),
    f"DELETE {_A}{_D}": Act("scientist", DATASET, REASON),
    f"POST {_A}{_D}restore/": Act("scientist", DATASET, before=_deleted("dataset")),
    f"POST {_A}{_D}versions/": Act("scientist", DATASET_VERSION, before=_table, form=True),
    f"GET {_A}{_DV}": Act("scientist", DATASET_VERSION),
    f"DELETE {_A}{_DV}": Act("scientist", DATASET_VERSION, REASON),
    f"POST {_A}{_DV}restore/": Act("scientist", DATASET_VERSION, before=_deleted("dataset version")),
    f"GET {_A}{_DV}artifact/": Act("scientist", DATASET_VERSION),
    f"POST {_A}{_DV}verify/": Act("scientist", DATASET_VERSION),
}
