"""An account that signs in with a browser it never used, from a network it was never seen in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from compliance.audit.models import AuditEvent

from ..base import Detector, Seen, detectors, events_since


@detectors.register("new_device")
class NewDevice(Detector):
    label = "A new device in a new network"
    severity = "warning"
    score = 40
    within = timedelta(hours=1)
    runbook = "docs/howto/runbooks/new-device.md"

    def look(self, since: datetime) -> Iterator[Seen]:
        for row in events_since(since, "accounts.device.added")[:500]:
            own = AuditEvent.objects.filter(actor_kind=row.actor_kind, actor_ref=row.actor_ref, pk__lt=row.pk)
            signed_in = own.filter(name="accounts.device.added")
            if signed_in.exists() and not signed_in.filter(source=row.source).exists():
                words = "A sign-in with a browser and from a network that the account never used"
                yield Seen(row.actor_kind, row.actor_ref, 1, 0, words, (str(row.pk),))
