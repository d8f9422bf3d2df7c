"""Verifying the ledger: a million rows hashed anew against their leaves and the tree, beside only reading them."""

import time
from collections.abc import Callable

from . import portal
from .table import Table

_OURS = "verify: rows, leaves, tree, signed heads"
_READ = "reading the rows by COPY, nothing else (limit)"
_HASHED = "reading the rows by COPY and SHA-256 of each line in Python"
_FILL = """
INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, via, target_type, target_id,
    target_label, details, request_id, source, origin)
SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '70008000'
        || lpad(to_hex(n), 12, '0'))::uuid,
    'registry.version.added', 'model', 'success', 'user', '0192f0c1-2222-7000-8000-0000000000' || mod(n, 90) + 10, '',
    'registry.modelversion', '0192f0c1-2222-7000-8000-' || lpad(n::text, 12, '0'), 'churn version ' || n,
    '{"format":"onnx","name":"churn","sha256":"' || md5(n::text) || md5(n::text) || '","size":' || n || ',"version":1}',
    'request-' || n, '203.0.113.0/24', decode(md5(n::text) || md5(n::text), 'hex')
FROM generate_series(%s::bigint, %s::bigint) n
"""


def measure(*, quick: bool = False) -> Table:
    """Rows a second of the clock: PostgreSQL does most of it, and two connections use two processors."""
    portal.start()
    rounds, rows = (1, 20_000) if quick else (3, 1_000_000)
    heads = _fill(rows)
    work: dict[str, Callable[[], object]] = {_OURS: _verify, _READ: _read, _HASHED: _read_and_hash}
    taken: dict[str, list[float]] = {name: [] for name in work}
    for run in work.values():
        run()
    for _ in range(rounds):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - started)
    best = {name: min(seconds) for name, seconds in taken.items()}
    table = Table(
        f"Verification of {rows:,} rows and {heads:,} signed heads", "rows a second", _OURS,
        {name: rows / seconds for name, seconds in best.items()},
    )  # fmt: skip
    for name, seconds in best.items():
        table.notes[name] = f"{seconds:.2f} s"
    return table


def _fill(rows: int) -> int:
    """Rows in rounds as the sealer makes them, a signed head after every thousand."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from django.db import connection

    from compliance.audit.sealing.models import Checkpoint, CheckpointKey
    from compliance.audit.sealing.note import Head, public_key, sign
    from compliance.audit.sealing.sequencing import seal_round
    from compliance.audit.sealing.tiles import StoredTree
    from compliance.audit.sealing.tree import frontier_at

    origin, key = "benchmark/ledger", Ed25519PrivateKey.generate()
    public = public_key(origin, key)
    CheckpointKey.objects.get_or_create(
        key_id=public.key_id, defaults={"name": origin, "public_key": public.raw, "from_size": 0}
    )
    while (waiting := seal_round()) is not None and waiting.has_more:
        pass  # what other benchmarks have left
    before = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    batch = 20_000
    with connection.cursor() as cursor:
        for first in range(0, rows, batch):
            cursor.execute(_FILL, [first, min(first + batch, rows) - 1])
            while (done := seal_round(limit=batch)) is not None and done.has_more:
                pass
        cursor.execute("VACUUM ANALYZE audit_auditevent")
        cursor.execute("VACUUM ANALYZE audit_sealing_leaf")
        tree = StoredTree(cursor)
        cursor.execute("SELECT count(*) FROM audit_sealing_leaf")
        (leaves,) = cursor.fetchone()
        for size in range(before + 1000, leaves + 1, 1000):
            root = frontier_at(size, tree).root()
            Checkpoint.objects.create(
                size=size, root=root, note=sign(Head(origin, size, root), [key]), key_id=public.key_id
            )
    return Checkpoint.objects.count()


def _verify() -> None:
    from compliance.audit.verifying import verify

    verdict = verify()
    if not verdict.holds:
        raise RuntimeError(f"The ledger does not hold: {verdict.findings[:3]}")


def _read(each: Callable[[object], object] = id) -> None:
    from django.db import connection

    statement = "COPY (SELECT * FROM audit_auditevent ORDER BY id) TO STDOUT"
    with connection.cursor() as cursor, cursor.copy(statement) as lines:
        for line in lines:
            each(line)


def _read_and_hash() -> None:
    from hashlib import sha256

    _read(lambda line: sha256(line).digest())  # type: ignore[arg-type]
