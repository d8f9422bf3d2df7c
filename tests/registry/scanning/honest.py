"""Files that must not be held, written by the real libraries where these are installed."""

import gzip
import io
import pickle
import struct
import zlib
from collections import OrderedDict
from typing import Any

import numpy as np
import onnx
import pandas as pd
import scipy.sparse
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save as save_tensors

from .assembling import gguf_of, old_torch, saved, state_dict, torch_of, zipped


def _objects() -> dict[str, Any]:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    structured = np.zeros(3, dtype=[("a", "f8"), ("b", "i4", (2,))])
    return {
        "numbers": np.arange(5), "order F": np.asfortranarray(np.ones((30, 30))), "words": np.array(["ab", "c"]),
        "objects": np.array(["a", None], dtype=object), "fields": structured, "scalar": np.float32(3),
        "times": np.array(["2020-01-01"], dtype="M8[ns]"), "csr": scipy.sparse.csr_matrix(np.eye(3)),
        "csr array": scipy.sparse.csr_array(np.eye(3)), "csc": scipy.sparse.csc_matrix(np.eye(3)),
        "frame": frame, "series": pd.Series([1.0, 2]), "index": pd.Index(["a", "b"]),
        "random state": np.random.RandomState(0), "generator": np.random.default_rng(0),
        "masked": np.ma.array([1, 2], mask=[0, 1]), "ordered": OrderedDict(a=1), "set": {1, 2}, "slice": slice(1, 2),
        "big": {"rows": [{"n": number, "t": f"text {number}"} for number in range(3000)], "blob": b"x" * 100_000},
    }  # fmt: skip


def _onnx(location: str = "") -> bytes:
    weight = numpy_helper.from_array(np.ones((4, 2), "f4"), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    tree = helper.make_node("LabelEncoder", ["k"], ["l"], domain="ai.onnx.ml", keys_strings=["a"], values_int64s=[1])
    graph = helper.make_graph(
        [node, tree], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4]),
         helper.make_tensor_value_info("k", TensorProto.STRING, [None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])], [weight],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    onnx.checker.check_model(model)
    if location:
        onnx.external_data_helper.set_external_data(model.graph.initializer[0], location)
    return bytes(model.SerializeToString())


def _ubj() -> bytes:
    def key(name: str) -> bytes:
        return b"L" + struct.pack(">q", len(name)) + name.encode()

    weights = b"[$d#L" + struct.pack(">q", 3) + np.ones(3, ">f4").tobytes()
    learner = b"{" + key("attributes") + b"{}" + key("weights") + weights + key("name") + b"S" + key("gbtree") + b"}"
    version = b"[#L" + struct.pack(">q", 2) + b"i\x02i\x01"
    return b"{" + key("learner") + learner + key("version") + version + b"}"


def _npz(**arrays: Any) -> bytes:
    plain, packed = io.BytesIO(), io.BytesIO()
    np.savez(plain, **arrays)
    np.savez_compressed(packed, **arrays)
    return packed.getvalue() if "packed" in arrays else plain.getvalue()


def honest() -> dict[str, bytes]:
    """All of them by name."""
    files = {
        f"{name}, protocol {protocol}": pickle.dumps(made, protocol)
        for name, made in _objects().items()
        for protocol in range(6)
    }
    table = b'{"learner":{"attributes":{},"w":[1.5E0,-2,true,null,"a\\"b\\u00e9"],"o":{"a":[[],{}]}},"version":[2,1,0]}'
    template = "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}{% endfor %}"
    return files | {
        "two in a row": pickle.dumps(1) + pickle.dumps([2]),
        "npy": saved(np.ones((3, 4))),
        "npy of fields": saved(_objects()["fields"]),
        "npy of words": saved(np.array(["a", "bc"])),
        "npy of objects": saved(np.array([{"a": 1}, None], dtype=object)),
        "npz": _npz(a=np.ones(4), b=np.zeros((3, 3))),
        "npz, packed": _npz(packed=np.zeros(100_000)),
        "npz of objects": _npz(a=np.array(["x", None], dtype=object)),
        "safetensors": save_tensors({"a": np.ones((3, 3), "f4"), "b": np.zeros(5, "i8")}, {"format": "np"}),
        "safetensors, empty tensor": save_tensors({"a": np.ones((0, 3), "f4"), "b": np.zeros(5, "i8")}),
        "onnx": _onnx(),
        "onnx with data beside": _onnx("model.onnx.data"),
        "pytorch": torch_of(state_dict(), {"0": bytes(16)}),
        "pytorch, old": old_torch(),
        "xgboost json": table,
        "xgboost ubj": _ubj(),
        "gguf": gguf_of(template),
        "gzip of a pickle": gzip.compress(pickle.dumps(_objects()["big"])),
        "zlib of an array": zlib.compress(saved(np.arange(1000))),
        "zip of models": zipped({"a.npy.bak": saved(np.ones(3)), "b.pkl": pickle.dumps({"a": 1})}),
    }
