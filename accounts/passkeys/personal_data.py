"""What passkeys tell about a person, for subject requests."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

from .models import Passkey

exempt("passkeys.SpentChallenge", "Holds digests of random values only; they cannot be led back to a person.")


@providers.register("passkeys.passkeys")
class Passkeys(PersonalDataProvider):
    """The passkeys of an account."""

    label = "Your passkeys"
    covers = frozenset({"passkeys.Passkey"})
    sections = (
        Section(
            "passkeys.passkeys",
            "Your passkeys",
            {
                "name": "Name that you gave",
                "synced": "Whether a provider keeps it for several devices",
                "usable": "Whether it can be used",
                "made_at": "When it was made",
                "last_used_at": "When it was last used",
            },
            source="you, when you made the passkey",
        ),
    )

    def find(self, subject: Subject) -> int:
        """Rows that export gives."""
        return Passkey.objects.filter(user__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """Names and times; never the credential."""
        for passkey in Passkey.objects.filter(user__in=subject.account_ids).order_by("pk").iterator():
            yield ExportedRow(
                "passkeys.passkeys",
                {
                    "name": passkey.name,
                    "synced": passkey.synced,
                    "usable": passkey.confirmed,
                    "made_at": passkey.created_at,
                    "last_used_at": passkey.last_used_at,
                },
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Remove them."""
        return Passkey.objects.filter(user__in=subject.account_ids).delete()[0]
