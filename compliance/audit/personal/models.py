"""Keys of people, and what is sealed under them. Rows of the ledger hold nothing of it but a salted hash."""

from typing import Any

from django.db import models

from modelops.lib.ids import uuid7


class SubjectKey(models.Model):
    """A key (32 bytes, wrapped under the ring) for what is known about one person; erasing destroys it.

    ``subject_ref`` is opaque: the id of an account, or ``strangers:<day>`` for everybody who had not signed in. Two
    transactions at once may make a key each, so that none waits for the other; both are the person's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject_ref = models.CharField(max_length=100)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "key of a person"
        verbose_name_plural = "keys of people"
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_ref", "-id"], name="audit_personal_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=True) ^ models.Q(erased_at__isnull=True),
                name="audit_personal_erased_or_wrapped",
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.subject_ref}"

    def seal_context(self: Any) -> bytes:
        """What the key is wrapped for: this row alone."""
        return f"audit_personal.subjectkey:{self.pk}".encode()


class Kind(models.TextChoices):
    ORIGIN = "origin", "Address, browser and session of a request"
    PERSONAL = "personal", "Personal details of one event"


class Payload(models.Model):
    """Sealed personal values that ledger rows commit to: ``commitment`` is SHA-256 of a salt and the canonical JSON.

    The salt is inside the sealed bytes, so that with the row or the key the values are gone: nobody can guess them
    from what stays in the ledger. ``address_index`` finds the origins of one address.
    """

    commitment = models.BinaryField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="payloads")
    sealed = models.BinaryField()
    event_id = models.UUIDField(null=True)
    address_index = models.BinaryField(null=True, max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    keep_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "personal data beside the ledger"
        verbose_name_plural = "personal data beside the ledger"
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["kind", "created_at"], name="audit_personal_age"),
            models.Index(fields=["address_index"], name="audit_personal_address"),
            models.Index(
                fields=["keep_until"], name="audit_personal_until", condition=models.Q(keep_until__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="audit_personal_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {bytes(self.commitment).hex()[:12]}"
