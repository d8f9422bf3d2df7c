"""What a sender says that a file's digest is, and whether it turned out so. Source: RFC 9530."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from modelops.lib.errors import Invalid

from .sealed import PIECE_BYTES, SealedUpload

_MEMBER = re.compile(r"\s*([a-z0-9*._-]+)\s*=\s*:([A-Za-z0-9+/=]*):\s*(?:;[^,]*)?")
_LENGTHS = {"sha256": 64, "sha512": 128}


@dataclass(frozen=True, slots=True)
class ExpectedDigest:
    """Hexadecimal digits, or an empty text for what was not said."""

    sha256: str = ""
    sha512: str = ""

    def __bool__(self) -> bool:
        return bool(self.sha256 or self.sha512)

    @classmethod
    def from_hex(cls, given: Mapping[str, str]) -> "ExpectedDigest":
        """From hexadecimal digits by name of the algorithm. Raises Invalid."""
        found = {}
        for name, length in _LENGTHS.items():
            digits = str(given.get(name) or "").strip().lower()
            if digits and not re.fullmatch(f"[0-9a-f]{{{length}}}", digits):
                raise _malformed(f"{name} is not {length} hexadecimal digits")
            found[name] = digits
        return cls(**found)

    @classmethod
    def from_header(cls, value: str) -> "ExpectedDigest":
        """From a ``Content-Digest`` or ``Repr-Digest`` header. Raises Invalid when nothing in it can be checked."""
        found: dict[str, str] = {}
        for member in value.split(","):
            match = _MEMBER.fullmatch(member)
            if match is None:
                raise _malformed("it is not written as sha-256=:BASE64:")
            name = match.group(1).replace("-", "")
            if name not in _LENGTHS:
                continue  # RFC 9530: algorithms that one does not know are passed over
            try:
                digest = base64.b64decode(match.group(2), validate=True)
            except binascii.Error:
                raise _malformed("its value is no base64") from None
            if len(digest) * 2 != _LENGTHS[name]:
                raise _malformed(f"{match.group(1)} has {len(digest)} bytes")
            found[name] = digest.hex()
        if not found:
            raise _malformed("it names no algorithm that is checked here")
        return cls(**found)

    def check(self, sha256: str, sha512: str) -> None:
        """Raise Invalid when what arrived is something else."""
        for name, said, found in (("SHA-256", self.sha256, sha256), ("SHA-512", self.sha512, sha512)):
            if said and said != found:
                raise Invalid(
                    f"What arrived has the {name} {found}, not {said}: it was changed on its way, or the digest is "
                    "that of another file. Nothing was stored. Send it again.",
                    code="upload.digest_mismatch",
                    field="file",
                )

    def check_upload(self, upload: SealedUpload) -> None:
        """Raise Invalid when the uploaded file is another one."""
        sha512 = upload.sha512
        if self.sha512 and not sha512:  # the portal is set to SHA-256 alone: read it once more
            digest = hashlib.sha512()
            with upload.open_plaintext() as file:
                while piece := file.read(PIECE_BYTES):
                    digest.update(piece)
            sha512 = digest.hexdigest()
        self.check(upload.sha256 or "", sha512)


def announced_digest(headers: Mapping[str, str]) -> ExpectedDigest:
    """What the headers of a request whose body is the file itself say. Raises Invalid."""
    for name in ("Content-Digest", "Repr-Digest"):
        if value := headers.get(name):
            return ExpectedDigest.from_header(value)
    return ExpectedDigest()


def _malformed(why: str) -> Invalid:
    return Invalid(
        f"The digest cannot be checked: {why}. Send sha-256 or sha-512, as RFC 9530 writes it.",
        code="upload.digest_malformed",
    )
