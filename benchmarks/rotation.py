"""Rotating keys: columns inside PostgreSQL beside plain UPDATEs of the same rows, and data keys with a reader."""

import random
import secrets
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from . import portal, processors
from .table import Table

BATCH = 5000
_VALUE = "x" * 100
_OURS, _LIMIT = "rotation as it runs by default", "plain UPDATE, one connection"


def measure(*, quick: bool = False) -> Table:
    """Rows per second of the clock: the work is done by PostgreSQL, whose CPU time is not ours to see.

    A rotation is measured from the request to the end of its job, and a plain UPDATE with as many connections as each
    rotation had, so that nobody wins by taking more of them.
    """
    portal.start()
    from django.conf import settings

    rows, rounds, keys = (2_000, 1, 500) if quick else (100_000, 3, 10_000)
    _scratch(rows)
    many = settings.MODELOPS_ROTATION_CONNECTIONS
    alone, beside = "rotation, one connection", f"plain UPDATE, {many} connections"
    figures, costs = _in_turns(
        {
            _OURS: lambda: _rotate(many),
            alone: lambda: _rotate(1),
            _LIMIT: lambda: _plain(1),
            beside: lambda: _plain(many),
        },
        rows,
        rounds,
    )
    seconds, reads, failed = _data_keys(keys)
    figures["data keys re-wrapped"] = keys / seconds
    table = Table("Rotating keys", "rows per second", _OURS, figures)
    table.notes["by default"] = f"{many} connections, here"
    table.notes["one connection beside one"] = f"{figures[alone] / figures[_LIMIT]:.2f} of the plain UPDATE"
    table.notes["as many beside as many"] = f"{figures[_OURS] / figures[beside]:.2f} of the plain UPDATE"
    if costs:
        alike, default = costs[_LIMIT] / costs[alone], costs[_LIMIT] / costs[_OURS]
        table.notes["processor time"] = (
            f"{costs[alone]:.1f} µs a row on one connection, {costs[_OURS]:.1f} by default, {costs[_LIMIT]:.1f} of a "
            f"plain UPDATE: {alike:.2f} and {default:.2f} of its rate for each core"
        )
    table.notes["data keys"] = (
        f"{keys:,} re-wrapped in {seconds:.1f} s; a reader opened {reads:,} meanwhile, {failed} failed"
    )
    return table


def _in_turns(
    work: dict[str, Callable[[], object]], rows: int, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Rows a second of the clock in the quickest round of each, and processor microseconds a row, the median.

    The quickest, because what else the machine does only ever adds to the clock.
    """
    from django.db import connection

    taken: dict[str, list[float]] = {name: [] for name in work}
    costs: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            with connection.cursor() as cursor:  # dead rows of one round must not be read in the next
                for table in ("bench_sealed", "bench_plain"):
                    cursor.execute(f"VACUUM {table}")
                cursor.execute("CHECKPOINT")
            before, started = processors.seconds(), time.monotonic()
            run()
            taken[name].append(time.monotonic() - started)
            after = processors.seconds()
            if before is not None and after is not None:
                costs[name].append((after - before) / rows * 1e6)
    rates = {name: rows / min(seconds) for name, seconds in taken.items()}
    return rates, {name: statistics.median(found) for name, found in costs.items() if found}


def _scratch(rows: int) -> None:
    """Two tables with the same rows and indexes, as a table with one encrypted, searchable column has them."""
    from django.db import connection, models

    from modelops.crypto.columns import EncryptedTextField
    from modelops.crypto.marks import column_mark
    from modelops.lib.ids import uuid7

    class Sealed(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7)
        value = EncryptedTextField()
        digest = models.BinaryField()
        at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "crypto"
            db_table = "bench_sealed"

        def __str__(self) -> str:
            return str(self.pk)

    with connection.cursor() as cursor:
        for table in ("bench_sealed", "bench_plain"):
            cursor.execute(
                f"CREATE TABLE {table} (id uuid PRIMARY KEY, value bytea NOT NULL, digest bytea, at timestamptz)"
            )
            cursor.execute(f"CREATE INDEX ON {table} (({column_mark('value')}))")
            cursor.execute(f"CREATE INDEX ON {table} (digest)")
            cursor.execute(f"CREATE INDEX ON {table} (at)")
    for start in range(0, rows, 5000):
        Sealed.objects.bulk_create(
            [Sealed(value=_VALUE, digest=secrets.token_bytes(32)) for _ in range(min(5000, rows - start))]
        )
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_plain SELECT id, value, digest, at FROM bench_sealed ORDER BY id")
        cursor.execute("ANALYZE bench_sealed, bench_plain")


def _rotate(connections: int) -> None:
    """What an approved request does, up to the end of the job."""
    from django.test import override_settings

    from compliance.keys import moving, rotations
    from modelops.crypto.decisions import by_shell
    from modelops.crypto.models import KeyState, KeyVersion
    from modelops.crypto.states import Reason
    from modelops.jobs.services import run

    moving.SETTLED_AFTER_S = 0.0  # nobody else writes here, so there is nobody to wait for
    with override_settings(MODELOPS_ROTATION_CONNECTIONS=connections):
        present = KeyVersion.objects.get(purpose="column", state=KeyState.ACTIVE)
        rotation = rotations.rotate(present, decision=by_shell(Reason.DRILL))
        assert rotation.job_id is not None
        run(rotation.job_id)
    rotation.refresh_from_db()
    assert (rotation.state, rotation.failed) == ("succeeded", 0), rotation.message


def _plain(connections: int) -> None:
    """The same rows in the same batches, set to other bytes of the same length, in equal ranges of the key."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY id) FROM bench_plain",
            [[part / connections for part in range(connections)] + [1.0]],
        )
        borders = cursor.fetchone()[0]
    borders[0] = uuid.UUID(int=0)
    if connections == 1:
        _plain_range(*borders)
        return
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(_plain_range_elsewhere, borders, borders[1:]))


def _plain_range_elsewhere(first: uuid.UUID, last: uuid.UUID) -> None:
    from django.db import connection

    try:
        _plain_range(first, last)
    finally:
        connection.close()


def _plain_range(after: uuid.UUID, upto: uuid.UUID) -> None:
    from django.db import connection, transaction

    while after < upto:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM bench_plain WHERE id > %s AND id <= %s ORDER BY id LIMIT 1 OFFSET %s",
                [after, upto, BATCH - 1],
            )
            found = cursor.fetchone()
            last = found[0] if found else upto
            cursor.execute(
                "UPDATE bench_plain SET value = set_byte(value, 4, (get_byte(value, 4) + 1) %% 256) "
                "WHERE id > %s AND id <= %s",
                [after, last],
            )
            after = last


def _data_keys(count: int) -> tuple[float, int, int]:
    """Seconds from the request to the last data key, and what a reader saw meanwhile."""
    from compliance.keys import moving, rotations
    from modelops.crypto.decisions import by_shell
    from modelops.crypto.models import KeyState, KeyVersion
    from modelops.crypto.states import Reason
    from modelops.jobs.services import run

    moving.SETTLED_AFTER_S = 0.0  # nobody else writes here, so there is nobody to wait for
    _wrap(count)
    stop, seen = threading.Event(), [0, 0]
    reader = threading.Thread(target=_read, args=(stop, seen))
    reader.start()
    started = time.monotonic()
    present = KeyVersion.objects.get(purpose="artifact", state=KeyState.ACTIVE)
    rotation = rotations.rotate(present, decision=by_shell(Reason.DRILL))
    assert rotation.job_id is not None
    run(rotation.job_id)
    rotation.refresh_from_db()
    seconds = time.monotonic() - started
    stop.set()
    reader.join()
    assert (rotation.state, rotation.done) == ("succeeded", count), (rotation.state, rotation.done, rotation.message)
    return seconds, seen[0], seen[1]


def _wrap(count: int) -> None:
    from modelops.crypto import envelope
    from modelops.crypto.purposes import Purpose
    from modelops.lib.ids import uuid7
    from registry.artifacts.sealed import context_of
    from registry.models import Artifact

    ids = [uuid7() for _ in range(count)]
    Artifact.objects.bulk_create(
        (
            Artifact(
                id=pk,
                file_name="model.safetensors",
                sha256="0" * 64,
                size=1,
                cipher="AES-256-GCM",
                location="local",
                storage_name=f"{pk.hex}.sealed",
                wrapped_key=envelope.seal(pk.bytes * 2, purpose=Purpose.ARTIFACT, context=context_of(pk)),
                key_version=1,
            )
            for pk in ids
        ),
        batch_size=2000,
    )


def _read(stop: threading.Event, seen: list[int]) -> None:
    from django.db import connection

    from modelops.crypto import envelope
    from modelops.crypto.purposes import Purpose
    from modelops.lib.errors import DomainError
    from registry.artifacts.sealed import context_of
    from registry.models import Artifact

    ids = list(Artifact.objects.values_list("pk", flat=True))
    while not stop.is_set():
        asked = random.sample(ids, 50)
        for pk, wrapped in Artifact.objects.filter(pk__in=asked).values_list("pk", "wrapped_key"):
            seen[0] += 1
            try:
                opened = envelope.unseal(bytes(wrapped), purpose=Purpose.ARTIFACT, context=context_of(pk))
            except DomainError:
                seen[1] += 1
            else:
                seen[1] += opened != pk.bytes * 2
        stop.wait(0.02)
    connection.close()
