"""Passkeys, and the challenges that were answered."""

import hashlib
import json
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_otp.models import Device

from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.ids import uuid7


class Credential(NamedTuple):
    """What an authenticator gave when the passkey was made."""

    id: bytes
    public_key: bytes


class Passkey(Device):
    """A WebAuthn credential. ``confirmed`` is taken away when the passkey must not be used any more.

    A public key is no secret, but whoever could write one into the table could sign in with it: it is sealed, for this
    user and this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    # Credential ids are long and random by themselves: a plain digest finds the row and tells nothing.
    credential_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    sealed_credential = models.BinaryField(editable=False)
    sign_count = models.BigIntegerField(default=0, editable=False)
    synced = models.BooleanField(default=False, editable=False, help_text="Kept by a provider for several devices.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"Passkey {self.name}"

    @property
    def persistent_id(self) -> str:
        """The id that the session keeps. django-otp reads it back with ``int()``, so the UUID stands as a number."""
        return f"{self.model_label()}/{self.pk.int}"

    def seal_context(self) -> bytes:
        """What the credential is sealed for: this passkey of this user."""
        return f"passkeys.passkey:{self.user_id}:{self.pk}".encode()

    def seal_credential(self, credential: Credential) -> None:
        """Keep ``credential`` sealed; the row is not saved."""
        text = json.dumps({"id": credential.id.hex(), "public_key": credential.public_key.hex()}).encode()
        self.sealed_credential = envelope.seal(text, purpose=Purpose.FIELD, context=self.seal_context())
        self.credential_digest = digest_of(credential.id)

    def open_credential(self) -> Credential:
        """The credential; raises DecryptionFailed when it belongs to another user or row."""
        text = envelope.unseal(bytes(self.sealed_credential), purpose=Purpose.FIELD, context=self.seal_context())
        found = json.loads(text)
        return Credential(bytes.fromhex(found["id"]), bytes.fromhex(found["public_key"]))


class SpentChallenge(models.Model):
    """A challenge that was answered once: whatever brings back an old session does not bring back its challenge."""

    digest = models.BinaryField(max_length=32, primary_key=True, editable=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "spent challenge"


def digest_of(value: bytes) -> bytes:
    """SHA-256 of a credential id or a challenge."""
    return hashlib.sha256(value).digest()
