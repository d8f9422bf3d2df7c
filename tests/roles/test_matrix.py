"""Every URL, method and role: what each gets stands in ``expected.json``, reviewed line by line.

When a route is added, or a role may something else, the test names the lines that differ and writes the whole table as
it is now to ``found.json`` in its temporary folder: read the difference, and copy the file only if every line is meant.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from .matrix import ACTORS, Matrix

pytestmark = pytest.mark.django_db
EXPECTED = Path(__file__).parent / "expected.json"
Table = dict[str, dict[str, list[str]]]


def expected() -> dict[str, dict[str, str]]:
    """By route and who asks."""
    table: Table = json.loads(EXPECTED.read_text())
    return {
        route: {actor: word for word, actors in words.items() for actor in actors.split()}  # type: ignore[attr-defined]
        for route, words in table.items()
    }


def written(found: dict[str, dict[str, str]]) -> str:
    """As the file has it: a line for each route, answers with those who get them."""
    lines = []
    for route, by_actor in found.items():
        words: dict[str, str] = {}
        for actor in ACTORS:
            if actor in by_actor:
                words[by_actor[actor]] = f"{words.get(by_actor[actor], '')} {actor}".strip()
        lines.append(f"  {json.dumps(route)}: {json.dumps(dict(sorted(words.items())))}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


@pytest.fixture
def matrix(settings: Any, http_receiver: Any) -> Matrix:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    return Matrix(http_receiver.url)


def test_every_role_gets_what_the_table_says_of_every_route(matrix: Matrix, tmp_path: Path) -> None:
    """S1-21, S4-12 to S4-14, S4-18: portal, admin and API; a route that is not in the table fails here."""
    found: dict[str, dict[str, str]] = {}
    for actor in ACTORS:
        for route, word in matrix.cells(actor):
            found.setdefault(route, {})[actor] = word
    (tmp_path / "found.json").write_text(written(found))
    table = expected() if EXPECTED.exists() else {}
    wrong = [
        f"{route} as {actor}: {found.get(route, {}).get(actor)}, not {table.get(route, {}).get(actor)}"
        for route in sorted(found.keys() | table.keys())
        for actor in ACTORS
        if found.get(route, {}).get(actor) != table.get(route, {}).get(actor)
    ]
    assert wrong == [], f"{len(wrong)} cells differ; the table as it is now: {tmp_path / 'found.json'}"
