"""No plaintext on any disk, no file without its key, and nobody else may read what lies there."""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.providers.base import RootKeyProvider, configured_provider
from registry.models import Artifact, ModelVersion

from .answers import problem_of
from .samples import make_model, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
ADDRESS = "/api/v1/models/arrival-delay/versions/"
CANARY = b"canary-0b51-of-the-watcher-"


@pytest.fixture
def silent_provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A root key provider that answers nothing but errors, as a key service does that is down."""

    def fail(self: RootKeyProvider, *args: Any) -> bytes:
        raise KeysUnavailable("The key service does not answer.")

    provider = type(configured_provider())
    monkeypatch.setattr(provider, "unwrap", fail)
    monkeypatch.setattr(provider, "wrap", fail)
    keyring.forget()
    yield
    keyring.forget()


def test_an_upload_without_the_key_service_leaves_no_trace(
    api: Client, scientist: Any, stored: Stored, request: pytest.FixtureRequest
) -> None:
    """S0-35: 503, no object, no row, one failed event."""
    make_model(scientist)
    assert api.get("/api/v1/models/").status_code == 200  # the first use of a key in an hour has a row of its own
    before = AuditEvent.objects.count()
    # The sign-in of the client needs keys of its own, which the process holds already.
    held = dict(keyring._by_id)
    request.getfixturevalue("silent_provider")
    from modelops.crypto.purposes import Purpose

    keyring._by_id.update({pk: key for pk, key in held.items() if key.purpose != Purpose.ARTIFACT})
    answer = api.post(ADDRESS, {"file": SimpleUploadedFile("m", safetensors())})
    assert problem_of(answer) == (503, "keys.unavailable")
    assert stored() == []
    assert not Artifact.objects.exists()
    assert not ModelVersion.objects.exists()
    (event,) = AuditEvent.objects.order_by("id")[before:]
    assert (event.outcome, event.details["code"]) == ("denied", "keys.unavailable")


def test_files_and_folders_are_their_owners_alone(api: Client, scientist: Any, stored: Stored) -> None:
    """S0-22: 0600 and 0700, whatever the umask of whoever started the portal."""
    make_model(scientist)
    before = os.umask(0)
    try:
        assert api.post(ADDRESS, {"file": SimpleUploadedFile("m", safetensors())}).status_code == 201
    finally:
        os.umask(before)
    (path,) = stored()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    root = Path(settings.MODELOPS_HOME) / "artifacts"
    folder = path.parent
    while folder != root.parent:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        folder = folder.parent


class Watcher(threading.Thread):
    """Reads every file below some folders again and again, and remembers those in which the canary stood."""

    def __init__(self, *folders: Path) -> None:
        super().__init__()
        self.folders = folders
        self.found: set[Path] = set()
        self.looked_at: set[str] = set()
        self.rounds = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            for path in [each for folder in self.folders for each in folder.rglob("*")]:
                try:
                    content = path.read_bytes() if path.is_file() else b""
                except OSError:
                    continue
                self.looked_at.add(path.suffix)
                if CANARY in content:
                    self.found.add(path)
            self.rounds += 1
            time.sleep(0.01)


def test_no_plaintext_lies_anywhere_while_a_file_arrives(
    api: Client, scientist: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-25, S1-38: watched during the upload; PORTAL_TEST_WATCHED_MIB makes the file larger."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    size = int(os.environ.get("PORTAL_TEST_WATCHED_MIB", "24")) << 20
    make_model(scientist)
    content = safetensors((CANARY * (size // len(CANARY) + 1))[: size // 4 * 4])
    watcher = Watcher(tmp_path, Path(settings.MODELOPS_HOME))
    (tmp_path / "control").write_bytes(CANARY)
    watcher.start()
    try:
        while not watcher.rounds:
            time.sleep(0.01)
        assert watcher.found == {tmp_path / "control"}
        answer = api.post(ADDRESS, {"file": SimpleUploadedFile("m", content)})
        rounds = watcher.rounds
        while watcher.rounds < rounds + 2:
            time.sleep(0.01)
    finally:
        watcher.ended.set()
        watcher.join()
    assert answer.status_code == 201
    assert ".sealed" in watcher.looked_at
    assert watcher.found == {tmp_path / "control"}
