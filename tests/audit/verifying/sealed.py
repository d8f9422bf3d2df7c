"""A small sealed and signed ledger whose rows are committed, as the sealer sees them."""

from django.db import connection, transaction

from compliance.audit import Actor, define, record
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.sealing.rows import seal_all, sql

HAPPENED = define("tests.verifying.happened", "happened for the {number}th time", "number", category="system")


class CommittedLedger(SealedLedger):
    """Rows in several signed rounds."""

    def seal(self) -> int:
        """Seal what was committed, as the sealer does."""
        return seal_all()

    def grow(self, rows: int) -> int:
        """Record some rows, seal and sign them; the size of the tree."""
        with transaction.atomic():
            record(HAPPENED, ("tests.thing", "first"), actor=Actor.system("tests"), number=0)
        sql(
            "INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id,"
            " details, request_id, source) SELECT gen_random_uuid(), %s, 'system', 'success', 'system', 'tests',"
            " 'tests.thing', n::text, '{\"number\":' || n || '}', '', '' FROM generate_series(2, %s) n",
            HAPPENED.name,
            rows,
        )
        return self.checkpoint().size


def put_back() -> None:
    """Leave the database as every other test expects it."""
    from tests.conftest import _baseline

    _baseline[0].restore(connection)
