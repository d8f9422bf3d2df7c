"""An authenticator app."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django_otp.models import Device

from accounts import totp
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.ids import uuid7


class TOTPDevice(Device):
    """A time-based one-time password (RFC 6238) whose seed is sealed and bound to this user and device."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    sealed_seed = models.BinaryField(editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "authenticator app"
        indexes = [
            models.Index(fields=["user"], condition=models.Q(confirmed=True), name="accounts_totpdevice_confirmed")
        ]

    @property
    def persistent_id(self) -> str:
        """The id that the session keeps. django-otp reads it back with ``int()``, so the UUID stands as a number."""
        return f"{self.model_label()}/{self.pk.int}"

    def seal_context(self) -> bytes:
        """What the seed is sealed for: this device of this user."""
        return f"accounts.totpdevice:{self.user_id}:{self.pk}".encode()

    def seal_seed(self, seed: bytes) -> None:
        """Keep ``seed`` sealed; the row is not saved."""
        self.sealed_seed = envelope.seal(seed, purpose=Purpose.FIELD, context=self.seal_context())

    def open_seed(self) -> bytes:
        """The seed in clear; raises DecryptionFailed when it belongs to another user or device."""
        return envelope.unseal(bytes(self.sealed_seed), purpose=Purpose.FIELD, context=self.seal_context())

    def verify_token(self, token: str) -> bool:
        """Whether ``token`` is a code of now ± one step that nobody used before; a success uses it up.

        The step is claimed by a conditional update, so of many parallel requests with one code a single one succeeds.
        """
        now = timezone.now()
        step = totp.matching_step(self.open_seed(), token, now.timestamp())
        if step is None:
            return False
        claimed = type(self).objects.filter(pk=self.pk, last_step__lt=step).update(last_step=step, last_used_at=now)
        if claimed:
            self.last_step, self.last_used_at = step, now
        return bool(claimed)
