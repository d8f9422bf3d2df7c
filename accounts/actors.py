"""Who acts, from an account."""

from typing import TYPE_CHECKING

from compliance.audit import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from .models import User


def actor_of(user: "User | AnonymousUser") -> Actor:
    """The actor that an account is in the ledger: its id, never its name."""
    if not user.is_authenticated:
        return Actor.anonymous()
    return Actor("service" if user.is_service else "user", str(user.pk))
