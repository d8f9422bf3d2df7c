"""The command against running processes: a worker moves what the web process reads."""

import pytest

from compliance.keys.models import Rotation
from modelops.crypto.keyring import keyring
from registry.models import Artifact
from tests.live import LivePortal

from .rows import make_artifacts, open_all, versions

pytestmark = pytest.mark.live


def test_the_command_waits_for_the_worker(live_portal: LivePortal) -> None:
    """S0-45, S0-46: `keys rotate --wait` answers 0 when every data key is under the new key and opens."""
    keyring.forget()
    keys = make_artifacts(50)
    done = live_portal.manage("keys", "rotate", "--wait")
    assert "50 of 50 rows moved, 0 failed (100 %)" in done.stdout
    assert "Succeeded" in done.stdout
    keyring.forget()
    assert open_all(keys) == 50
    assert versions() == {2: 50}
    refused = live_portal.manage("keys", "destroy", "artifact-2", check=False)
    assert refused.returncode != 0
    assert "artifact-2 is active and cannot become destroyed" in refused.stderr
    doomed = live_portal.manage("keys", "destroy", "artifact-1")
    assert "artifact-1 is destroyed after" in doomed.stdout
    assert Rotation.objects.get().state == "succeeded"
    Artifact.objects.all().delete()
