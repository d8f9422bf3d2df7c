"""One actor that is refused again and again: a broken program, or somebody who tries doors."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.ledger import REQUEST_REFUSED
from modelops.lib.ids import first_id_at
from modelops.rest.audit_events import REQUESTS_LIMITED
from monitoring.models.alerts import Alert, AlertState, Severity

from .services.opening import raise_alert

WATCH: Final = Actor.system("denials")
WITHIN: Final = dt.timedelta(minutes=5)
CLOCKS_APART: Final = dt.timedelta(minutes=5)
AT_LEAST: Final = 50
# Mistyped forms and conflicts are refusals too, but nobody was denied anything.
_STATUSES: Final = ["401", "403", "404"]
# Strangers have no reference; the network that they come from stands for one.
_COUNT: Final = """
SELECT actor_kind, actor_ref, CASE WHEN actor_ref = '' THEN source ELSE '' END AS place, count(*)
FROM audit_auditevent
WHERE outcome = 'denied' AND id >= %s AND recorded_at >= %s AND name <> %s
  AND (name <> %s OR details::jsonb ->> 'status' = ANY(%s))
GROUP BY 1, 2, 3 HAVING count(*) >= %s
"""


@dataclass(frozen=True)
class Denied:
    """How often one actor was denied something within the window."""

    kind: str
    ref: str
    place: str
    count: int

    @property
    def key(self) -> str:
        return f"denials:{self.kind}:{self.ref or self.place}"

    @property
    def who(self) -> str:
        """In words, without a name."""
        if self.ref:
            return f"{self.kind} {self.ref[-8:]}"
        return f"strangers from {self.place}" if self.place else "strangers"


def denied_since(moment: dt.datetime) -> list[Denied]:
    """Who was denied something at least fifty times since then: without permission, or not to be seen."""
    # Ids are made by web processes and times by the database: clocks that differ a little lose no refusal.
    params = [
        first_id_at(moment, -CLOCKS_APART),
        moment,
        REQUESTS_LIMITED.name,
        REQUEST_REFUSED.name,
        _STATUSES,
        AT_LEAST,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, params)
        return [Denied(*row) for row in cursor.fetchall()]


def watch_denials() -> int:
    """Open an alert for each of them, or count it up; returns how many there are. Safe to run twice at once.

    What somebody resolved is not opened again for the same refusals.
    """
    since = timezone.now() - WITHIN
    found = denied_since(since)
    for denied in found:
        if Alert.objects.filter(key=denied.key, state=AlertState.RESOLVED, resolved_at__gte=since).exists():
            continue
        raise_alert(
            denied.key,
            f"{denied.count} refusals within 5 minutes: {denied.who}",
            body=f"See in the ledger what {denied.ref or denied.place or 'they'} asked for: outcome denied.",
            severity=Severity.HIGH,
            actor=WATCH,
        )
    return len(found)
