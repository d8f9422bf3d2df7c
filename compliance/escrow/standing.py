"""Would a restore work today? Read from rows, for the inventory of keys, the system page, the doctor and posture."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from compliance.audit.models import AuditEvent
from modelops.crypto.models import KeyState, KeyVersion
from modelops.lib.ids import first_id_at

from .audit_events import DUMP_MADE
from .models import DrillOutcome, KeyBackup, RestoreDrill

DRILL_EVERY = timedelta(days=92)
"""A drill each quarter."""


@dataclass(frozen=True)
class Standing:
    """The latest backup, the keys that are in no backup, and the latest drills."""

    backup: KeyBackup | None
    not_backed_up: list[KeyVersion]
    drill: RestoreDrill | None
    passed: RestoreDrill | None

    @property
    def drill_is_due(self) -> bool:
        """Whether no drill has passed for a quarter, or the latest one failed."""
        if self.passed is None or self.drill is None or self.drill.outcome == DrillOutcome.FAILED:
            return True
        return timezone.now() - self.passed.ran_at > DRILL_EVERY

    @property
    def backup_words(self) -> str:
        """For people: when the latest backup was made and what it lacks."""
        if self.backup is None:
            return "never"
        made = f"{self.backup.made_at:%Y-%m-%d %H:%M} UTC"
        if self.not_backed_up:
            return f"{made}, without {', '.join(str(key) for key in self.not_backed_up)}"
        return f"{made}, every key"

    @property
    def drill_words(self) -> str:
        """For people: when a drill last passed, and whether a later one failed."""
        if self.drill is None:
            return "never"
        words = f"passed {self.passed.ran_at:%Y-%m-%d %H:%M} UTC" if self.passed else "never passed"
        if self.drill.outcome == DrillOutcome.FAILED:
            words += f", failed {self.drill.ran_at:%Y-%m-%d %H:%M} UTC ({self.drill.code})"
        return words


def standing() -> Standing:
    """What the rows say now. Four small queries."""
    backups = list(KeyBackup.objects.order_by("-made_at")[:20])
    saved = {key_id for backup in backups for key_id in backup.key_ids}
    keys = KeyVersion.objects.exclude(state=KeyState.DESTROYED).order_by("purpose", "version")
    drills = RestoreDrill.objects.order_by("-ran_at")
    return Standing(
        backup=backups[0] if backups else None,
        not_backed_up=[key for key in keys if str(key.pk) not in saved],
        drill=drills.first(),
        passed=drills.filter(outcome=DrillOutcome.PASSED).first(),
    )


def dumps_of_the_quarter() -> list[AuditEvent]:
    """Rows that tell of sealed dumps, whoever made them, the newest first."""
    since = timezone.now() - DRILL_EVERY
    rows = AuditEvent.objects.filter(name=DUMP_MADE.name, pk__gte=first_id_at(since), recorded_at__gte=since)
    return list(rows.order_by("-id")[:500])


def is_drilled(dumps: list[AuditEvent]) -> bool:
    """Whether one of them was restored by a drill that passed."""
    digests = [dump.details["sha256"] for dump in dumps]
    return RestoreDrill.objects.filter(outcome=DrillOutcome.PASSED, dump_sha256__in=digests).exists()
