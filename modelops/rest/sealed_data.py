"""What the key ring protects here."""

from typing import cast

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .models import StoredAnswer

protect(
    "rest.StoredAnswer",
    "sealed_body",
    purpose=Purpose.FIELD,
    context=lambda answer: cast(StoredAnswer, answer).context,
)
