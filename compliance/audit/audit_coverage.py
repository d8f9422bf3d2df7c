"""The ledger's own pages: who reads it is told by a row in it."""

from .audit_events import ADMIN_LIST_VIEWED, LOG_READ
from .coverage import Exempt, admin_pages, model, route

route("api/v1/audit-events/", get=LOG_READ)
admin_pages("audit.AuditEvent", listed=ADMIN_LIST_VIEWED)

model("audit.AuditEvent", exempt=Exempt.LEDGER)
for _label in ("Leaf", "Tile", "Seal", "CheckpointKey", "Checkpoint", "Anchoring", "SealerState", "PurgedMonth"):
    model(f"audit_sealing.{_label}", exempt=Exempt.LEDGER)
# Words to search by, of each row.
model("audit_watching.RowWords", exempt=Exempt.LEDGER)
# What stands beside a row comes with it; its erasure has a row of its own.
for _label in ("SubjectKey", "Payload"):
    model(f"audit_personal.{_label}", exempt=Exempt.LEDGER)
