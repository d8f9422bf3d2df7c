"""Advisories that were imported, what of them concerns the packages in use, and the files that told so."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelops.lib.ids import uuid7


class Severity(models.TextChoices):
    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"
    UNKNOWN = "unknown", "Unknown"


class Advisory(models.Model):
    """An advisory of the OSV format, as far as it is about packages of PyPI."""

    osv_id = models.CharField(max_length=100, primary_key=True)
    names = ArrayField(models.CharField(max_length=200))
    aliases: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    summary = models.CharField(max_length=300)
    severity = models.CharField(max_length=10, choices=Severity)
    modified_at = models.DateTimeField()
    affected: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        verbose_name_plural = "advisories"
        ordering = ["osv_id"]
        default_permissions = ()
        indexes = [GinIndex(fields=["names"], name="supply_chain_names")]

    def __str__(self) -> str:
        return self.osv_id


class VulnerablePackage(models.Model):
    """A package in use that an advisory is about, from the import that told so until it is used no more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    osv_id = models.CharField(max_length=100)
    package = models.CharField(max_length=200)
    version = models.CharField(max_length=100)
    severity = models.CharField(max_length=10, choices=Severity)
    summary = models.CharField(max_length=300)
    fixed_in = models.CharField(max_length=100, blank=True, default="")
    found_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["found_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["osv_id", "package", "version"], condition=Q(closed_at=None), name="supply_chain_open_once"
            ),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="supply_chain_severity_known"),
        ]

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.osv_id}"

    @property
    def audit_label(self) -> str:
        return str(self)


class Imported(models.TextChoices):
    ADVISORIES = "advisories", "Advisories"
    SCAN = "scan", "Scan"


class ImportedFile(models.Model):
    """A file that was read: how new what it tells is, and how much it told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Imported)
    sha256 = models.CharField(max_length=64)
    told_at = models.DateTimeField(help_text="When the newest advisory was changed, or the scan was run.")
    count = models.PositiveIntegerField()
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-imported_at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "-told_at"], name="supply_chain_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.told_at:%Y-%m-%d}"

    @property
    def audit_label(self) -> str:
        return str(self)
