"""Small files of every kind, made here, and the objects that tests start from."""

import io
import json
import os
import pickle
import struct
import zipfile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from accounts.actors import actor_of
from accounts.models import User
from registry import services
from registry.artifacts.sealed import sealed_upload
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel
from tests.scans import scanned


def safetensors(values: bytes = b"\x00\x00\x80\x3f" * 4) -> bytes:
    """One float32 tensor with the given bytes."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [len(values) // 4], "data_offsets": [0, len(values)]}}).encode()
    return struct.pack("<Q", len(header)) + header + values


def pickled() -> bytes:
    """A pickle, as joblib or scikit-learn would leave it."""
    return pickle.dumps({"weights": [0.1, 0.2]}, protocol=4)


class _Run:
    """Loading its pickle would make a file."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {CANARY_FILE}",)


CANARY_FILE = "/tmp/modelops-a-model-was-loaded"
_ATTACK = pickle.dumps({"weights": _Run()}, protocol=4)


def harmful() -> bytes:
    """A pickle that runs a command where it is loaded."""
    return _ATTACK


def npy(array: np.ndarray[Any, Any]) -> bytes:
    """An array as numpy.save writes it."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def npz(**arrays: np.ndarray[Any, Any]) -> bytes:
    """Arrays as numpy.savez_compressed writes them."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def zipped(**members: bytes) -> bytes:
    """A zip; two underscores in a name stand for a slash, one for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


def onnx() -> bytes:
    """The outer fields of a ModelProto: IR version 8, producer, graph, one operator set."""
    return b"\x08\x08" + b"\x12\x03abc" + b"\x3a\xac\x02" + b"g" * 300 + b"\x42\x02\x10\x0d"


def parquet(**columns: list[Any]) -> bytes:
    """A Parquet file with these columns."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


CSV = b"carrier,dep_delay,day\nUA,2.5,2013-01-01\nAA,,2013-01-02\nB6,-4,2013-01-03\n"


def make_model(user: User, name: str = "arrival-delay") -> RegisteredModel:
    """A model that ``user`` registered."""
    return services.register_model(name, "binary_classification", actor=actor_of(user))


def make_version(model: RegisteredModel, user: User, content: bytes | None = None, **said: Any) -> ModelVersion:
    """A version that ``user`` uploaded, after its scan."""
    with sealed_upload([content or safetensors()], "model.safetensors") as upload:
        return scanned(services.add_version(model, upload, actor=actor_of(user), **said))


def make_dataset(user: User, name: str = "flights") -> Dataset:
    """A dataset that ``user`` created."""
    return services.create_dataset(name, actor=actor_of(user))


def make_dataset_version(dataset: Dataset, user: User, content: bytes = CSV) -> DatasetVersion:
    """A version that ``user`` uploaded."""
    with sealed_upload([content], "table.csv") as upload:
        return services.add_dataset_version(dataset, upload, actor=actor_of(user))
