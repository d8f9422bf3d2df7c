"""From a file to its verdict: what it is, by its content, and everything in it up to the last byte."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from . import arrays, bundles, jsons, limits, onnx, pickles, tars, tensors, texts, torches, zips
from .compressed import Budget, compressor_of, unpacked
from .sources import FileSource, Memory, Source, Stream, stream_of
from .verdict import QUARANTINE, Held, Report, Verdict

_HEAD = 4096
_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_END_OF_ZIP = b"PK\x05\x06"
_LONGEST_ZIP_END = 65_557
_PICKLE_STARTS = b"(]}cSIVFLNUXTG\x80)\x8c\x8f"


def scan_file(path: Path, scan_it: Callable[[BinaryIO], Verdict] | None = None) -> Verdict:
    """The verdict about a file by its path; one that cannot be read is held. ``scan_it`` is `scan` without another."""
    try:
        with path.open("rb") as file:
            return (scan_it or scan)(file)
    except OSError as error:
        return Verdict(QUARANTINE, "unreadable", (f"The file cannot be read: {error.strerror or 'unknown error'}.",))


def scan(file: BinaryIO, path: str = "") -> Verdict:
    """The verdict about a seekable binary file. It never raises for what a file holds.

    ``path`` is where it stands in a folder of files; only there are texts taken beside models.
    """
    return scan_source(FileSource(file), path)


def scan_source(source: Source, path: str = "") -> Verdict:
    """The same for bytes that can be read at any place."""
    report = Report()
    scanner = _Scanner(Budget(source.size), path)
    try:
        scanner.part(source, report, 0)
    except Held as held:
        report.add(held.reason, held.at)
    except (RecursionError, MemoryError) as error:
        report.add(f"The file is too much to be looked through ({type(error).__name__}).")
    except OSError:
        raise  # the file cannot be read: that is no verdict
    except Exception as error:  # noqa: BLE001  a fault of the scanner holds the file and lets the next one be scanned
        report.add(f"The scanner failed on the file ({type(error).__name__}).")
    return report.verdict(scanner.format)


class _Scanner:
    """One file, with what it may unpack to. ``format`` is that of the whole."""

    def __init__(self, budget: Budget, path: str) -> None:
        self._budget = budget
        self._path = path
        self.format = "unknown"

    def part(self, source: Source, report: Report, depth: int) -> str:
        """Scan a file, or a file in an archive. Raises Held, or adds to the report."""
        if depth > limits.DEPTH:
            raise Held("The file is nested too deeply.")
        if source.size == 0:
            raise Held("The file is empty.")
        head = source.at(0, _HEAD)
        found = self._known(source, head, report, depth)
        if depth == 0:
            self.format = found
        return found

    def _known(self, source: Source, head: bytes, report: Report, depth: int) -> str:
        self._not_twice(source, report, is_zip=head[:4] in _ZIP)
        if head[:4] in _ZIP:
            self._no_pickle(source, report)
            return self._zip(source, report, depth)
        if tars.looks_like_tar(head):
            self._no_pickle(source, report)
            return self._tar(source, report, depth)
        for recognised, key, scan_it in (
            (head.startswith(_HDF5), "hdf5", _hdf5),
            (tensors.looks_like_safetensors(head, source.size), "safetensors", tensors.scan_safetensors),
            (head.startswith(b"GGUF"), "gguf", tensors.scan_gguf),
            (head.startswith(arrays.MAGIC), "npy", lambda whole, to: arrays.scan_npy(stream_of(whole), to)),
            (torches.looks_like_old(head), "torch_legacy", torches.scan_old),
            (jsons.looks_like_xgboost_json(head), "xgboost_json", jsons.scan_json),
            (jsons.looks_like_ubjson(head), "xgboost_ubj", jsons.scan_ubjson),
            (onnx.looks_like_onnx(head), "onnx", onnx.scan_onnx),
        ):
            if recognised:
                self._names(key, depth)
                if key != "torch_legacy":
                    self._no_pickle(source, report)
                return scan_it(source, report)
        if depth == 0 and self._path and texts.looks_like_text(head):
            self._names("text", depth)
            return texts.scan_text(source, report, self._path)
        compressor = compressor_of(head)
        if compressor:
            self._names(f"compressed_{compressor}", depth)
            self._no_pickle(source, report)
            return self._compressed(unpacked(source, compressor, self._budget), report.inside(compressor), depth)
        if head[:1] and head[0] in _PICKLE_STARTS:
            self._names("pickle", depth)
            return pickles.scan_pickles(stream_of(source), report)
        raise Held("The file is of no format that this scanner knows.")

    def _names(self, key: str, depth: int) -> None:
        """The format is known before anything in it can raise."""
        if depth == 0:
            self.format = key

    def _not_twice(self, source: Source, report: Report, *, is_zip: bool) -> None:
        """Programs look for zip archives from the end of a file, and for HDF5 at several places of it."""
        start = max(0, source.size - _LONGEST_ZIP_END)
        place = source.at(start, _LONGEST_ZIP_END).find(_END_OF_ZIP)
        if place >= 0 and not is_zip:
            report.add("The file ends like a zip archive too; other programs would open that.", start + place)
        place = 512
        while place + 8 <= source.size:
            if source.at(place, 8) == _HDF5:
                report.add("An HDF5 file begins in the middle of the file; other programs would open that.", place)
            place *= 2

    def _no_pickle(self, source: Source, report: Report) -> None:
        for reason in pickles.would_run(stream_of(source)):
            report.add(f"The file is a pickle as well: {reason}")

    def _compressed(self, pieces: Iterator[bytes], report: Report, depth: int) -> str:
        """A pickle is followed as it unpacks; what must be read at several places is small."""
        head = b""
        waiting = iter(pieces)
        while len(head) < _HEAD and (piece := next(waiting, None)) is not None:
            head += piece
        is_other = (
            head[:4] in _ZIP
            or head.startswith((_HDF5, b"GGUF", arrays.MAGIC, b"{"))
            or tars.looks_like_tar(head)
            or compressor_of(head)
            or torches.looks_like_old(head)
        )
        if head[:1] and head[0] in _PICKLE_STARTS and not is_other:
            return f"compressed_{pickles.scan_pickles(Stream(_chained(head, waiting)), report)}"
        whole = bytearray(head)
        for piece in waiting:
            whole += piece
            if len(whole) > limits.BUFFERED:
                raise Held("A compressed file that is no pickle is too large to be looked through.")
        return f"compressed_{self.part(Memory(bytes(whole)), report, depth + 1)}"

    def _zip(self, source: Source, report: Report, depth: int) -> str:
        self._names("zip", depth)
        members = zips.members_of(source)
        files = [member for member in members if not member.name.endswith("/")]
        if any(member.size for member in members if member.name.endswith("/")):
            raise Held("A folder of the archive holds bytes.")
        names = [member.name for member in files]
        if not files:
            raise Held("The archive is empty.")
        if torches.is_archive(names):
            self._names("torch", depth)
            return torches.scan_archive(files, report, self._budget)
        if "config.json" in names and "metadata.json" in names:
            self._names("keras", depth)
            return bundles.scan_keras(files, report, self._budget)
        if "schema.json" in names:
            self._names("skops", depth)
            return bundles.scan_skops(files, report, self._budget)
        if all(name.endswith(".npy") for name in names):
            self._names("npz", depth)
            for member in files:
                arrays.scan_npy(member.stream(self._budget), report.inside(member.name))
            return "npz"
        for member in files:
            self._member(member, report, depth)
        return "zip"

    def _member(self, member: zips.Member, report: Report, depth: int) -> None:
        """A file of an archive that no library is known to write: it is judged as if it stood alone."""
        inside = report.inside(member.name)
        try:
            if member.is_stored:
                for _ in member.pieces(self._budget):
                    pass
                self.part(member.data, inside, depth + 1)
            else:
                self._compressed(member.pieces(self._budget), inside, depth + 1)
        except Held as held:
            inside.add(held.reason, held.at)

    def _tar(self, source: Source, report: Report, depth: int) -> str:
        self._names("tar", depth)
        members = tars.members_of(source)
        if not members:
            raise Held("The archive is empty.")
        for name, content in members:
            inside = report.inside(name)
            try:
                self.part(content, inside, depth + 1)
            except Held as held:
                inside.add(held.reason, held.at)
        return "tar"


def _hdf5(source: Source, report: Report) -> str:
    report.add(
        "The file is HDF5, in which Keras keeps layers with code; this scanner does not read it. Save the weights as "
        "safetensors."
    )
    return "hdf5"


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest
