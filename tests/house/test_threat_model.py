"""The threat model names tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/explanation/threat-model.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::([\w*]+)`")


def dead(text: str) -> list[str]:
    """The tests that a page names and that are not there; ``*`` is any test of the file."""
    found = []
    for path, name in TEST.findall(text):
        file = ROOT / path
        names = {
            node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
        } if file.exists() else set()  # fmt: skip
        if not any(one == name or (name == "*" and one.startswith("test_")) for one in names):
            found.append(f"{path}::{name}")
    return found


def test_every_line_of_the_threat_model_names_a_living_test() -> None:
    """S0-52, S3-63: each layer with threat, what is claimed to stand against it, and the test that proves it."""
    text = PAGE.read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| layer")]
    assert len(rows) > 15
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert [bool(cell) for cell in cells] == [True] * 4, row
        assert TEST.search(cells[3]), row
    assert dead(text) == []


def test_a_dead_test_is_found() -> None:
    """S0-52: a test that was renamed or removed fails the build."""
    assert dead("`tests/house/test_threat_model.py::test_nothing` `tests/none.py::test_x`") == [
        "tests/house/test_threat_model.py::test_nothing",
        "tests/none.py::test_x",
    ]
    assert dead("`tests/house/test_threat_model.py::test_a_dead_test_is_found`") == []
