"""A version to export."""

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from registry.models import ModelVersion


@pytest.fixture
def version(scientist: Any) -> "ModelVersion":
    """A single file with metrics, parameters, a tag and a dataset."""
    from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

    data = make_dataset_version(make_dataset(scientist), scientist)
    return make_version(
        make_model(scientist),
        scientist,
        metrics={"auc": 0.93},
        parameters={"rate": 0.1},
        tags={"team": "search"},
        datasets=[data],
    )


@pytest.fixture
def folder_version(scientist: Any) -> "ModelVersion":
    """A directory of three files, one below a long name that is not ASCII."""
    from accounts.actors import actor_of
    from registry import services
    from registry.artifacts.sealed import sealed_upload
    from tests.registry.samples import make_model, safetensors
    from tests.scans import scanned

    contents = {
        "weights.safetensors": safetensors(),
        "config/settings.json": b'{"layers": 2}',
        f"config/{'ü' * 70}.txt": b"words",
    }
    with ExitStack() as stack:
        uploads = {
            path: stack.enter_context(sealed_upload([text], path.rsplit("/", 1)[-1])) for path, text in contents.items()
        }
        files = [(path, partial(_itself, upload)) for path, upload in uploads.items()]
        return scanned(
            services.add_directory_version(make_model(scientist, "folder"), files, actor=actor_of(scientist))
        )


def _itself(upload: Any) -> Any:
    return upload
