"""The clock of the ledger: what a set-back leaves behind. A warning, for the order of rows is their number."""

from typing import Final

from django.db import connection

from .verdict import Finding

# A row's time is taken when its statement begins, the seal's later; the clock is smeared and stepped by this much.
TOLERANCE_S: Final = 2


def clock_findings(first_seq: int, size: int, *, each_row: bool) -> list[Finding]:
    """Rounds of the sealer that were earlier than the one before, and rows that are later than their own seal.

    The second costs as much as hashing them all, so the look at the newest rows asks for it (``each_row``), and between
    two such looks no row is missed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT first_seq, sealed_at, before FROM (SELECT id, first_seq, sealed_at, cluster,"
            "   lag(sealed_at) OVER (ORDER BY id) AS before, lag(cluster) OVER (ORDER BY id) AS of"
            "   FROM audit_sealing_seal WHERE size >= %s) s"
            " WHERE sealed_at < before - make_interval(secs => %s) AND cluster = of ORDER BY id LIMIT 5",
            [first_seq, TOLERANCE_S],
        )
        found = [
            Finding("clock.back", f"The clock went back from {before:%F %T} to {sealed:%F %T} UTC at row {seq}.", seq)
            for seq, sealed, before in cursor.fetchall()
        ]
        if not each_row:
            return found
        cursor.execute(
            "SELECT s.first_seq, s.sealed_at, m.latest FROM audit_sealing_seal s CROSS JOIN LATERAL"
            "   (SELECT max(e.recorded_at) AS latest FROM audit_sealing_leaf l JOIN audit_auditevent e"
            "      ON e.id = l.event_id WHERE l.seq >= s.first_seq AND l.seq < s.size) m"
            " WHERE s.size > %s AND s.first_seq < %s AND m.latest > s.sealed_at + make_interval(secs => %s)"
            " ORDER BY s.first_seq LIMIT 5",
            [first_seq, size, TOLERANCE_S],
        )
        found += [
            Finding(
                "clock.back",
                f"A row from {seq} on is of {latest:%F %T} but was sealed at {sealed:%F %T} UTC: the clock went back.",
                seq,
            )
            for seq, sealed, latest in cursor.fetchall()
        ]
    return found
