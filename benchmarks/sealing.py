"""Sealing and opening an artifact with its SHA-256 in the same pass, beside the parts it is made of and its peers."""

import hashlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from modelops.crypto.stream import Algorithm, Digests, SealedReader, SealingWriter
from registry.locations.filesystem import FilesystemStore

from . import peers
from .table import Table

_PIECE = 1 << 20
_CONTEXT = b"benchmark"
# Fernet takes a file as one message, and eight times its size in memory, which is what makes it slow.
_FERNET_MIB = 1024


class _Sink(io.RawIOBase):
    """Takes everything and keeps nothing, so that the disk is not what is measured."""

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def _seal(raw: object, key: bytes, piece: bytes, pieces: int, **options: object) -> SealingWriter:
    writer = SealingWriter(raw, data_key=key, data_key_id=uuid.uuid4(), key_version=1, context=_CONTEXT, **options)  # type: ignore[arg-type]
    for _ in range(pieces):
        writer.write(piece)
    writer.finish()
    return writer


def _open(raw: BinaryIO, key: bytes) -> str:
    digests = Digests()
    reader = SealedReader(raw, data_key=key, context=_CONTEXT)
    for piece in reader.pieces():
        digests.update(piece)
    return digests.hex()["sha256"]


def measure(*, quick: bool = False, size_gib: float | None = None) -> Table:
    """MiB per CPU second. The limit is AES-256-GCM and SHA-256 of the same library, one after the other."""
    pieces = int((size_gib or 2) * 1024) if not quick else 32
    rounds = 1 if quick or pieces > 4096 else 3
    piece, key = os.urandom(_PIECE), os.urandom(32)
    cipher, nonce, buffer = AESGCM(key), os.urandom(12), bytearray(_PIECE + 16)
    fernet = Fernet(Fernet.generate_key())
    message = bytes(min(_FERNET_MIB, pieces, _available_mib() // 12) // (8 if quick else 1) << 20)
    kept = min(pieces, 256)
    made = io.BytesIO()
    _seal(made, key, piece, kept)
    stored = made.getvalue()

    def limit() -> None:
        digest = hashlib.sha256()
        for _ in range(pieces):
            cipher.encrypt_into(nonce, piece, None, buffer)
            digest.update(piece)

    def digest_alone() -> None:
        digest = hashlib.sha256()
        for _ in range(pieces):
            digest.update(piece)

    def opening() -> None:
        for _ in range(pieces // kept):
            _open(io.BytesIO(stored), key)

    both, chacha = {"digests": ("sha256", "sha512")}, {"algorithm": Algorithm.CHACHA20_POLY1305}
    work: dict[str, tuple[Callable[[], object], int, Callable[[], float]]] = {
        "seal with SHA-256": (lambda: _seal(_Sink(), key, piece, pieces), pieces, time.process_time),
        "AES-256-GCM and SHA-256 alone (limit)": (limit, pieces, time.process_time),
        "SHA-256 alone": (digest_alone, pieces, time.process_time),
        "open with SHA-256": (opening, pieces // kept * kept, time.process_time),
        "seal without a digest": (lambda: _seal(_Sink(), key, piece, pieces, digests=()), pieces, time.process_time),
        "seal with SHA-256 and SHA-512": (lambda: _seal(_Sink(), key, piece, kept, **both), kept, time.process_time),
        "seal by ChaCha20-Poly1305": (lambda: _seal(_Sink(), key, piece, kept, **chacha), kept, time.process_time),
        "Fernet": (lambda: fernet.encrypt(message), len(message) >> 20, time.process_time),
    }  # fmt: skip
    notes = {"size": f"{pieces:,} MiB; Fernet {len(message) >> 20:,} MiB"}
    for name, template in peers.TINK_TEMPLATES.items():
        if (tink := peers.tink(piece, kept, template)) is not None:
            work[name] = (tink(False), kept, time.process_time)
            work[f"{name} and SHA-256"] = (tink(True), kept, time.process_time)
    if (age := peers.age(piece, kept)) is not None:
        work["age"] = (age[0](False), kept, age[1])
        work["age and SHA-256"] = (age[0](True), kept, age[1])
    figures = _in_turns(work, rounds)
    for name, how in peers.HOW_TO_INSTALL.items():
        if name in figures:
            alone = figures["seal without a digest"] / figures[name]
            same = figures["seal with SHA-256"] / figures[f"{name} and SHA-256"]
            notes[f"ours beside {name}"] = f"{same:.2f} times with SHA-256 on both sides, {alone:.2f} times without"
        else:
            notes[name] = f"not installed, so not compared: {how}"
    return Table(
        "Sealing artifacts",
        "MiB per CPU second",
        "seal with SHA-256",
        figures,
        {**notes, **_through_a_file(pieces)},
    )


def _in_turns(work: dict[str, tuple[Callable[[], object], int, Callable[[], float]]], rounds: int) -> dict[str, float]:
    rates: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds):
        for name, (run, amount, clock) in work.items():
            if turn and name == "Fernet":
                continue  # it takes half a minute
            started = clock()
            run()
            rates[name].append(amount / max(clock() - started, 1e-9))
    return {name: statistics.median(found) for name, found in rates.items()}


def _through_a_file(pieces: int) -> dict[str, str]:
    """Seal into a folder store and open again, in a process of its own, which tells how much memory that took."""
    with tempfile.TemporaryDirectory(prefix="benchmark-sealing-") as folder:
        command = [sys.executable, "-m", "benchmarks.sealing", str(Path(folder) / "store"), str(pieces)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return {
        "peak memory of both beyond the program": f"{told['grown_mib']} MiB",
        "larger than the plaintext by": f"{100 * told['overhead']:.4f} %",
        "to disk and synced": f"{told['seal_mib_s']:,.0f} MiB/s",
        "from disk": f"{told['open_mib_s']:,.0f} MiB/s",
    }


def _child(path: str, pieces: int) -> None:
    piece, key = os.urandom(_PIECE), os.urandom(32)
    # The highest use so far was that of the imports; counting begins anew (proc(5), clear_refs).
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_kib()
    started = time.perf_counter()
    store, name = FilesystemStore(Path(path)), f"{uuid.uuid4().hex}.sealed"
    pending = store.begin(name)
    writer = _seal(pending, key, piece, pieces)
    pending.commit()
    sealed = time.perf_counter()
    with store.open(name) as raw:
        assert _open(raw, key) == writer.sha256
    opened = time.perf_counter()
    told = {
        "grown_mib": (_peak_kib() - before) // 1024,
        "overhead": writer.stored_bytes / writer.plaintext_bytes - 1,
        "seal_mib_s": pieces / (sealed - started),
        "open_mib_s": pieces / (opened - sealed),
    }
    print(json.dumps(told))


def _available_mib() -> int:
    return int(Path("/proc/meminfo").read_text().split("MemAvailable:")[1].split()[0]) // 1024


def _peak_kib() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    _child(sys.argv[1], int(sys.argv[2]))
