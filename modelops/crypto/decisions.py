"""Who decided what about a key, and who is told. Crypto lies below the ledger and so cannot record by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .models import KeyVersion
from .states import Reason


class Who(Protocol):
    """An actor of the ledger, seen from below it."""

    @property
    def kind(self) -> str: ...
    @property
    def ref(self) -> str: ...


@dataclass(frozen=True)
class Decision:
    """``second`` is who approved it, where a second person is needed; ``actor`` is None for the portal itself."""

    actor: Who | None
    reason: Reason
    second: Who | None = None


AT_SET_UP = Decision(None, Reason.SET_UP)

Listener = Callable[[KeyVersion, str, Decision], None]
_listeners: list[Listener] = []


def on_transition(listener: Listener) -> None:
    """Call ``listener(key, transition, decision)`` inside the transaction of each change of a key.

    The ledger registers one. Transitions: created, activated, retired, suspended, resumed, compromised, doomed,
    spared, destroyed, aged.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def announce(key: KeyVersion, transition: str, decision: Decision) -> None:
    """Tell every listener."""
    for listener in _listeners:
        listener(key, transition, decision)


@dataclass(frozen=True)
class Operator:
    """Whoever has a shell on the portal's machine.

    Such a person can read the root key, or use it by starting a process; asking a second account for approval would
    protect nothing. So the shell counts as both persons, and the ledger says that it was the shell.
    """

    kind: str = "system"
    ref: str = "operator-shell"


def by_shell(reason: Reason) -> Decision:
    """A decision taken on the command line."""
    return Decision(Operator(), reason, Operator())
