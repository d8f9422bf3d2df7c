"""The format of a model file is told by its content."""

import bz2
import gzip
import io
import lzma
import zlib

import numpy as np
import pytest

from modelops.lib.errors import Invalid, UnsupportedFormat
from registry.formats import identify

from .samples import npy, npz, onnx, pickled, safetensors, zipped


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (safetensors(), "safetensors"),
        (npy(np.ones((2, 3))), "npy"),
        (npz(a=np.ones(3), b=np.zeros((2, 2))), "npz"),
        (onnx(), "onnx"),
        (b"GGUF" + (3).to_bytes(4, "little") + bytes(16) + b"rest", "gguf"),
    ],
)
def test_formats_that_hold_only_numbers_are_ready(content: bytes, key: str) -> None:
    found = identify(io.BytesIO(content))
    assert (found.key, found.may_hold_code) == (key, False)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (pickled(), "pickle"),
        (gzip.compress(pickled(), mtime=0), "compressed_pickle"),
        (bz2.compress(pickled()), "compressed_pickle"),
        (lzma.compress(pickled()), "compressed_pickle"),
        (lzma.compress(pickled(), format=lzma.FORMAT_ALONE), "compressed_pickle"),
        (zlib.compress(pickled()), "compressed_pickle"),
        (npy(np.array([1, "a", None], dtype=object)), "npy_objects"),
        (npz(a=np.ones(2), b=np.array([None], dtype=object)), "npz_objects"),
        (zipped(archive__data_pkl=pickled()), "torch"),
        (zipped(config_json=b"{}", metadata_json=b"{}"), "keras"),
        (zipped(schema_json=b"{}"), "skops"),
        (b"\x89HDF\r\n\x1a\n" + bytes(64), "hdf5"),
        (b'{"learner": {"attributes": {}}}', "xgboost_json"),
        (bytes(range(256)) * 4, "binary"),
    ],
)
def test_formats_that_may_hold_code_are_told(content: bytes, key: str) -> None:
    """S0-49: whatever may run code when it is loaded is told from what cannot."""
    found = identify(io.BytesIO(content))
    assert (found.key, found.may_hold_code) == (key, True)


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><title>Sign in</title>",
        b"\x89PNG\r\n\x1a\n" + bytes(20),
        b"\xff\xd8\xff\xe0" + bytes(20),
        b"%PDF-1.7\n",
        b"\x7fELF" + bytes(60),
        b"MZ" + bytes(60),
        b"#!/bin/sh\necho",
        b"plain text, not a model\n" * 4000,
        b'{"a": 1}',
        zipped(readme_txt=b"x"),
        gzip.compress(b"a tar or anything else", mtime=0),
        bytes(257) + b"ustar" + bytes(250),
    ],
)
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedFormat) as refusal:
        identify(io.BytesIO(content))
    assert refusal.value.code == "artifact.unknown_format"
    assert "safetensors" in str(refusal.value)  # It says what to do.


@pytest.mark.parametrize(
    "content",
    [
        safetensors()[:-1],
        safetensors() + b"x",
        safetensors().replace(b"F32", b"F64"),
        npy(np.ones(9))[:-3],
        onnx()[:3].replace(b"\x08\x08", b"GGUF") + bytes(2),
        zipped(archive__data_pkl=pickled())[:-30],
    ],
)
def test_a_file_that_is_cut_or_lies_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        identify(io.BytesIO(content))
    assert refusal.value.code == "artifact.damaged"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        identify(io.BytesIO(b""))
    assert refusal.value.code == "artifact.empty"


def test_a_cut_onnx_file_is_not_taken_for_ready() -> None:
    assert identify(io.BytesIO(onnx()[:-1])).may_hold_code
