"""The real client against the real portal, with somebody in between who keeps every byte."""

import base64
import contextlib
import hashlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection

from tests.live import LivePortal
from tests.registry.samples import make_model, safetensors
from tests.scans import scans_done

from .proxy import CapturingProxy, capturing, traces

pytestmark = pytest.mark.live
CANARY = f"canary-{uuid.uuid4().hex}-in-weights".encode()
SMALL = safetensors((CANARY * 40_000)[:1_500_000])  # one request
LARGE = safetensors((CANARY * 500_000)[:19_000_000])  # two pieces of an upload session


@dataclass
class Machine:
    """A data scientist's machine: the client as the portal gave it out, an API key, and the proxy as its way out."""

    proxy: CapturingProxy
    folder: Path
    key: str
    client: Path

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The command line of the client."""
        command = [sys.executable, str(self.client), *arguments, "--portal", self.proxy.url]
        env = {"PATH": os.environ["PATH"], "PORTAL_API_KEY": self.key}
        done = subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def upload(self, content: bytes, *arguments: str) -> dict[str, Any]:
        """Seal a file and send it."""
        (self.folder / "weights.safetensors").write_bytes(content)
        answer: dict[str, Any] = json.loads(
            self.run("seal-and-upload", "weights.safetensors", "--model", "arrival-delay", *arguments).stdout
        )
        return answer

    def download(self, version: int) -> bytes:
        """Fetch a version and open it, once it is scanned."""
        scans_done()
        self.run("download-and-open", "opened", "--model", "arrival-delay", "--version", str(version))
        return (self.folder / "opened").read_bytes()


@pytest.fixture
def machine(live_portal: LivePortal, tmp_path: Path) -> Iterator[Machine]:
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import make_user

    user = make_user("scientist", "Data scientist")
    make_model(user)
    _, key = issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{live_portal.url}/api/v1/", headers=headers, trust_env=False) as direct:
        (tmp_path / "modelops_seal.py").write_bytes(direct.get("sealed-client/").content)
    with capturing(live_portal.port) as proxy:
        yield Machine(proxy, tmp_path, key, tmp_path / "modelops_seal.py")


def everything_written() -> Iterator[tuple[str, bytes]]:
    """Every row as text, and every file of the portal and of the servers that this run started."""
    folders = [Path(settings.MODELOPS_HOME), Path(os.environ.get("PORTAL_TEST_DATA") or settings.MODELOPS_HOME)]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            yield table, cursor.fetchone()[0].encode()
    for folder in folders:
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):  # the server removes its own files meanwhile
                if path.is_file():
                    yield str(path), path.read_bytes()


def test_who_stands_in_between_sees_ciphertext_alone(machine: Machine) -> None:
    """S1-01: no captured byte in either direction, no row and no file tells of the model; the copies are identical."""
    pin = httpx.get(
        f"{machine.proxy.url}/api/v1/sealing-key/", headers={"Authorization": f"Bearer {machine.key}"}, trust_env=False
    ).json()["fingerprint"]
    small = machine.upload(SMALL, "--fingerprint", pin, "--about", '{"metrics": {"auc": 0.93}}')
    large = machine.upload(LARGE, "--fingerprint", pin)
    assert [small["version"], large["version"]] == [1, 2]
    assert small["metrics"] == {"auc": 0.93}
    assert small["digest"]["sha256"] == hashlib.sha256(SMALL).hexdigest()
    assert large["state"] == "quarantined"
    assert machine.download(1) == SMALL
    assert machine.download(2) == LARGE
    for kept in (machine.proxy.sent, machine.proxy.received):
        assert len(kept) > len(SMALL) + len(LARGE)
        assert kept.count(b"MOPSEAL1") == 2
        assert traces(kept, CANARY) == []
    names = [name for name, content in everything_written() if traces(content, CANARY)]
    assert names == []

    # The search itself finds what is there.
    plain = httpx.post(
        f"{machine.proxy.url}/api/v1/models/arrival-delay/versions/", content=SMALL, trust_env=False,
        headers={"Authorization": f"Bearer {machine.key}", "Content-Type": "application/octet-stream"},
    )  # fmt: skip
    assert plain.status_code == 201
    assert traces(machine.proxy.sent, CANARY) == [CANARY]
    assert traces(b"x" + base64.b64encode(b"ab" + CANARY + b"c"), CANARY) != []


def test_cuts_on_the_way_cost_only_what_was_under_way(machine: Machine) -> None:
    """S1-01: the upload goes on in its session, the download after the last segment that has opened."""
    machine.proxy.cuts_left_up[:] = [9_000_000, 3_000_000]
    machine.proxy.cuts_left_down[:] = []
    assert machine.upload(LARGE)["size"] == len(LARGE)
    assert machine.proxy.cut == 2
    carried = len(machine.proxy.sent)
    assert carried < 2 * len(LARGE)
    machine.proxy.cuts_left_down[:] = [12_000_000, 2_000_000]
    machine.proxy.received.clear()
    assert machine.download(1) == LARGE
    assert machine.proxy.cut == 4
    assert len(machine.proxy.received) < len(LARGE) + 6_000_000
    assert traces(machine.proxy.sent + machine.proxy.received, CANARY) == []
    assert [path.name for path in machine.folder.glob(".*.part")] == []


def test_a_key_that_is_not_pinned_gets_nothing(machine: Machine) -> None:
    """S1-01: the client compares before it sends."""
    (machine.folder / "weights.safetensors").write_bytes(SMALL)
    refused = machine.run(
        "seal-and-upload", "weights.safetensors", "--model", "arrival-delay", "--fingerprint", "00" * 32, check=False
    )
    assert refused.returncode == 1
    assert "Nothing was sent" in refused.stderr
    assert len(machine.proxy.sent) < 2_000


def test_refusals_of_the_portal_reach_who_runs_the_client(machine: Machine) -> None:
    (machine.folder / "weights.safetensors").write_bytes(b"%PDF-1.7 and so on")
    refused = machine.run("seal-and-upload", "weights.safetensors", "--model", "arrival-delay", check=False)
    assert (refused.returncode, "artifact.unknown_format" in refused.stderr) == (1, True)
    missing = machine.run("download-and-open", "out", "--model", "arrival-delay", "--version", "9", check=False)
    assert (missing.returncode, "object.not_found" in missing.stderr) == (1, True)
    assert not (machine.folder / "out").exists()


def test_a_directory_goes_in_and_comes_out_by_its_files(machine: Machine) -> None:
    folder = machine.folder / "model"
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_text("flavors: {}\n")
    (folder / "data" / "weights.safetensors").write_bytes(SMALL)
    answer = json.loads(machine.run("seal-and-upload", "model", "--model", "arrival-delay").stdout)
    assert answer["file_count"] == 2
    path = ("--path", "data/weights.safetensors")
    digest = machine.run("download-and-open", "opened", "--model", "arrival-delay", *path).stdout.strip()
    assert digest == hashlib.sha256(SMALL).hexdigest()
    assert (machine.folder / "opened").read_bytes() == SMALL
    assert traces(machine.proxy.sent + machine.proxy.received, CANARY) == []
