"""A small sealed and signed ledger, and a way to change it as nobody but the owner of the database could."""

from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from compliance.audit import Actor, define, record
from compliance.audit.sealing.models import Checkpoint, CheckpointKey, Leaf
from compliance.audit.sealing.note import Head, public_key, sign
from compliance.audit.sealing.sequencing import seal_round
from compliance.audit.sealing.tiles import StoredTree
from compliance.audit.sealing.tree import frontier_at

HAPPENED = define("tests.verifying.happened", "happened for the {number}th time", "number", category="system")
ORIGIN = "modelops.example/ledger"


class SealedLedger:
    """Rows in several signed rounds; ``notes`` is what an anchor outside the database holds."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        public = public_key(ORIGIN, self.key)
        CheckpointKey.objects.create(key_id=public.key_id, name=ORIGIN, public_key=public.raw, from_size=0)
        self.notes: list[str] = []

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
        return self.seal()

    def seal(self) -> int:
        """Seal what stands there and sign the head."""
        while (round_ := seal_round()) is not None and round_.has_more:
            pass
        size = Leaf.objects.count()
        with connection.cursor() as cursor:
            root = frontier_at(size, StoredTree(cursor)).root()
        self.sign(size, root, self.key)
        return size

    def sign(self, size: int, root: bytes, key: Ed25519PrivateKey, *, anchored: bool = True) -> None:
        """A checkpoint, in the database and in the anchor."""
        note = sign(Head(ORIGIN, size, root), [key])
        Checkpoint.objects.create(size=size, root=root, note=note, key_id=public_key(ORIGIN, key).key_id)
        if anchored:
            self.notes.append(note)


@contextmanager
def as_superuser() -> Iterator[None]:
    """Past every trigger, which only who owns the tables can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def sql(statement: str, *params: object) -> int:
    """Run it; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def put_back() -> None:
    """Leave the database as every other test expects it."""
    from tests.conftest import _baseline

    _baseline[0].restore(connection)
