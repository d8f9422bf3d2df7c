"""The states of a request and which one may follow which. The only table that decides it."""

from typing import Final

RECEIVED: Final = "received"
IDENTITY_CONFIRMED: Final = "identity_confirmed"
COLLECTING: Final = "collecting"
READY: Final = "ready"
DELIVERED: Final = "delivered"
REFUSED: Final = "refused"

LEADS_TO: Final[dict[str, frozenset[str]]] = {
    RECEIVED: frozenset({IDENTITY_CONFIRMED, REFUSED}),
    # A request that is not about a bundle is fulfilled by hand, so it goes straight to delivered.
    IDENTITY_CONFIRMED: frozenset({COLLECTING, DELIVERED, REFUSED}),
    # A collection that failed falls back; one whose job ended without a word is started anew.
    COLLECTING: frozenset({READY, IDENTITY_CONFIRMED, COLLECTING}),
    # A bundle that expired, or that is out of date, is collected anew.
    READY: frozenset({COLLECTING, DELIVERED, REFUSED}),
    DELIVERED: frozenset(),
    REFUSED: frozenset(),
}

OPEN: Final[frozenset[str]] = frozenset(state for state, following in LEADS_TO.items() if following)
"""States in which somebody still has to act."""


FINAL: Final[frozenset[str]] = LEADS_TO.keys() - OPEN
"""States in which the request is answered."""


def may_follow(before: str, after: str) -> bool:
    """Whether a request may go from ``before`` to ``after``."""
    return after in LEADS_TO[before]
