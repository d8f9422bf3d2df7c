"""The table of what each role gets: reading it, and writing it anew for somebody to review.

``python -m tests.roles.table FOUND.json… > tests/roles/expected.json`` puts together what the tests have found.
"""

import json
import sys
from pathlib import Path

from .actors import ACTORS

EXPECTED = Path(__file__).parent / "expected.json"
Cells = dict[str, dict[str, str]]


def read(path: Path = EXPECTED) -> Cells:
    """By route and who asks."""
    table: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
    return {
        route: {actor: word for word, actors in words.items() for actor in actors.split()}
        for route, words in table.items()
    }


def written(found: Cells) -> str:
    """A line for each route: answers with those who get them."""
    lines = []
    for route, by_actor in found.items():
        words: dict[str, str] = {}
        for actor in ACTORS:
            if actor in by_actor:
                words[by_actor[actor]] = f"{words.get(by_actor[actor], '')} {actor}".strip()
        lines.append(f"  {json.dumps(route)}: {json.dumps(dict(sorted(words.items())))}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(found: Cells, expected: Cells, actors: tuple[str, ...]) -> list[str]:
    """The cells of ``actors`` that are not as expected, in words."""
    return [
        f"{route} as {actor}: {found.get(route, {}).get(actor)}, not {expected.get(route, {}).get(actor)}"
        for route in sorted(found.keys() | expected.keys())
        for actor in actors
        if found.get(route, {}).get(actor) != expected.get(route, {}).get(actor)
    ]


if __name__ == "__main__":
    together: Cells = {}
    for name in sys.argv[1:]:
        for route, cells in read(Path(name)).items():
            together.setdefault(route, {}).update(cells)
    sys.stdout.write(written(together))
