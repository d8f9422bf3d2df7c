"""From the bytes of a file to its format."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from modelops.lib.errors import Invalid, UnsupportedFormat

from . import archives, containers, foreign, tensors

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format that the registry takes. ``may_hold_code`` decides whether a file waits in quarantine."""

    key: str
    label: str
    may_hold_code: bool


_FORMATS = {
    found.key: found
    for found in (
        FileFormat("safetensors", "safetensors", False),
        FileFormat("npy", "NumPy array", False),
        FileFormat("npz", "NumPy archive", False),
        FileFormat("onnx", "ONNX", False),
        FileFormat("gguf", "GGUF", False),
        FileFormat("npy_objects", "NumPy array of objects", True),
        FileFormat("npz_objects", "NumPy archive with objects", True),
        FileFormat("keras", "Keras archive", True),
        FileFormat("hdf5", "HDF5 (Keras)", True),
        FileFormat("torch", "PyTorch archive", True),
        FileFormat("torch_legacy", "PyTorch, old format", True),
        FileFormat("skops", "skops archive", True),
        FileFormat("pickle", "Pickle or joblib", True),
        FileFormat("compressed_pickle", "Compressed pickle or joblib", True),
        FileFormat("xgboost_json", "XGBoost JSON", True),
        FileFormat("binary", "Unknown binary", True),
        # Only in directories.
        FileFormat("text", "Text", False),
        FileFormat("script", "Script or source", True),
        FileFormat("other", "Other file", True),
        FileFormat("directory", "Directory of files", False),
        FileFormat("mlflow", "MLflow model", False),
    )
}

# Each looks at the file and answers a key, or None when it is something else. The order matters: what has a checked
# structure comes before what is told by a few bytes, and the opaque rest comes last.
_DETECTORS: tuple[Callable[[BinaryIO, bytes, int], str | None], ...] = (
    foreign.refuse,
    tensors.safetensors,
    tensors.npy,
    tensors.gguf,
    containers.hdf5,
    archives.zip_archive,
    archives.compressed,
    containers.pickle,
    containers.onnx,
    containers.xgboost_json,
)


def identify(file: BinaryIO) -> FileFormat:
    """The format of ``file``, a seekable binary file of plaintext.

    Raises Invalid for an empty or damaged file and UnsupportedFormat for content that is no model.
    """
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise Invalid(
            "The file is empty. Upload the file that your training wrote.", code="artifact.empty", field="file"
        )
    file.seek(0)
    head = file.read(HEAD_BYTES)
    for detect in _DETECTORS:
        key = detect(file, head, size)
        if key is not None:
            return _FORMATS[key]
    if is_text(head):
        raise unknown("text")
    return _FORMATS["binary"]


def label_of(key: str) -> str:
    """The words for a format's key; the key itself for one that is not known any more."""
    return _FORMATS[key].label if key in _FORMATS else key


def format_of(key: str) -> FileFormat:
    """The format of that key."""
    return _FORMATS[key]


def unknown(what: str) -> UnsupportedFormat:
    """The refusal of content that is no model file."""
    return foreign.unknown(what)


def is_text(head: bytes) -> bool:
    """Whether the first bytes of a file are readable as text."""
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        # The piece may end within a character.
        head.decode("utf-8") if len(head) < HEAD_BYTES else head[:-4].decode("utf-8", errors="ignore")
    except UnicodeDecodeError:
        return False
    return True
