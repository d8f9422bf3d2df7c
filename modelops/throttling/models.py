"""Counts of sign-ins that PostgreSQL keeps while Valkey is away."""

from django.db import models


class Pace(models.Model):
    """How fast one caller signs in: the state of the same rule that ``rate.lua`` keeps in Valkey.

    The table is unlogged: writing it costs no wait for the disk, and after a crash of PostgreSQL it is empty, which
    gives every network one burst more. What is counted stands as a keyed digest: the table names no account or network.
    """

    digest = models.BinaryField(max_length=16, primary_key=True, editable=False)
    owed_until = models.DateTimeField(help_text="When nothing is owed any more.")
    opened_at = models.DateTimeField(help_text="When the minute began.")
    used = models.PositiveIntegerField(help_text="How many were allowed in that minute.")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["owed_until"], name="throttling_pace_owed")]

    def __str__(self) -> str:
        return f"{self.used} in a minute"
