"""NumPy arrays and archives to float16, array by array at constant memory.

Real floating-point arrays wider than two bytes are converted; every other array is kept as it is.
"""

import io
import zipfile
from collections.abc import Mapping
from math import prod
from typing import Any, BinaryIO, cast

from modelops.lib.late import late

from .base import Derivation, DerivationRefused, Progress, Report, Write, derivations
from .half import PIECE_VALUES, copy, demand_range, demand_work, pieces, to_half

np, numpy_format = late("numpy"), late("numpy.lib.format")

_STEP = 1 << 20


class _NumpyFloat16(Derivation):
    gives = "float16"
    options = frozenset({"allow_overflow"})

    def tool(self) -> str:
        return f"float16 of this portal, numpy {np.__version__}"


@derivations.register("npy-float16")
class NpyFloat16(_NumpyFloat16):
    """Half precision for one array."""

    label = "float16 (NumPy array)"
    formats = frozenset({"npy"})

    def derive(self, source: BinaryIO, write: Write, progress: Progress, options: Mapping[str, Any]) -> Report:
        report = Report()
        source.seek(0)
        _array(source, write, progress, report, bool(options.get("allow_overflow")))
        demand_work(report)
        return report


@derivations.register("npz-float16")
class NpzFloat16(_NumpyFloat16):
    """Half precision for each array of an archive; names, order and compression of its members stay."""

    label = "float16 (NumPy archive)"
    formats = frozenset({"npz"})

    def derive(self, source: BinaryIO, write: Write, progress: Progress, options: Mapping[str, Any]) -> Report:
        report = Report()
        try:
            with zipfile.ZipFile(source) as archive, zipfile.ZipFile(cast(BinaryIO, _Sink(write)), "w") as derived:
                for member in archive.infolist():
                    entry = zipfile.ZipInfo(member.filename)
                    entry.compress_type = member.compress_type
                    with archive.open(member) as file, derived.open(entry, "w", force_zip64=True) as out:
                        if member.filename.endswith(".npy"):
                            _array(
                                cast(BinaryIO, file), out.write, _ignored, report, bool(options.get("allow_overflow"))
                            )
                        else:
                            while piece := file.read(_STEP):
                                out.write(piece)
                    progress(member.compress_size)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
            raise DerivationRefused("The archive cannot be read.", code="variant.damaged") from None
        demand_work(report)
        return report


class _Sink(io.RawIOBase):
    """A file that can only be written, for the archive that is made while it is sealed."""

    def __init__(self, write: Write) -> None:
        super().__init__()
        self._write = write

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = bytes(data)
        self._write(content)
        return len(content)


def _ignored(count: int) -> None:
    """Progress within a member of an archive is not told: its bytes are compressed."""


def _array(source: BinaryIO, write: Write, progress: Progress, report: Report, may_overflow: bool) -> None:
    try:
        version = numpy_format.read_magic(source)
        read = numpy_format.read_array_header_1_0 if version == (1, 0) else numpy_format.read_array_header_2_0
        shape, fortran, dtype = read(source)
    except (ValueError, EOFError, TypeError, SyntaxError):
        raise DerivationRefused("An array's header cannot be read.", code="variant.damaged") from None
    if dtype.hasobject:
        raise DerivationRefused("An array of objects may hold code; it is not opened here.", code="variant.refused")
    converts = dtype.kind == "f" and dtype.itemsize > 2
    half = np.dtype(np.float16).newbyteorder(dtype.byteorder)
    header = {
        "descr": numpy_format.dtype_to_descr(half if converts else dtype),
        "fortran_order": fortran,
        "shape": shape,
    }
    head = io.BytesIO()
    numpy_format.write_array_header_2_0(head, header) if version != (1, 0) else numpy_format.write_array_header_1_0(
        head, header
    )
    write(head.getvalue())
    size = prod(shape) * dtype.itemsize
    if not converts:
        report.kept += 1
        copy(source, size, write, progress)
        return
    report.converted += 1
    for piece in pieces(source, size, dtype.itemsize * PIECE_VALUES):
        # A member of an archive may give less than was asked for; whole numbers only.
        missing = -len(piece) % dtype.itemsize
        piece += source.read(missing) if missing else b""
        write(to_half(np.frombuffer(piece, dtype=dtype), report).tobytes())
        progress(len(piece))
        demand_range(report, may_overflow)
