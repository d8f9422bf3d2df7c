"""Giving out and proving stored files."""

from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from registry.audit_events import PARAMETERS_READ
from registry.byte_ranges import ByteRange
from registry.denials import denials_recorded
from registry.models import Artifact, DatasetVersion, ModelVersion
from registry.scanning.keeping_back import is_given_out, require_clean

from .delivery import Delivery


def may_download(version: ModelVersion | DatasetVersion) -> bool:
    """Whether the scan lets the file of ``version`` out; permissions are asked elsewhere."""
    return isinstance(version, DatasetVersion) or is_given_out(version)


def check_download(version: ModelVersion | DatasetVersion, artifact: Artifact | None = None, *, actor: Actor) -> None:
    """Raises NotAllowed for a file that the scanner holds, and ScanPending for one that it has not judged yet.

    That holds for everybody: who may open quarantined files does it elsewhere, with a reason.
    """
    if isinstance(version, ModelVersion):
        with denials_recorded(version, actor=actor):
            require_clean(version, artifact)


def begin_download(
    version: ModelVersion | DatasetVersion,
    artifact: Artifact | None = None,
    *,
    part: ByteRange | None = None,
    goes_sealed: bool = False,
    actor: Actor,
) -> Delivery:
    """The decrypted file of ``version`` (or another one of its files) on its way out; the caller closes it.

    The ledger knows who asks before anything is opened, and afterwards whether what was sent was verified; it also says
    that the caller seals what it gives out (``goes_sealed``). Raises
    NotAllowed, DecryptionFailed, KeysUnavailable, FileMissing, StorageUnavailable.
    """
    check_download(version, artifact, actor=actor)
    return Delivery(version, artifact or version.artifact, part, goes_sealed=goes_sealed, actor=actor)


@transaction.atomic
def read_parameters(version: ModelVersion, *, actor: Actor) -> dict[str, Any]:
    """The decrypted parameters; reading them is recorded."""
    record(PARAMETERS_READ, version, actor=actor, **_named(version))
    return version.parameters or {}


def _named(version: ModelVersion | DatasetVersion) -> dict[str, Any]:
    parent = version.model if isinstance(version, ModelVersion) else version.dataset
    return {"name": parent.name, "version": version.number}
