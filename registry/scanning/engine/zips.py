"""Zip archives read so strictly that every program sees the same members, and no byte stands outside of one."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from . import limits
from .compressed import Budget, inflated
from .sources import Source, Stream, Window
from .verdict import Held

_END, _END64, _LOCATOR, _ENTRY, _LOCAL, _DESCRIPTOR = (
    b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04", b"PK\x07\x08",
)  # fmt: skip
_STORED, _DEFLATED = 0, 8
# Sizes behind the member, UTF-8 names, and how hard the packer tried. Nothing about encryption or patches.
_FLAGS = 0x0008 | 0x0800 | 0x0006
# Zip64 sizes, padding as PyTorch writes it, and times and owners as zip tools write them.
_EXTRAS = {0x0001, 0x4246, 0x5455, 0x7875}
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive. ``data`` are its bytes as they stand there."""

    name: str
    method: int
    crc: int
    size: int
    data: Source

    @property
    def is_stored(self) -> bool:
        return self.method == _STORED

    def stream(self, budget: Budget) -> Stream:
        """Its plain bytes, forward."""
        return Stream(self.pieces(budget))

    def pieces(self, budget: Budget) -> Iterator[bytes]:
        """Its plain bytes. At the end their length and checksum are compared: raises Held."""
        crc = count = 0
        for piece in self.data.pieces() if self.is_stored else inflated(self.data, budget):
            crc, count = zlib.crc32(piece, crc), count + len(piece)
            if count > self.size:
                break
            yield piece
        if count != self.size or crc != self.crc:
            raise Held("A member of the archive is not what its entry says (length or checksum).")


def members_of(source: Source) -> list[Member]:
    """All members in their order, which fill the archive from the first byte to its directory. Raises Held."""
    count, start, end = _directory(source)
    entries = _entries(source.exactly(start, end - start), count)
    place, names, found = 0, set(), []
    for entry in sorted(entries, key=lambda each: each.offset):
        if entry.offset != place:
            raise Held("Bytes of the archive belong to no member, or to two.", place)
        folded = entry.name.casefold()
        if folded in names:
            raise Held("Two members of the archive have the same name.", place)
        names.add(folded)
        begin, place = _local(source, entry, start)
        found.append(Member(entry.name, entry.method, entry.crc, entry.size, Window(source, begin, entry.packed)))
    if place != start:
        raise Held("Bytes of the archive belong to no member.", place)
    return found


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def _directory(source: Source) -> tuple[int, int, int]:
    """Entries, and where the directory begins and ends."""
    if source.size < 22:
        raise Held("The archive is cut off.")
    end = source.size - 22
    record = source.exactly(end, 22)
    if record[:4] != _END or record[20:] != b"\0\0":
        raise Held("The archive does not end with its directory; a comment or more bytes stand behind it.", end)
    disk, first_disk, here, count, size, start = struct.unpack("<HHHHII", record[4:20])
    stop = end
    locator = source.at(end - 20, 20) if end >= 20 else b""
    if locator[:4] == _LOCATOR:
        _, place, disks = struct.unpack("<IQI", locator[4:])
        record = source.exactly(place, 56) if place < source.size else b""
        if record[:4] != _END64 or place + 56 != end - 20 or disks != 1:
            raise Held("The archive's large directory does not stand where it should.", end - 20)
        length, _, _, disk, first_disk, here64, count64, size64, start64 = struct.unpack("<QHHIIQQQQ", record[4:])
        if length != 44:
            raise Held("The archive's large directory has parts that are not known.", place)
        for short, long, full in ((count, count64, _FULL16), (size, size64, _FULL32), (start, start64, _FULL32)):
            if short not in {full, long}:
                raise Held("The archive's two directories contradict each other.", place)
        here, count, size, start, stop = here64, count64, size64, start64, place
    if disk or first_disk or here != count:
        raise Held("The archive is one part of several.", end)
    if count > limits.MEMBERS or size > limits.DIRECTORY:
        raise Held(f"The archive has more than {limits.MEMBERS:,} members or a directory out of all proportion.", end)
    if start + size != stop:
        raise Held("The archive's directory does not stand where its end says.", end)
    return count, start, stop


def _entries(data: bytes, count: int) -> list[_Entry]:
    place, found = 0, []
    for _ in range(count):
        head = data[place : place + 46]
        if len(head) < 46 or head[:4] != _ENTRY:
            raise Held("The directory of the archive is damaged.")
        flags, method, crc, packed, size = struct.unpack("<HH4xIII", head[8:28])
        name_size, extra_size, comment_size, disk, _, outer, offset = struct.unpack("<HHHHHII", head[28:46])
        name = data[place + 46 : place + 46 + name_size]
        extra = data[place + 46 + name_size : place + 46 + name_size + extra_size]
        place += 46 + name_size + extra_size + comment_size
        if comment_size or disk or len(name) != name_size or len(extra) != extra_size:
            raise Held("An entry of the archive carries a comment, names another disk or is cut off.")
        if outer >> 16 & 0xF000 not in {0, 0x8000, 0x4000}:
            raise Held("A member of the archive is a link or a device.")
        values = _zip64(extra, [size, packed, offset])
        found.append(_Entry(_name(name), name, flags, method, crc, values[1], values[0], values[2]))
        if flags & ~_FLAGS or method not in {_STORED, _DEFLATED}:
            raise Held(f"The member {found[-1].name} is encrypted or packed in a way that is not unpacked here.")
        if method == _STORED and values[0] != values[1]:
            raise Held(f"The member {found[-1].name} is not packed and has two sizes.")
    if place != len(data):
        raise Held("The directory of the archive holds more than its entries.")
    return found


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Held("The name of a member is not UTF-8.") from None
    parts = name.rstrip("/").split("/")
    if not name.isprintable() or "\\" in name or ":" in name or any(part in {"", ".", ".."} for part in parts):
        raise Held("The name of a member leads out of the archive or cannot be shown.")
    return name


def _zip64(extra: bytes, values: list[int]) -> list[int]:
    """Sizes and offset, where the 32 bits of the entry say that they stand here."""
    place, seen = 0, set()
    while place < len(extra):
        if place + 4 > len(extra):
            raise Held("An entry of the archive has damaged extra fields.")
        kind, size = struct.unpack("<HH", extra[place : place + 4])
        field = extra[place + 4 : place + 4 + size]
        place += 4 + size
        if kind not in _EXTRAS or kind in seen or len(field) != size:
            raise Held("An entry of the archive has extra fields that are not known.")
        seen.add(kind)
        if kind == 1:
            wanted = [index for index, value in enumerate(values) if value == _FULL32]
            if len(field) < 8 * len(wanted) or len(field) > 28:
                raise Held("An entry of the archive has damaged sizes.")
            for order, index in enumerate(wanted):
                values[index] = struct.unpack("<Q", field[8 * order : 8 * order + 8])[0]
    return values


def _local(source: Source, entry: _Entry, limit: int) -> tuple[int, int]:
    """Where the data of a member begins and where the next member does; its own header says the same as its entry."""
    place = entry.offset
    head = source.exactly(place, 30)
    if head[:4] != _LOCAL:
        raise Held("A member of the archive does not begin where its entry says.", place)
    flags, method, crc, packed, size, name_size, extra_size = struct.unpack("<HH4xIIIHH", head[6:30])
    name = source.exactly(place + 30, name_size)
    sizes = _zip64(source.exactly(place + 30 + name_size, extra_size), [size, packed])
    if name != entry.raw_name or flags != entry.flags or method != entry.method:
        raise Held(f"The member {entry.name} has another name, method or flags than its entry.", place)
    begin = place + 30 + name_size + extra_size
    end = begin + entry.packed
    if end > limit:
        raise Held(f"The member {entry.name} is cut off.", place)
    said = (crc, sizes[1], sizes[0])
    true = (entry.crc, entry.packed, entry.size)
    if not flags & 0x0008:
        if said != true:
            raise Held(f"The member {entry.name} has another size or checksum than its entry.", place)
        return begin, end
    if any(part not in {0, whole, _FULL32} for part, whole in zip(said, true, strict=True)):
        raise Held(f"The member {entry.name} has another size or checksum than its entry.", place)
    tail = source.at(end, 24)
    for layout, length in (("<4sIII", 16), ("<4sIQQ", 24)):
        if len(tail) >= length and struct.unpack(layout, tail[:length]) == (_DESCRIPTOR, *true):
            return begin, end + length
    raise Held(f"The sizes behind the member {entry.name} are not those of its entry.", end)
