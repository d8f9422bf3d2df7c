"""The sealed values, for rotation and the inventory of keys."""

from typing import Any

from modelops.crypto.classified import sensitive
from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose


def _context(secret: Any) -> bytes:
    context: bytes = secret.seal_context
    return context


protect("secret_store.StoredSecret", "sealed_value", purpose=Purpose.FIELD, context=_context)
sensitive("secret_store.StoredSecret.sealed_value", "a password or token of another system")
