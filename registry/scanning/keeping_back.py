"""Whether a file is given out, by its scan; and the refusal with what to do."""

from typing import ClassVar

from modelops.lib.errors import NotAllowed, Unavailable
from registry.models import Artifact, ModelVersion, VersionState

from .models import Cause, Inspection, ScanState
from .waiting import settled

RETRY_AFTER_S = 5
PERMISSION = "registry.download_quarantined"


class ScanPending(Unavailable):
    """No verdict yet."""

    code = "scan.pending"
    headers: ClassVar = {"Retry-After": str(RETRY_AFTER_S)}


def is_given_out(version: ModelVersion, artifact: Artifact | None = None) -> bool:
    """Whether the scan lets the file of ``version`` out, or another file of it; nothing waits."""
    return version.state == VersionState.READY and _of_variant(version, artifact) in {None, ScanState.CLEAN}


def require_clean(version: ModelVersion, artifact: Artifact | None = None) -> None:
    """Raise NotAllowed for a file that the scanner holds, ScanPending for one that it has not looked at.

    Waits a few seconds for a verdict that is on its way. A variant needs its own verdict and that of its version.
    """
    if version.state != VersionState.READY:
        _require(Inspection.objects.filter(artifact=version.artifact_id).first(), version, str(version))
        version.state = VersionState.READY
    if artifact is not None and _of_variant(version, artifact) not in {None, ScanState.CLEAN}:
        _require(Inspection.objects.filter(artifact=artifact).first(), version, f"The variant {artifact.file_name}")


def _of_variant(version: ModelVersion, artifact: Artifact | None) -> str | None:
    """The state of a file that is none of the version's own; None for one that is."""
    if artifact is None or artifact.pk == version.artifact_id or version.files.filter(artifact=artifact).exists():
        return None
    state = Inspection.objects.filter(artifact=artifact).values_list("state", flat=True).first()
    return state or ScanState.WAITING


def _require(inspection: Inspection | None, version: ModelVersion, named: str) -> None:
    if inspection is not None:
        inspection = settled(inspection)
        if inspection.is_clean:
            return
    if inspection is None or inspection.state == ScanState.WAITING:
        unread = inspection is not None and inspection.cause == Cause.UNREAD
        because = "its stored file could not be read for the scan" if unread else "it waits for its scan"
        raise ScanPending(f"{named} is not given out yet: {because}. Try again in {RETRY_AFTER_S} seconds.")
    raise NotAllowed(
        f"{named} is quarantined: {Cause(inspection.cause).label.lower()}. Its page shows the reasons. Save the model "
        "as safetensors or ONNX and upload it anew; a security administrator can open the file with a reason.",
        code="artifact.quarantined",
    )
