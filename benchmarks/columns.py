"""Encrypted columns: lists of decrypted rows beside the same rows in clear, and exact search among very many rows."""

import time
from collections.abc import Callable
from typing import Any

from . import portal
from .table import Table

LISTED = 1000
_VALUE = "x" * 100
_SEALED_ROWS, _PLAIN_ROWS = "sealed, as model instances", "plain text, as model instances"
_SEALED, _PGCRYPTO, _PLAIN, _PEER = (
    "sealed in the application",
    "pgcrypto, random key",
    "plain text column (limit)",
    "pgcrypto as django-pgcrypto-fields has it",
)


def measure(*, quick: bool = False) -> Table:
    """Lists of 1,000 values a second of the clock: PostgreSQL does a part of the work, and its CPU time is not ours."""
    portal.start()
    rounds, rows, asked = (1, 5_000, 50) if quick else (15, 1_000_000, 2_000)
    model = _lists()
    lists = {
        _SEALED: lambda: list(model.objects.values_list("id", "sealed")),
        _PGCRYPTO: lambda: list(model.objects.values_list("id", "encrypted")),
        _PLAIN: lambda: list(model.objects.values_list("id", "plain")),
        _SEALED_ROWS: lambda: list(model.objects.only("id", "sealed")),
        _PLAIN_ROWS: lambda: list(model.objects.only("id", "plain")),
    }
    taken = _in_turns(lists, rounds) | _in_turns({_PEER: _peer}, min(rounds, 3))
    table = Table(
        "Encrypted columns", "lists of 1,000 a second", _SEALED, {name: 1 / seconds for name, seconds in taken.items()}
    )
    for name in (_SEALED, _PGCRYPTO):
        ratio = taken[name] / taken[_PLAIN]
        table.notes[name] = f"{taken[name] * 1000:.2f} ms, {ratio:.2f} times the plain fetch"
    rows_ratio = taken[_SEALED_ROWS] / taken[_PLAIN_ROWS]
    table.notes[_SEALED_ROWS] = f"{taken[_SEALED_ROWS] * 1000:.2f} ms, {rows_ratio:.2f} times the same of plain text"
    table.notes["exact search"] = _searches(rows, asked)
    return table


def _in_turns(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each, the quickest of ``rounds`` in turns: what else the machine does only ever adds to the clock."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for run in work.values():
        run()  # imports, keys into the session, pages into memory
    for _ in range(rounds):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - started)
    return {name: min(seconds) for name, seconds in taken.items()}


def _lists() -> Any:
    """The same values in a column of each kind."""
    from django.db import connection, models

    from modelops.crypto.columns import EncryptedTextField
    from modelops.crypto.fields import SealedTextField
    from modelops.lib.ids import uuid7

    class Listed(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7)
        plain = models.TextField(default=_VALUE)
        encrypted = EncryptedTextField(default=_VALUE)
        sealed = SealedTextField(default=_VALUE)
        peer = models.BinaryField(default=b"")

        class Meta:
            app_label = "crypto"
            db_table = "bench_listed"

        def __str__(self) -> str:
            return str(self.pk)

    with connection.schema_editor() as editor:
        editor.create_model(Listed)
    Listed.objects.bulk_create(Listed() for _ in range(LISTED))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bench_listed SET peer = pgp_sym_encrypt(plain, %s)", ["a key of the peer"])
        cursor.execute("VACUUM ANALYZE bench_listed")
    return Listed


def _peer() -> object:
    """The default of pgp_sym_encrypt: an iterated hash for each value, which a random key does not need."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, pgp_sym_decrypt(peer, %s) FROM bench_listed", ["a key of the peer"])
        return cursor.fetchall()


def _searches(rows: int, asked: int) -> str:
    """Look-ups through the blind index beside look-ups of the same rows by a plain text column with a btree."""
    from django.db import connection, models

    from modelops.crypto.blind_index import BlindIndexField
    from modelops.lib.ids import uuid7

    class Searched(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid7)
        email = models.TextField(db_index=True, null=True)
        email_index = BlindIndexField(source="email")

        class Meta:
            app_label = "crypto"
            db_table = "bench_searched"

        def __str__(self) -> str:
            return str(self.pk)

    with connection.schema_editor() as editor:
        editor.create_model(Searched)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_searched "
            "SELECT gen_random_uuid(), md5(n::text) || '@example.org', sha256(n::text::bytea) "
            "FROM generate_series(1, %s) AS n",
            [rows],
        )
        known = [f"known{number}@example.org" for number in range(asked)]
        Searched.objects.bulk_create(Searched(email=email) for email in known)
        cursor.execute("VACUUM ANALYZE bench_searched")
    work = {
        "blind": lambda: [Searched.objects.filter(email_index=email).values_list("pk").get() for email in known],
        "plain": lambda: [Searched.objects.filter(email=email).values_list("pk").get() for email in known],
    }
    taken = _in_turns(work, 3)
    blind, plain = (taken[name] / asked * 1000 for name in ("blind", "plain"))
    return f"{blind:.3f} ms among {rows:,} rows, {blind / plain:.2f} times a plain btree look-up ({plain:.3f} ms)"
