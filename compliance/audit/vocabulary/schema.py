"""The JSON schema of a row's leaf, made from the declared events: what it allows is what the ledger can hold."""

from typing import Any, Final, get_args

from ..actor import Kind
from ..events import Category, EventClass, event_classes
from ..leaf import FORMAT
from ..models import Outcome

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


def _hash(words: str) -> dict[str, Any]:
    return {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$", "description": words}


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """The schema of one leaf, JSON Schema 2020-12. Its version is that of the leaf's format."""
    events = [event_classes()[name] for name in sorted(event_classes())]
    events = [event for event in events if not event.name.startswith("tests.")]
    return {
        "$schema": DIALECT,
        "$id": f"urn:modelops:audit-event:{FORMAT}",
        "title": "A row of the audit ledger",
        "description": (
            "The text that is hashed. Times are UTC with microseconds; who acted and what was acted upon are opaque"
            " references."
        ),
        **_closed(
            action={"enum": [event.name for event in events]},
            actor=_closed(
                kind={"enum": list(get_args(Kind))},
                ref=_text(100),
                via=_text(120),
            ),
            at={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", "format": "date-time"},
            category={"enum": list(get_args(Category))},
            details={"type": "object"},
            id={"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
            network=_text(60),
            origin=_hash("Salted hash of address, user agent and session, which stand erasable in another table."),
            outcome={"enum": list(Outcome.values)},
            personal=_hash("Salted hash of the personal values, which stand erasable in another table."),
            request=_text(64),
            target=_closed(id=_text(100), label=_text(200), type=_text(100)),
            v={"const": FORMAT},
        ),
        "allOf": [{"$ref": f"#/$defs/{event.name}"} for event in events],
        "$defs": {event.name: _definition(event) for event in events},
    }


def _definition(event: EventClass) -> dict[str, Any]:
    """What holds for rows of one event: its category, and its details by name."""
    return {
        "description": f"{event.sentence} (OCSF {event.place.ocsf_class.caption}: {event.place.activity})",
        "if": {"properties": {"action": {"const": event.name}}},
        "then": {
            "properties": {
                "category": {"const": event.category},
                "details": {
                    "type": "object",
                    # Any row may say what the database saw change of its object (`compliance.audit.changes`).
                    "properties": dict.fromkeys(sorted({*event.details, "diff"}), True),
                    "required": sorted(event.details),
                    "additionalProperties": False,
                },
            }
        },
    }
