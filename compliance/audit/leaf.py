"""What of a row is hashed: its leaf, a line of canonical JSON.

The text is made in the query that reads the rows and not by a function of the database: whoever could change such a
function could hide a change of a row. `leaf_text` says the same in Python, for one row and as a check on the query.

Every text column is escaped, also those that hold plain words only: without it, two different rows could have one text.
"""

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final

from .canonical import canonical_json

if TYPE_CHECKING:
    from .models import AuditEvent

FORMAT: Final = 1


def _text(column: str) -> str:
    return f"pg_catalog.to_json(e.{column})::text"


def _hex(column: str) -> str:
    return f"coalesce('\"' || pg_catalog.encode(e.{column}, 'hex') || '\"', 'null')"


_AT = "pg_catalog.to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
# An SQL expression over a row of audit_auditevent under the alias e.
LEAF_SQL: Final = " || ".join(
    [
        "'{\"action\":'", _text("name"),
        "',\"actor\":{\"kind\":'", _text("actor_kind"), "',\"ref\":'", _text("actor_ref"),
        "',\"via\":'", _text("via"),
        "'},\"at\":\"'", _AT,
        "'\",\"category\":'", _text("category"),
        "',\"details\":'", "e.details",
        "',\"id\":\"'", "e.id",
        "'\",\"network\":'", _text("source"),
        "',\"origin\":'", _hex("origin"),
        "',\"outcome\":'", _text("outcome"),
        "',\"personal\":'", _hex("personal"),
        "',\"request\":'", _text("request_id"),
        "',\"target\":{\"id\":'", _text("target_id"), "',\"label\":'", _text("target_label"),
        "',\"type\":'", _text("target_type"),
        "'},\"v\":'", "e.format", "'}'",
    ]
)  # fmt: skip


def leaf_text(event: "AuditEvent") -> str:
    """The canonical JSON of one row."""
    return canonical_json(
        {
            "action": event.name,
            "actor": {"kind": event.actor_kind, "ref": event.actor_ref, "via": event.via},
            "at": f"{event.recorded_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "category": event.category,
            "details": event.details,
            "id": str(event.pk),
            "network": event.source,
            "origin": None if event.origin is None else bytes(event.origin).hex(),
            "outcome": event.outcome,
            "personal": None if event.personal is None else bytes(event.personal).hex(),
            "request": event.request_id,
            "target": {"id": event.target_id, "label": event.target_label, "type": event.target_type},
            "v": event.format,
        }
    )


def leaf_hash(text: bytes) -> bytes:
    """SHA-256 of a leaf with the prefix that tells it from an inner node (RFC 6962, section 2.1); 32 bytes."""
    return hashlib.sha256(b"\x00" + text).digest()
