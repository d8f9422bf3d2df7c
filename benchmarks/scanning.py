"""Scanning a checkpoint of 1 GiB without loading it: time and memory of a process of its own for each format."""

import json
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import BinaryIO

from .table import Table

_MIB = 1 << 20
_LIMIT_S, _LIMIT_MIB = 10, 256
_SCAN = """
import json, resource, sys, time
from pathlib import Path
from registry.scanning.engine import scan_file
started = time.perf_counter()
found = scan_file(Path(sys.argv[1]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([found.verdict, time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
_READ = """
import sys, time
with open(sys.argv[1], "rb") as file:
    while file.read(1 << 20):
        pass
print(time.process_time())
"""


def measure(*, quick: bool = False) -> Table:
    """MiB per CPU second; the limit is reading the file alone."""
    mebibytes = 64 if quick else 1024
    with tempfile.TemporaryDirectory() as folder:
        table = Table(f"Scanning a checkpoint of {mebibytes} MiB", "MiB per CPU second", ours="torch archive")
        for name, write in (("torch archive", _torch), ("safetensors", _safetensors)):
            path = Path(folder) / "checkpoint"
            with path.open("wb") as file:
                write(file, mebibytes)
            verdict, wall, cpu, peak = json.loads(_run(_SCAN, path))
            if verdict != "clean":
                raise AssertionError(f"The honest {name} was held.")
            table.figures[name] = mebibytes / cpu
            table.notes[name] = (
                f"{wall:.2f} s, {cpu:.2f} CPU s, peak {peak:.0f} MiB (limits: {_LIMIT_S} s, {_LIMIT_MIB} MiB)"
            )
        table.figures["reading alone"] = mebibytes / max(float(_run(_READ, path)), 0.001)
    return table


def _run(code: str, path: Path) -> str:
    return subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True, text=True).stdout


def _safetensors(file: BinaryIO, mebibytes: int) -> None:
    count = 256
    each = mebibytes * _MIB // count
    table = {
        f"layer.{index}": {"dtype": "F32", "shape": [each // 4], "data_offsets": [index * each, (index + 1) * each]}
        for index in range(count)
    }
    head = json.dumps(table).encode()
    file.write(struct.pack("<Q", len(head)) + head)
    for _ in range(mebibytes):
        file.write(bytes(_MIB))


def _torch(file: BinaryIO, mebibytes: int) -> None:
    """An archive of stored members, one tensor for each storage."""
    count, each = 64, mebibytes * _MIB // 64
    pickled = b"\x80\x02ccollections\nOrderedDict\n)R("
    for index in range(count):
        key = str(index).encode()
        storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\n" + _text(key) + _text(b"cpu") + _number(each // 4) + b"tQ"
        tensor = (
            b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + _number(each // 4) + b"\x85K\x01\x85\x89"
        )
        pickled += _text(b"layer." + key) + tensor + b"ccollections\nOrderedDict\n)RtR"
    members = [(b"archive/data.pkl", [pickled + b"u."]), (b"archive/version", [b"3\n"])]
    members += [(f"archive/data/{index}".encode(), [bytes(_MIB)] * (each // _MIB)) for index in range(count)]
    directory = b""
    for name, pieces in members:
        crc, size, start = 0, sum(map(len, pieces)), file.tell()
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
        facts = struct.pack("<HHHHHIIIHH", 0, 0, 0, 0, 0, crc, size, size, len(name), 0)
        file.write(b"PK\x03\x04" + facts + name)
        for piece in pieces:
            file.write(piece)
        directory += b"PK\x01\x02\x14\x00" + facts + struct.pack("<HHHII", 0, 0, 0, 0, start) + name
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), file.tell(), 0)
    file.write(directory + b"PK\x05\x06" + end)


def _text(content: bytes) -> bytes:
    return b"X" + struct.pack("<I", len(content)) + content


def _number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)
