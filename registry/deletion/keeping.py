"""Who needs a model, dataset or version, and who keeps rows about it.

Apps register here what this floor cannot know: a reason why a row has to stay (an alias, a legal hold), and how their
own rows about a version go when it is purged.
"""

from collections.abc import Callable, Iterable

from registry.models import Artifact

from .events import Row

Reason = Callable[[Row], str]
Clearance = Callable[[Row], Iterable[Artifact]]

_reasons: list[Reason] = []
_clearances: list[Clearance] = []


def keeps(reason: Reason) -> Reason:
    """Decorator: ``reason(row)`` says why the row can be neither deleted nor purged; "" where it can."""
    _reasons.append(reason)
    return reason


def clears(clearance: Clearance) -> Clearance:
    """Decorator: ``clearance(row)`` removes an app's rows about a row that is being purged.

    It runs in the transaction of the purge and gives the artifacts whose rows and files go with it.
    """
    _clearances.append(clearance)
    return clearance


def reason_to_keep(row: Row) -> str:
    """The first reason why ``row`` has to stay, or ""."""
    return next((text for reason in _reasons if (text := reason(row))), "")


def cleared(row: Row) -> list[Artifact]:
    """Let every app remove its rows about ``row``; the artifacts that go with them."""
    return [artifact for clearance in _clearances for artifact in clearance(row)]
