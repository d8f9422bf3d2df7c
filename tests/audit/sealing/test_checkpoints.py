"""Checkpoints: signed when due, only as a continuation of what is anchored, by a key that nobody else holds."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.anchoring import deliver
from compliance.audit.sealing.anchors.file import FileAnchor
from compliance.audit.sealing.checkpoints import (
    Waiting,
    accept_break,
    examine,
    finish_rollover,
    is_due,
    sign_checkpoint,
)
from compliance.audit.sealing.heads import CheckpointRefused
from compliance.audit.sealing.models import Anchoring, Checkpoint, CheckpointKey, Leaf, Seal
from compliance.audit.sealing.note import PublicKey, check, parse
from compliance.audit.sealing.reasons import BreakReason, KeyReason
from compliance.audit.sealing.sequencing import TreeBroken, seal_round
from compliance.audit.sealing.signing_keys import KeyFileRefused, create_key, read_keys, rotate_key
from compliance.audit.sealing.tree import root

from .rows import add, as_superuser, seal_here, sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ledger")]
ACTOR = Actor.system("tests")


@pytest.fixture
def key_file(tmp_path: Path, empty_ledger: None) -> Path:
    path = tmp_path / "keys" / "checkpoint.key"
    create_key(path, actor=ACTOR)
    return path


@pytest.fixture
def anchor(tmp_path: Path) -> FileAnchor:
    return FileAnchor(tmp_path / "anchors" / "checkpoints")


def grow(anchor: FileAnchor, key_file: Path, rows: int = 10) -> Checkpoint:
    """Add rows, seal, sign and anchor."""
    add(rows)
    seal_here()
    signed = sign_checkpoint([anchor], key_file)
    assert isinstance(signed, Checkpoint)
    deliver([anchor])
    return signed


def public_keys() -> list[PublicKey]:
    return [PublicKey(row.name, bytes(row.public_key)) for row in CheckpointKey.objects.all()]


def forge(*statements: str) -> None:
    """Do what triggers refuse, as the owner of the database could."""
    with as_superuser():
        for statement in statements:
            sql(statement)


def test_a_checkpoint_names_the_tree_and_is_kept_in_the_database_and_outside(
    anchor: FileAnchor, key_file: Path
) -> None:
    """S3-24: origin, size and root under an Ed25519 signature, the same letters in the file."""
    signed = grow(anchor, key_file)
    head, signers = check(signed.note, public_keys())
    assert (head.size, head.root) == (signed.size, root(bytes(leaf.hash) for leaf in Leaf.objects.all()))
    assert [key.key_id for key in signers] == [signed.key_id]
    assert anchor.last() == signed.note
    assert json.loads(anchor.path.read_text()) == {"note": signed.note, "size": signed.size}
    assert anchor.path.stat().st_mode & 0o777 == 0o600
    assert Anchoring.objects.get().state == "done"


def test_a_checkpoint_is_due_by_rows_by_time_and_hourly_when_idle(anchor: FileAnchor, key_file: Path) -> None:
    """S3-24: each 60 seconds or 1000 rows, and each hour when nothing happens."""
    assert not is_due(), "an empty log has nothing to sign"
    grow(anchor, key_file)
    now = timezone.now()
    assert not is_due(now)
    assert not is_due(now + timedelta(minutes=50))
    assert is_due(now + timedelta(hours=1, seconds=1))
    add(1)
    seal_here()
    assert not is_due(now)
    assert is_due(now + timedelta(seconds=61))
    add(1000)
    seal_here()
    assert is_due(now)


def cut_tail() -> None:
    forge("DELETE FROM audit_sealing_leaf WHERE seq >= 8", "DELETE FROM audit_sealing_seal")
    Seal.objects.create(first_seq=0, size=8, watermark="1:1:", cluster="")


def empty() -> None:
    forge(*(f"DELETE FROM audit_sealing_{table}" for table in ("leaf", "tile", "seal", "anchoring", "checkpoint")))
    forge("DELETE FROM audit_auditevent")


def rewrite_middle() -> None:
    """Change a row and all that is computed from it."""
    forge("UPDATE audit_auditevent SET details = '{}' WHERE target_id = '5'")
    forge(*(f"DELETE FROM audit_sealing_{table}" for table in ("leaf", "tile", "seal")))
    seal_here()


def fork() -> None:
    """Another log of the same length."""
    forge("UPDATE audit_auditevent SET actor_ref = 'somebody'")
    forge(*(f"DELETE FROM audit_sealing_{table}" for table in ("leaf", "tile", "seal", "anchoring", "checkpoint")))
    seal_here()


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (cut_tail, "checkpoint.tail_missing"),
        (empty, "checkpoint.tail_missing"),
        (rewrite_middle, "checkpoint.rewritten"),
        (fork, "checkpoint.rewritten"),
    ],
)
def test_a_log_that_does_not_continue_what_is_anchored_is_not_signed(
    anchor: FileAnchor, key_file: Path, attack: Callable[[], None], code: str
) -> None:
    """S3-24: what the database says about itself does not count; the anchor's last checkpoint does."""
    grow(anchor, key_file)
    before = anchor.path.read_bytes()
    attack()
    for step in (examine, sign_checkpoint):
        with pytest.raises(CheckpointRefused) as refused:
            step([anchor], key_file)
        assert refused.value.code == code
    assert anchor.path.read_bytes() == before


def test_a_forked_checkpoint_at_the_anchor_is_not_followed(anchor: FileAnchor, key_file: Path) -> None:
    """S3-24: a checkpoint that another key signed, or that names another log, stops the signing."""
    grow(anchor, key_file)
    note = anchor.last()
    assert note is not None
    anchor.path.write_text(json.dumps({"note": note.replace("\n11\n", "\n12\n"), "size": 12}) + "\n")
    with pytest.raises(CheckpointRefused) as refused:
        sign_checkpoint([anchor], key_file)
    assert refused.value.code == "anchor.untrusted"


def test_an_anchor_that_lost_its_end_is_noticed(anchor: FileAnchor, key_file: Path) -> None:
    grow(anchor, key_file)
    first = anchor.path.read_text()
    grow(anchor, key_file)
    for content in (first, ""):
        anchor.path.write_text(content)
        with pytest.raises(CheckpointRefused) as refused:
            sign_checkpoint([anchor], key_file)
        assert refused.value.code == "anchor.tail_missing"


def test_a_break_is_accepted_only_in_so_many_words(anchor: FileAnchor, key_file: Path) -> None:
    """S3-24: after the loss of a database the log goes on, and every reader sees that it does not continue."""
    grow(anchor, key_file)
    cut_tail()
    with pytest.raises(CheckpointRefused):
        sign_checkpoint([anchor], key_file)
    signed = accept_break([anchor], key_file, BreakReason.RESTORED, actor=ACTOR)
    deliver([anchor])
    assert parse(signed.note).head.extensions[0].startswith("break file 11 ")
    assert (
        AuditEvent.objects.get(name="audit.checkpoint.break_accepted").details["anchored"].startswith("break file 11")
    )
    assert AuditEvent.objects.get(name="audit.checkpoint.break_accepted").details["reason"] == "restored"
    grow(anchor, key_file)
    assert len(anchor.path.read_text().splitlines()) == 3
    assert Leaf.objects.count() == AuditEvent.objects.count(), "rows without a number got one again"


def test_leaves_that_are_gone_are_sealed_again_after_an_accepted_break(anchor: FileAnchor, key_file: Path) -> None:
    grow(anchor, key_file)
    forge("DELETE FROM audit_sealing_leaf WHERE seq >= 8")
    with pytest.raises(TreeBroken):
        seal_round()
    accept_break([anchor], key_file, BreakReason.DAMAGED, actor=ACTOR)
    deliver([anchor])
    seal_here()
    assert Leaf.objects.count() == AuditEvent.objects.count()


def test_an_anchor_that_cannot_be_read_or_written_makes_signing_wait(anchor: FileAnchor, key_file: Path) -> None:
    """S3-24: rows go on getting numbers; the checkpoint is there as soon as the anchor is."""
    grow(anchor, key_file)
    anchor.path.chmod(0o622)
    add(5)
    seal_here()
    signed = sign_checkpoint([anchor], key_file)
    assert isinstance(signed, Checkpoint)
    assert deliver([anchor]) == 0
    waiting = Anchoring.objects.get(state="pending")
    assert (waiting.attempts, "chmod" in waiting.last_error) == (1, True)
    held = sign_checkpoint([anchor], key_file)
    assert isinstance(held, Waiting)
    assert held.problem.code == "anchor.behind"
    assert AuditEvent.objects.filter(name="audit.anchor.failed", outcome="failure").count() == 1
    anchor.path.chmod(0o600)
    Anchoring.objects.update(due_at=timezone.now())
    assert deliver([anchor]) == 1
    assert AuditEvent.objects.filter(name="audit.anchor.recovered").count() == 1
    grow(anchor, key_file)
    sizes = [json.loads(line)["size"] for line in anchor.path.read_text().splitlines()]
    assert sizes == sorted(sizes)
    assert sizes[-1] == Leaf.objects.count() == AuditEvent.objects.count()


def test_a_line_that_a_full_disk_cut_short_is_passed_over(anchor: FileAnchor, key_file: Path) -> None:
    first = grow(anchor, key_file)
    with anchor.path.open("a") as stream:
        stream.write('{"note":"portal/audit')
    assert anchor.last() == first.note
    second = grow(anchor, key_file)
    assert anchor.last() == second.note
    assert len(anchor.path.read_text().splitlines()) == 3
    anchor.write(second.size, second.note)
    assert len(anchor.path.read_text().splitlines()) == 3, "what is there already is not written again"


def test_a_rollover_is_announced_and_its_first_checkpoint_carries_both_signatures(
    anchor: FileAnchor, key_file: Path
) -> None:
    """S3-24: whoever trusts the old key is led to the new one; the old private half is forgotten then."""
    grow(anchor, key_file)
    old = public_keys()[0]
    new = rotate_key(key_file, KeyReason.SCHEDULE, actor=ACTOR)
    announced = AuditEvent.objects.get(name="audit.checkpoint_key.rotated")
    assert announced.details == {
        "key_id": new.key_id, "public_key": new.text, "old_key_id": old.key_id, "reason": "schedule",
    }  # fmt: skip
    both = grow(anchor, key_file)
    assert {key.key_id for key in check(both.note, [old, new])[1]} == {old.key_id, new.key_id}
    assert finish_rollover([anchor], key_file)
    assert len(read_keys(key_file)) == 1
    alone = grow(anchor, key_file)
    assert check(alone.note, [new])[1] == [new]
    assert [row.retired_at is None for row in CheckpointKey.objects.all()] == [False, True]
    assert CheckpointKey.objects.get(key_id=new.key_id).from_size <= both.size


def test_a_key_that_others_can_read_or_that_was_never_announced_signs_nothing(
    anchor: FileAnchor, key_file: Path
) -> None:
    """S3-24: 0600, or it is refused."""
    add(1)
    seal_here()
    key_file.chmod(0o640)
    with pytest.raises(KeyFileRefused) as refused:
        sign_checkpoint([anchor], key_file)
    assert refused.value.code == "checkpoint_key.readable_by_others"
    key_file.chmod(0o600)
    CheckpointKey.objects.all().delete()
    with pytest.raises(KeyFileRefused) as refused:
        sign_checkpoint([anchor], key_file)
    assert refused.value.code == "checkpoint_key.unknown"
    key_file.write_text("nothing")
    with pytest.raises(KeyFileRefused):
        sign_checkpoint([anchor], key_file)
