"""Whatever the owner of the database does to the ledger, the next verification names the first row concerned."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from compliance.audit import Actor, record_refusal
from compliance.audit.leaf import LEAF_SQL
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import CheckpointKey, Leaf
from compliance.audit.sealing.note import public_key
from compliance.audit.sealing.tree import MemoryTree, root
from compliance.audit.verifying import Verdict, verify
from tests.audit.exporting.sealing import ORIGIN
from tests.audit.sealing.rows import as_superuser, sql

from .sealed import CommittedLedger

pytestmark = pytest.mark.django_db
_REHASH = (
    f"UPDATE audit_sealing_leaf l SET hash = sha256('\\x00'::bytea || convert_to({LEAF_SQL}, 'UTF8'))"
    " FROM audit_auditevent e WHERE e.id = l.event_id"
)


def look(ledger: CommittedLedger) -> Verdict:
    return verify(anchors={"file": ledger.notes}, at_once=1)


def event_at(seq: int) -> str:
    return str(Leaf.objects.get(seq=seq).event_id)


def test_a_sound_ledger_holds(ledger: CommittedLedger) -> None:
    """S3-24: every row hashed anew, every signed head recomputed, the anchor compared."""
    verdict = look(ledger)
    assert verdict.findings == []
    assert verdict.holds
    assert verdict.size == verdict.rows == AuditEvent.objects.count() == verdict.anchored_size
    assert verdict.root == root(bytes(leaf) for leaf in Leaf.objects.order_by("seq").values_list("hash", flat=True))
    assert verdict.checkpoints == 5


CHANGES = [
    "details = details || ' '", "outcome = 'denied'", "actor_ref = actor_ref || 'x'", "target_label = 'another'",
    "recorded_at = recorded_at + interval '1 microsecond'", "via = 'x'", "source = '10.0.0.0/24'", "origin = '\\x00'",
    "personal = '\\x00'", "request_id = 'x'", "name = 'tests.a.b'", "category = 'data'", "target_id = 'x'",
    "target_type = 'x'", "format = 2", "actor_kind = 'user'",
]  # fmt: skip


def test_an_edited_row_is_named(ledger: CommittedLedger) -> None:
    """S3-24: whichever column."""
    edited = event_at(131)
    for change in CHANGES:
        with transaction.atomic():
            with as_superuser():
                assert sql(f"UPDATE audit_auditevent SET {change} WHERE id = %s", edited) == 1, change
            verdict = verify(anchors={"file": ledger.notes}, at_once=1)
            transaction.set_rollback(True)
        assert not verdict.holds
        named = [(found.kind, found.seq, found.event_id) for found in verdict.findings]
        assert named == [("row.altered", 131, edited)], change


def test_a_deleted_row_is_named(ledger: CommittedLedger) -> None:
    gone = event_at(77)
    with as_superuser():
        assert sql("DELETE FROM audit_auditevent WHERE id = %s", gone) == 1
    verdict = look(ledger)
    assert (verdict.first_bad.kind, verdict.first_bad.seq) == ("row.missing", 77)


def test_a_deleted_row_with_its_leaf_is_named(ledger: CommittedLedger) -> None:
    """S4-78: a gap in the sequence is reported."""
    gone = event_at(300)
    with as_superuser():
        sql("DELETE FROM audit_auditevent WHERE id = %s", gone)
        sql("DELETE FROM audit_sealing_leaf WHERE seq = 300")
    verdict = look(ledger)
    assert (verdict.first_bad.kind, verdict.first_bad.seq) == ("leaf.missing", 300)


def cut_tail() -> None:
    size = Leaf.objects.count()
    sql("DELETE FROM audit_auditevent e USING audit_sealing_leaf l WHERE l.event_id = e.id AND l.seq >= %s", size - 10)
    sql("DELETE FROM audit_sealing_leaf WHERE seq >= %s", size - 10)
    sql("DELETE FROM audit_sealing_tile WHERE (index + 1) * 256 > %s AND level = 0", size - 10)
    sql("DELETE FROM audit_sealing_seal WHERE size > %s", size - 10)
    sql("DELETE FROM audit_sealing_checkpoint WHERE size > %s", size - 10)


def empty() -> None:
    for table in ("auditevent", "sealing_leaf", "sealing_tile", "sealing_seal", "sealing_checkpoint"):
        sql(f"DELETE FROM audit_{table}")


@pytest.mark.parametrize(("act", "left"), [(cut_tail, -10), (empty, None)])
def test_a_cut_tail_and_an_emptied_log_are_seen_from_the_anchor(
    ledger: CommittedLedger, act: Callable[[], None], left: int | None
) -> None:
    """S3-24: deleting the tail is caught from outside; inside, nothing is left that could tell."""
    size = Leaf.objects.count()
    with as_superuser():
        act()
    assert verify(at_once=1).holds, "without the anchor it looks sound, which is why there are anchors"
    verdict = look(ledger)
    first = size + left if left else 0
    assert ("anchor.ahead", first) in {(found.kind, found.seq) for found in verdict.findings}
    assert verdict.first_bad.seq == first


def rewrite(seq: int) -> None:
    """Change a row and recompute everything above it that needs no key."""
    sql("UPDATE audit_auditevent SET outcome = 'denied' WHERE id = %s", event_at(seq))
    sql(_REHASH)
    tree = MemoryTree(bytes(leaf) for leaf in Leaf.objects.order_by("seq").values_list("hash", flat=True))
    for index in range(len(tree) // 256):
        hashes = b"".join(tree(0, at) for at in range(index * 256, index * 256 + 256))
        sql(
            "UPDATE audit_sealing_tile SET hashes = %s, root = %s WHERE level = 0 AND index = %s",
            hashes,
            tree(8, index),
            index,
        )


def test_a_rewritten_middle_contradicts_what_was_signed(ledger: CommittedLedger) -> None:
    """Rows, leaves and tiles agree again, and the signatures do not; the row lies behind the last head that holds."""
    sizes = [note.split("\n")[1] for note in ledger.notes]
    with as_superuser():
        rewrite(int(sizes[1]) + 5)
    verdict = look(ledger)
    assert {found.kind for found in verdict.findings} == {"checkpoint.root", "anchor.fork"}
    assert verdict.first_bad.seq == int(sizes[1])
    assert f"{sizes[1]} to {int(sizes[2]) - 1}" in verdict.first_bad.says


def test_a_rewritten_middle_signed_with_an_exchanged_key_contradicts_the_anchor(ledger: CommittedLedger) -> None:
    """Who owns the database can exchange the public keys in it and sign anew; the anchor was signed by the true one."""
    other = Ed25519PrivateKey.generate()
    sizes = [int(note.split("\n")[1]) for note in ledger.notes]
    with as_superuser():
        rewrite(sizes[0] + 20)
        sql("DELETE FROM audit_sealing_checkpoint")
        sql("DELETE FROM audit_sealing_checkpointkey")
    public = public_key(ORIGIN, other)
    CheckpointKey.objects.create(key_id=public.key_id, name=ORIGIN, public_key=public.raw, from_size=0)
    leaves = [bytes(leaf) for leaf in Leaf.objects.order_by("seq").values_list("hash", flat=True)]
    for size in sizes:
        ledger.sign(size, root(leaves[:size]), other, anchored=False)
    assert verify(at_once=1).holds
    assert {found.kind for found in look(ledger).findings} == {"checkpoint.signature"}
    verdict = verify(anchors={"file": ledger.notes}, keys=[public_key(ORIGIN, ledger.private)])
    assert "anchor.fork" in {found.kind for found in verdict.findings}
    assert verdict.first_bad is not None


def test_a_forked_head_is_seen(ledger: CommittedLedger) -> None:
    """Two signed heads of one size: whoever holds the key told two stories."""
    size = Leaf.objects.count()
    ledger.sign(size, b"\x01" * 32, ledger.private)
    verdict = look(ledger)
    assert {found.kind for found in verdict.findings} == {"checkpoint.root", "anchor.fork"}


def test_a_row_put_in_behind_the_sealer_is_named(ledger: CommittedLedger) -> None:
    """Under a transaction that the sealer has passed, or one that no server has begun."""
    columns = "name, category, outcome, actor_kind, actor_ref, target_type, target_id, details, request_id, source"
    for transaction_id in (3, 2**60):
        sql(
            f"INSERT INTO audit_auditevent (id, transaction, {columns}) SELECT gen_random_uuid(), %s, {columns}"
            " FROM audit_auditevent LIMIT 1",
            transaction_id,
        )
    verdict = look(ledger)
    assert [found.kind for found in verdict.findings] == ["row.unsealed", "row.unsealed"]


def test_rows_that_wait_for_the_sealer_are_no_finding(ledger: CommittedLedger) -> None:
    record_refusal(actor=Actor.anonymous(), code="x.y", method="GET", route="/")
    assert look(ledger).holds


def test_swapped_leaves_are_named(ledger: CommittedLedger) -> None:
    with as_superuser():
        sql("UPDATE audit_sealing_leaf SET seq = -1 WHERE seq = 20")
        sql("UPDATE audit_sealing_leaf SET seq = 20 WHERE seq = 30")
        sql("UPDATE audit_sealing_leaf SET seq = 30 WHERE seq = -1")
    assert look(ledger).first_bad.seq == 20


def test_an_edited_tile_is_named(ledger: CommittedLedger) -> None:
    with as_superuser():
        sql("UPDATE audit_sealing_tile SET hashes = set_byte(hashes, 32 * 9 + 1, get_byte(hashes, 32 * 9 + 1) # 1)")
    assert (look(ledger).first_bad.kind, look(ledger).first_bad.seq) == ("tile.altered", 9)


def test_a_clock_that_went_back_is_told_and_is_no_proof_of_a_change(ledger: CommittedLedger) -> None:
    """S4-79."""
    with as_superuser():
        sql(
            "UPDATE audit_sealing_seal SET sealed_at = sealed_at - interval '1 hour'"
            " WHERE id = (SELECT max(id) FROM audit_sealing_seal)"
        )
    verdict = look(ledger)
    assert {found.kind for found in verdict.findings} == {"clock.back"}
    assert verdict.holds


def test_no_function_of_the_database_can_hide_a_change(ledger: CommittedLedger) -> None:
    """Functions that somebody puts in front of PostgreSQL's own are not called."""
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x' WHERE id = %s", event_at(5))
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$")
        cursor.execute("SET search_path = public, pg_catalog")
        try:
            assert verify(at_once=1).first_bad.seq == 5
        finally:
            cursor.execute("RESET search_path")
            cursor.execute("DROP FUNCTION public.sha256(bytea)")


def test_a_row_from_the_future_of_its_seal_is_told(ledger: CommittedLedger) -> None:
    """S4-79: the clock was ahead when the row was recorded and right when it was sealed."""
    with as_superuser():
        sql(
            "UPDATE audit_sealing_seal SET sealed_at = sealed_at - interval '1 hour'"
            " WHERE id = (SELECT min(id) FROM audit_sealing_seal WHERE size > first_seq)"
        )
    assert "clock.back" in {found.kind for found in look(ledger).findings}
