"""What recovery holds about a person, for subject requests."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, providers

from .models import FactorReset, MailedLink


@providers.register("recovering.recovery")
class Recovery(PersonalDataProvider):
    """Links that were mailed to a person, and resets of their second factor."""

    label = "Recovery of your account"
    covers = frozenset({"recovering.MailedLink", "recovering.FactorReset"})
    sections = (
        Section(
            "recovering.links",
            "Links that were mailed to you",
            {
                "purpose": "What it was for",
                "address": "Where it went",
                "made_at": "When it was asked for",
                "used_at": "When it was used",
            },
            source="you, or whoever asked under your name",
        ),
        Section(
            "recovering.resets",
            "Resets of your second factor",
            {
                "requested_at": "When it was asked for",
                "due_at": "When it was due",
                "cancelled_at": "When it was cancelled",
                "done_at": "When it was done",
            },
            source="an administrator to whom you reported the loss",
        ),
    )

    def find(self, subject: Subject) -> int:
        """Rows that export gives."""
        accounts = subject.account_ids
        links, resets = MailedLink.objects.filter(user__in=accounts), FactorReset.objects.filter(user__in=accounts)
        return links.count() + resets.count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """Links without their tokens, and resets."""
        for link in MailedLink.objects.filter(user__in=subject.account_ids).order_by("pk").iterator():
            yield ExportedRow(
                "recovering.links",
                {
                    "purpose": link.get_purpose_display(),
                    "address": link.address,
                    "made_at": link.created_at,
                    "used_at": link.used_at,
                },
            )
        for reset in FactorReset.objects.filter(user__in=subject.account_ids).order_by("pk").iterator():
            yield ExportedRow(
                "recovering.resets",
                {
                    "requested_at": reset.requested_at,
                    "due_at": reset.due_at,
                    "cancelled_at": reset.cancelled_at,
                    "done_at": reset.done_at,
                },
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Remove them; the ledger keeps that they were."""
        accounts = subject.account_ids
        return (
            MailedLink.objects.filter(user__in=accounts).delete()[0]
            + FactorReset.objects.filter(user__in=accounts).delete()[0]
        )
