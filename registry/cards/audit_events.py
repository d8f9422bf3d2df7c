"""What the ledger records about cards: which fields changed, never what they say."""

from compliance.audit import define

from .impact import audit_events as _of_assessments  # noqa: F401  declares its own

CARD_SAVED = define(
    "cards.card.saved",
    "wrote revision {revision} of the card of {name}",
    "name", "revision", "changed", "missing",
    category="model", ocsf="entity.update",
)  # fmt: skip
CARD_VIEWED = define(
    "cards.card.viewed",
    "read the card of {name} ({part})",
    "name", "part",
    category="model", ocsf="entity.read",
)  # fmt: skip
EXPLANATION_ADDED = define(
    "cards.explanation.added",
    "added an explanation to version {version} of {name}",
    "name", "version", "features",
    category="model", ocsf="entity.create",
)  # fmt: skip
EXPLANATION_READ = define(
    "cards.explanation.viewed",
    "read the explanation of version {version} of {name}",
    "name", "version",
    category="model", ocsf="entity.read",
)  # fmt: skip
DRAFT_KEPT = define(
    "cards.draft.kept",
    "kept the card of {name} that came with {source} as a draft",
    "name", "source",
    category="model", ocsf="entity.create",
)  # fmt: skip
DRAFT_DISCARDED = define(
    "cards.draft.discarded",
    "threw away the draft of the card of {name} that came with {source}",
    "name", "source",
    category="model", ocsf="entity.delete",
)  # fmt: skip
