"""Arrow's values as NumPy's: without a copy, and without pandas, which Arrow's own way loads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .buckets import numpy

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


def viewed(array: pa.Array) -> NDArray[Any]:
    """The numbers of an array without nulls, where they lie."""
    np = numpy()
    kind = np.dtype(array.type.to_pandas_dtype())
    if not len(array):
        return np.empty(0, kind)  # type: ignore[no-any-return]
    found: NDArray[Any] = np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)
    return found
