"""What the registers hold about a person: their consents."""

from collections.abc import Iterator, Mapping

from django.db.models import Q, QuerySet

from compliance.audit import Actor
from compliance.subjects.circumstances import circumstance
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

from .models import Consent, ProcessingActivity
from .services import consents_of

exempt("registers.LogEntry", "It names who wrote by opaque id, as the ledger does, which is exported.")


@circumstance("recipients")
def recipients(subject: Subject) -> Iterator[Mapping[str, str]]:
    """The register of processing activities, as it stands."""
    for activity in ProcessingActivity.objects.filter(ended_at=None)[:500]:
        yield {
            "activity": activity.name,
            "purpose": activity.purpose,
            "basis": activity.get_basis_display(),
            "categories": activity.categories,
            "recipients": activity.recipients,
            "transfers": activity.transfers,
            "retention": activity.retention,
        }


@providers.register("registers.consents")
class Consents(PersonalDataProvider):
    """What the person agreed to."""

    label = "Your consents"
    covers = frozenset({"registers.Consent"})
    sections = (
        Section(
            "registers.consents",
            "What you agreed to",
            {
                "activity": "What is done with the data",
                "subject": "How you were named",
                "text_version": "The version of the text that you agreed to",
                "source": "How you gave it",
                "given_at": "When you gave it",
                "withdrawn_at": "When you took it back",
            },
            source="you, when you agreed",
            portable=True,
        ),
    )

    def _rows(self, subject: Subject) -> QuerySet[Consent]:
        found = Q(pk__in=[])
        for name in (subject.email, subject.ref):
            if name:
                found |= Q(pk__in=consents_of(name).values("pk"))
        return Consent.objects.filter(found).select_related("activity").order_by("id")

    def find(self, subject: Subject) -> int:
        return self._rows(subject).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for row in self._rows(subject):
            yield ExportedRow(
                "registers.consents",
                {
                    "activity": row.activity.name,
                    "subject": row.subject,
                    "text_version": row.text_version,
                    "source": row.source,
                    "given_at": row.given_at,
                    "withdrawn_at": row.withdrawn_at,
                },
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        return self._rows(subject).delete()[0]


free_text(
    "registers.ProcessingActivity",
    *("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures"),
)
free_text("registers.Incident", "title", "summary", "lead", "lesson")
free_text("registers.Breach", "title", "nature", "categories", "contact", "consequences", "measures", "reason")
free_text("registers.RegisterItem", "title", "who", "evidence_url")
free_text("registers.LogEntry", "text")
