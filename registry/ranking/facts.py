"""What several versions are, side by side, beside their metrics: files, data, tags, origin, signature, scan, card."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from modelops.lib.figures import byte_size
from registry.aliases.models import Alias
from registry.cards.models import CardRevision
from registry.formats import label_of
from registry.lineage import trained_on
from registry.models import ModelVersion, RegisteredModel
from registry.scanning.models import Inspection
from registry.signing.verdicts import verdict


@dataclass(frozen=True, slots=True)
class ComparedFact:
    """One fact through the compared versions; an empty text where there is nothing to say."""

    name: str
    values: list[str]

    @property
    def differs(self) -> bool:
        """Whether the versions are not alike in it."""
        return any(value != self.values[0] for value in self.values)


def with_facts(versions: Any, user: Any) -> Any:
    """``versions`` with what `compared_facts` looks at, in a bounded number of queries."""
    return versions.select_related("model", "artifact").prefetch_related(
        trained_on(user), Prefetch("aliases", Alias.objects.visible_to(user).order_by("name"))
    )


def compared_facts(versions: Sequence[ModelVersion], user: Any) -> list[ComparedFact]:
    """The facts of ``versions``, given oldest first; what ``user`` may not see is left out."""
    facts: list[tuple[str, Callable[[ModelVersion], str]]] = [
        ("State", lambda version: str(version.get_state_display())),
        ("Format", lambda version: label_of(version.file_format)),
        ("Size", lambda version: byte_size(version.size)),
        ("Files", lambda version: str(version.file_count)),
        ("SHA-256", lambda version: version.artifact.sha256),
        ("Source commit", lambda version: version.source_commit),
        ("Run", lambda version: version.run_reference),
        ("Data", lambda version: ", ".join(sorted(str(data) for data in version.datasets.all()))),
        ("Tags", lambda version: ", ".join(_tag(*item) for item in sorted(version.tags.items()))),
    ]
    if user.has_perm("aliases.view_alias"):
        facts.append(("Aliases", lambda version: ", ".join(alias.name for alias in version.aliases.all())))
    if user.has_perm("signing.view_versionsignature"):
        facts.append(("Signature", lambda version: verdict(version).state.label))
    found = [ComparedFact(name, [said(version) for version in versions]) for name, said in facts]
    if user.has_perm("scanning.view_inspection"):
        found.append(_scans(versions))
    if user.has_perm("cards.view_cardrevision") and versions:
        found.append(_cards(versions[0].model, versions))
    return found


def _tag(name: str, text: str) -> str:
    return f"{name}={text}" if text else name


def _scans(versions: Sequence[ModelVersion]) -> ComparedFact:
    rows = Inspection.objects.filter(artifact__in=[version.artifact_id for version in versions])
    words = {row.artifact_id: f"{row.get_state_display()}{f', rules {row.rules}' if row.rules else ''}" for row in rows}
    return ComparedFact("Scan", [words.get(version.artifact_id, "") for version in versions])


def _cards(model: RegisteredModel, versions: Sequence[ModelVersion]) -> ComparedFact:
    """The revision of the card that stood when the version was added."""
    written = list(CardRevision.objects.filter(model=model).order_by("number").values_list("number", "created_at"))
    values = []
    for version in versions:
        before = [number for number, at in written if at <= version.created_at]
        values.append(f"revision {before[-1]}" if before else "none yet")
    return ComparedFact("Card when it was added", values)
