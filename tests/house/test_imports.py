"""The floors of the house: who may import whom."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the checker in the checkout."""
    command = [str(LINT), "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_keep_their_contracts() -> None:
    """S3-69: apps depend only downward."""
    done = lint()
    assert done.returncode == 0, done.stdout
    assert "Contracts: 3 kept, 0 broken." in done.stdout


def test_the_checker_sees_a_broken_contract(tmp_path: Path) -> None:
    config = tmp_path / "contracts.ini"
    config.write_text(
        "[importlinter]\nroot_package = modelops\n"
        "[importlinter:contract:floors]\nname = Upside down\ntype = layers\nlayers =\n modelops.lib\n modelops.urls\n"
    )
    done = lint("--config", str(config))
    assert done.returncode == 1
    assert "Upside down BROKEN" in done.stdout
