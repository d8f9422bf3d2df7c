"""A prepared column of numbers as bytes: its values in order, its buckets, and what was left out."""

from __future__ import annotations

import json
import struct
from typing import Any

from .bucket_map import BucketMap
from .buckets import numpy
from .columns import NumberReference
from .gap import Ordered

_LENGTH = struct.Struct("<I")


def ordered_bytes(reference: NumberReference) -> bytes:
    """A length, a head in JSON, the values, the counts up to each bucket, and the only values of buckets."""
    np = numpy()
    ordered, buckets = reference.ordered, reference.ordered.buckets
    values = ordered.part(0, ordered.size)
    head: dict[str, Any] = {"kind": values.dtype.str, "size": ordered.size, "dropped": reference.dropped}
    bodies = [values.tobytes()]
    if buckets is not None and ordered.upto is not None:
        head |= {"low": buckets.low.hex(), "scale": buckets.scale.hex(), "count": buckets.count}
        bodies.append(ordered.upto.astype(np.int64).tobytes())
        if buckets.singles is not None:
            head["singles"] = buckets.singles.dtype.str
            bodies.append(buckets.singles.tobytes())
    said = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([_LENGTH.pack(len(said)), said, *bodies])


def from_bytes(data: bytes) -> NumberReference:
    """What `ordered_bytes` was given; the arrays look into ``data``."""
    np = numpy()
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    head = json.loads(data[_LENGTH.size : start])
    values = np.frombuffer(data, head["kind"], head["size"], start)
    start += values.nbytes
    buckets = upto = None
    if "count" in head:
        upto = np.frombuffer(data, np.int64, head["count"], start)
        start += upto.nbytes
        singles = np.frombuffer(data, head["singles"], head["count"], start) if "singles" in head else None
        low, scale = float.fromhex(head["low"]), float.fromhex(head["scale"])
        buckets = BucketMap(low, scale, head["count"], singles)
    ordered = Ordered(len(values), values.dtype.str, lambda first, last: values[first:last], buckets, upto)
    return NumberReference(ordered, head["dropped"])
