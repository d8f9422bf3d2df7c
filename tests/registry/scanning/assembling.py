"""Writes pickles opcode by opcode, archives byte by byte, and the other files that tests of the scanner need."""

import io
import json
import struct
import zipfile
from typing import Any

import numpy as np

TOUCH = ("touch marker",)


def value(given: Any) -> bytes:
    """The opcodes that push a value."""
    if given is None or isinstance(given, bool):
        return {None: b"N", True: b"\x88", False: b"\x89"}[given]
    if isinstance(given, int):
        return b"J" + struct.pack("<i", given)
    if isinstance(given, bytes):
        return b"B" + struct.pack("<I", len(given)) + given
    if isinstance(given, str):
        return b"X" + struct.pack("<I", len(given.encode())) + given.encode()
    if isinstance(given, list):
        return b"](" + b"".join(map(value, given)) + b"e"
    if isinstance(given, dict):
        return b"}(" + b"".join(value(key) + value(item) for key, item in given.items()) + b"u"
    if isinstance(given, Raw):
        return given.opcodes
    return b"(" + b"".join(map(value, given)) + b"t"


class Raw:
    """Opcodes that push a value by themselves."""

    def __init__(self, opcodes: bytes) -> None:
        self.opcodes = opcodes


def named(module: str, name: str) -> Raw:
    """A class or function, for use among arguments."""
    return Raw(f"c{module}\n{name}\n".encode())


def called(module: str, name: str, *arguments: Any) -> Raw:
    """A call of one, for use among arguments."""
    return Raw(named(module, name).opcodes + value(tuple(arguments)) + b"R")


def calling(module: str, name: str, *arguments: Any) -> bytes:
    """A whole pickle that calls a function."""
    return b"\x80\x02" + called(module, name, *arguments).opcodes + b"."


EVIL = calling("os", "system", *TOUCH)


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive as Python writes it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def tar_of(members: dict[str, bytes], kind: bytes = b"0") -> bytes:
    """A plain ustar archive."""
    made = []
    for name, content in members.items():
        head = bytearray(512)
        head[: len(name)] = name.encode()
        head[100:108], head[108:116], head[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
        head[124:136] = b"%011o\0" % len(content)
        head[136:148], head[148:156], head[156:157] = b"00000000000\0", b" " * 8, kind
        head[257:265] = b"ustar\x0000"
        head[148:156] = b"%06o\0 " % sum(head)
        made += [bytes(head), content, bytes(-len(content) % 512)]
    return b"".join(made) + bytes(1024)


def npy_of(pickled: bytes) -> bytes:
    """A NumPy file of objects whose pickle is the given one."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (118 - len(header) - 1) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickled


def saved(array: Any, **options: Any) -> bytes:
    """A NumPy file of a real array."""
    held = io.BytesIO()
    np.save(held, array, **options)
    return held.getvalue()


def safetensors_of(data: bytes, metadata: dict[str, str] | None = None, **changes: Any) -> bytes:
    """One tensor of bytes."""
    table: dict[str, Any] = {"w": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)], **changes}}
    if metadata:
        table["__metadata__"] = metadata
    head = json.dumps(table).encode()
    return struct.pack("<Q", len(head)) + head + data


def joblib_of(prefix: bytes = b"", *, dtype: str = "f8", payload: bytes = b"", **state: Any) -> bytes:
    """A pickle with one array as joblib writes it: a description, and the array behind the opcode that fills it."""
    wrapper = named("joblib.numpy_pickle", "NumpyArrayWrapper").opcodes + b")\x81"
    flags = 63 if dtype == "O8" else 0
    order = "|" if dtype == "O8" else "<"
    described = Raw(
        called("numpy", "dtype", dtype, False, True).opcodes
        + value((3, order, None, None, None, -1, -1, flags))
        + b"b"
    )  # fmt: skip
    items: dict[str, Any] = {
        "subclass": named("numpy", "ndarray"), "shape": (1,), "order": "C", "dtype": described, "allow_mmap": True,
        "numpy_array_alignment_bytes": 16, **state,
    }  # fmt: skip
    return b"\x80\x03" + prefix + wrapper + value(items) + b"b" + payload + b"."


def torch_of(pickled: bytes, storages: dict[str, bytes] | None = None, **more: bytes) -> bytes:
    """An archive as torch.save lays it out."""
    members = {"archive/data.pkl": pickled, "archive/version": b"3\n", "archive/byteorder": b"little"}
    members |= {f"archive/data/{key}": content for key, content in (storages or {}).items()}
    return zipped(members | {f"archive/{name}": content for name, content in more.items()})


def state_dict(key: str = "0", count: int = 4) -> bytes:
    """The pickle of a state dict with one tensor of floats."""
    storage = Raw(value(("storage", named("torch", "FloatStorage"), key, "cpu", count)) + b"Q")
    tensor = called(
        "torch._utils", "_rebuild_tensor_v2", storage, 0, (count,), (1,), False, called("collections", "OrderedDict")
    )
    made = called("collections", "OrderedDict").opcodes + b"(" + value("weight") + tensor.opcodes + b"u"
    return b"\x80\x02" + made + b"."


def old_torch(pickles: dict[int, bytes] | None = None, tail: bytes | None = None) -> bytes:
    """The format before the archive; some of its five pickles may be others."""
    magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
    parts = [magic, b"\x80\x02M\xe9\x03.", b"\x80\x02" + value({"little_endian": True}) + b".", state_dict(),
             b"\x80\x02" + value(["0"]) + b"."]  # fmt: skip
    for index, other in (pickles or {}).items():
        parts[index] = other
    return b"".join(parts) + (struct.pack("<q", 4) + bytes(16) if tail is None else tail)


def gguf_of(template: str) -> bytes:
    """A GGUF file with a chat template and no tensor."""

    def text(given: str) -> bytes:
        return struct.pack("<Q", len(given.encode())) + given.encode()

    entries = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    entries += text("tokenizer.chat_template") + struct.pack("<I", 8) + text(template)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + entries
