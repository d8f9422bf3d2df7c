"""What uses of superusers say about people."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, providers

from .models import Emergency


@providers.register("accounts.access")
class EmergencyUses(PersonalDataProvider):
    """When the person worked as a superuser, and the reason given."""

    label = "Your work as a superuser"
    action = "anonymise"
    covers = frozenset({"access.Emergency"})
    sections = (
        Section(
            "access.emergencies",
            "Your work as a superuser",
            {"started_at": "From", "ends_at": "Until", "reason": "Reason that you gave"},
            source="you",
        ),
    )

    def find(self, subject: Subject) -> int:
        """Rows that export gives."""
        return Emergency.objects.filter(user_id__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """Each use."""
        for use in Emergency.objects.filter(user_id__in=subject.account_ids).order_by("id").iterator():
            fields = {"started_at": use.started_at, "ends_at": use.ends_at, "reason": use.reason}
            yield ExportedRow("access.emergencies", fields)

    def left(self, subject: Subject) -> int:
        """Uses whose reason is still told."""
        return Emergency.objects.filter(user_id__in=subject.account_ids).exclude(reason="(erased)").count()

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """The text goes; that somebody worked past the roles stays provable."""
        uses = Emergency.objects.filter(user_id__in=subject.account_ids).exclude(reason="(erased)")
        return uses.update(reason="(erased)")


free_text("access.Emergency", "reason")
