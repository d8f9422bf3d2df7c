"""What a state looks like: tone, icon and words of every state and severity that a page can show.

One table for all apps, so that "failed" looks the same in a job, a delivery and a subject request. The icon and the
words carry the meaning; the colour only repeats it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How a state is shown: the tone names the colour family in tokens.css, the icon a symbol in icons.svg."""

    tone: str
    icon: str


GOOD = Look("good", "passed")
BAD = Look("bad", "failed")
WARN = Look("warn", "warning")
INFO = Look("info", "info")
RUNNING = Look("info", "running")
WAITING = Look("quiet", "queued")
PENDING = Look("warn", "clock")
QUIET = Look("quiet", "dot")
ENDED = Look("quiet", "cancelled")
CRITICAL = Look("critical", "critical")

LOOKS: dict[str, Look] = {
    # jobs, runs, deliveries
    "queued": WAITING, "pending": WAITING, "scheduled": Look("quiet", "clock"), "running": RUNNING,
    "sending": RUNNING, "succeeded": GOOD, "completed": GOOD, "done": GOOD, "delivered": GOOD, "sent": GOOD,
    "failed": BAD, "dead": BAD, "cancelled": ENDED, "retrying": PENDING,
    # models, versions, datasets
    "draft": QUIET, "registered": QUIET, "development": QUIET, "candidate": INFO, "staging": INFO, "review": PENDING,
    "approved": GOOD, "production": GOOD, "serving": GOOD, "rejected": BAD, "archived": ENDED, "retired": ENDED,
    "quarantined": WARN, "verified": GOOD, "corrupted": CRITICAL, "ready": GOOD, "uploading": RUNNING,
    # copies of files, storage locations
    "stored": GOOD, "missing": BAD, "damaged": CRITICAL, "unreachable": WARN, "unknown": QUIET,
    # drift and quality
    "drifted": WARN, "stable": GOOD, "passed": GOOD, "warning": WARN, "not_run": QUIET,
    # alerts
    "open": WARN, "firing": BAD, "acknowledged": Look("info", "eye"), "resolved": GOOD, "closed": ENDED,
    "silenced": QUIET, "snoozed": Look("quiet", "clock"),
    # subject requests and other duties with a deadline
    "received": Look("info", "mail"), "verifying": PENDING, "identity_confirmed": Look("info", "user"),
    "in_progress": RUNNING,
    "collecting": RUNNING, "fulfilled": GOOD, "refused": BAD, "overdue": BAD, "due_soon": WARN, "extended": PENDING,
    # accounts, keys, channels
    "active": GOOD, "enabled": GOOD, "on": GOOD, "off": QUIET, "disabled": ENDED, "expired": ENDED, "revoked": ENDED,
    "invited": Look("info", "mail"), "locked": Look("warn", "lock"), "current": GOOD, "unused": QUIET, "used": QUIET,
    "pre_active": WAITING, "decrypt_only": Look("warn", "key"), "destroyed": ENDED,
    "suspended": Look("warn", "lock"), "compromised": CRITICAL, "paused": PENDING,
    "waiting": PENDING, "executed": GOOD, "withdrawn": ENDED, "outdated": ENDED,
    "healthy": GOOD, "degraded": WARN, "down": BAD,
    # severities
    "critical": CRITICAL, "high": BAD, "error": BAD, "medium": WARN, "low": INFO, "info": INFO, "none": QUIET,
}  # fmt: skip


def look_of(state: object) -> Look:
    """The look of ``state`` (a word or a choices member, any case); an unknown state is shown quietly."""
    return LOOKS.get(normalised(state), QUIET)


def normalised(state: object) -> str:
    """``state`` as it is written in the table: lower case, underscores."""
    return str(getattr(state, "value", state)).strip().lower().replace("-", "_").replace(" ", "_")


def words_of(state: object) -> str:
    """The words shown for ``state``: the label of a choices member, else the state itself made readable."""
    label = getattr(state, "label", None)
    if label:
        return str(label)
    return normalised(state).replace("_", " ").capitalize()
