"""How sealing stands, read from the rows: for health, doctor, posture and the pages of the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone

from modelops.lib.posture import Finding

from .models import Anchoring, AnchoringState, Checkpoint, Seal, SealerState
from .sizes import sealed_size
from .snapshots import Snapshot

SILENT_AFTER_S = 30
UNSEALED_AFTER_S = 10
COUNTED_ROWS = 10_000
# How long a checkpoint may be on its way to an anchor before somebody must look.
BEHIND_AFTER_S = 300
FEWEST_ANCHORS = 2
_GUIDE = "docs/howto/audit-log.md"


@dataclass(frozen=True)
class AnchorStanding:
    """One anchor: how far it reaches, and what keeps the next checkpoint from it."""

    name: str
    size: int | None
    anchored_at: datetime | None
    attempts: int = 0
    last_error: str = ""
    waiting_since: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """``unsealed`` counts rows that have waited for more than ten seconds, up to ten thousand."""

    state: SealerState | None
    size: int
    unsealed: int
    checkpoint: Checkpoint | None
    anchors: list[AnchorStanding]

    @property
    def is_alive(self) -> bool:
        """Whether the sealer has said something in the last half minute."""
        return self.state is not None and self.state.beat_at > timezone.now() - timedelta(seconds=SILENT_AFTER_S)

    @property
    def words(self) -> str:
        """The standing on one line."""
        if self.state is None:
            return "has never worked here"
        if not self.is_alive:
            return f"silent since {self.state.beat_at:%Y-%m-%d %H:%M:%S} UTC"
        if self.state.standing == SealerState.Standing.WORKING:
            return f"working; {self.size} rows sealed"
        return f"{self.state.get_standing_display().lower()}: {self.state.code}"


def is_alive() -> bool:
    """Whether the sealer has said something in the last half minute; one small query."""
    return SealerState.objects.filter(beat_at__gt=timezone.now() - timedelta(seconds=SILENT_AFTER_S)).exists()


def standing() -> Standing:
    """All of it, by a few small queries."""
    state = SealerState.objects.filter(pk=1).first()
    return Standing(
        state=state,
        size=sealed_size(),
        unsealed=unsealed_rows(),
        checkpoint=Checkpoint.objects.first(),
        anchors=[_anchor(name) for name in _names(state)],
    )


def unsealed_rows(older_than_s: float = UNSEALED_AFTER_S, at_most: int = COUNTED_ROWS) -> int:
    """How many rows were added longer ago than that and have no number yet; counts up to ``at_most``."""
    last = Seal.objects.values_list("watermark", flat=True).first()
    before = Snapshot.parse(last) if last else Snapshot(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_catalog.count(*) FROM (SELECT FROM audit_auditevent e"
            " WHERE (e.transaction >= %s OR e.transaction = ANY (%s::bigint[]))"
            " AND e.recorded_at < pg_catalog.now() - %s * interval '1 second'"
            " AND NOT EXISTS (SELECT FROM audit_sealing_leaf l WHERE l.event_id = e.id) LIMIT %s) e",
            [before.end, sorted(before.running), older_than_s, at_most],
        )
        return int(cursor.fetchone()[0])


def seal_lag_s() -> float:
    """For how many seconds the oldest row without a number has waited; 0 when there is none."""
    last = Seal.objects.values_list("watermark", flat=True).first()
    before = Snapshot.parse(last) if last else Snapshot(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(extract(epoch FROM pg_catalog.now() - min(e.recorded_at)), 0) FROM audit_auditevent e"
            " WHERE (e.transaction >= %s OR e.transaction = ANY (%s::bigint[]))"
            " AND NOT EXISTS (SELECT FROM audit_sealing_leaf l WHERE l.event_id = e.id)",
            [before.end, sorted(before.running)],
        )
        return float(cursor.fetchone()[0] or 0)


def findings(now: Standing | None = None) -> list[Finding]:
    """What is wrong with the sealing of the audit log, for the posture page and its alerts."""
    now = now or standing()
    return [*_sealer_findings(now), *_anchor_findings(now)]


def _sealer_findings(now: Standing) -> Iterator[Finding]:
    if not now.is_alive:
        yield Finding(
            "sealer.silent",
            f"The sealer of the audit log is {now.words}." if now.state else "The sealer of the audit log never ran.",
            "Start it: manage.py seal_audit_log. Rows wait in the log until it works; nothing is lost.",
            "high",
        )
    elif now.state is not None and now.state.standing == SealerState.Standing.REFUSED:
        yield Finding(f"sealer.refused:{now.state.code}", now.state.says, f"See {_GUIDE}.", "critical")
    elif now.state is not None and now.state.standing == SealerState.Standing.UNSIGNED:
        yield Finding(f"sealer.unsigned:{now.state.code}", now.state.says, f"See {_GUIDE}.", "high")
    if now.unsealed:
        many = f"{now.unsealed} or more" if now.unsealed >= COUNTED_ROWS else str(now.unsealed)
        yield Finding(
            "sealer.behind",
            f"{many} rows of the audit log have waited for more than {UNSEALED_AFTER_S} seconds to be sealed.",
            "See whether the sealer works, and its log.",
            "high",
        )


def _anchor_findings(now: Standing) -> Iterator[Finding]:
    for anchor in now.anchors:
        since = anchor.waiting_since
        is_late = since is not None and since < timezone.now() - timedelta(seconds=BEHIND_AFTER_S)
        if anchor.attempts or is_late:
            yield Finding(
                f"anchor.failing:{anchor.name}",
                f"No checkpoint reaches the anchor {anchor.name}: {anchor.last_error or 'it is not tried'}",
                f"Mend it; the checkpoint goes there by itself. See {_GUIDE}.",
                "high",
            )
    names = _names(now.state)
    if now.state is not None and len(names) < FEWEST_ANCHORS:
        yield Finding(
            "anchor.too_few",
            f"Checkpoints of the audit log are kept at {len(names)} place outside the database ({', '.join(names)}).",
            "Set MODELOPS_ANCHOR_S3, MODELOPS_ANCHOR_WEBHOOK or MODELOPS_ANCHOR_MAIL as well.",
        )


def _names(state: SealerState | None) -> list[str]:
    """The anchors that the sealer writes to."""
    return [name for name in (state.anchors.split(",") if state else []) if name]


def _anchor(name: str) -> AnchorStanding:
    """From a few rows, found through the index over anchors."""
    rows = Anchoring.objects.filter(anchor=name).annotate(
        size=F("checkpoint__size"), signed_at=F("checkpoint__signed_at")
    )
    done = rows.filter(state=AnchoringState.DONE).values("size", "anchored_at").first()
    waiting = rows.filter(state=AnchoringState.PENDING).order_by("id").values().first()
    return AnchorStanding(
        name,
        done["size"] if done else None,
        done["anchored_at"] if done else None,
        waiting["attempts"] if waiting else 0,
        waiting["last_error"] if waiting else "",
        waiting["signed_at"] if waiting else None,
    )
