"""Whose account wrote a card or an explanation."""

import json
from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

from .models import CardRevision, Explanation


@providers.register("cards.authors")
class Authors(PersonalDataProvider):
    """Revisions of cards and explanations that name the person's account."""

    label = "Model cards and explanations that you wrote"
    covers = frozenset({"cards.CardRevision", "cards.Explanation"})
    sections = (
        Section(
            "cards.revisions",
            "Revisions of model cards you wrote",
            {"name": "Model", "revision": "Revision", "content": "What you wrote", "created_at": "When you saved it"},
            source="you, by saving a card",
        ),
        Section(
            "cards.explanations",
            "Explanations you added",
            {"name": "Model", "version": "Version", "method": "Method", "created_at": "When you added it"},
            source="you, by adding an explanation",
        ),
    )

    def find(self, subject: Subject) -> int:
        accounts = subject.account_ids
        return (
            CardRevision.objects.filter(author_id__in=accounts).count()
            + Explanation.objects.filter(author_id__in=accounts).count()
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        accounts = subject.account_ids
        cards = CardRevision.objects.filter(author_id__in=accounts).select_related("model")
        for card in cards.order_by("id").iterator():
            yield ExportedRow(
                "cards.revisions",
                {
                    "name": card.model.name,
                    "revision": card.number,
                    "content": json.dumps(card.content, ensure_ascii=False),
                    "created_at": card.created_at,
                },
            )
        rows = Explanation.objects.filter(author_id__in=accounts).select_related("version__model")
        for row in rows.order_by("id").iterator():
            said = {"method": row.method, "created_at": row.created_at}
            named = {"name": row.version.model.name, "version": row.version.number}
            yield ExportedRow("cards.explanations", {**named, **said})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Cut the link to the account; what the card says of the model is the organisation's."""
        accounts = subject.account_ids
        return CardRevision.objects.filter(author_id__in=accounts).update(author=None) + Explanation.objects.filter(
            author_id__in=accounts
        ).update(author=None)


free_text("cards.CardRevision", "content")
free_text("cards.CardDraft", "content")
free_text("cards.ImpactAssessment", "people", "benefits", "risks", "measures", "oversight")
exempt("cards.ImpactAssessment", "It names who signed by opaque id, as the ledger does, which is exported.")
