"""The sealed secrets of receivers, for rotation and the inventory of keys."""

from typing import Any

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose


def _context(receiver: Any) -> bytes:
    context: bytes = receiver.seal_context
    return context


protect("audit_streaming.Receiver", "sealed_secret", purpose=Purpose.FIELD, context=_context)
