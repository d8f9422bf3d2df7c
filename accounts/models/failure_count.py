"""Failed attempts, counted so that guessing is slow."""

from django.db import models


class FailureCount(models.Model):
    """Failures of one kind at one place, for example of one user name from one network.

    What is counted stands as a keyed digest only: the table names no account and no address.
    """

    digest = models.BinaryField(max_length=32, primary_key=True, editable=False)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["last_failed_at"], name="accounts_failurecount_last")]

    def __str__(self) -> str:
        return f"{self.failures} failures"
