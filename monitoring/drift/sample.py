"""The new values of a column, array by array: each is counted while it is near, and kept for a second look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .buckets import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Sample:
    """Arrays of one ``kind`` in their order. They may come from a file that is decoded only as they are asked for."""

    def __init__(self, arrays: Iterable[NDArray[Any]], kind: Any) -> None:
        self.kind = kind
        self._coming = iter(arrays)
        self._kept: list[NDArray[Any]] = []

    @classmethod
    def of(cls, values: NDArray[Any]) -> Sample:
        """One array in memory."""
        return cls([values], values.dtype)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """Each array, the first time as it comes."""
        yield from self._kept
        for array in self._coming:
            self._kept.append(array)
            yield array

    def of_kind(self, kind: Any) -> Sample:
        """The same values as ``kind``; itself where they are."""
        return self if kind == self.kind else Sample((array.astype(kind) for array in self), kind)

    @property
    def size(self) -> int:
        """How many values there are."""
        return sum(len(array) for array in self)

    @cached_property
    def whole(self) -> NDArray[Any]:
        """All values in one array."""
        np = numpy()
        arrays = list(self)
        if len(arrays) == 1:
            return arrays[0]
        return np.concatenate(arrays) if arrays else np.empty(0, self.kind)  # type: ignore[no-any-return]

    @cached_property
    def finite_ordered(self) -> NDArray[Any]:
        """The finite values in ascending order."""
        np = numpy()
        whole = self.whole
        return np.sort(whole[np.isfinite(whole)] if self.kind.kind == "f" else whole)  # type: ignore[no-any-return]
