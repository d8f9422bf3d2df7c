"""How the columns of an examined version are distributed."""

from django.db import models

from modelops.crypto.columns import EncryptedJSONField
from modelops.lib.ids import uuid7

from .run import QualityRun


class RunProfile(models.Model):
    """Sketches of the columns that hold no data of people. Places of a distribution are of the data: encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.OneToOneField(QualityRun, on_delete=models.CASCADE, related_name="profile")
    document = EncryptedJSONField(help_text='{"columns": {name: what `profiling.sketches.Sketch.as_dict` gives}}')

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Columns of {self.run.dataset_version}"
