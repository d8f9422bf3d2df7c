"""Keras and skops: archives in which a JSON text says which classes are made."""

from typing import Any

from . import arrays, limits
from .compressed import Budget
from .rules import allowed
from .tensors import parsed
from .verdict import Held, Report, printable
from .zips import Member

_KERAS_MODULES = (
    "keras.src", "keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints", "keras.optimizers",
    "keras.losses", "keras.metrics", "keras.models", "keras.activations",
)  # fmt: skip
_KERAS_RUNS = {"Lambda", "TFSMLayer", "FunctionLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "HubLayer"}
_SKOPS_NODES = {
    "ObjectNode", "DictNode", "ListNode", "TupleNode", "SetNode", "JsonNode", "NdArrayNode", "SliceNode", "TypeNode",
    "RandomStateNode", "RandomGeneratorNode", "SparseMatrixNode", "TreeNode", "LossNode", "DefaultDictNode",
    "BytesNode", "BytearrayNode", "CachedNode", "MaskedArrayNode", "_DictWithDeprecatedKeysNode",
}  # fmt: skip
_SKOPS_NAMES = {"schema.json"}


def text_of(member: Member, budget: Budget) -> bytes:
    """All of a small member. Raises Held."""
    if member.size > limits.JSON:
        raise Held(f"{member.name} is larger than {limits.JSON:,} bytes.")
    return b"".join(member.pieces(budget))


def scan_keras(members: list[Member], report: Report, budget: Budget) -> str:
    """The configuration of the layers. The weights are HDF5, which this scanner does not read: they hold the file."""
    for member in members:
        inside = report.inside(member.name)
        if member.name in {"config.json", "metadata.json"}:
            _walk_keras(parsed(text_of(member, budget), member.name), inside, 0)
            continue
        for _ in member.pieces(budget):
            pass
        if member.name == "model.weights.h5":
            inside.add("The weights are HDF5, which this scanner does not read. Save them as safetensors.")
        else:
            inside.add("The member is not one that Keras needs; assets can hold anything.")
    return "keras"


def _walk_keras(value: Any, report: Report, depth: int) -> None:
    if depth > 60:
        raise Held("The configuration is nested too deeply.")
    if isinstance(value, list):
        for each in value:
            _walk_keras(each, report, depth + 1)
    if not isinstance(value, dict):
        return
    name, module = value.get("class_name"), value.get("module")
    if name in _KERAS_RUNS or name in {"__lambda__", "function"}:
        report.add(f"The configuration has a {printable(str(name))}, which runs what the file says.")
    if isinstance(module, str) and module not in {"builtins"} and not _is_of_keras(module):
        report.add(f"The configuration makes {printable(f'{module}.{name}')}, which does not come with Keras.")
    if value.get("registered_name") and ">" in str(value["registered_name"]):
        report.add(f"The configuration makes the registered object {printable(str(value['registered_name']))}.")
    for each in value.values():
        _walk_keras(each, report, depth + 1)


def _is_of_keras(module: str) -> bool:
    return module == "keras" or any(module == known or module.startswith(known + ".") for known in _KERAS_MODULES)


def scan_skops(members: list[Member], report: Report, budget: Budget) -> str:
    """The schema makes allowed classes alone; the rest are arrays of numbers."""
    for member in members:
        inside = report.inside(member.name)
        if member.name in _SKOPS_NAMES:
            _walk_skops(parsed(text_of(member, budget), member.name), inside, 0)
        elif member.name.endswith(".npy"):
            if arrays.scan_npy(member.stream(budget), inside) != "npy":
                inside.add("The array holds objects.")
        else:
            inside.add("skops writes no such member for what is allowed here.")
    return "skops"


def _walk_skops(value: Any, report: Report, depth: int) -> None:
    if depth > 60:
        raise Held("The schema is nested too deeply.")
    if isinstance(value, list):
        for each in value:
            _walk_skops(each, report, depth + 1)
    if not isinstance(value, dict):
        return
    if "__class__" in value or "__module__" in value:
        pair = (value.get("__module__"), value.get("__class__"))
        if not all(isinstance(each, str) for each in pair) or pair not in allowed():
            report.add(f"The schema makes {printable(f'{pair[0]}.{pair[1]}')}, which is not on the list.")
    loader = value.get("__loader__")
    if loader is not None and loader not in _SKOPS_NODES:
        report.add(f"The schema is read by {printable(str(loader))}, which can call what the file names.")
    for each in value.values():
        _walk_skops(each, report, depth + 1)
