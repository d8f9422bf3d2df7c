"""What of people in datasets is sealed under the ring."""

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .digests import CONTEXT

protect("people.DigestSecret", "sealed", purpose=Purpose.FIELD, context=lambda _: CONTEXT)
