"""What every anchor can do."""

from abc import ABC, abstractmethod
from typing import ClassVar

from modelops.lib.errors import Unavailable


class AnchorFailed(Unavailable):
    """The anchor did not take or give a checkpoint; it is tried again."""

    code = "anchor.unavailable"


class Anchor(ABC):
    """``every_s`` is how often a checkpoint goes there at most; one that is readable is read before each signing."""

    name: ClassVar[str]
    is_readable: ClassVar[bool] = False
    every_s: float = 0

    @abstractmethod
    def write(self, size: int, note: str) -> None:
        """Keep the note for good; a second time changes nothing. Raises AnchorFailed."""

    def last(self) -> str | None:
        """The note that was written last, None when there is none yet. Raises AnchorFailed."""
        raise NotImplementedError(f"{self.name} cannot be read.")
