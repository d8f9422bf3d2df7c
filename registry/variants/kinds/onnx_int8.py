"""ONNX to dynamic int8, by the quantiser of onnxruntime in a process of its own.

That process gets the model over a pipe and gives the result back over one. It may write no file at all (a limit of the
operating system), has no settings and no keys in its environment, a limit of memory and of time, and never runs the
model: the quantiser rewrites the graph.
"""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, BinaryIO

from .base import Derivation, DerivationRefused, Progress, Report, Write, derivations

# Protocol buffers hold no more than 2 GiB, and quantising needs several copies in memory.
MOST_BYTES = 1 << 30
TIMEOUT_S = 1800
_SCRIPT = Path(__file__).with_name("_quantise_onnx.py")
_STEP = 1 << 20


@derivations.register("onnx-int8")
class OnnxInt8(Derivation):
    """Weights as 8-bit integers, activations quantised while the model runs."""

    label = "int8, dynamic (ONNX)"
    gives = "int8"
    formats = frozenset({"onnx"})

    def tool(self) -> str:
        return f"onnxruntime {metadata.version('onnxruntime')}, onnx {metadata.version('onnx')}"

    @classmethod
    def missing(cls) -> str:
        if all(importlib.util.find_spec(name) for name in ("onnxruntime", "onnx")):
            return ""
        return "The worker has no onnxruntime. Install the packages onnx and onnxruntime for it."

    def derive(self, source: BinaryIO, write: Write, progress: Progress, options: Mapping[str, Any]) -> Report:
        size = source.seek(0, os.SEEK_END)
        if size > MOST_BYTES:
            raise DerivationRefused(
                f"The model has {size:,} bytes; the quantiser holds it in memory and takes at most {MOST_BYTES:,}.",
                code="variant.too_large",
            )
        source.seek(0)
        content = source.read(size)
        progress(size)
        environment = {"PATH": os.environ.get("PATH", ""), "TMPDIR": "/nonexistent", "PYTHONPATH": ""}
        try:
            # Isolated, so that neither the working folder nor the environment brings in other code.
            done = subprocess.run(
                [sys.executable, "-I", str(_SCRIPT)],
                input=content,
                capture_output=True,
                timeout=TIMEOUT_S,
                env=environment,
                cwd="/",
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DerivationRefused("The quantiser took too long and was stopped.", code="variant.too_slow") from None
        head, _, result = done.stdout.partition(b"\n")
        try:
            said = json.loads(head) if done.returncode == 0 else None
        except ValueError:
            said = None
        if said is None:
            # Its messages may quote the model, so they stay out of the row and out of the log.
            raise DerivationRefused(
                f"The quantiser could not rewrite this model (exit code {done.returncode}).", code="variant.failed"
            )
        if said.get("refused"):
            raise DerivationRefused(str(said["refused"])[:300], code="variant.refused")
        for start in range(0, len(result), _STEP):
            write(result[start : start + _STEP])
        return Report(converted=int(said["converted"]), kept=int(said["kept"]))
