"""What unfinished uploads say about people: who is sending which file."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

from .models import UploadSession
from .parts import remove_sessions

_FIELDS = {
    "file_name": "What the file is called",
    "state": "Whether it was completed",
    "received": "Bytes that have arrived",
    "created_at": "When it was begun",
}


@providers.register("uploads.sessions")
class Uploads(PersonalDataProvider):
    """Sessions that name the person's account."""

    label = "Files that you are uploading"
    covers = frozenset({"uploads.UploadSession"})
    sections = (Section("uploads.sessions", "Files you are uploading", _FIELDS, source="you, by uploading them"),)

    def find(self, subject: Subject) -> int:
        return UploadSession.objects.filter(owner_id__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for row in UploadSession.objects.filter(owner_id__in=subject.account_ids).order_by("id").iterator():
            fields = {
                "file_name": row.file_name,
                "state": row.state,
                "received": row.offset,
                "created_at": row.created_at,
            }
            yield ExportedRow("uploads.sessions", fields)

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Remove them: a version that was made of one stands by itself."""
        return remove_sessions(UploadSession.objects.filter(owner_id__in=subject.account_ids))


exempt("uploads.UploadPart", "A sealed piece of an upload; it names nobody and goes with its session.")
