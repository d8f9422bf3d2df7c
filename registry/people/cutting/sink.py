"""What Arrow writes to when the bytes go on at once."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import Write


class Sink:
    """A file that can only be written on."""

    closed = False

    def __init__(self, write: "Write") -> None:
        self._write = write
        self._place = 0

    def write(self, data: Any) -> int:
        """Pass the bytes on."""
        piece = bytes(data)
        self._write(piece)
        self._place += len(piece)
        return len(piece)

    def tell(self) -> int:
        """How many went."""
        return self._place

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """The owner closes it."""
