"""What the derivations write, read back by numpy, safetensors and onnxruntime."""

import io
import json
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load, save

from modelops.lib.errors import Invalid
from registry.formats import identify
from registry.variants.kinds import Report, derivation_for, onnx_int8

RNG = np.random.default_rng(7)


def derive(content: bytes, kind: str = "float16", **options: Any) -> tuple[bytes, Report]:
    """The derived file of a file in memory, and the report."""
    source, out = io.BytesIO(content), io.BytesIO()
    derivation = derivation_for(kind, identify(source).key)()
    report = derivation.derive(source, out.write, lambda count: None, options)
    return out.getvalue(), report


def bfloat16_file(values: Any) -> bytes:
    """A safetensors file with one bfloat16 tensor, written by hand: numpy has no such type."""
    raw = (np.asarray(values, "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    table = {"b": {"dtype": "BF16", "shape": [len(values)], "data_offsets": [0, len(raw)]}}
    header = json.dumps(table).encode()
    return struct.pack("<Q", len(header)) + header + raw


def test_safetensors_to_float16_as_numpy_would() -> None:
    """S0-05: wide floats are converted, everything else is kept bit for bit; the reference reader opens it."""
    tensors = {
        "a": RNG.standard_normal((300, 1000)).astype("f4"),
        "b": RNG.standard_normal((17, 3)),
        "half": RNG.standard_normal(9).astype("f2"),
        "ids": np.arange(11, dtype="i8"),
        "mask": np.array([True, False, True]),
        "empty": np.zeros((0, 4), "f4"),
        "scalar": np.array(1.5, "f4"),
    }
    content, report = derive(save(tensors, metadata={"format": "pt"}))
    assert identify(io.BytesIO(content)).key == "safetensors"
    found = load(content)
    assert set(found) == set(tensors)
    for name, tensor in tensors.items():
        wanted = tensor.astype("f2") if tensor.dtype.kind == "f" else tensor
        assert found[name].dtype == wanted.dtype
        np.testing.assert_array_equal(found[name], wanted)
    assert (report.converted, report.kept, report.overflowed) == (4, 3, 0)
    (length,) = struct.unpack("<Q", content[:8])
    assert json.loads(content[8 : 8 + length])["__metadata__"] == {"format": "pt", "derived": "float16"}


def test_bfloat16_is_converted_by_value() -> None:
    """S0-05."""
    values = [1.0, -2.5, 0.0, 29952.0, float("inf")]
    content, _ = derive(bfloat16_file(values))
    np.testing.assert_array_equal(load(content)["b"], np.array(values, "f4").astype("f2"))


@pytest.mark.parametrize("content", [save({"w": np.array([1.0, 1e6, -7e4], "f4")}), bfloat16_file([1.0, 1e30])])
def test_what_would_become_infinite_is_counted_and_refused(content: bytes) -> None:
    """S0-05: unless it is asked for; infinities that were there before count as themselves."""
    with pytest.raises(Invalid) as refusal:
        derive(content)
    assert refusal.value.code == "variant.overflow"
    found, report = derive(content, allow_overflow=True)
    assert report.overflowed in {1, 2}
    assert int(np.isinf(next(iter(load(found).values()))).sum()) == report.overflowed


def test_what_becomes_zero_is_counted() -> None:
    _, report = derive(save({"w": np.array([1e-9, 0.0, 1.0], "f4")}))
    assert report.vanished == 1


def test_a_file_without_wide_floats_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        derive(save({"w": np.ones(3, "f2"), "i": np.ones(3, "i4")}))
    assert refusal.value.code == "variant.nothing_to_convert"


@pytest.mark.parametrize("dtype", ["<f4", "<f8", ">f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_to_float16(dtype: str, order: Any) -> None:
    """S0-05: in both byte orders and both memory orders."""
    array = np.asarray(RNG.standard_normal((37, 11)), dtype, order=order)
    file = io.BytesIO()
    np.save(file, array)
    content, report = derive(file.getvalue())
    found = np.load(io.BytesIO(content))
    np.testing.assert_array_equal(found, array.astype("f2"))
    assert found.flags.f_contiguous == array.flags.f_contiguous
    assert report.converted == 1


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_an_archive_to_float16(write: Any) -> None:
    """S0-05: names, order, compression and what is no float stay."""
    arrays = {"w": RNG.standard_normal(600_000).astype("f4"), "n": np.arange(5), "s": np.array(["a", "bc"])}
    file = io.BytesIO()
    write(file, **arrays)
    content, report = derive(file.getvalue())
    found = np.load(io.BytesIO(content), allow_pickle=False)
    assert found.files == ["w", "n", "s"]
    np.testing.assert_array_equal(found["w"], arrays["w"].astype("f2"))
    np.testing.assert_array_equal(found["n"], arrays["n"])
    np.testing.assert_array_equal(found["s"], arrays["s"])
    assert (report.converted, report.kept) == (1, 2)
    kinds = [{one.compress_type for one in zipfile.ZipFile(io.BytesIO(each)).infolist()} for each in
             (file.getvalue(), content)]  # fmt: skip
    assert kinds[0] == kinds[1]


def test_memory_does_not_grow_with_the_file() -> None:
    """S0-05: 64 MiB of weights are converted with a few MiB of memory."""
    content = save({"w": np.ones(16 << 20, "f4")})
    source = io.BytesIO(content)
    derivation = derivation_for("float16", "safetensors")()
    tracemalloc.start()
    derivation.derive(source, len, lambda count: None, {})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 << 20


def onnx_model(gemm: bool = False) -> tuple[bytes, Any]:
    """A small network and an input for it."""
    w, b = RNG.standard_normal((64, 32)).astype("f4"), RNG.standard_normal(32).astype("f4")
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32])
    if gemm:
        nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["y"])]
    else:
        nodes = [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Add", ["h", "b"], ["y"])]
    weights = [numpy_helper.from_array(w, "w"), numpy_helper.from_array(b, "b")]
    graph = helper.make_graph(nodes, "g", [x], [y], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return model.SerializeToString(), RNG.standard_normal((5, 64)).astype("f4")


@pytest.mark.parametrize("gemm", [False, True])
def test_onnx_to_int8_answers_almost_the_same(gemm: bool) -> None:
    """S0-05: onnxruntime runs the result; its answers differ by little and its file is smaller."""
    content, x = onnx_model(gemm)
    derived, report = derive(content, "int8")
    assert identify(io.BytesIO(derived)).key == "onnx"
    answers = [
        onnxruntime.InferenceSession(each, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
        for each in (content, derived)
    ]
    assert np.abs(answers[0] - answers[1]).max() < 0.05 * np.abs(answers[0]).max()
    assert len(derived) < 0.5 * len(content)
    assert report.converted == 1


def test_onnx_without_weights_to_quantise_is_refused() -> None:
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    with pytest.raises(Invalid) as refusal:
        derive(model.SerializeToString(), "int8")
    assert refusal.value.code == "variant.refused"


def test_the_quantiser_can_write_no_file(tmp_path: Path) -> None:
    """S4-25: the process that holds the plaintext of a model is not able to put it on a disk."""
    script = tmp_path / "tries.py"
    body = Path(onnx_int8._SCRIPT).read_text().partition("import onnx")[0]
    script.write_text(f"{body}\nopen({str(tmp_path / 'leak')!r}, 'wb', buffering=0).write(b'weights')\n")
    done = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, check=False)
    assert done.returncode != 0
    assert (tmp_path / "leak").stat().st_size == 0


def test_a_damaged_onnx_file_fails_without_quoting_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content, _ = onnx_model()
    derivation = derivation_for("int8", "onnx")()
    with pytest.raises(Invalid) as refusal:
        derivation.derive(io.BytesIO(content[:-40]), len, lambda count: None, {})
    assert refusal.value.code in {"variant.failed", "variant.refused"}
    monkeypatch.setattr(onnx_int8, "MOST_BYTES", 10)
    with pytest.raises(Invalid) as refusal:
        derivation.derive(io.BytesIO(content), len, lambda count: None, {})
    assert refusal.value.code == "variant.too_large"
    assert onnx.__version__
