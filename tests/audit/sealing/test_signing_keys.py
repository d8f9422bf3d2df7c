"""The key that signs checkpoints: made once, changed one at a time."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import CheckpointKey
from compliance.audit.sealing.note import PublicKey
from compliance.audit.sealing.reasons import KeyReason
from compliance.audit.sealing.signing_keys import create_key, read_keys, rotate_key
from modelops.lib.errors import Conflict

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_ledger")]
ACTOR = Actor.system("tests")


def test_the_key_command_makes_one_key_and_never_a_second_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checkpoint.key"
    monkeypatch.setenv("MODELOPS_CHECKPOINT_KEY_FILE", str(path))
    call_command("audit_key", "create")
    assert path.stat().st_mode & 0o777 == 0o600
    call_command("audit_key", "create", "--unless-there")
    with pytest.raises(CommandError, match="exists already"):
        call_command("audit_key", "create")
    path.unlink()
    with pytest.raises(CommandError, match="--lost"):
        call_command("audit_key", "create")
    with pytest.raises(CommandError, match="no checkpoint key"):
        call_command("audit_key", "rotate", "--reason", "incident")
    call_command("audit_key", "rotate", "--lost", "--reason", "incident")
    capsys.readouterr()
    call_command("audit_key", "show")
    shown = capsys.readouterr().out.split()
    known = [PublicKey(row.name, bytes(row.public_key)) for row in CheckpointKey.objects.all()]
    assert [PublicKey.parse(line) for line in shown] == known
    assert len(shown) == 2


@pytest.mark.parametrize(
    "words", [("audit_key", "rotate", "--reason", "Ada has left"), ("seal_audit_log", "--accept-break", "Ada said so")]
)
def test_a_reason_in_words_never_reaches_the_ledger(words: tuple[str, ...]) -> None:
    """What an append-only log holds cannot be redacted: reasons come from a list."""
    with pytest.raises(CommandError, match="invalid choice"):
        call_command(*words)
    assert not AuditEvent.objects.exists()
    assert not CheckpointKey.objects.exists()


def test_a_second_change_waits_until_the_first_is_anchored(tmp_path: Path) -> None:
    """S3-24: else nothing that is left could continue what the first key signed, and only a break would help."""
    path = tmp_path / "checkpoint.key"
    create_key(path, actor=ACTOR)
    rotate_key(path, KeyReason.SCHEDULE, actor=ACTOR)
    with pytest.raises(Conflict) as refusal:
        rotate_key(path, KeyReason.DRILL, actor=ACTOR)
    assert refusal.value.code == "checkpoint_key.rollover"
    assert (len(read_keys(path)), CheckpointKey.objects.count()) == (2, 2)
    rotate_key(path, KeyReason.INCIDENT, is_lost=True, actor=ACTOR)
    assert len(read_keys(path)) == 1
