"""The kinds of derivation: one file per kind, each a pure function from a stream of bytes to a stream of bytes."""

from . import numpy_float16, onnx_int8, safetensors_float16  # noqa: F401  register their kinds
from .base import Derivation, DerivationRefused, Report, derivation_for, derivations, load_named, possible

__all__ = ["Derivation", "DerivationRefused", "Report", "derivation_for", "derivations", "load_named", "possible"]
