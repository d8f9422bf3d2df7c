"""Rows of every protected kind, made without files: what a rotation has to move."""

import secrets
from uuid import UUID

from accounts.models import TOTPDevice
from compliance.keys import rotations
from compliance.keys.models import Rotation
from compliance.subjects.models import SubjectRequest
from modelops.crypto import envelope
from modelops.crypto.decisions import by_shell
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason
from modelops.jobs.services import run
from modelops.lib.ids import uuid7
from registry.artifacts.sealed import context_of
from registry.models import Artifact
from tests.accounts.people import make_user
from tests.compliance.cases import open_case


def make_artifacts(count: int) -> dict[UUID, bytes]:
    """Artifacts with wrapped data keys; the data keys by artifact."""
    return wrap_artifacts({uuid7(): secrets.token_bytes(32) for _ in range(count)})


def wrap_artifacts(keys: dict[UUID, bytes]) -> dict[UUID, bytes]:
    """Artifacts with these data keys."""
    version = keyring.active(Purpose.ARTIFACT).version
    rows = (
        Artifact(
            id=pk,
            file_name="model.safetensors",
            sha256="0" * 64,
            size=1,
            cipher="AES-256-GCM",
            location="local",
            storage_name=f"{pk.hex}.sealed",
            wrapped_key=envelope.seal(key, purpose=Purpose.ARTIFACT, context=context_of(pk)),
            key_version=version,
        )
        for pk, key in keys.items()
    )
    Artifact.objects.bulk_create(rows, batch_size=1000)
    return keys


def open_all(keys: dict[UUID, bytes]) -> int:
    """Open every data key; returns how many are the ones that were made. A key that does not open raises."""
    rows = dict(Artifact.objects.filter(pk__in=keys).values_list("pk", "wrapped_key"))
    opened = {pk: envelope.unseal(bytes(rows[pk]), purpose=Purpose.ARTIFACT, context=context_of(pk)) for pk in keys}
    return sum(opened[pk] == key for pk, key in keys.items())


def versions() -> dict[int, int]:
    """How many artifacts say that they are under which version."""
    found: dict[int, int] = {}
    for version in Artifact.objects.values_list("key_version", flat=True):
        found[version] = found.get(version, 0) + 1
    return found


def make_requests(count: int) -> list[SubjectRequest]:
    """Subject requests with encrypted columns and blind indexes."""
    return [open_case(email=f"passenger{number}@example.org") for number in range(count)]


def make_device() -> TOTPDevice:
    """An authenticator with a sealed seed."""
    return TOTPDevice.objects.get(user=make_user("device_owner"))


def active(purpose: Purpose) -> KeyVersion:
    """The key that a purpose writes under."""
    return KeyVersion.objects.get(purpose=purpose, state=KeyState.ACTIVE)


def start(purpose: Purpose, *, rate_limit: int = 0) -> Rotation:
    """A new key and a rotation that has not moved anything yet."""
    rotation = rotations.rotate(active(purpose), decision=by_shell(Reason.DRILL), rate_limit=rate_limit)
    keyring.forget()
    return rotation


def work(rotation: Rotation) -> Rotation:
    """Run its job to the end, here."""
    rotation.refresh_from_db()
    assert run(rotation.job_id)
    rotation.refresh_from_db()
    return rotation
