"""Files made to cost time or memory are held early, and honest ones are not taken for them."""

import bz2
import gzip
import io
import json
import lzma
import struct
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from registry.scanning.engine import limits, scan

from .assembling import EVIL, gguf_of, npy_of, saved, tar_of, zipped


def _nested(depth: int) -> bytes:
    made = saved(np.ones(2))
    for _ in range(depth):
        made = zipped({"m.bin": made}, method=8)
    return made


def _packed(depth: int) -> bytes:
    made = EVIL
    for _ in range(depth):
        made = gzip.compress(made)
    return made


def _large_entry() -> bytes:
    """A member that claims 2^62 bytes."""
    made = zipped({"m.npy": saved(np.ones(2))})
    place = made.rindex(b"PK\x01\x02")
    return made[: place + 20] + b"\xff" * 8 + made[place + 28 :]


_MANY = 34 << 20
_DEEP = ('{"a":' * 100_000).encode()
_TABLE = b'{"a":' * 30_000 + b"1" + b"}" * 30_000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (lambda: zipped({f"{index}.npy": b"x" for index in range(60_000)}), "more than 10,000 members"),
        (lambda: gzip.compress(b"GGUF" + bytes(_MANY), 1), "too large to be looked through"),
        (lambda: zipped({"a.npy": bytes(_MANY)}, method=8), "no NumPy array"),
        (lambda: zipped({"a.bin": bytes(_MANY)}, method=8), "too large to be looked through"),
        (lambda: bz2.compress(b"\x93NUMPY" + bytes(_MANY), 1), "too large to be looked through"),
        (lambda: lzma.compress(b"\x93NUMPY" + bytes(_MANY), preset=0), "too large to be looked through"),
        (_nested(6), "nested too deeply"),
        (_packed(7), "nested too deeply"),
        (_large_entry(), "cut off"),
        (struct.pack("<Q", len(_TABLE)) + _TABLE, "nests too deeply"),
        (b'{"learner":' + _DEEP, "nested too deeply"),
        (b"\x80\x02" + b"(" * 200_000 + b".", "nested too deeply"),
        (b"\x80\x02" + b"]q\x00" + b"r\xff\xff\xff\x7f.", "out of all proportion"),
        (b"\x80\x04\x8e" + b"\xff" * 8, "ends before"),
        (b"\x80\x02T\xff\xff\xff\xff", "negative"),
        (b"\x80\x02I" + b"9" * 100_000 + b"\n.", "none"),
        (npy_of(b"")[:8] + struct.pack("<H", 60_000) + b"(" * 60_000, "longer than NumPy reads"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60), "head of the file"),
        (gguf_of("x")[:24] + b"\xff" * 8 + gguf_of("x")[32:], "longer than a MiB"),
        (lambda: tar_of({f"f{index}": b"x" for index in range(10_001)}), "too many"),
        (b"\x08\x09" + b"\x3a\xff\xff\xff\xff\x0f" + bytes(100), "reaches over"),
        (b"", "empty"),
        (b"PK\x03\x04", "cut off"),
        (b"hello", "no format"),
        (json.dumps({"a": 1}).encode(), "no format"),
    ],
)  # fmt: skip
def test_what_costs_too_much_is_held(content: bytes | Callable[[], bytes], why: str) -> None:
    """Zip bombs, 60,000 entries, archives in archives, deep and huge JSON, lying lengths.

    What takes long to make is made here: every process of a run reads this file, and one does the test.
    """
    if callable(content):
        content = content()
    tracemalloc.start()
    verdict = scan(io.BytesIO(content))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not verdict.is_clean
    assert why in " ".join(verdict.reasons)
    assert peak < 200 << 20


def test_reasons_are_bounded_and_can_be_shown() -> None:
    """Names of a file may be long, hold control characters or turn the direction of text."""
    name = "\u202eevil\x1b[31m" + "x" * 5000
    noisy = b"\x80\x02" + b"".join(f"cos\n{name}{index}\n0".encode() for index in range(5000)) + b"N."
    reasons = scan(io.BytesIO(noisy)).reasons
    assert len(reasons) == 21
    assert reasons[-1] == "4,980 more reasons are not listed."
    assert all(reason.isprintable() and len(reason) <= 501 for reason in reasons)


def test_zeros_are_no_bomb() -> None:
    """An honest array compresses a thousandfold."""
    held = io.BytesIO()
    np.savez_compressed(held, weights=np.zeros(4_000_000))
    assert len(held.getvalue()) < limits.MIB
    assert scan(io.BytesIO(held.getvalue())).is_clean
