"""PyTorch's files: a pickle that names storages, and the storages. Both the archive and the format before it."""

import re
import struct
from typing import Any

from . import pickles
from .compressed import Budget
from .sources import Source, stream_of
from .values import OBJECT, Name, is_count, items_of
from .verdict import Held, Report
from .zips import Member

_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_ITEM = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8,
    "ComplexDoubleStorage": 16, "UntypedStorage": 1,
}  # fmt: skip
_PARTS = re.compile(r"data/\d{1,9}|version|byteorder|\.data/serialization_id|\.format_version|\.storage_alignment")
_SMALL = re.compile(rb"[ -~]{1,64}\n?")


class _Storages:
    """The storages that a pickle names: key → bytes."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.sizes: dict[str, tuple[int, int]] = {}

    def __call__(self, given: Any, at: int) -> Any:
        items = items_of(given) or ()
        if len(items) not in {5, 6} or items[0] != "storage":
            raise Held("The pickle asks its loader for something that is no storage.", at)
        kind, key, place, count = items[1:5]
        if not isinstance(kind, Name) or kind.name not in _ITEM or not isinstance(key, str) or not is_count(count):
            raise Held("The pickle names a storage in a way that cannot be followed.", at)
        if not isinstance(place, str) or (len(items) == 6 and items[5] is not None):
            raise Held("The pickle names a view of a storage, which is not followed.", at)
        size = (count, _ITEM[kind.name])
        if self.sizes.setdefault(key, size) != size and "UntypedStorage" not in kind.name:
            self._report.add("The pickle names one storage with two sizes.", at)
        return OBJECT


def is_archive(names: list[str]) -> bool:
    """Whether the members are those of torch.save."""
    return any(name == "data.pkl" or name.endswith("/data.pkl") for name in names)


def scan_archive(members: list[Member], report: Report, budget: Budget) -> str:
    """The pickle, and nothing beside it but the storages that it names."""
    first = next(member.name for member in members if member.name.split("/")[-1] == "data.pkl")
    prefix = first.removesuffix("data.pkl")
    storages, present = _Storages(report), {}
    for member in members:
        inside = report.inside(member.name)
        part = member.name.removeprefix(prefix)
        if not member.name.startswith(prefix) or not (part == "data.pkl" or _PARTS.fullmatch(part)):
            inside.add("PyTorch writes no such member for weights; TorchScript and packages hold code.")
            continue
        stream = member.stream(budget)
        if part == "data.pkl":
            pickles.scan_one(stream, inside, persistent=storages)
            if not stream.ended:
                inside.add("Something stands behind the pickle.", stream.pos)
        elif part.startswith("data/"):
            present[part.removeprefix("data/")] = member.size
            stream.skip(member.size)
        elif member.size > 64 or not _SMALL.fullmatch(stream.read(member.size)):
            inside.add("The member is not the short text that PyTorch writes.")
        if not stream.ended:
            inside.add("The member is longer than its entry says.", stream.pos)
    for key, (count, size) in storages.sizes.items():
        if present.get(key, -1) < count * size:
            report.add(f"The pickle names the storage {key}, which is not there or too short.")
    if set(present) - set(storages.sizes):
        report.add("The archive holds storages that its pickle does not name.")
    return "torch"


def looks_like_old(head: bytes) -> bool:
    """The magic number that comes before everything else."""
    return _MAGIC in head[:32]


def scan_old(source: Source, report: Report) -> str:
    """Five pickles in a row, then each storage with its length, up to the end."""
    stream = stream_of(source)
    for _ in range(3):  # the magic number, the version, the machine
        pickles.scan_one(stream, report)
    storages = _Storages(report)
    pickles.scan_one(stream, report, persistent=storages)
    keys: list[str] = []
    pickles.scan_one(stream, report, texts=keys)
    if sorted(keys) != sorted(storages.sizes):
        raise Held("The list of storages is not that of the pickle.", stream.pos)
    for key in keys:
        at = stream.pos
        count, size = storages.sizes[key]
        if struct.unpack("<q", stream.read(8))[0] != count:
            raise Held("A storage has another length than the pickle says.", at)
        stream.skip(count * size)
    if not stream.ended:
        raise Held("The storages do not fill the rest of the file.", stream.pos)
    return "torch_legacy"
