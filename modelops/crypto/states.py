"""The life of a ring key: its states, and which leads to which.

The same table stands in the database as a trigger (migration ``0003_key_lifecycle``); a test compares the two.
"""

from django.db import models


class KeyState(models.TextChoices):
    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    DECRYPT_ONLY = "decrypt_only", "Decrypt only"
    SUSPENDED = "suspended", "Suspended"
    COMPROMISED = "compromised", "Compromised"
    DESTROYED = "destroyed", "Destroyed"


LEADS_TO: dict[KeyState, frozenset[KeyState]] = {
    KeyState.PENDING: frozenset({KeyState.ACTIVE, KeyState.COMPROMISED, KeyState.DESTROYED}),
    KeyState.ACTIVE: frozenset({KeyState.DECRYPT_ONLY, KeyState.SUSPENDED, KeyState.COMPROMISED}),
    KeyState.DECRYPT_ONLY: frozenset({KeyState.SUSPENDED, KeyState.COMPROMISED, KeyState.DESTROYED}),
    KeyState.SUSPENDED: frozenset({KeyState.ACTIVE, KeyState.DECRYPT_ONLY, KeyState.COMPROMISED, KeyState.DESTROYED}),
    KeyState.COMPROMISED: frozenset({KeyState.DESTROYED}),
    KeyState.DESTROYED: frozenset(),
}

# Keys that open what is sealed under them. A compromised one still does: what it protects must be moved from it, and
# refusing to read would add a loss to the leak. Nothing new is ever sealed under it.
OPENS = (KeyState.ACTIVE, KeyState.DECRYPT_ONLY, KeyState.COMPROMISED)


class Reason(models.TextChoices):
    """Why a key changes its state: a closed list, so that no name or secret is ever typed into the ledger."""

    SET_UP = "set_up", "The portal is set up"
    SCHEDULE = "schedule", "Regular rotation"
    AGE = "age", "The key is older than its policy allows"
    INCIDENT = "incident", "A leak is suspected or known"
    PEOPLE = "people", "Somebody who could reach it has left or changed duties"
    CHANGE = "change", "Another provider, place or algorithm"
    UNUSED = "unused", "Nothing needs it any more"
    DRILL = "drill", "An exercise"
