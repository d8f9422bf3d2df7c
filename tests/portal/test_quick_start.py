"""The commands of README and tutorial, run word for word against a running portal."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.portal.client import Pipeline
from tests.portal.people import key_for

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.live


def commands(page: str, after: str) -> str:
    """All code blocks of a page after a heading that use the portal's address."""
    text = (ROOT / page).read_text()
    blocks = re.findall(r"```\n(.*?)```", text[text.index(after) :], re.S)
    return "\n".join(block for block in blocks if "$API" in block or "KEY=" in block)


def run(script: str, portal: Any, tmp_path: Path) -> str:
    """The commands in one shell; only address, interpreter and curl's manner of failing are put in place."""
    assert shutil.which("curl"), "curl is needed: apt-get install curl"
    script = script.replace("http://localhost:8000", portal.url).replace(".venv/bin/python", sys.executable)
    # On a busy machine a download may come long before the scan: curl does as the answer's Retry-After says.
    script = script.replace("curl ", "curl --fail-with-body --retry 20 -sS ")
    script = script.replace("-o model", f"-o {tmp_path}/model")
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, env=portal.env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_of_the_readme(live_portal: Any, tmp_path: Path) -> None:
    """S0-51: from a running portal to a registered, verified and downloaded model in at most ten commands."""
    key_for("scientist", "Data scientist")
    script = commands("README.md", "## The main job")
    assert len([line for line in script.splitlines() if line and not line.startswith(" ")]) <= 10
    printed = run(script, live_portal, tmp_path)
    assert '"verified":true' in printed
    assert (tmp_path / "model.safetensors").read_bytes() == (ROOT / "demo/arrival-delay.safetensors").read_bytes()


def test_the_commands_of_the_tutorial(live_portal: Any, tmp_path: Path) -> None:
    """S3-67."""
    run(commands("docs/tutorial/first-alert.md", "## An account"), live_portal, tmp_path)
    with Pipeline(live_portal.url, key_for("viewer", "Viewer")) as api:
        for run_of in ("quality-runs/", "drift-runs/"):
            [made] = api.get(run_of)["results"]
            found = api.get(f"{run_of}{made['id']}/")
            api.finished(found.get("job") or made["job"])
        assert api.get("alerts/")["results"][0]["key"].startswith("drift:")
