"""What must hold about the ledger. A finding opens an alert, which ends with it."""

from django.conf import settings
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control

from . import coverage  # noqa: F401  declares a control of its own
from .standing import FULL_EVERY, UNSIGNED_AFTER, standing

AREA = "Audit log"


@control("ledger.sealed", area=AREA, label="Every row of the audit log is sealed within seconds")
def rows_are_sealed() -> Outcome:
    """The sealer is there and keeps up."""
    now = standing()
    findings = []
    if now.is_silent:
        when = f"was last heard of {now.sealer.beat_at:%Y-%m-%d %H:%M:%S} UTC" if now.sealer else "never ran here"
        findings.append(
            Finding(
                "silent",
                f"The sealer {when}",
                "Start manage.py seal_audit_log. Nothing is lost: it goes on where it stopped.",
                "high",
            )
        )
    if now.is_behind:
        findings.append(
            Finding(
                "behind",
                f"A row of {now.oldest_unsealed:%Y-%m-%d %H:%M:%S} UTC still waits to be sealed",
                "Look into the sealer's log.",
                "high",
            )
        )
    if now.sealer is not None and now.sealer.standing == "refused":
        findings.append(
            Finding(
                "refused",
                f"The sealer does not sign any more: {now.sealer.says}",
                "Run manage.py verify_audit_log. It names the first row that is not what was signed.",
                "critical",
            )
        )
    asked = settings.PRODUCTION or now.sealer is not None
    evidence = f"{now.size} rows in the tree"
    return Outcome(findings if asked else [], evidence=evidence, url=reverse("admin:ledger"), applies=asked)


@control("ledger.anchored", area=AREA, label="Signed heads of the audit log stand outside the database")
def heads_are_anchored() -> Outcome:
    """Without an anchor, whoever holds the database could cut the newest rows and nobody would see it."""
    now = standing()
    findings = []
    asked = settings.PRODUCTION or now.checkpoint is not None
    if now.checkpoint is None or now.checkpoint.signed_at < now.now - UNSIGNED_AFTER:
        when = f"{now.checkpoint.signed_at:%Y-%m-%d %H:%M} UTC" if now.checkpoint else "never"
        findings.append(
            Finding(
                "unsigned",
                f"The last head was signed: {when}",
                "The sealer needs its key: manage.py audit_key.",
                "high",
            )
        )
    for row in now.waiting:
        if row.attempts > 2:
            findings.append(
                Finding(
                    f"waiting:{row.anchor}",
                    f"The anchor {row.anchor} did not take the newest head: {row.last_error}",
                    "Make the anchor writable again; the sealer tries by itself.",
                    "high",
                )
            )
    size = f"{now.checkpoint.size} rows signed" if now.checkpoint else "nothing signed"
    return Outcome(findings if asked else [], evidence=size, url=reverse("admin:ledger"), applies=asked)


@control("ledger.verified", area=AREA, label="The audit log was verified and holds")
def ledger_holds() -> Outcome:
    """The newest verification holds, and a full one is not old."""
    now = standing()
    findings = []
    for row in {row.pk: row for row in (now.newest, now.full) if row is not None}.values():
        if not row.holds:
            says = next((found["says"] for found in row.findings if found["kind"] != "clock.back"), "")
            findings.append(
                Finding(
                    "broken",
                    f"The audit log is not what was sealed. {says}",
                    "Keep the database as it is, tell the auditors, and compare it with exports and anchors.",
                    "critical",
                )
            )
            break
    begun = now.checkpoint is not None or now.size > 0
    if begun and now.full is not None and now.full.ran_at < now.now - FULL_EVERY:
        findings.append(
            Finding(
                "old", f"The last full verification is of {now.full.ran_at:%Y-%m-%d %H:%M} UTC", "See the schedule."
            )
        )
    latest = now.newest
    evidence = f"{latest.ran_at:%Y-%m-%d %H:%M:%S} UTC, root {latest.root[:16]}…" if latest else "Not verified yet"
    return Outcome(findings, evidence=evidence, url=reverse("admin:ledger"))
