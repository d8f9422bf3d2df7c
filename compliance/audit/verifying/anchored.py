"""What anchors hold, as far as this process can read it: the file of checkpoints, here or as a copy."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def held_notes() -> dict[str, Iterator[str]]:
    """The notes of the configured anchor file, by the anchor's name; nothing where the file is not to be read here.

    Other anchors need the sealer's credentials; the sealer compares with them before it signs anything.
    """
    path = Path(settings.MODELOPS_ANCHOR_FILE)
    try:
        with path.open("rb"):
            pass
    except OSError:
        return {}
    return {"the anchor file": notes_in(path)}


def notes_in(path: Path) -> Iterator[str]:
    """The notes in a file of checkpoints, in its order; lines that a full disk cut short are passed over."""
    with path.open("rb") as lines:
        for line in lines:
            try:
                note = json.loads(line)["note"]
            except (ValueError, KeyError, TypeError):
                continue
            if isinstance(note, str):
                yield note
