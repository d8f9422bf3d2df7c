"""A version as one signed archive that is made while it is sent: the same bytes for the same facts."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from registry import services
from registry.models import ModelVersion
from registry.signing.portal_key import portal_key

from . import verify_bundle as layout
from .audit_events import BUNDLE_EXPORTED
from .contents import PARAMETERS, File, as_json, documents, files_of

MEDIA_TYPE = "application/x-tar"


@dataclass(frozen=True, slots=True)
class Export:
    """A bundle that was asked for and recorded; its pieces are made when they are taken, once."""

    version: ModelVersion
    head: bytes
    documents: tuple[tuple[str, bytes], ...]
    files: tuple[File, ...]
    actor: Actor

    @property
    def file_name(self) -> str:
        """What the bundle is called."""
        return f"{self.version.model.name}-v{self.version.number}.bundle.tar"

    @property
    def size(self) -> int:
        """Bytes of all of it, known before the first is made."""
        sizes = [(name, len(text)) for name, text in self.documents]
        sizes += [(file.name, file.artifact.size) for file in self.files]
        blocks = sum(len(layout.header_of(name, size)) + size + -size % layout.BLOCK for name, size in sizes)
        return len(self.head) + blocks + len(layout.END)

    def __iter__(self) -> Iterator[bytes]:
        """The archive. A damaged file raises in the middle: what was sent then is shorter than announced."""
        yield self.head
        for name, text in self.documents:
            yield layout.header_of(name, len(text)) + layout.padded(text)
        for file in self.files:
            yield layout.header_of(file.name, file.artifact.size)
            delivery = services.begin_download(self.version, file.artifact, actor=self.actor)
            try:
                yield from delivery
            finally:
                delivery.close()
            yield bytes(-file.artifact.size % layout.BLOCK)
        yield layout.END


@transaction.atomic
def begin_export(version: ModelVersion, user: Any, *, with_parameters: bool = False, actor: Actor) -> Export:
    """The bundle of ``version``; the ledger knows before a byte of it goes. Whether ``user`` may, the caller asked.

    Raises NotAllowed for a quarantined version, KeysUnavailable.
    """
    services.check_download(version, actor=actor)
    texts = list(documents(version, user))
    if with_parameters:
        texts.append((PARAMETERS, as_json(services.read_parameters(version, actor=actor))))
    files = files_of(version)
    manifest = _manifest(version, texts, files)
    key = portal_key()
    signature = key.private.sign(layout.message_of(manifest))
    sealed = layout.signature_file(key.trusted.fingerprint, signature)
    head = b"".join(
        layout.header_of(name, len(text)) + layout.padded(text)
        for name, text in ((layout.MANIFEST, manifest), (layout.SIGNATURE, sealed))
    )
    export = Export(version, head, tuple(texts), tuple(files), actor)
    record(
        BUNDLE_EXPORTED, version, actor=actor, name=version.model.name, version=version.number,
        members=len(texts) + len(files), size=export.size, manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        with_parameters=with_parameters, key=key.trusted.name,
    )  # fmt: skip
    return export


def _manifest(version: ModelVersion, texts: list[tuple[str, bytes]], files: list[File]) -> bytes:
    members = [
        {"name": name, "size": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in texts
    ] + [{"name": file.name, "size": file.artifact.size, "sha256": file.artifact.sha256} for file in files]
    said = {
        "schema": layout.SCHEMA,
        "model": version.model.name,
        "version": version.number,
        "version_id": str(version.pk),
        "members": members,
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
