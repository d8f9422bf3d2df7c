"""A reader of encrypted ZIPs written from the format's description alone: central directory, PBKDF2, HMAC, counter."""

import hashlib
import hmac
import struct
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Unreadable(Exception):
    """The code or the content is wrong."""


def read(archive: bytes, code: str) -> dict[str, bytes]:
    """Every file by name."""
    end = archive.rindex(b"PK\x05\x06")
    count, _, at = struct.unpack_from("<HLL", archive, end + 10)
    found = {}
    for _ in range(count):
        assert archive[at : at + 4] == b"PK\x01\x02"
        flags, method = struct.unpack_from("<HH", archive, at + 8)
        crc, size, length, name_size, extra_size, comment = struct.unpack_from("<LLLHHH", archive, at + 16)
        [offset] = struct.unpack_from("<L", archive, at + 42)
        name = archive[at + 46 : at + 46 + name_size].decode()
        extra = archive[at + 46 + name_size :][:extra_size]
        assert (flags & 1, method, crc) == (1, 99, 0)  # AE-2 keeps no checksum of the plain content
        assert struct.unpack("<HHH2sB", extra[:9]) == (0x9901, 7, 2, b"AE", 3)
        plain = _open(_body(archive, offset, size), code)
        plain = zlib.decompress(plain, -15) if struct.unpack("<H", extra[9:]) == (8,) else plain
        assert len(plain) == length
        found[name] = plain
        at += 46 + name_size + extra_size + comment
    return found


def _body(archive: bytes, offset: int, size: int) -> bytes:
    name, extra = struct.unpack_from("<HH", archive, offset + 26)
    return archive[offset + 30 + name + extra :][:size]


def _open(body: bytes, code: str) -> bytes:
    salt, check, sealed, tag = body[:16], body[16:18], body[18:-10], body[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", code.encode(), salt, 1000, 66)
    if keys[64:] != check or not hmac.compare_digest(hmac.digest(keys[32:64], sealed, "sha1")[:10], tag):
        raise Unreadable
    aes = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()  # noqa: S305  the format's counter is made of single blocks
    plain = bytearray()
    for number in range(-(-len(sealed) // 16)):
        block = aes.update((number + 1).to_bytes(16, "little"))
        plain += bytes(a ^ b for a, b in zip(sealed[number * 16 : number * 16 + 16], block, strict=False))
    return bytes(plain)
