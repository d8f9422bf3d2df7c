"""What stands beside a row: sealed personal values, which the row only commits to.

Sealing needs the key ring, and that needs the app registry; so who does it says so when the apps are ready.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from django.db import models

from .actor import Actor
from .context import RequestContext


class Beside(Protocol):
    """Gives the commitments (32 bytes) that a row carries. Both raise KeysUnavailable."""

    def origin_of(self, context: RequestContext, actor: Actor) -> bytes | None:
        """To where the actor acts from; None when nothing is known of it."""

    def known_origin_of(self, context: RequestContext, actor: Actor) -> tuple[bool, bytes | None]:
        """Whether nothing needs to be stored for it, and then what `origin_of` would give."""

    def seal(self, content: Mapping[str, Any], subject: models.Model | Actor | str, row_id: uuid.UUID) -> bytes:
        """To personal values about ``subject``."""


_keeper: list[Beside] = []


def register_beside(keeper: Beside) -> None:
    """Called once, when the apps are ready."""
    _keeper[:] = [keeper]


def beside() -> Beside:
    """Who seals what stands beside a row."""
    return _keeper[0]
