"""The evidence of a period as one signed file."""

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.exporting.forms import csv_line
from compliance.audit.exporting.period import Period, told
from compliance.audit.exporting.signing import key_file, signed
from compliance.audit.models import AuditEvent
from compliance.audit.partitions import recorded_within
from compliance.audit.sealing.models import Checkpoint
from compliance.posture.looking import Looked, look_at_all
from compliance.registers.exports import REGISTERS, as_csv, table_of
from modelops.lib.errors import Invalid

from .audit_events import PACK_GIVEN
from .kpis import kpis

# A file for each: names of events begin with one of these.
PARTS: Final = {
    "access-reviews": ("reviews.",),
    "role-changes": ("accounts.role.", "accounts.user.", "registry.grant."),
    "approvals": ("promotion.", "retention.change.", "keys.approval", "keys.rotation."),
    "changes": ("registry.version.added", "aliases.alias.", "retention.policy.", "signing.policy."),
    "incidents": ("registers.incident.", "registers.breach.", "detections."),
    "audit-proof": ("audit.ledger.verified", "audit.checkpoint"),
}
_HEADINGS: Final = ("recorded_at", "id", "action", "outcome", "actor", "target", "says")
_MOST_ROWS: Final = 200_000


def make_pack(period: Period, *, actor: Actor) -> bytes:
    """A ZIP with a manifest of SHA-256 digests and a note that signs the manifest.

    Raises Invalid without a beginning and an end, KeysUnavailable when nothing can be signed.
    """
    if period.since is None or period.until is None:
        raise Invalid("Say from when to when.", code="period.missing", field="since")
    files = {name: text.encode() for name, text in _files(period).items()}
    manifest = _json(
        {
            "from": told(period.since),
            "to": told(period.until),
            "made_at": told(timezone.now()),
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        }
    ).encode()
    digest = hashlib.sha256(manifest)
    files |= {
        "manifest.json": manifest,
        "manifest.note": signed(len(files), digest.digest()).encode(),
        "keys.txt": key_file().encode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in sorted(files.items()):
            pack.writestr(name, content)
    with transaction.atomic():
        record(
            PACK_GIVEN, ("evidence.pack", digest.hexdigest()[:32]), actor=actor, since=told(period.since),
            until=told(period.until), files=len(files), sha256=digest.hexdigest(),
        )  # fmt: skip
    return out.getvalue()


def _files(period: Period) -> dict[str, str]:
    seen = look_at_all()
    files = {f"{part}.csv": _events(period, prefixes) for part, prefixes in PARTS.items()}
    for name in REGISTERS:
        files[f"register-{name}.csv"] = as_csv(table_of(name), [heading for heading, _ in REGISTERS[name].columns])
    files["figures.json"] = _json([{"key": one.key, "label": one.label, "value": one.value, "note": one.note,
                                    "holds": one.tone == "good"} for one in kpis(seen=seen)])  # fmt: skip
    files["posture.json"] = _json(_posture(seen))
    newest = Checkpoint.objects.filter(signed_at__lt=period.until).order_by("-id").first()
    files["checkpoint.note"] = newest.note if newest is not None else ""
    return files


def _posture(seen: list[Looked]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.control.key,
            "area": one.control.area,
            "label": one.control.label,
            "holds": one.outcome.passed,
            "held": one.outcome.held,
            "total": one.outcome.total,
            "findings": [finding.title for finding in one.outcome.findings],
        }
        for one in seen
        if one.outcome.applies
    ]


def _events(period: Period, prefixes: tuple[str, ...]) -> str:
    """Rows of the ledger whose action begins so, as CSV; people are there by opaque id, as in the ledger."""
    rows = AuditEvent.objects.filter(recorded_within(period.since, period.until)).order_by("id")
    lines = [csv_line(_HEADINGS)]
    for row in rows.filter(name__regex=f"^({'|'.join(prefixes)})".replace(".", r"\."))[:_MOST_ROWS].iterator():
        lines.append(
            csv_line(
                [told(row.recorded_at), row.pk, row.name, row.outcome, f"{row.actor_kind}:{row.actor_ref}",
                 f"{row.target_type}:{row.target_id}", row.sentence]
            )
        )  # fmt: skip
    return "".join(lines)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"


def quarter_before(moment: datetime) -> tuple[datetime, datetime]:
    """The last whole quarter before ``moment``."""
    month = (moment.month - 1) // 3 * 3 + 1
    until = moment.replace(month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
    earlier = until.month - 3
    since = until.replace(month=earlier) if earlier > 0 else until.replace(year=until.year - 1, month=10)
    return since, until
