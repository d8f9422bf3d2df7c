"""What a sealed file on its way is: MOPSEAL1 as in the store, but bound to the way and under a key of its own."""

import base64
import binascii
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modelops.crypto.key_transport import WRAPPED_BYTES
from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES
from modelops.crypto.stream.header import LOG2_SEGMENT
from modelops.lib.errors import Invalid

SEALED = "application/vnd.modelops.sealed"
RECIPIENT_HEADER, KEY_HEADER, FOR_HEADER, FROM_HEADER = (
    "X-Sealed-Recipient",
    "X-Sealed-Key",
    "X-Seal-For",
    "X-Seal-From",
)


def context_on_the_way(file_id: uuid.UUID) -> bytes:
    """What binds a sealed file to its way: bytes taken from there open in no store, and the other way round."""
    return f"sealed.transfer:{file_id}".encode()


def sealed_length(size: int) -> int:
    """Bytes of the sealed file of ``size`` bytes of plaintext, uncompressed."""
    return HEADER_BYTES + size + TAG_BYTES * ((size >> LOG2_SEGMENT) + 1)


@dataclass(frozen=True, slots=True)
class SentKey:
    """The wrapped data key of a sealed upload, and the recipient key that it was wrapped for."""

    recipient: uuid.UUID
    wrapped: bytes

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "SentKey":
        """From ``{"recipient": id, "key": base64}``. Raises Invalid."""
        return cls(said["recipient"], decoded(said["key"], WRAPPED_BYTES, "The wrapped data key"))

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "SentKey":
        """From the headers of a request whose body is the sealed file. Raises Invalid."""
        named, key = headers.get(RECIPIENT_HEADER, ""), headers.get(KEY_HEADER, "")
        if not named or not key:
            raise Invalid(
                f"A sealed body needs its wrapped data key: send {RECIPIENT_HEADER} and {KEY_HEADER}.",
                code="sealed_upload.key_missing",
            )
        try:
            recipient = uuid.UUID(named)
        except ValueError:
            raise Invalid(
                f"{RECIPIENT_HEADER} is no id of a key. Send the key_id that the portal publishes.",
                code="sealed_upload.malformed_key",
            ) from None
        return cls(recipient, decoded(key, WRAPPED_BYTES, KEY_HEADER))


def decoded(text: str, length: int, what: str, code: str = "sealed_upload.malformed_key") -> bytes:
    """``length`` bytes from base64. Raises Invalid."""
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != length:
        raise Invalid(f"{what} is not {length} bytes in base64.", code=code)
    return found
