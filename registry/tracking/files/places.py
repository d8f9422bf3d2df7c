"""The place of one file: who stores there waits for who does it at the same place, and for nobody else."""

import hashlib
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from modelops.lib.fixed_queries import FixedQuery, Statement, answers
from modelops.lib.quick_statements import QuickStatement
from registry.tracking.models import LoggedModel, RegisteredFolder, Run, TrackedFile

from .owners import Owner, kind_of, not_there, refuse_deleted

# The owner is shared with others that store, and not with what locks it: a version being made of its files, a removal.
# A path is taken alone and the folders above it are shared, from the root down: two senders of one path wait for each
# other, and so do those of whom one names a file what is a folder to the other.
_HOLD: Final = (
    "SELECT deleted_at IS NOT NULL,"
    " (SELECT count(pg_advisory_xact_lock_shared(above)) FROM unnest(%s::bigint[]) AS above),"
    " pg_advisory_xact_lock(%s::bigint)"
    " FROM {table} WHERE id = %s FOR SHARE"
)


def hold_place(owner: Owner, path: str, *, most: int) -> tuple[bool, str | None, bool]:
    """Let nobody else store at ``path`` until the transaction ends, and then look at it.

    Gives whether a version was made of any folder of ``owner``, what is in the way of ``path``, and whether all is
    full. In the way are the file of that name, one below it, or one that is named as a folder of it. Raises Invalid for
    a deleted owner, NotFound.
    """
    *above, own = _keys(owner, path)
    names = "\n".join(_names(path))
    held, places = answers(
        Statement(_hold(connection.ops.quote_name(owner._meta.db_table)), [above, own, owner.pk]),
        _place.asking(None, kind_of(owner), most, owner=owner.pk, names=names, inner=f"{path}/"),
    )
    if not held:
        raise not_there()
    if held[0][0]:
        refuse_deleted(owner)
    found: tuple[bool, str | None, bool] = places[0]
    return found


@lru_cache(maxsize=4)
def _hold(table: str) -> QuickStatement:
    return QuickStatement(_HOLD.format(table=table))


@FixedQuery
def _place(reader: None, kind: str, most: int, *, owner: Any, names: str, inner: str) -> "QuerySet[Any, Any]":
    files = TrackedFile.objects.filter(**{kind: OuterRef("pk")}).order_by()
    # A line break is never part of a path.
    named = RawSQL("SELECT unnest(string_to_array(%s, E'\\n'))", [names])
    in_the_way = files.filter(Q(path__in=named) | Q(path__startswith=inner))
    owners: QuerySet[Any] = (Run if kind == "run" else LoggedModel).objects.filter(pk=owner).order_by()
    return owners.annotate(
        has_closed=Exists(RegisteredFolder.objects.filter(**{kind: OuterRef("pk")})),
        in_the_way=Subquery(in_the_way.values("path")[:1]),
        is_full=Exists(files[most - 1 : most]),
    ).values_list("has_closed", "in_the_way", "is_full")


def _names(path: str) -> list[str]:
    """The folders that ``path`` is in, from the root down, and itself."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _keys(owner: Owner, path: str) -> list[int]:
    """A number for each of these names."""
    digests = (hashlib.blake2b(name.encode(), digest_size=8, key=owner.pk.bytes) for name in _names(path))
    return [int.from_bytes(digest.digest(), "big", signed=True) for digest in digests]
