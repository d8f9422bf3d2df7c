"""A ZIP whose files are encrypted as WinZip specified it (AE-2, AES-256), so that common programs open it.

7-Zip, WinZip, Keka, the archive tools of Linux desktops and ``bsdtar`` open such a file; the extraction that Windows
brings along and Info-ZIP's ``unzip`` do not. Names and sizes of the files stay readable, their content does not.

Source: WinZip, "AES Encryption Information: Encryption Specification AE-1 and AE-2", version 1.04 (2009).
"""

import hashlib
import hmac
import io
import secrets
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_SALT, _KEY, _CHECK, _TAG = 16, 32, 2, 10
_ROUNDS: Final = 1000
"""Fixed by the format; what protects the content is a long random code, which no guessing reaches."""

_PIECE: Final = 1 << 20
_METHOD, _NEEDED, _VERSION, _STRENGTH = 99, 51, 2, 3
_FLAGS: Final = 0x1 | 0x800
"""Encrypted; names in UTF-8."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_EXTRA: Final = struct.Struct("<3H2sBH")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file in the new archive."""

    info: zipfile.ZipInfo
    size: int
    offset: int

    @property
    def name(self) -> bytes:
        return self.info.filename.encode()

    @property
    def moment(self) -> tuple[int, int]:
        """Time and date as MS-DOS wrote them."""
        year, month, day, hour, minute, second = self.info.date_time
        return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day

    @property
    def extra(self) -> bytes:
        return _EXTRA.pack(0x9901, 7, _VERSION, b"AE", _STRENGTH, self.info.compress_type)


def encrypted(archive: bytes, code: str) -> Iterator[bytes]:
    """The ZIP ``archive`` with every file encrypted under ``code``, piece by piece; nothing is compressed anew."""
    done: list[_Entry] = []
    at = 0
    for info in zipfile.ZipFile(io.BytesIO(archive)).infolist():
        entry = _Entry(info, _SALT + _CHECK + info.compress_size + _TAG, at)
        for piece in _file(entry, archive, code):
            at += len(piece)
            yield piece
        done.append(entry)
    directory = b"".join(_listed(entry) for entry in done)
    yield directory
    yield _END.pack(b"PK\x05\x06", 0, 0, len(done), len(done), len(directory), at, 0)


def _file(entry: _Entry, archive: bytes, code: str) -> Iterator[bytes]:
    yield _LOCAL.pack(
        b"PK\x03\x04", _NEEDED, _FLAGS, _METHOD, *entry.moment, 0, entry.size, entry.info.file_size,
        len(entry.name), len(entry.extra),
    )  # fmt: skip
    yield entry.name + entry.extra
    salt = secrets.token_bytes(_SALT)
    derived = hashlib.pbkdf2_hmac("sha1", code.encode(), salt, _ROUNDS, 2 * _KEY + _CHECK)
    yield salt + derived[2 * _KEY :]
    tag = hmac.new(derived[_KEY : 2 * _KEY], digestmod="sha1")
    begin = _start_of_data(entry.info, archive)
    for offset in range(0, entry.info.compress_size, _PIECE):
        last = min(offset + _PIECE, entry.info.compress_size)
        piece = _counted(derived[:_KEY], archive[begin + offset : begin + last], offset // 16 + 1)
        tag.update(piece)
        yield piece
    yield tag.digest()[:_TAG]


def _counted(key: bytes, data: bytes, first: int) -> bytes:
    """AES in counter mode with the counter in the little-endian order of the format, from block ``first`` on."""
    counters = b"".join(number.to_bytes(16, "little") for number in range(first, first - (-len(data) // 16)))
    # The raw block function over counters that never repeat under a key; ECB is no mode for data here.
    block = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305
    stream = int.from_bytes(block.update(counters)[: len(data)], "little")
    return (int.from_bytes(data, "little") ^ stream).to_bytes(len(data), "little")


def _start_of_data(info: zipfile.ZipInfo, archive: bytes) -> int:
    name, extra = struct.unpack_from("<2H", archive, info.header_offset + 26)
    return info.header_offset + 30 + int(name) + int(extra)


def _listed(entry: _Entry) -> bytes:
    return (
        _CENTRAL.pack(
            b"PK\x01\x02", 3 << 8 | _NEEDED, _NEEDED, _FLAGS, _METHOD, *entry.moment, 0, entry.size,
            entry.info.file_size, len(entry.name), len(entry.extra), 0, 0, 0, 0o600 << 16, entry.offset,
        )
        + entry.name
        + entry.extra
    )  # fmt: skip
