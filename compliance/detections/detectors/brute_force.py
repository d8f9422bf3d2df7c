"""Guessing passwords or codes: of one account, or from one network."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ..base import EVIDENCE, Detector, Happened, Limit, Seen, detectors, events_since, grouped

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
    thresholds = (
        Limit("account", "refused sign-ins to one account within 10 minutes", AT_LEAST, 3, 1_000),
        Limit("network", "refused sign-ins from one network within 10 minutes", 3 * AT_LEAST, 5, 10_000),
    )

    def look(self, since: datetime) -> Iterator[Seen]:
        rows = events_since(since, *_REFUSED)
        for (account,), ids in grouped(rows.exclude(target_id=""), "target_id").items():
            if len(ids) >= self.limits["account"]:
                words = f"{len(ids)} refused sign-ins to one account within 10 minutes"
                yield Seen("account", account, len(ids), self.limits["account"], words, tuple(ids[-EVIDENCE:]))
        for (network,), ids in grouped(rows.exclude(source=""), "source").items():
            if len(ids) >= self.limits["network"]:
                words = f"{len(ids)} refused sign-ins from one network within 10 minutes"
                yield Seen("network", network, len(ids), self.limits["network"], words, tuple(ids[-EVIDENCE:]))

    def happened(self, since: datetime, most: int) -> Iterator[Happened]:
        rows = events_since(since, *_REFUSED).exclude(target_id="", source="")
        for at, account, network in rows.values_list("recorded_at", "target_id", "source")[:most]:
            if account:
                yield Happened("account", "account", account, at)
            if network:
                yield Happened("network", "network", network, at)
