"""Which column names people, where each of them is, who is kept out, and what was taken out of which file."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7
from registry.models import Dataset, DatasetVersion


class SubjectColumn(models.Model):
    """The column of a dataset that says whom a row is about: an address, or the organisation's own reference."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.OneToOneField(Dataset, on_delete=models.CASCADE, related_name="subject_column")
    column = models.CharField(max_length=255)
    declared_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "subject column"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.dataset}: {self.column}"


class IndexState(models.TextChoices):
    WAITING = "waiting", "Waiting for its index"
    READY = "ready", "Indexed"
    FAILED = "failed", "Could not be indexed"


class IndexedVersion(models.Model):
    """One dataset version under a short number, and whether the people in it can be found."""

    id = models.AutoField(primary_key=True)
    version = models.OneToOneField(DatasetVersion, on_delete=models.CASCADE, related_name="people_index")
    column = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=IndexState, default=IndexState.WAITING)
    people = models.PositiveBigIntegerField(default=0)
    indexed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "index of people"
        verbose_name_plural = "indexes of people"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(state__in=IndexState.values), name="people_index_state")]
        indexes = [models.Index(fields=["id"], condition=~Q(state="ready"), name="people_index_unready")]

    def __str__(self) -> str:
        return f"people in {self.version}"


class PersonRows(models.Model):
    """That a person is in a version, and in how many of its rows. The digest is keyed and says nothing by itself.

    Narrow on purpose: a dataset of a million people has a million of these for each of its versions.
    """

    pk = models.CompositePrimaryKey("digest", "source")
    digest = models.BigIntegerField()
    source = models.ForeignKey(IndexedVersion, on_delete=models.CASCADE, related_name="rows_of", db_index=False)
    rows = models.PositiveIntegerField()

    class Meta:
        verbose_name = "rows of a person"
        verbose_name_plural = "rows of people"
        default_permissions = ()
        # A version's entries are written together, so that a block index finds them for their removal.
        indexes = [BrinIndex(fields=["source"], name="people_rows_source")]

    def __str__(self) -> str:
        return f"{self.rows} rows in {self.source_id}"


class ExcludedPerson(models.Model):
    """A person whose rows are taken in no more, by the same digest as the index."""

    digest = models.BigIntegerField(primary_key=True)
    reference = models.CharField(max_length=20, help_text="Of the request that led to it.")
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "excluded person"
        verbose_name_plural = "excluded people"
        default_permissions = ()

    def __str__(self) -> str:
        return f"excluded by {self.reference}"


class RestrictedPerson(models.Model):
    """A person whose data is stored and used for nothing (GDPR Art. 18), by the same digest as the index."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.BigIntegerField()
    reference = models.CharField(max_length=20, help_text="Of the request that led to it.")
    since = models.DateTimeField(default=timezone.now, editable=False)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "restricted person"
        verbose_name_plural = "restricted people"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["digest", "reference"], name="people_restricted_once")]
        indexes = [models.Index(fields=["digest"], condition=Q(lifted_at=None), name="people_restricted_now")]

    def __str__(self) -> str:
        return f"restricted by {self.reference}"


class DigestSecret(models.Model):
    """The key of all digests here, sealed under the ring: it moves with a rotation while the digests stay."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="people_one_secret")]

    def __str__(self) -> str:
        return "key of the digests of people"


class RowsErased(models.Model):
    """That rows were taken out of a version's file: what the file was before and what it is since."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="erasures_of_rows")
    rows = models.PositiveBigIntegerField()
    sha256_before = models.CharField(max_length=64)
    sha256_after = models.CharField(max_length=64)
    erased_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "erasure of rows"
        verbose_name_plural = "erasures of rows"
        default_permissions = ()
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rows} rows taken out of {self.version}"
