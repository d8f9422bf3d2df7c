"""Folders of which versions were made: what is in them stays as it was, and is held back with the version."""

from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from modelops.lib.fixed_queries import FixedQuery
from modelops.lib.quick_statements import QuickStatement
from registry.models import VersionState
from registry.tracking.models import RegisteredFolder

from .owners import Owner, kind_of, refuse_deleted

# Neither the owner's deletion nor the end of that other version, with which the folder would open again, goes on before
# this transaction ends.
_KEEP: Final = (
    "SELECT owner.deleted_at IS NOT NULL FROM {table} owner JOIN {links} closed ON closed.{kind}_id = owner.id"
    " WHERE owner.id = %s AND closed.folder = %s LIMIT 1 FOR SHARE OF owner FOR KEY SHARE OF closed"
)


class Closed(NamedTuple):
    """A folder, the version that was made of it, and whether the scanner holds that."""

    folder: str
    model: str
    number: int
    state: str

    @property
    def version(self) -> str:
        """The name of the version."""
        return f"{self.model} v{self.number}"

    @property
    def is_held(self) -> bool:
        """Whether the version is in quarantine."""
        return self.state == VersionState.QUARANTINED

    def holds(self, path: str) -> bool:
        """Whether ``path`` is in it; a file by itself is a folder of one."""
        return not self.folder or path == self.folder or path.startswith(f"{self.folder}/")


def closed_at(owner: Owner, path: str) -> list[Closed]:
    """The folders that hold ``path`` and of which versions were made, by the oldest version."""
    return [found for found in closed_folders(owner) if found.holds(path)]


def closed_folders(owner: Owner) -> list[Closed]:
    """Every folder of which a version was made, by the oldest version."""
    return [Closed._make(row) for row in _of(None, kind_of(owner), owner=owner.pk)]


def keep_closed(owner: Owner, folder: str) -> bool:
    """Whether a version was made of ``folder``; if so, it stays closed until the transaction ends.

    Raises Invalid for a deleted owner.
    """
    quote = connection.ops.quote_name
    table, links = quote(owner._meta.db_table), quote(RegisteredFolder._meta.db_table)
    found = _keep(_KEEP.format(table=table, links=links, kind=kind_of(owner))).asked([owner.pk, folder])
    if found and found[0][0]:
        refuse_deleted(owner)
    return bool(found)


@lru_cache(maxsize=4)
def _keep(sql: str) -> QuickStatement:
    return QuickStatement(sql)


@FixedQuery
def _of(reader: None, kind: str, *, owner: Any) -> "QuerySet[RegisteredFolder, Any]":
    rows = RegisteredFolder.objects.filter(**{kind: owner}).order_by("version")
    return rows.values_list("folder", "version__model__name", "version__number", "version__state")
