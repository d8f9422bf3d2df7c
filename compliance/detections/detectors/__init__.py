"""One file for each detection."""

from . import (  # noqa: F401  registers them
    brute_force,
    chain_broken,
    denial_burst,
    factor_removed,
    mass_opening,
    new_device,
    request_rate,
)
