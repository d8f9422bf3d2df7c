"""What a restore drill opens of the registry: the newest stored file, whole."""

import hashlib

from compliance.escrow.drill.result import DrillFailed
from compliance.escrow.drill.samples import drill_sample

from .artifacts.access import open_artifact, pieces
from .models import Artifact, ArtifactCopy, CopyState


@drill_sample("stored file")
def newest_file() -> str | None:
    """Decrypt it from its first byte to its last and compare the digest with the registered one."""
    copy = ArtifactCopy.objects.filter(state=CopyState.STORED).order_by("-artifact__created_at").first()
    artifact = Artifact.objects.filter(pk=copy.artifact_id).first() if copy else None
    if artifact is None:
        return None
    digest = hashlib.sha256()
    for piece in pieces(open_artifact(artifact)):
        digest.update(piece)
    if digest.hexdigest() != artifact.sha256:
        raise DrillFailed(
            f"The file {artifact.pk} opens, but it is not the one that was registered.", code="drill.file"
        )
    return f"{artifact.pk}, {artifact.size} bytes, opens and has the registered SHA-256 {artifact.sha256}"
