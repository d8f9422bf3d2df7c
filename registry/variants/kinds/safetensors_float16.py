"""safetensors to float16, tensor by tensor at constant memory.

F32, F64 and BF16 are converted; everything else (F16, 8-bit floats, integers, booleans, complex numbers) is kept.
"""

import json
import struct
from collections.abc import Mapping
from math import prod
from typing import Any, BinaryIO

from modelops.lib.late import late

from .base import Derivation, DerivationRefused, Progress, Report, Write, derivations
from .half import PIECE_VALUES, copy, demand_range, demand_work, from_bfloat16, pieces, to_half

np = late("numpy")

_CONVERTED = {"F32": 4, "F64": 8, "BF16": 2}


@derivations.register("safetensors-float16")
class SafetensorsFloat16(Derivation):
    """Half precision for weights."""

    label = "float16 (safetensors)"
    gives = "float16"
    formats = frozenset({"safetensors"})
    options = frozenset({"allow_overflow"})

    def tool(self) -> str:
        return f"float16 of this portal, numpy {np.__version__}"

    def derive(self, source: BinaryIO, write: Write, progress: Progress, options: Mapping[str, Any]) -> Report:
        report = Report()
        table, start = _table(source)
        said = table.pop("__metadata__", {})
        in_order = sorted(table.items(), key=lambda item: item[1]["data_offsets"][0])
        report.converted = sum(one["dtype"] in _CONVERTED for _, one in in_order)
        report.kept = len(in_order) - report.converted
        demand_work(report)
        write(_header(in_order, said))
        for _, tensor in in_order:
            begin, end = tensor["data_offsets"]
            source.seek(start + begin)
            if tensor["dtype"] not in _CONVERTED:
                copy(source, end - begin, write, progress)
                continue
            for piece in pieces(source, end - begin, _CONVERTED[tensor["dtype"]] * PIECE_VALUES):
                write(to_half(_values(piece, tensor["dtype"]), report).tobytes())
                progress(len(piece))
                demand_range(report, bool(options.get("allow_overflow")))
        return report


def _table(source: BinaryIO) -> tuple[dict[str, Any], int]:
    source.seek(0)
    try:
        (length,) = struct.unpack("<Q", source.read(8))
        table: dict[str, Any] = json.loads(source.read(length))
    except (struct.error, ValueError, RecursionError):
        raise DerivationRefused("The table of the file cannot be read.", code="variant.damaged") from None
    return table, 8 + length


def _header(in_order: list[tuple[str, Any]], said: dict[str, str]) -> bytes:
    """The table of the derived file. Where each tensor lies follows from the shapes alone."""
    table: dict[str, Any] = {"__metadata__": {**said, "derived": "float16"}}
    position = 0
    for name, tensor in in_order:
        begin, end = tensor["data_offsets"]
        converted = tensor["dtype"] in _CONVERTED
        size = 2 * prod(tensor["shape"]) if converted else end - begin
        dtype = "F16" if converted else tensor["dtype"]
        table[name] = {"dtype": dtype, "shape": tensor["shape"], "data_offsets": [position, position + size]}
        position += size
    header = json.dumps(table, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # the numbers behind begin at a multiple of eight
    return struct.pack("<Q", len(header)) + header


def _values(piece: bytes, dtype: str) -> Any:
    if dtype == "BF16":
        return from_bfloat16(piece)
    return np.frombuffer(piece, dtype="<f4" if dtype == "F32" else "<f8")
