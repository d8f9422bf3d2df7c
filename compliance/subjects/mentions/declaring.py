"""Which columns hold free text, as each app says in its ``personal_data.py``.

A column that anybody fills may name anybody::

    free_text("tracking.Run", "name", "tags", "parameters")
    free_text("predictions.GroundTruth", exact=["label"])

``exact`` columns hold one word and belong to tables of millions of rows: they are compared as a whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Texts:
    """The columns of one model that are searched, and those that are compared as a whole."""

    label: str
    searched: tuple[str, ...]
    exact: tuple[str, ...]


_declared: Final[dict[str, Texts]] = {}


def free_text(label: str, *searched: str, exact: Iterable[str] = ()) -> None:
    """Have these columns looked through for whoever asks for their data; another declaration is an error."""
    texts = Texts(label, searched, tuple(exact))
    if not (texts.searched or texts.exact):
        raise ValueError(f"{label}: name the columns that hold free text.")
    if _declared.setdefault(label, texts) != texts:
        raise ValueError(f"{label}: its columns of free text are declared twice.")


def declared() -> Mapping[str, Texts]:
    """All declarations by the label of the model."""
    return dict(sorted(_declared.items()))
