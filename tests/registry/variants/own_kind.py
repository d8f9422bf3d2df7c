"""A derivation of somebody's own, as an operator would name it in the settings."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from registry.variants.kinds import Derivation, Report, derivations
from registry.variants.kinds.base import Progress, Write


@derivations.register("tests-repacked")
class Repacked(Derivation):
    """The same bytes again."""

    label = "repacked"
    gives = "repacked"
    formats = frozenset({"safetensors"})

    def tool(self) -> str:
        return "repacker 1"

    def derive(self, source: BinaryIO, write: Write, progress: Progress, options: Mapping[str, Any]) -> Report:
        source.seek(0)
        while piece := source.read(1 << 16):
            write(piece)
            progress(len(piece))
        return Report(kept=1)
