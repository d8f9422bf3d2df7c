"""Memory that the batches of a walk use one after the other: the system would have to clear what is fresh."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Room(NamedTuple):
    """What one batch needs at a time."""

    sums: NDArray[np.uint64]
    """Two fingerprints of each row for each key: keys × 2 × rows."""
    numbers: NDArray[np.float64]
    """The numbers of one column after the other."""


class Rooms:
    """Those of batches that are done with. Whichever thread takes one has it alone."""

    def __init__(self, keys: int) -> None:
        self._keys = keys
        self._free: list[Room] = []

    def take(self, rows: int) -> Room:
        """Room for so many rows or more, with zeros for the sums of these."""
        try:
            room = self._free.pop()
        except IndexError:
            room = None
        if room is None or len(room.numbers) < rows:
            return Room(np.zeros((self._keys, 2, rows), dtype=np.uint64), np.empty(rows))
        room.sums[:, :, :rows] = 0
        return room

    def give_back(self, room: Room) -> None:
        """The batch is done with."""
        self._free.append(room)
