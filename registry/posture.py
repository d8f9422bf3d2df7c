"""Files are sealed, and those that were read back are sound."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from modelops.crypto.classified import classified
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.lib.posture import Finding, Outcome, control

from .models import Artifact, ModelVersion


@control(
    "artifacts.encrypted",
    area="Encryption",
    label="Every stored file is encrypted under a key of the ring",
    fix="Restore the key ring from its backup, or the file from another location.",
)
def encrypted() -> Outcome:
    """From the rows: each names the key version that wraps its data key, and the ring still has that key."""
    keys = KeyVersion.objects.filter(purpose=Purpose.ARTIFACT, version=OuterRef("key_version"))
    total = Artifact.objects.count()
    lost = total - Artifact.objects.filter(Exists(keys.exclude(state=KeyState.DESTROYED))).count()
    findings = []
    if lost:
        findings.append(
            Finding(
                "without_key",
                f"{lost} stored file(s) name a key that the ring does not have",
                "Restore the key ring from its backup: manage.py keys drill shows whether the backup opens.",
                "critical",
            )
        )
    return Outcome(
        findings,
        total - lost,
        total,
        "Encryption cannot be switched off.",
        reverse("admin:registry_artifact_changelist"),
    )


@control(
    "columns.encrypted",
    area="Encryption",
    label="Every column that is classified as sensitive is encrypted",
    fix="Make the column an encrypted one; the system checks name it too.",
)
def columns() -> Outcome:
    """From the models as they are: encrypted by the database's functions, or sealed under the ring."""
    rows = classified()
    findings = [
        Finding(
            f"clear:{row.column}",
            f"{row.column} is classified as sensitive and stored in clear",
            "Make it an encrypted column; manage.py check names it too.",
            "critical",
        )
        for row in rows
        if not row.is_encrypted
    ]
    return Outcome(findings, len(rows) - len(findings), len(rows), "Counted over the columns of all models.")


@control(
    "artifacts.sound",
    area="Encryption",
    label="Files that were read back are what was stored",
    fix="Repair the file from another location, or restore it from a backup.",
)
def sound() -> Outcome:
    """Counted among the files that were verified at least once."""
    read = Artifact.objects.filter(verified_at__isnull=False)
    total = read.count()
    damaged = read.filter(is_sound=False)
    findings = [
        Finding(
            f"damaged:{artifact.pk}",
            # Names of files can tell of models that not everybody may know of.
            f"The stored file with the SHA-256 {artifact.sha256[:12]}… is damaged or missing",
            "Repair it from another location, or restore it from a backup.",
            "critical",
            reverse("admin:registry_artifact_change", args=[artifact.pk]),
        )
        for artifact in damaged.order_by("pk")[:20]
    ]
    return Outcome(findings, total - damaged.count(), total, url=reverse("admin:registry_artifact_changelist"))


@control(
    "lineage.complete",
    area="Models",
    label="Versions that name their source commit and their data",
    fix="Register the version with its source commit and the data that it was trained on.",
)
def lineage() -> Outcome:
    """A figure and no alert: what was uploaded without an origin cannot get one later."""
    alive = ModelVersion.objects.alive()
    total = alive.count()
    return Outcome(
        [], alive.with_complete_origin().count(), total, "Counted over all versions that are not deleted.",
        f"{reverse('registry:version-list')}?lineage=incomplete",
    )  # fmt: skip
