"""Page tokens as MLflow's client hands them back: the number of rows that were shown, which it does not look into."""

import base64
import binascii
import json
from typing import Any

from .refusals import InvalidValue

# Beyond it a page costs more than a search with a narrower filter.
_FARTHEST = 10_000_000


def offset_of(token: str) -> int:
    """Where the page begins; 0 without a token. Raises InvalidValue."""
    if not token:
        return 0
    try:
        text = base64.b64decode(token.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValue(f"Invalid page token, could not base64-decode: {token[:100]}") from None
    try:
        offset = json.loads(text)["offset"]
    except (ValueError, TypeError, KeyError, RecursionError):
        offset = None
    if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset <= _FARTHEST:
        raise InvalidValue(f"Invalid page token, no offset in it: {token[:100]}")
    return offset


def page_of(rows: list[Any], offset: int, size: int) -> tuple[list[Any], str]:
    """The first ``size`` of ``rows``, of which one more was read, and the token of the next page; "" on the last."""
    if len(rows) <= size:
        return rows, ""
    said = json.dumps({"offset": offset + size}).encode()
    return rows[:size], base64.b64encode(said).decode()
