"""Permissions that hold others: whoever has the one has the others, in a role, directly, or in an API key's scopes."""

from collections.abc import Iterable

_implied: dict[str, frozenset[str]] = {}
_holders: dict[str, list[str]] = {}


def imply(permission: str, others: Iterable[str]) -> None:
    """Declare that ``permission`` holds ``others``."""
    if permission in _implied:
        raise ValueError(f"What {permission!r} holds is declared twice.")
    _implied[permission] = frozenset(others)
    for other in _implied[permission]:
        _holders.setdefault(other, []).append(permission)


def with_implied(permissions: Iterable[str]) -> set[str]:
    """``permissions`` and everything that they hold."""
    found = set(permissions)
    return found.union(*(_implied[name] for name in found if name in _implied))


def implied_by(permission: str) -> list[str]:
    """The permissions that hold ``permission``."""
    return _holders.get(permission, [])
