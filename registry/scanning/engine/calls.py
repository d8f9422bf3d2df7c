"""What the allowed functions may be given, and what made objects may be filled with."""

import re
from collections.abc import Callable
from math import prod
from typing import Any

from .opcodes import BYTES
from .rules import CLASS, FUNCTION
from .values import DENIED, LIST, Made, Mapping, Name, is_count, items_of

_ARRAY = ("numpy", "ndarray")
_DTYPE = ("numpy", "dtype")
WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")
_SIMPLE = re.compile(r"[<>=|]?([biufcmMOSUV?])(\d{0,6})")
_UNSIZED = {"?": 1, "O": 8, "m": 8, "M": 8}
_HOLDS_OBJECTS = 63  # the flags that NumPy itself writes for its type of objects


def refusal_of(made: Made) -> str:
    """Why the call may not be made; empty when it may."""
    given = items_of(made.arguments)
    if given is None:
        return "its arguments cannot be followed."
    if any(each is DENIED for each in given):
        return ""  # the reason stands already
    check = _CALLS.get(made.pair)
    return "" if check is None or check(given) else "the arguments are not those that an honest file has."


def refusal_of_state(made: Made) -> str:
    """Why the object may not be filled with this state; empty when it may."""
    if made.state is DENIED:
        return ""
    if made.pair == _DTYPE:
        return "" if dtype_of(made) else "the data type contradicts itself."
    if made.name.module.endswith("multiarray") and made.name.name == "_reconstruct":
        return "" if _is_array_state(made.state) else "the array contradicts itself."
    if made.pair == WRAPPER and not isinstance(made.state, Mapping):
        return "its description cannot be followed."
    parts = items_of(made.state)
    if parts is not None and len(parts) == 2 and isinstance(parts[1], Mapping):  # attributes of slots
        names = [*parts[1].items]
        if parts[1].lost or any(name.startswith("__") for name in names):
            return "it sets attributes that objects have from their class."
    return ""


def dtype_of(made: Any) -> tuple[int, bool] | None:
    """Size of an item, and whether it holds objects; None for what is no data type of NumPy in good order."""
    if not isinstance(made, Made) or made.pair != _DTYPE:
        return None
    given = items_of(made.arguments) or ()
    match = _SIMPLE.fullmatch(given[0]) if given and isinstance(given[0], str) else None
    if match is None:
        return None
    kind, digits = match.groups()
    size = int(digits) if digits else _UNSIZED.get(kind, 0)
    if kind == "U":
        size *= 4
    if made.state is None:
        return (size, kind == "O") if kind not in "V" else None
    state = items_of(made.state)
    if state is None or not 8 <= len(state) <= 9 or state[1] not in {"<", ">", "|", "="}:
        return None
    _, _, subarray, names, fields, item_size, _, flags = state[:8]
    if kind == "V":
        return _structured(size, subarray, names, fields, item_size, flags)
    if subarray is not None or names is not None or fields is not None:
        return None
    if item_size not in {-1, size} or flags not in ({_HOLDS_OBJECTS} if kind == "O" else {0, 8}):
        return None
    return size, kind == "O"


def _structured(
    size: int, subarray: Any, names: Any, fields: Any, item_size: Any, flags: Any
) -> tuple[int, bool] | None:
    """A type of fields, none of which may hold objects."""
    if item_size != size or not is_count(flags) or flags & 1:
        return None
    if subarray is not None:
        parts = items_of(subarray)
        inner = dtype_of(parts[0]) if parts and len(parts) == 2 else None
        shape = _shape(parts[1]) if parts else None
        if inner is None or inner[1] or shape is None or inner[0] * prod(shape) != size:
            return None
        return size, False
    listed = items_of(names)
    if names is None and fields is None:
        return size, False
    if listed is None or not isinstance(fields, Mapping) or fields.lost or set(fields.items) != set(listed):
        return None
    for each in fields.items.values():
        described = items_of(each)
        inner = dtype_of(described[0]) if described and len(described) >= 2 else None
        if inner is None or inner[1] or not is_count(described[1]) or described[1] + inner[0] > size:  # type: ignore[index]
            return None
    return size, False


def _shape(value: Any) -> tuple[int, ...] | None:
    if is_count(value):
        return (value,)
    items = items_of(value)
    return items if items is not None and all(is_count(each) for each in items) else None


def _is_array_state(state: Any) -> bool:
    items = items_of(state)
    if items is None or len(items) != 5 or _shape(items[1]) is None:
        return False
    described = dtype_of(items[2])
    if described is None:
        return False
    size, holds_objects = described
    if holds_objects:
        return items[4] is LIST
    # A short array's bytes are here to be counted; long ones are checked by NumPy itself.
    data = items[4]
    if isinstance(data, bytes):
        return len(data) == size * prod(items[1])
    return data is BYTES or isinstance(data, str) or _is_encoded(data) or _is_text(data)


def _is_encoded(data: Any) -> bool:
    """Bytes, as protocols before 3 write them."""
    return isinstance(data, Made) and data.pair == ("_codecs", "encode")


def _is_text(data: Any) -> bool:
    return getattr(data, "kind", "") == "text"


def array_bytes(made: Made) -> tuple[int, bool, int] | None:
    """For joblib's description of an array: bytes of it in the file, whether they are a pickle, and the alignment."""
    state = made.state
    if not isinstance(state, Mapping) or state.lost:
        return None
    items = state.items
    described, shape = dtype_of(items.get("dtype")), _shape(items.get("shape"))
    kind = items.get("subclass")
    known = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}
    if described is None or shape is None or not isinstance(kind, Name) or set(items) - known:
        return None
    if kind.pair not in {_ARRAY, ("numpy", "matrix")}:
        return None
    if items.get("order") not in {"C", "F"} or not isinstance(items.get("allow_mmap"), bool):
        return None
    alignment = items.get("numpy_array_alignment_bytes")
    if alignment not in {None, 16}:
        return None
    return described[0] * prod(shape), described[1], alignment or 0


def _is_class(value: Any, *uses: str) -> bool:
    return isinstance(value, Name) and value.use in uses


def _reconstructs(given: tuple[Any, ...]) -> bool:
    if len(given) != 3 or not _is_class(given[0], CLASS, FUNCTION) or not isinstance(given[1], Name):
        return False
    return given[1].pair == ("builtins", "object") and given[2] is None


def _array_begins(given: tuple[Any, ...]) -> bool:
    return (
        len(given) == 3
        and isinstance(given[0], Name)
        and given[0].pair in {_ARRAY, ("numpy", "matrix"), ("numpy.ma", "MaskedArray")}
        and given[1] == (0,)
        and (given[2] in (b"b", "b") or _is_encoded(given[2]))
    )


def _scalar(given: tuple[Any, ...]) -> bool:
    described = dtype_of(given[0]) if len(given) == 2 else None
    return described is not None and not described[1]


def _from_buffer(given: tuple[Any, ...]) -> bool:
    described = dtype_of(given[1]) if len(given) == 4 else None
    return described is not None and not described[1] and _shape(given[2]) is not None and given[3] in {"C", "F"}


def _encodes(given: tuple[Any, ...]) -> bool:
    return len(given) == 2 and (isinstance(given[0], str) or _is_text(given[0])) and given[1] == "latin1"


def _dtype(given: tuple[Any, ...]) -> bool:
    return 1 <= len(given) <= 3 and isinstance(given[0], str) and _SIMPLE.fullmatch(given[0]) is not None


def _bytes(given: tuple[Any, ...]) -> bool:
    """Not a number: that would be its size."""
    return not given or not isinstance(given[0], int)


def _numbers(given: tuple[Any, ...]) -> bool:
    return all(each is None or not isinstance(each, Made | Name) for each in given)


def _made_of(module: str) -> Callable[[tuple[Any, ...]], bool]:
    """The first argument, which is a class that the function makes, comes from the library itself."""

    def check(given: tuple[Any, ...]) -> bool:
        return bool(given) and isinstance(given[0], Name) and given[0].module.split(".")[0] == module

    return check


def _generator(given: tuple[Any, ...]) -> bool:
    """The second argument is called with the first: it is NumPy's own maker."""
    maker = ("numpy.random._pickle", "__bit_generator_ctor")
    is_known = len(given) < 2 or (isinstance(given[1], Name) and given[1].pair == maker)
    first = given[0] if given else ""
    return len(given) <= 2 and is_known and not (isinstance(first, Name) and "numpy.random." not in first.module)


_CALLS: dict[tuple[str, str], Callable[[tuple[Any, ...]], bool]] = {
    ("copyreg", "_reconstructor"): _reconstructs,
    ("numpy.core.multiarray", "_reconstruct"): _array_begins,
    ("numpy._core.multiarray", "_reconstruct"): _array_begins,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("numpy", "dtype"): _dtype,
    ("_codecs", "encode"): _encodes,
    ("builtins", "bytearray"): _bytes,
    ("builtins", "bytes"): _bytes,
    ("numpy.random._pickle", "__randomstate_ctor"): _generator,
    ("numpy.random._pickle", "__generator_ctor"): _generator,
    ("numpy.random._pickle", "__bit_generator_ctor"): _generator,
    ("pandas.core.indexes.base", "_new_Index"): _made_of("pandas"),
    ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"): _made_of("pandas"),
    ("sklearn.neighbors._kd_tree", "newObj"): _made_of("sklearn"),
    ("sklearn.neighbors._ball_tree", "newObj"): _made_of("sklearn"),
    ("sklearn.metrics._dist_metrics", "newObj"): _made_of("sklearn"),
    ("numpy.ma.core", "_mareconstruct"): _made_of("numpy"),
    ("builtins", "slice"): _numbers,
    ("builtins", "complex"): _numbers,
}
