"""Ledger rows as a page shows them: who did what, when."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.models import User
from compliance.audit.models import AuditEvent

PARTS = {
    "alerts": "Alert dispatcher",
    "scheduler": "Scheduler",
    "setup": "Set-up",
    "keys": "Key ring",
    "monitoring": "Monitoring",
}
TONES = {"success": "quiet", "refused": "warn", "failure": "bad"}


def shown(rows: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Rows for ``patterns/timeline.html``; accounts are named as they are called now, erased ones by their kind."""
    rows = list(rows)
    refs = {UUID(row.actor_ref) for row in rows if row.actor_kind in {"user", "service"} and _is_id(row.actor_ref)}
    names = (
        {str(pk): name for pk, name in User.objects.filter(pk__in=refs).values_list("pk", "username")} if refs else {}
    )
    return [
        {
            "sentence": row.sentence[:1].upper() + row.sentence[1:],
            "actor": _actor(row, names),
            "at": row.recorded_at,
            "tone": TONES.get(row.outcome, "quiet"),
            "icon": "warning" if row.outcome != "success" else "audit",
        }
        for row in rows
    ]


def _actor(row: AuditEvent, names: dict[str, str]) -> str:
    if row.actor_kind == "system":
        return PARTS.get(row.actor_ref, row.actor_ref.capitalize())
    if row.actor_kind == "anonymous":
        return "Not signed in"
    return names.get(row.actor_ref, f"Former {row.actor_kind}")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
