"""One command runs the whole suite, and the suite tries what encryption must withstand."""

import re
from pathlib import Path

from .test_threat_model import dead

ROOT = Path(__file__).resolve().parents[2]
WITHSTANDS = {
    "known answers": "tests/crypto/stream/test_vectors.py::test_a_vector_opens",
    "known answers of the cipher": "tests/crypto/test_xaes.py::test_the_published_vectors_come_out",
    "tampering": "tests/crypto/stream/test_mutants.py::*",
    "rotation": "tests/crypto/rotation/test_moving.py::test_data_keys_are_wrapped_anew_and_files_stay",
    "a wrong key": "tests/crypto/test_envelope.py::*",
}


def test_one_command_runs_known_answers_tampering_wrong_keys_and_rotation() -> None:
    """S0-50: `make test`, as the README says it; the tests it stands for are there."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    target = re.search(r"^test:\n((?:\t.*\n)+)", makefile, re.M)
    assert target is not None
    assert "-m pytest" in target[1]
    assert "\nmake test\n" in (ROOT / "README.md").read_text("utf-8")
    assert dead(" ".join(f"`{name}`" for name in WITHSTANDS.values())) == []
