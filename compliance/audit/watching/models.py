"""What is kept beside the ledger to find its rows."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class RowWords(models.Model):
    """The words of one row's details, for searching; made from the row soon after it, and can be made again."""

    event_id = models.UUIDField(primary_key=True)
    words = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["words"], name="audit_words")]

    def __str__(self) -> str:
        return str(self.event_id)
