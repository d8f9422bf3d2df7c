"""The data key of each file: random, kept wrapped in the file's row, bound to that row."""

import uuid

from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from registry.models import Artifact


def context_of(artifact_id: uuid.UUID) -> bytes:
    """What binds a file and its data key to the one row they belong to."""
    return f"registry.artifact:{artifact_id}".encode()


def data_key_of(artifact: Artifact) -> bytes:
    """The data key of a file, unwrapped. Raises KeysUnavailable, UnknownKey or DecryptionFailed."""
    return envelope.unseal(bytes(artifact.wrapped_key), purpose=Purpose.ARTIFACT, context=context_of(artifact.pk))
