"""The linter that every change passes finds dangerous code."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLANTED = """
from django.http import HttpRequest, HttpResponse


def answer(request: HttpRequest) -> HttpResponse:
    \"\"\"Calculate what was asked.\"\"\"
    return HttpResponse(eval(request.GET["sum"]))
"""


def test_a_planted_eval_of_request_data_fails_the_build() -> None:
    """S2-51: the build runs the linter over everything, and the linter refuses it."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", "registry/planted.py", "-"]
    done = subprocess.run(command, input=PLANTED, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "S307" in done.stdout
    assert "make lint" in (ROOT / ".ci/run").read_text()
    assert "ruff check ." in (ROOT / "Makefile").read_text()
