"""What is sealed about a person beside the ledger: where they acted from, and personal details of what happened."""

import json
from collections.abc import Iterator

from django.db.models import QuerySet

from compliance.audit import Actor
from compliance.audit.personal import payloads, removing
from compliance.audit.personal.models import Kind, Payload

from .providers import ExportedRow, PersonalDataProvider, Section, Subject, providers


@providers.register("audit.personal")
class BesideTheLedger(PersonalDataProvider):
    """Entries under the keys of the person's accounts. The ledger's rows hold salted hashes of them."""

    label = "Where you acted from"
    action = "shred"
    order = 90
    covers = frozenset({"audit_personal.SubjectKey", "audit_personal.Payload"})
    sections = (
        Section(
            "audit.origins",
            "Where you acted from",
            {
                "first_at": "When you first acted from there on that day",
                "address": "Address that your requests came from",
                "user_agent": "What your browser or program said that it is",
                "session": "Number of the session",
            },
            source="observed when you used the portal; removed after some months",
        ),
        Section(
            "audit.personal",
            "Personal details of what happened",
            {"at": "When it happened", "event": "Number of the entry in the audit log", "values": "What it was about"},
            source="whoever did what the entry tells",
        ),
    )

    def _rows(self, subject: Subject) -> QuerySet[Payload]:
        refs = [str(account) for account in subject.account_ids]
        return removing.payloads_about(refs).order_by("created_at", "commitment")

    def find(self, subject: Subject) -> int:
        return self._rows(subject).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for row in self._rows(subject).iterator():
            content = payloads.open_payload(bytes(row.commitment))
            if content is None:
                continue  # erased meanwhile
            if row.kind == Kind.ORIGIN:
                yield ExportedRow("audit.origins", {"first_at": row.created_at, **content})
            else:
                values = json.dumps(content, ensure_ascii=False, sort_keys=True)
                event = str(row.event_id) if row.event_id else None
                yield ExportedRow("audit.personal", {"at": row.created_at, "event": event, "values": values})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Destroy the keys; whatever was sealed under them is gone, and the ledger still verifies."""
        return removing.erase([str(account) for account in subject.account_ids], actor=actor)
