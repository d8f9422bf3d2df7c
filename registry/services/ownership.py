"""Whose account stands behind an actor."""

import uuid

from compliance.audit import Actor


def account_id(actor: Actor) -> uuid.UUID | None:
    """The id of the actor's account; None for parts of the portal, which own nothing."""
    return uuid.UUID(actor.ref) if actor.kind in {"user", "service"} else None
