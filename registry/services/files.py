"""Giving out and proving stored files."""

from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import NotAllowed
from registry.audit_events import PARAMETERS_READ
from registry.byte_ranges import ByteRange
from registry.models import Artifact, DatasetVersion, ModelVersion

from .delivery import Delivery
from .ownership import account_id


def may_download(version: ModelVersion | DatasetVersion, *, actor: Actor) -> bool:
    """Whether the state of ``version`` lets ``actor`` have its file; permissions are asked elsewhere."""
    if isinstance(version, DatasetVersion) or not version.is_quarantined:
        return True
    account = account_id(actor)
    return account is not None and account in {version.created_by_id, version.model.owner_id}


def check_download(version: ModelVersion | DatasetVersion, *, actor: Actor) -> None:
    """Raises NotAllowed where the state of ``version`` keeps its file from ``actor``.

    A quarantined file goes only to its uploader and to the model's owner: it may run code where it is loaded.
    """
    if not may_download(version, actor=actor):
        raise NotAllowed(
            f"{version} is quarantined: its format may hold code. Only its uploader and the model's owner may "
            "download it. Ask one of them for a safetensors or ONNX file.",
            code="artifact.quarantined",
        )


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
    check_download(version, actor=actor)
    return Delivery(version, artifact or version.artifact, part, goes_sealed=goes_sealed, actor=actor)


@transaction.atomic
def read_parameters(version: ModelVersion, *, actor: Actor) -> dict[str, Any]:
    """The decrypted parameters; reading them is recorded."""
    record(PARAMETERS_READ, version, actor=actor, **_named(version))
    return version.parameters or {}


def _named(version: ModelVersion | DatasetVersion) -> dict[str, Any]:
    parent = version.model if isinstance(version, ModelVersion) else version.dataset
    return {"name": parent.name, "version": version.number}
