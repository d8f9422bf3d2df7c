"""What grants say about people: which restricted models and datasets they were given."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, providers

from .models import Grant


@providers.register("registry.grants")
class GrantedAccess(PersonalDataProvider):
    """Grants that name the person's account."""

    label = "Restricted models and datasets that you were given"
    covers = frozenset({"grants.Grant"})
    sections = (
        Section(
            "registry.grants",
            "Restricted models and datasets that you were given",
            {
                "kind": "Model or dataset",
                "name": "Name",
                "level": "What you may do",
                "expires_at": "Until when",
                "created_at": "Since when",
            },
            source="the owner of the model or dataset",
        ),
    )

    def find(self, subject: Subject) -> int:
        return Grant.objects.filter(user_id__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        rows = Grant.objects.filter(user_id__in=subject.account_ids).select_related("model", "dataset").order_by("id")
        for grant in rows.iterator():
            yield ExportedRow(
                "registry.grants",
                {
                    "kind": "model" if grant.model_id else "dataset",
                    "name": grant.object.name,
                    "level": grant.get_level_display(),
                    "expires_at": grant.expires_at,
                    "created_at": grant.created_at,
                },
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Take the access away; nothing else depends on it."""
        return Grant.objects.filter(user_id__in=subject.account_ids).delete()[0]
