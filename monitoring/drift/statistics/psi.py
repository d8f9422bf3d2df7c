"""The population stability index, under the name that drift knows it by."""

from modelops.lib.stability import stability_index

__all__ = ["psi"]

psi = stability_index
