"""Guessing passwords or codes: of one account, or from one network."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ..base import EVIDENCE, Detector, Seen, detectors, events_since, grouped

AT_LEAST: Final = 10
_REFUSED: Final = (
    "accounts.password.refused", "accounts.code.refused", "accounts.passkey.refused", "accounts.sign_in.refused",
)  # fmt: skip


@detectors.register("brute_force")
class BruteForce(Detector):
    label = "Guessing of passwords or codes"
    severity = "high"
    score = 80
    within = timedelta(minutes=10)
    runbook = "docs/howto/runbooks/brute-force.md"

    def look(self, since: datetime) -> Iterator[Seen]:
        rows = events_since(since, *_REFUSED)
        for (account,), ids in grouped(rows.exclude(target_id=""), "target_id").items():
            if len(ids) >= AT_LEAST:
                words = f"{len(ids)} refused sign-ins to one account within 10 minutes"
                yield Seen("account", account, len(ids), AT_LEAST, words, tuple(ids[:EVIDENCE]))
        for (network,), ids in grouped(rows.exclude(source=""), "source").items():
            if len(ids) >= 3 * AT_LEAST:
                words = f"{len(ids)} refused sign-ins from one network within 10 minutes"
                yield Seen("network", network, len(ids), 3 * AT_LEAST, words, tuple(ids[:EVIDENCE]))
