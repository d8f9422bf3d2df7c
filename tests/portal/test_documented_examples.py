"""Code blocks of the documents that are marked ``run`` are run, page by page, against a running portal."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.portal.client import Pipeline
from tests.portal.people import key_for

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(sh|python) run\n(.*?)^```$", re.M | re.S)
PAGES = ("docs/howto/register-from-a-pipeline.md", "docs/howto/bundles.md")

pytestmark = pytest.mark.live


def script_of(text: str) -> str:
    """All marked blocks of a page as one shell script, in which each must succeed."""
    blocks = BLOCK.findall(text)
    assert blocks, "no block is marked"
    shell = [code if kind == "sh" else f"python3 - <<'PYTHON'\n{code}PYTHON\n" for kind, code in blocks]
    return "set -euo pipefail\n" + "".join(shell)


def run(script: str, portal: Any, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The script as a user's shell runs it; ``python3`` is the suite's."""
    (folder / "bin").mkdir(exist_ok=True)
    python = folder / "bin" / "python3"
    python.unlink(missing_ok=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o700)
    env = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PORTAL": portal.url,
        "PORTAL_API_KEY": key,
        "RUN_ID": "run-4711",
    }
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120
    )


def weights() -> bytes:
    head = b'{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
    return struct.pack("<Q", len(head)) + head + b"\1\2\3\4"


def test_every_page_with_marked_blocks_is_run_here() -> None:
    """S0-43: a page with examples that nobody runs fails here, by name."""
    marked = {
        str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md") if BLOCK.search(page.read_text("utf-8"))
    }
    assert marked == set(PAGES)


def test_the_examples_do_what_they_say(live_portal: Any, tmp_path: Path) -> None:
    """S0-43, S0-09, S0-29: word for word; run again the pipeline's script makes no second version."""
    key = key_for("scientist", "Data scientist")
    (tmp_path / "model.safetensors").write_bytes(weights())
    with Pipeline(live_portal.url, key) as api:
        for name in ("delays", "copy"):
            api.post("models/", json={"name": name, "task_type": "regression"})
        api.post("datasets/", json={"name": "flights"})
        api.post("datasets/flights/versions/", files={"file": ("flights.csv", b"a,b\n1,2\n3,4\n")})
        pipeline = script_of((ROOT / PAGES[0]).read_text("utf-8"))
        lines = [line for line in BLOCK.findall((ROOT / PAGES[0]).read_text("utf-8"))[1][1].splitlines() if line]
        assert len(lines) <= 10
        for _ in range(2):
            done = run(pipeline, live_portal, key, tmp_path)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "delays 1" in done.stdout
        made = api.get("models/delays/versions/")["results"]
        assert [version["version"] for version in made] == [2, 1]  # one by the client, one by curl
        assert made[1]["metrics"] == {"auc": 0.93}
        assert made[1]["datasets"] == [{"dataset": "flights", "version": 1}]
        done = run(script_of((ROOT / PAGES[1]).read_text("utf-8")), live_portal, key, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Valid: delays version 1" in done.stdout
        assert api.get("models/copy/versions/1/provenance/")["imported_from"]["model"] == "delays"


def test_a_wrong_example_fails(live_portal: Any, tmp_path: Path) -> None:
    """S0-43: what is not there is not taken for run."""
    key = key_for("scientist", "Data scientist")
    wrong = '```sh run\ncurl -fsS -H "Authorization: Bearer $PORTAL_API_KEY" "$PORTAL/api/v1/modells/"\n```\n'
    assert run(script_of(wrong), live_portal, key, tmp_path).returncode != 0
    assert run(script_of("```python run\nimport modelops_seale\n```\n"), live_portal, key, tmp_path).returncode != 0
    with pytest.raises(AssertionError):
        script_of("```sh\ncurl x\n```\n")
