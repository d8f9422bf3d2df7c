"""What the key ring protects here."""

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .sealing import context_of_session

protect(
    "uploads.UploadSession",
    "wrapped_key",
    purpose=Purpose.ARTIFACT,
    context=lambda session: context_of_session(session.pk),
)
