"""What the pages of keys show: which key protects what, how old it is, how far a rotation is, and what waits."""

from dataclasses import dataclass, field
from typing import Any

from compliance.audit.naming import name_actors
from modelops.crypto.dependents import Dependent, dependents_of
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import LEADS_TO

from .models import FINISHED, Action, Approval, ApprovalState, Rotation

OLDER_SHOWN = 5


@dataclass
class Room:
    """One purpose: its present key, its older keys, what they protect, and what is going on."""

    purpose: Purpose
    present: KeyVersion | None = None
    older: list[KeyVersion] = field(default_factory=list)
    pending: list[KeyVersion] = field(default_factory=list)
    rotation: Rotation | None = None
    protects: list[Dependent] = field(default_factory=list)
    left_behind: list[Dependent] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The purpose in a word."""
        return self.purpose.label.partition(":")[0]

    @property
    def text(self) -> str:
        """What the purpose is for."""
        return self.purpose.label.partition(": ")[2]

    @property
    def is_busy(self) -> bool:
        """Whether a rotation is under way."""
        return self.rotation is not None and not self.rotation.is_finished

    @property
    def latest(self) -> KeyVersion | None:
        """The key that a rotation would replace."""
        return self.present or (self.older[0] if self.older else None)


def rooms() -> list[Room]:
    """All purposes. Counts are capped and answered by indexes, so the page costs the same at a million rows."""
    by_purpose = {purpose: Room(purpose) for purpose in Purpose}
    for key in KeyVersion.objects.order_by("purpose", "-version"):
        room = by_purpose[Purpose(key.purpose)]
        if key.state == KeyState.ACTIVE:
            room.present = key
        elif key.state == KeyState.PENDING:
            room.pending.append(key)
        else:
            room.older.append(key)
    last = Rotation.objects.order_by("purpose", "-id").distinct("purpose").select_related("new_key", "old_key")
    for rotation in last:
        by_purpose[Purpose(rotation.purpose)].rotation = rotation
    for room in by_purpose.values():
        if room.present is not None:
            room.protects = dependents_of(room.present)
        for key in room.older:
            if key.state != KeyState.DESTROYED:
                room.left_behind += [found for found in dependents_of(key) if found.count]
        room.older = room.older[:OLDER_SHOWN]
    return list(by_purpose.values())


def waiting() -> list[Approval]:
    """Requests that somebody may still approve, with names of who asked."""
    rows = [row for row in Approval.objects.filter(state=ApprovalState.WAITING).select_related("key") if row.is_open]
    name_actors(rows)  # type: ignore[arg-type]  # rows with actor_kind and actor_ref, as in the ledger
    return rows


def running() -> list[Rotation]:
    """Rotations under way."""
    return list(Rotation.objects.exclude(state__in=FINISHED).select_related("new_key", "old_key"))


def steps_open_to(key: KeyVersion) -> dict[str, Any]:
    """What can be asked for, and what one person can do, in the present state of a key."""
    leads = LEADS_TO[KeyState(key.state)]
    asks = []
    if key.state == KeyState.PENDING:
        asks.append(Action.ACTIVATE)
    if key.state == KeyState.ACTIVE:
        asks.append(Action.ROTATE)
    if key.state == KeyState.SUSPENDED:
        asks.append(Action.RESUME)
    if KeyState.DESTROYED in leads and key.destroy_after is None:
        asks.append(Action.DESTROY)
    return {
        "asks": asks,
        "may_suspend": KeyState.SUSPENDED in leads,
        "may_compromise": KeyState.COMPROMISED in leads,
        "may_spare": key.destroy_after is not None and key.state != KeyState.DESTROYED,
    }
