"""The contract of one step of a rotation."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Failure:
    """A row that could not be moved; it stays as it was."""

    pk: str
    message: str


@dataclass
class Batch:
    """What one batch did. ``cursor`` is the last key looked at; None means that there is nothing after it."""

    cursor: str | None = None
    moved: int = 0
    failures: list[Failure] = field(default_factory=list)


class Move(ABC):
    """Brings the rows of one table under the active key.

    Rows are taken in the order of their primary key. A row that was changed by somebody else between reading and
    writing is left as it is: whoever changed it wrote under the active key, or the next pass finds it.
    """

    label: str
    batch_size: int = 500
    # Whether a stored value names its key. Where it does not, one pass must see everything, after all processes write
    # under the new key.
    tells_keys_apart: bool = True

    @abstractmethod
    def remaining(self) -> int:
        """How many rows are not under the active key."""

    def needs_another_pass(self, failed: int) -> bool:
        """Whether rows are left beside the ``failed`` ones."""
        return self.tells_keys_apart and self.remaining() > failed

    def split(self, parts: int) -> list[str]:
        """Primary keys that part what is left into up to ``parts`` ranges of like size, to be moved at once.

        None where one connection is as fast: because there is little left, or because Python does the work.
        """
        return []

    @abstractmethod
    def move(self, after: str | None, size: int, upto: str | None = None) -> Batch:
        """Move up to ``size`` rows behind ``after``, inside the caller's transaction.

        ``upto`` is the last key of a range, for kinds that `split`. Raises KeysUnavailable when the ring cannot be
        used at all; a single row that does not open is a failure.
        """


def scalar(sql: str, params: list[Any]) -> Any:
    """The one value of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def quote(name: object) -> str:
    """An identifier for SQL text."""
    return connection.ops.quote_name(str(name))
