"""Who is told that rows were taken out of a version's file, so that nothing that was measured with them stays."""

from collections.abc import Callable

from registry.models import DatasetVersion

Listener = Callable[[DatasetVersion], None]
_listeners: list[Listener] = []


def when_rewritten(listener: Listener) -> Listener:
    """Decorator: forget what was measured of a version, in the transaction that takes rows out of its file."""
    _listeners.append(listener)
    return listener


def tell_rewritten(version: DatasetVersion) -> None:
    """Call everybody who wants to know; the version's row is locked."""
    for listener in _listeners:
        listener(version)
