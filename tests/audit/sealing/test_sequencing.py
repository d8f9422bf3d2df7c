"""Rows get their numbers: every one, once, in the order in which they became visible."""

import threading
from typing import Any

import pytest
from django.db import connection

from compliance.audit.leaf import leaf_hash, leaf_text
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Leaf, Seal, Tile
from compliance.audit.sealing.sequencing import LOCK, TreeBroken, seal_round
from compliance.audit.sealing.tree import root

from .rows import add, another_connection, as_superuser, seal_all, sealed_ids, sql, stored_root

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_ledger")]


def test_each_row_gets_the_next_number_and_the_hash_of_its_leaf() -> None:
    """S4-78: numbers without gaps from 0; the hash is that of the row's canonical text."""
    seal_all()
    before = Leaf.objects.count()
    add(3)
    assert seal_all() == before + 3
    for leaf in Leaf.objects.filter(seq__gte=before):
        assert bytes(leaf.hash) == leaf_hash(leaf_text(AuditEvent.objects.get(pk=leaf.event_id)).encode())
    assert seal_round() is not None
    assert Seal.objects.count() == 2, "a round without rows leaves nothing behind"


def test_a_late_commit_is_not_missed() -> None:
    """S3-24: a transaction that began first and commits last gets its numbers later; the highest id would miss it."""
    seal_all()
    with another_connection() as early, another_connection() as late:
        add(2, through=early)
        add(2, first=10, through=late)
        late.commit()
        add(2, first=20)
        seal_all()
        highest = AuditEvent.objects.order_by("-transaction").values_list("transaction", flat=True)[0]
        assert len(sealed_ids()) == AuditEvent.objects.count() == 4, "an open transaction holds nobody else up"
        early.commit()
    seal_all()
    assert sorted(sealed_ids()) == sorted(AuditEvent.objects.values_list("id", flat=True))
    # What a sealer that remembers the highest number would have seen now, and never sees again.
    missed = AuditEvent.objects.filter(transaction__lte=highest, target_id__in=["0", "1"])
    assert missed.count() == 2
    assert not AuditEvent.objects.filter(transaction__gt=highest).exists()


def test_rows_of_many_open_transactions_are_all_sealed_once() -> None:
    """S3-24: eight writers that hold transactions open while others commit, and a sealer that never pauses."""
    stop = threading.Event()
    missed_by_maximum: list[int] = []

    def write(number: int) -> None:
        with another_connection() as opened:
            for turn in range(12):
                add(1 + (number + turn) % 3, first=1000 * number + 10 * turn, through=opened)
                if turn % 3 == number % 3:
                    add(1, first=1000 * number + 10 * turn + 5, through=opened)
                if (number + turn) % 5 == 0:
                    opened.rollback()
                else:
                    opened.commit()

    def watch() -> None:
        """A second sealer in mind that trusts the highest transaction number it has seen."""
        seen: set[Any] = set()
        highest = 0
        with another_connection(autocommit=True) as opened:
            while not stop.is_set():
                rows = opened.execute(
                    "SELECT id, transaction FROM audit_auditevent WHERE transaction > %s", [highest]
                ).fetchall()
                seen.update(row[0] for row in rows)
                highest = max([highest, *(row[1] for row in rows)])
            everything = opened.execute("SELECT count(*) FROM audit_auditevent").fetchone()
        assert everything is not None
        missed_by_maximum.append(everything[0] - len(seen))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    watcher = threading.Thread(target=watch)
    for thread in [watcher, *writers]:
        thread.start()
    while any(thread.is_alive() for thread in writers):
        seal_round(limit=7)
    stop.set()
    watcher.join()
    seal_all()
    assert sorted(sealed_ids()) == sorted(AuditEvent.objects.values_list("id", flat=True))
    assert stored_root() == root(bytes(leaf.hash) for leaf in Leaf.objects.all())
    assert missed_by_maximum[0] >= 0  # how many is a matter of luck; the test above shows one that is certain


def test_two_sealers_never_do_it_twice() -> None:
    """S3-24: while one works, the other does nothing; both together give each row one number."""
    add(50)
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        assert seal_round() is None
    done: list[int] = []

    def seal() -> None:
        try:
            for _ in range(40):
                round_ = seal_round(limit=3)
                done.append(round_.rows if round_ else 0)
        finally:
            connection.close()

    threads = [threading.Thread(target=seal) for _ in range(3)]
    for thread in threads:
        thread.start()
    add(50, first=100)
    for thread in threads:
        thread.join()
    seal_all()
    assert len(sealed_ids()) == AuditEvent.objects.count() == 100


@pytest.mark.parametrize("sizes", [(255, 1, 1), (256, 256), (700, 70_000 // 100, 1)])
def test_tiles_hold_what_the_leaves_hold(sizes: tuple[int, ...]) -> None:
    """S3-24: a root read through tiles is the root over all leaves, at every size on the way."""
    total = 0
    for number in sizes:
        add(number, first=total)
        total += number
        assert seal_all() == total
    hashes = [bytes(leaf.hash) for leaf in Leaf.objects.all()]
    for size in {1, 2, 255, 256, 257, total // 2, total} & set(range(1, total + 1)):
        assert stored_root(size) == root(hashes[:size])
    assert Tile.objects.filter(level=0).count() == total // 256


def test_a_large_transaction_is_sealed_as_a_whole_and_small_ones_in_parts() -> None:
    seal_all()
    add(30)
    for number in range(5):
        add(4, first=100 + number * 10)
    rounds = []
    while True:
        done = seal_round(limit=10)
        assert done is not None
        rounds.append(done.rows)
        if not done.has_more:
            break
    assert rounds == [30, 8, 8, 4]
    assert len(sealed_ids()) == 50


def test_rows_of_another_cluster_are_sealed_once() -> None:
    """S3-24: after a restore into another cluster its numbers start low; unsealed rows are found all the same."""
    add(5)
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        here = cursor.fetchone()[0]
    # The restored rows carry the numbers of where they came from: far above this cluster's, and just above.
    with as_superuser():
        add(4, first=50)
        sql("UPDATE audit_auditevent SET transaction = %s + 1000000", here)
        sql("UPDATE audit_auditevent SET transaction = %s + 12 WHERE target_id = '0'", here)
        sql("UPDATE audit_sealing_seal SET cluster = '1', watermark = '900000000:900000000:'")
    assert seal_all(catch_up_limit=3) == 9
    for number in range(20):  # the counter of this cluster passes the number of a row that came along
        add(1, first=100 + number)
        seal_all()
    assert sorted(sealed_ids()) == sorted(AuditEvent.objects.values_list("id", flat=True))
    assert Leaf.objects.count() == 29


def test_leaves_that_somebody_else_took_or_added_stop_the_sealing() -> None:
    """S3-24: a cut tail is seen before any new number is given."""
    add(5)
    seal_all()
    with as_superuser():
        sql("DELETE FROM audit_sealing_leaf WHERE seq = 4")
    add(1, first=9)
    with pytest.raises(TreeBroken, match="4 leaves, and the last seal says 5"):
        seal_round()
    assert AuditEvent.objects.count() == 6
