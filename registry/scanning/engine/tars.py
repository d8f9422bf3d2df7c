"""Tar archives of plain files; links, devices, long names and sparse files are held."""

from .sources import Source, Window
from .verdict import Held

from . import limits  # isort: skip

_BLOCK = 512


def looks_like_tar(head: bytes) -> bool:
    """A header with a right checksum, or the mark of one."""
    if len(head) < _BLOCK:
        return False
    return head[257:262] == b"ustar" or _checksum_is_right(head[:_BLOCK])


def _checksum_is_right(block: bytes) -> bool:
    said = block[148:156].split(b"\0")[0].strip()
    if not said or not said.isdigit() or not block[0]:
        return False
    total = sum(block) - sum(block[148:156]) + 8 * 32
    try:
        return int(said, 8) == total
    except ValueError:
        return False


def members_of(source: Source) -> list[tuple[str, Source]]:
    """Name and content of each file. Raises Held."""
    place, names = 0, set()
    found: list[tuple[str, Source]] = []
    while True:
        block = source.exactly(place, _BLOCK)
        if not block.strip(b"\0"):
            break
        if not _checksum_is_right(block) or block[257:265] not in {b"ustar\x0000", b"ustar  \0", b"\0" * 8}:
            raise Held("A header of the archive is damaged.", place)
        kind, name = block[156:157], _name(block, place)
        size = _octal(block[124:136], place)
        place += _BLOCK
        if kind not in {b"0", b"\0", b"5"} or (kind == b"5" and size):
            raise Held("The archive holds more than plain files: a link, a device or an extended header.", place)
        if name in names or len(found) >= limits.MEMBERS:
            raise Held("Two members of the archive have the same name, or there are too many.", place)
        names.add(name)
        if kind != b"5":
            found.append((name, Window(source, place, size)))
        end = place + size
        if end > source.size:
            raise Held("The archive is cut off.", place)
        place = -(-end // _BLOCK) * _BLOCK
        if source.at(end, place - end).strip(b"\0"):
            raise Held("Something stands between the members of the archive.", end)
    while place < source.size:
        rest = source.at(place, limits.PIECE)
        if rest.strip(b"\0"):
            raise Held("Something stands behind the end of the archive.", place)
        place += len(rest)
    return found


def _name(block: bytes, at: int) -> str:
    raw = block[:100].split(b"\0")[0]
    prefix = block[345:500].split(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    try:
        name = (prefix + b"/" + raw if prefix else raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Held("The name of a member is not UTF-8.", at) from None
    parts = name.removeprefix("./").rstrip("/").split("/")
    if not name.isprintable() or "\\" in name or any(part in {"", ".."} for part in parts):
        raise Held("The name of a member leads out of the archive or cannot be shown.", at)
    return name


def _octal(field: bytes, at: int) -> int:
    digits = field.strip(b"\0 ")
    if not digits.isdigit():
        raise Held("A size in the archive is no number.", at)
    try:
        return int(digits, 8)
    except ValueError:
        raise Held("A size in the archive is no number.", at) from None
