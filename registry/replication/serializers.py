"""Locations and copies over REST. Fields are listed one by one; credentials are never among them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from modelops.secret_store.models import StoredSecret
from registry.locations.models import Reconciliation, StorageLocation
from registry.models import Artifact, ArtifactCopy
from registry.serializers import VerificationOut

from .policy import replication_of
from .verifying import CopyCheck, VersionVerification


class ReconciliationOut(serializers.ModelSerializer):
    class Meta:
        model = Reconciliation
        fields = (
            "started_at", "finished_at", "objects_found", "bytes_found", "sealed", "unfinished", "orphans", "swept",
            "missing", "wrong_size", "plaintext",
        )  # fmt: skip
        read_only_fields = fields


class LocationOut(serializers.ModelSerializer):
    state = serializers.CharField(read_only=True)
    region = serializers.CharField(read_only=True)
    secret = serializers.CharField(source="secret.name", read_only=True, default=None, allow_null=True)
    stored_files = serializers.IntegerField(read_only=True, default=None, allow_null=True)
    stored_bytes = serializers.IntegerField(read_only=True, default=None, allow_null=True)
    waiting_files = serializers.IntegerField(read_only=True, default=None, allow_null=True)
    bad_files = serializers.IntegerField(read_only=True, default=None, allow_null=True)
    last_reconciliation = serializers.SerializerMethodField()

    class Meta:
        model = StorageLocation
        fields = (
            "id", "name", "kind", "options", "secret", "is_primary", "is_enabled", "state", "region", "lock_days",
            "probed_at", "probe_result", "probe_ms", "stored_files", "stored_bytes", "waiting_files", "bad_files",
            "last_reconciliation", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ReconciliationOut(allow_null=True))
    def get_last_reconciliation(self, location: StorageLocation) -> Any:
        run = self.context.get("runs", {}).get(location.pk)
        return ReconciliationOut(run).data if run else None


class LocationChangeIn(serializers.Serializer):
    options = serializers.DictField(required=False)
    secret = serializers.SlugRelatedField(
        slug_field="name", queryset=StoredSecret.objects.all(), required=False, help_text="Name of a stored secret."
    )
    lock_days = serializers.IntegerField(required=False)


class LocationIn(LocationChangeIn):
    name = serializers.CharField(max_length=1000, trim_whitespace=False)
    kind = serializers.CharField(max_length=40)
    options = serializers.DictField()


class ProbeOut(serializers.Serializer):
    works = serializers.BooleanField()
    result = serializers.CharField()
    latency_ms = serializers.IntegerField(allow_null=True)


class PolicyIn(serializers.Serializer):
    locations = serializers.SlugRelatedField(
        slug_field="name", queryset=StorageLocation.objects.all(), many=True, help_text="Empty: every enabled location."
    )
    min_replicas = serializers.IntegerField(default=1)


class PolicyOut(serializers.Serializer):
    locations = serializers.ListField(child=serializers.CharField())
    min_replicas = serializers.IntegerField()


class CopyCheckOut(serializers.Serializer):
    name = serializers.CharField()
    passed = serializers.BooleanField(allow_null=True)
    text = serializers.CharField()
    at = serializers.CharField()
    tool = serializers.CharField()


class CopyOut(serializers.ModelSerializer):
    """One copy: where, in which state, and what its last reading has shown."""

    location = serializers.CharField(source="location.name", read_only=True)
    kind = serializers.CharField(source="location.kind", read_only=True)
    region = serializers.CharField(source="location.region", read_only=True)
    is_primary = serializers.BooleanField(source="location.is_primary", read_only=True)
    file = serializers.CharField(source="artifact.file_name", read_only=True)
    digest = serializers.CharField(source="artifact.sha256", read_only=True)
    checks = CopyCheckOut(many=True, read_only=True)

    class Meta:
        model = ArtifactCopy
        fields = (
            "location", "kind", "region", "is_primary", "file", "digest", "sealed_sha256", "state", "attempts",
            "last_error", "stored_at", "checked_at", "check_result", "checks",
        )  # fmt: skip
        read_only_fields = fields


class PlacesOut(serializers.Serializer):
    replicated = serializers.CharField(help_text='Copies that are stored of those that are wanted: "2/2".')
    min_replicas = serializers.IntegerField()
    copies = CopyOut(many=True)


class LocationResultOut(serializers.Serializer):
    result = serializers.ChoiceField(choices=["pass", "fail", "unreachable", "pending"])
    digest = serializers.CharField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    files = serializers.IntegerField()
    failed_files = serializers.ListField(child=serializers.CharField())
    tool = serializers.CharField(allow_null=True)
    checks = CopyCheckOut(many=True)


class VersionVerificationOut(VerificationOut):
    locations = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=LocationResultOut()))
    def get_locations(self, found: VersionVerification) -> dict[str, Any]:
        return by_location(found)


_WORST_FIRST = ("fail", "unreachable", "pending", "pass")


def by_location(found: VersionVerification) -> dict[str, Any]:
    """What was found in each location; of a version of several files the worst decides."""
    places: dict[str, list[CopyCheck]] = {}
    for check in found.copies:
        places.setdefault(check.location, []).append(check)
    return {name: LocationResultOut(_result(checks)).data for name, checks in places.items()}


def _result(checks: list[CopyCheck]) -> dict[str, Any]:
    worst = min(checks, key=lambda check: _WORST_FIRST.index(check.outcome))
    seen = worst.verification
    return {
        "result": worst.outcome,
        "digest": seen.sha256 if seen else None,
        "checked_at": worst.checked_at,
        "reason": worst.reason,
        "files": len(checks),
        "failed_files": [check.copy.artifact.file_name for check in checks if check.outcome == "fail"],
        "tool": seen.tool if seen else None,
        "checks": worst.copy.checks if seen else [],
    }


def places_of(artifacts: list[Artifact], copies: list[ArtifactCopy], min_replicas: int) -> dict[str, Any]:
    """Where the files of a version lie; of several files the least replicated is told."""
    least = min((replication_of(artifact) for artifact in artifacts), key=lambda found: found.stored)
    return {"replicated": str(least), "min_replicas": min_replicas, "copies": copies}
