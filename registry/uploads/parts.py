"""The stored parts of uploads: which files they are, and their removal."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet

from .models import UploadPart, UploadSession
from .sealing import delete_file


def files_of_parts(names: Collection[str]) -> set[str]:
    """Those of ``names`` that are parts of an upload, for the sweeper."""
    return set(UploadPart.objects.filter(storage_name__in=names).values_list("storage_name", flat=True))


def delete_parts(parts: "QuerySet[UploadPart]") -> None:
    """Remove the rows now and the files after the commit; what is left over then the sweeper takes."""
    found = list(parts)
    UploadPart.objects.filter(pk__in=[part.pk for part in found]).delete()
    transaction.on_commit(lambda: _delete_files(found), robust=True)


def drop_parts(session: UploadSession) -> None:
    """Remove everything that has arrived of an upload."""
    delete_parts(UploadPart.objects.filter(session=session))


def remove_sessions(sessions: "QuerySet[UploadSession]") -> int:
    """Remove sessions with their parts, one transaction each; returns how many."""
    removed = 0
    for session_id in list(sessions.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            session = UploadSession.objects.select_for_update(skip_locked=True).filter(pk=session_id).first()
            if session is not None:
                drop_parts(session)
                session.delete()
                removed += 1
    return removed


def _delete_files(parts: Iterable[UploadPart]) -> None:
    for part in parts:
        delete_file(part)
