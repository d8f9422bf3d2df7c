"""A fresh second factor before the ledger leaves the portal. Who knows of factors lies above and registers here."""

from collections.abc import Callable
from typing import Any

from modelops.lib.errors import Unavailable

_demands: list[Callable[[Any], None]] = []


def asked_by(demand: Callable[[Any], None]) -> None:
    """``demand(request)`` returns when the request comes with a fresh second factor, else it raises a DomainError."""
    if demand not in _demands:
        _demands.append(demand)


def require(request: Any) -> None:
    """Return when every demand is met; without any nothing leaves."""
    if not _demands:
        raise Unavailable(
            "Nothing here can check a second factor, so nothing is given out. Ask who runs the portal.",
            code="second_factor.unavailable",
        )
    for demand in _demands:
        demand(request)
