"""Who does which kind of job. Handlers stand in the apps' ``tasks.py`` and are found by name at start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelops.lib.templatetags.portal import plain_words

if TYPE_CHECKING:
    from .models import Job
    from .running import RunningJob

Run = Callable[["RunningJob"], None]
OnFailure = Callable[["Job", str], None]


@dataclass(frozen=True)
class Handler:
    """``on_failure(job, message)`` runs in the transaction that marks the job as failed or cancelled.

    ``label`` is for people.
    """

    run: Run
    on_failure: OnFailure | None
    label: str
    is_cancellable: bool = False


_handlers: dict[str, Handler] = {}


def handler(
    kind: str, label: str = "", *, on_failure: OnFailure | None = None, is_cancellable: bool = False
) -> Callable[[Run], Run]:
    """Decorator: the function does jobs of ``kind``. It must be safe to run twice and to be killed anywhere.

    ``label`` is what lists call them; without one they say the kind in plain words. What can be cancelled reports its
    progress often: that is where a cancelled attempt ends.
    """

    def add(function: Run) -> Run:
        present = _handlers.get(kind)
        if present is not None and present.run.__qualname__ != function.__qualname__:
            raise ValueError(f"Jobs of kind {kind!r} are done by {present.run.__qualname__} already.")
        _handlers[kind] = Handler(function, on_failure, label, is_cancellable)
        return function

    return add


def find_handler(kind: str) -> Handler | None:
    """The handler of ``kind``, if this process knows one."""
    return _handlers.get(kind)


def label_of(kind: str) -> str:
    """What people call jobs of ``kind``; also of a kind that nobody does any more."""
    known = _handlers.get(kind)
    return (known.label if known else "") or plain_words(kind)


def kinds() -> list[str]:
    """All kinds that have a handler."""
    return sorted(_handlers)
