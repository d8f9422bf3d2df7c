"""The serializer of the cache: JSON, because a cache that unpickles hands its writers the process."""

import json
from typing import Any


class JSONSerializer:
    """Values are JSON; whole numbers stay bare so that the server can count with them."""

    def dumps(self, value: Any) -> bytes | int:
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
