"""What the ledger records about promotions. Free text (why, why not) stays in the rows of the request."""

from typing import TYPE_CHECKING

from compliance.audit import define

if TYPE_CHECKING:
    from .models import Promotion

_ABOUT = ("name", "alias", "version", "kind")

REQUESTED = define(
    "promotion.promotion.requested",
    "asked to point {alias} of {name} at version {version}",
    *_ABOUT, "before", "digest", "needed", "overridden",
    category="model", ocsf="entity.create",
)  # fmt: skip
APPROVED = define(
    "promotion.promotion.approved",
    "approved that {alias} of {name} moves to version {version} ({given} of {needed})",
    *_ABOUT, "digest", "given", "needed", "asked_by",
    category="model", ocsf="entity.update",
)  # fmt: skip
EXECUTED = define(
    "promotion.promotion.executed",
    "moved {alias} of {name} to version {version} as approved",
    *_ABOUT, "digest", "asked_by", "approvers", "overridden",
    category="model", ocsf="entity.move",
)  # fmt: skip
REJECTED = define(
    "promotion.promotion.rejected",
    "rejected that {alias} of {name} moves to version {version}",
    *_ABOUT, "asked_by",
    category="model", ocsf="entity.update",
)  # fmt: skip
WITHDRAWN = define(
    "promotion.promotion.withdrawn",
    "withdrew the request to point {alias} of {name} at version {version}",
    *_ABOUT,
    category="model", ocsf="entity.update",
)  # fmt: skip
EXPIRED = define(
    "promotion.promotion.expired",
    "closed the request to point {alias} of {name} at version {version}: nobody decided in time",
    *_ABOUT,
    category="model", ocsf="entity.update",
)  # fmt: skip
OUTDATED = define(
    "promotion.promotion.outdated",
    "closed the request to point {alias} of {name} at version {version}: {changed} changed since",
    *_ABOUT, "changed",
    category="model", ocsf="entity.update",
)  # fmt: skip
REFUSED = define(
    "promotion.promotion.refused",
    "could not ask to point {alias} of {name} at version {version}: {gates}",
    *_ABOUT, "gates",
    category="model", ocsf="entity.create",
)  # fmt: skip
VIEWED = define(
    "promotion.promotion.viewed",
    "looked at the request to point {alias} of {name} at version {version}",
    *_ABOUT,
    category="model", ocsf="entity.read",
)  # fmt: skip
POLICY_SET = define(
    "promotion.policy.changed",
    "set the promotion policy of {name}, revision {revision}: {changed}",
    "name", "revision", "changed", "approvals", "min_quality", "metric_tolerance", "requires_card",
    "blocks_on_alerts", "issuers",
    category="security", ocsf="entity.update",
)  # fmt: skip
OVERRIDES_READ = define(
    "promotion.overrides.listed",
    "read the report of overridden gates of {month}: {rows} rows",
    "month", "rows",
    category="model", ocsf="entity.read",
)  # fmt: skip


def about(promotion: "Promotion") -> dict[str, object]:
    """The details that every event about a request carries."""
    return {
        "name": promotion.model.name,
        "alias": promotion.alias,
        "version": promotion.number,
        "kind": str(promotion.kind),
    }
