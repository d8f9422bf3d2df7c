"""The sealer as a whole: what it does when something is wrong, and that it goes on when it is right again."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.sealing import checkpoints, standing
from compliance.audit.sealing.anchors import AnchorFailed
from compliance.audit.sealing.anchors.file import FileAnchor
from compliance.audit.sealing.models import Anchoring, Checkpoint, Leaf, SealerState
from compliance.audit.sealing.sealer import Sealer
from compliance.audit.sealing.separation import present, refuse_sealer_secrets
from compliance.audit.sealing.sequencing import TreeBroken
from compliance.audit.sealing.signing_keys import create_key

from .rows import add, as_superuser, seal_here, sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ledger")]


@pytest.fixture
def anchor(tmp_path: Path) -> FileAnchor:
    return FileAnchor(tmp_path / "checkpoints")


@pytest.fixture
def sealer(anchor: FileAnchor, tmp_path: Path) -> Sealer:
    create_key(tmp_path / "key", actor=Actor.system("tests"))
    return Sealer([anchor], tmp_path / "key")


def turn(sealer: Sealer) -> None:
    """One turn of both threads. (In a test's own transaction no snapshot shows its rows: they are asked for.)"""
    sealer._next_look = sealer._next_beat = 0.0
    sealer.sign_step()
    if sealer._refusal is None:
        seal_here()
    sealer.seal_step()


def keys(findings: list[Any]) -> set[str]:
    return {finding.key for finding in findings}


def test_a_working_sealer_seals_signs_and_says_so(sealer: Sealer, anchor: FileAnchor) -> None:
    """S3-24: rows get numbers, the head is signed and anchored, and health can see it."""
    assert "sealer.silent" in keys(standing.findings())
    add(5)
    turn(sealer)
    turn(sealer)
    assert anchor.last() == Checkpoint.objects.get().note
    assert standing.is_alive()
    assert standing.standing().words == f"working; {Leaf.objects.count()} rows sealed"
    assert keys(standing.findings()) == {"anchor.too_few"}
    SealerState.objects.update(beat_at="2026-01-01T00:00:00Z")
    assert standing.standing().words == "silent since 2026-01-01 00:00:00 UTC"
    assert "sealer.silent" in keys(standing.findings())


def test_a_fork_stops_signing_and_numbering_and_loses_nothing(sealer: Sealer, anchor: FileAnchor) -> None:
    """S3-24: one row and one critical finding tell of it; the rows wait, and go on when the log is right again."""
    add(5)
    turn(sealer)
    turn(sealer)
    kept = anchor.path.read_text()
    anchor.path.write_text(kept.replace("\\n6\\n", "\\n9\\n"))  # what the anchor holds is not what the log has
    sealer._next_examination = 0.0
    turn(sealer)
    numbered = Leaf.objects.count()
    add(3, first=50)
    for _ in range(2):
        turn(sealer)
    assert Leaf.objects.count() == numbered
    refused = AuditEvent.objects.get(name="audit.checkpoint.refused")
    assert (refused.outcome, refused.details["code"], refused.details["anchor"]) == (
        "failure", "anchor.untrusted", "file",
    )  # fmt: skip
    [finding] = [one for one in standing.findings() if one.severity == "critical"]
    assert finding.key == "sealer.refused:anchor.untrusted"
    anchor.path.write_text(kept)
    turn(sealer)
    turn(sealer)
    assert AuditEvent.objects.filter(name="audit.checkpoint.resumed").count() == 1
    assert Leaf.objects.count() == AuditEvent.objects.count()
    assert not [one for one in standing.findings() if one.severity == "critical"]


def test_leaves_that_are_gone_stop_the_sealer_until_they_are_back(sealer: Sealer) -> None:
    add(5)
    turn(sealer)
    turn(sealer)
    with as_superuser():
        sql("CREATE TEMPORARY TABLE gone AS SELECT * FROM audit_sealing_leaf WHERE seq >= 4")
        sql("DELETE FROM audit_sealing_leaf WHERE seq >= 4")
    sealer.seal_step()
    assert SealerState.objects.get().code == "audit_tree.broken"
    turn(sealer)
    assert AuditEvent.objects.filter(name="audit.checkpoint.refused").count() == 1
    sql("INSERT INTO audit_sealing_leaf SELECT * FROM gone")
    sealer.seal_step()
    assert AuditEvent.objects.filter(name="audit.checkpoint.resumed").count() == 1


def test_a_gap_in_the_tree_stops_the_sealer_and_does_not_end_it(sealer: Sealer) -> None:
    """S3-24: it says what is wrong, and goes on when the leaf is back."""
    add(5)
    turn(sealer)
    turn(sealer)
    with as_superuser():
        sql("CREATE TEMPORARY TABLE gone AS SELECT * FROM audit_sealing_leaf WHERE seq = 2")
        sql("DELETE FROM audit_sealing_leaf WHERE seq = 2")
    sealer._next_examination = 0.0
    turn(sealer)
    assert SealerState.objects.get().code == "checkpoint.tree_broken"
    assert "sealer.refused:checkpoint.tree_broken" in keys(standing.findings())
    with pytest.raises(TreeBroken, match="gap"):
        seal_here()
    sql("INSERT INTO audit_sealing_leaf SELECT * FROM gone")
    turn(sealer)
    turn(sealer)
    assert SealerState.objects.get().standing == "working"
    assert Leaf.objects.count() == AuditEvent.objects.count()


def test_without_a_key_rows_are_numbered_and_nothing_is_signed(sealer: Sealer, tmp_path: Path) -> None:
    (tmp_path / "key").rename(tmp_path / "away")
    add(5)
    turn(sealer)
    assert Leaf.objects.count() == AuditEvent.objects.count()
    assert not Checkpoint.objects.exists()
    assert "sealer.unsigned:checkpoint_key.missing" in keys(standing.findings())
    (tmp_path / "away").rename(tmp_path / "key")
    turn(sealer)
    assert Checkpoint.objects.count() == 1


@pytest.fixture(params=["small disk", "limit"])
def full_disk(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Path, Callable[[], None], Callable[[], None]]]:
    """A folder, what fills it, and what makes room again: a real file system, or a limit where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "limit":
        import resource

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        path = folder / "checkpoints"
        yield (
            folder,
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, before[1])),
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before),
        )
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k,nr_inodes=16", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("No file system can be mounted here.")
    filler = folder / "filler"

    def fill() -> None:
        with filler.open("wb", buffering=0) as stream:
            try:
                while True:
                    stream.write(b"x" * 512)
            except OSError:
                pass

    yield folder, fill, filler.unlink
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_under_the_anchor_is_waited_for(
    full_disk: tuple[Path, Callable[[], None], Callable[[], None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-24: an alarm, rows go on getting numbers, no checkpoint is lost, and each line that counts is whole."""
    monkeypatch.setattr(checkpoints, "EVERY_ROWS", 1)
    folder, fill, make_room = full_disk
    create_key(tmp_path / "key", actor=Actor.system("tests"))
    anchor = FileAnchor(folder / "checkpoints")
    sealer = Sealer([anchor], tmp_path / "key")
    for _ in range(2):
        add(12)
        turn(sealer)
        turn(sealer)
    whole = anchor.last()
    add(12)
    seal_here()
    fill()
    for number in range(40):  # a page that is begun still has room
        if Anchoring.objects.filter(attempts__gt=0).exists():
            break
        add(1, first=number * 1000)
        turn(sealer)
    else:
        pytest.fail("The disk never was full.")
    make_room()
    assert standing.findings()
    assert "anchor.failing:file" in keys(standing.findings())
    seen = anchor.last()
    assert seen is not None
    assert seen == Checkpoint.objects.order_by("-id")[1].note, "the last whole line counts"
    assert seen == whole or Anchoring.objects.count() > 3
    Anchoring.objects.update(due_at=timezone.now())
    add(10)
    for _ in range(3):
        turn(sealer)
    assert anchor.last() == Checkpoint.objects.first().note  # type: ignore[union-attr]
    assert Leaf.objects.count() == AuditEvent.objects.count()
    assert AuditEvent.objects.filter(name="audit.anchor.recovered").count() == 1


def test_a_file_that_cannot_be_opened_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    anchor = FileAnchor(tmp_path / "checkpoints")
    for step in (anchor.last, lambda: anchor.write(1, "x")):
        with pytest.raises(AnchorFailed):
            step()


def test_web_and_worker_of_production_refuse_the_sealer_s_key(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-24: a key that web or worker could read would sign whatever an intruder there wants."""
    refuse_sealer_secrets()
    monkeypatch.setenv("MODELOPS_CHECKPOINT_KEY_FILE", "/var/lib/sealer/checkpoint.key")
    refuse_sealer_secrets()
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="MODELOPS_CHECKPOINT_KEY_FILE"):
        refuse_sealer_secrets()
    assert "modelops.E070" in {message.id for message in run_checks(include_deployment_checks=True)}
    assert present() == ["MODELOPS_CHECKPOINT_KEY_FILE"]


def test_production_makes_no_key_by_itself(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="MODELOPS_CHECKPOINT_KEY_FILE is not set"):
        call_command("audit_key", "create", "--unless-there")
