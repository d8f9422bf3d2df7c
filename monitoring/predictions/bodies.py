"""Bodies of ten thousand rows: read once, without a serializer for each value."""

import hashlib
import json
from typing import Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request

from modelops.lib.errors import Invalid

from .numbers import number
from .texts import kind_of, refusal, short_text

CODE = "request.invalid"
_MAX_NAME, _MAX_VERSION = 100, 2**31 - 1


class Body:
    """The JSON object of a request, with a digest of its bytes. Numbers that are none are found with their place."""

    def __init__(self, request: Request, members: set[str]) -> None:
        if (request.content_type or "").partition(";")[0].strip().lower() != "application/json":
            raise UnsupportedMediaType(request.content_type or "")
        sent = request._request.body
        self.digest = hashlib.sha256(sent).digest()
        try:
            self.said: Any = json.loads(sent)
        except (ValueError, RecursionError):
            raise ParseError("The body is no JSON. Send one object.") from None
        if type(self.said) is not dict:
            raise Invalid(f"The body is {kind_of(self.said)}; expected an object.", code=CODE)
        if unknown := sorted(self.said.keys() - members):
            raise Invalid(
                f"{unknown[0][:40]!a} is no member of this body; expected {', '.join(sorted(members))}.",
                code=CODE,
                field=unknown[0][:40].encode("ascii", "replace").decode(),
            )

    def text(self, name: str) -> str:
        """A short text that must be there."""
        return short_text(self.said.get(name), name, _MAX_NAME, code=CODE)

    def whole(self, name: str, low: int = 1, high: int = _MAX_VERSION) -> int:
        """A whole number that must be there."""
        value = self.said.get(name)
        if type(value) is not int:
            raise refusal(name, f"is {kind_of(value)}", "a whole number", code=CODE)
        return int(number(value, name, low, high, code=CODE))

    def listed(self, name: str) -> list[Any]:
        """A list that must be there."""
        value = self.said.get(name)
        if type(value) is not list:
            raise refusal(name, f"is {kind_of(value)}", "a list", code=CODE)
        return value
