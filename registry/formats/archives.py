"""Archives: which model library wrote them, told by the names of their members."""

import bz2
import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO

from modelops.lib.errors import Invalid

from . import foreign
from .tensors import damaged, npy_header

_MOST_MEMBERS = 50_000
_LARGEST_DIRECTORY = 16 * 1024 * 1024
_PICKLES = tuple(b"\x80" + bytes([protocol]) for protocol in (2, 3, 4, 5))


def zip_archive(file: BinaryIO, head: bytes, size: int) -> str | None:
    """npz, torch, Keras or skops. Any other zip is refused."""
    if head[:4] not in {b"PK\x03\x04", b"PK\x05\x06"}:
        return None
    _bound(file, size)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return _library(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error, struct.error):
        raise damaged("a zip archive") from None


def _library(archive: zipfile.ZipFile) -> str:
    names = [member.filename for member in archive.infolist() if not member.is_dir()]
    if names and all(name.endswith(".npy") for name in names):
        return _npz(archive, names)
    if any(name == "data.pkl" or name.endswith("/data.pkl") for name in names):
        return "torch"
    if {"config.json", "metadata.json"} <= set(names):
        return "keras"
    if "schema.json" in names:
        return "skops"
    raise foreign.unknown("a zip archive that no known model library wrote")


def _npz(archive: zipfile.ZipFile, names: list[str]) -> str:
    """Reads the header of every array; of the arrays themselves nothing is unpacked."""
    for name in names:
        with archive.open(name) as member:
            key, wanted = npy_header(member)
        if key == "npy_objects":
            return "npz_objects"
        if wanted != archive.getinfo(name).file_size:
            raise damaged("a NumPy archive")
    return "npz"


def _bound(file: BinaryIO, size: int) -> None:
    """Refuse a directory that would take unreasonable memory, before the zip module reads it."""
    reach = min(size, 65_557)  # An end record of 22 bytes and a comment of up to 65,535.
    file.seek(size - reach)
    tail = file.read(reach)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < 22:
        raise damaged("a zip archive")
    members, directory = struct.unpack("<HL", tail[place + 10 : place + 16])
    locator = tail[place - 20 : place] if place >= 20 else b""
    if locator[:4] == b"PK\x06\x07":  # Zip64: the true numbers stand in a record of their own.
        file.seek(struct.unpack("<Q", locator[8:16])[0])
        record = file.read(56)
        if record[:4] != b"PK\x06\x06" or len(record) < 56:
            raise damaged("a zip archive")
        members, directory = struct.unpack("<QQ", record[32:48])
    if members > _MOST_MEMBERS or directory > _LARGEST_DIRECTORY:
        raise Invalid(
            f"The archive has {members:,} members; at most {_MOST_MEMBERS:,} are taken. Save the model as one file.",
            code="artifact.too_many_members",
            field="file",
        )


def compressed(file: BinaryIO, head: bytes, size: int) -> str | None:
    """A compressed stream is taken (into quarantine) when a pickle begins in it, as joblib writes them."""
    piece = head[:4096]
    try:
        if piece[:2] == b"\x1f\x8b":
            start = zlib.decompressobj(31).decompress(piece, 64)
        elif piece[:3] == b"BZh":
            start = bz2.BZ2Decompressor().decompress(head, 64)
        elif piece[:6] == b"\xfd7zXZ\x00" or piece[:5] in {b"\x5d\x00\x00\x80\x00", b"\x5d\x00\x00\x00\x04"}:
            start = lzma.LZMADecompressor(memlimit=128 * 1024 * 1024).decompress(head, 64)
        elif piece[:4] in {
            b"\x04\x22\x4d\x18",
            b"\x28\xb5\x2f\xfd",
        }:  # LZ4 and zstd: not opened, so held for what it is.
            return "compressed_pickle"
        elif piece[:1] == b"\x78" and int.from_bytes(piece[:2], "big") % 31 == 0:
            start = zlib.decompressobj().decompress(piece, 64)
        else:
            return None
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
        return None
    if start.startswith(_PICKLES):
        return "compressed_pickle"
    raise foreign.unknown("a compressed file without a model that is known here")
