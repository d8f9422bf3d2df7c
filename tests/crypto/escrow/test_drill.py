"""From the portal through a backup and a dump to a stored file that opens again, as an operator would do it."""

import base64
import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa, x25519
from django.core.management import CommandError, call_command
from django.db import connection

from compliance.audit.models import AuditEvent
from compliance.escrow.models import DrillOutcome, KeyBackup, RestoreDrill
from modelops.crypto import envelope
from modelops.crypto.decisions import by_shell
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyVersion
from modelops.crypto.providers.base import forget_provider
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from modelops.embedded import binaries
from registry.models import Artifact
from tests.accounts.people import make_user
from tests.registry.samples import make_model, make_version

Keys = Callable[..., str]
Dump = Callable[[str], Path]


@pytest.fixture
def keys() -> Keys:
    """``manage.py keys …``: what it prints."""

    def run(*arguments: object) -> str:
        out = io.StringIO()
        try:
            call_command("keys", *(str(argument) for argument in arguments), stdout=out)
        except SystemExit:
            pytest.fail(out.getvalue())
        return out.getvalue()

    return run


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of somebody who recovers: key pairs of two kinds, and one of a stranger."""
    folder = tmp_path_factory.mktemp("safe")
    pairs = {
        "ours": x25519.X25519PrivateKey.generate(),
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=3072),
        "short": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "stranger": x25519.X25519PrivateKey.generate(),
    }
    pem = serialization.Encoding.PEM
    for name, pair in pairs.items():
        private = pair.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        public = pair.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(public)
    return folder


def database_url() -> str:
    """The database of the tests, for programs of PostgreSQL."""
    base, _, options = os.environ["MODELOPS_OWNER_DATABASE_URL"].partition("?")
    return f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{options}"


@pytest.fixture
def dump(tmp_path: Path) -> Dump:
    """Makes a dump of the portal's database, in the given form."""

    def make(form: str = "custom") -> Path:
        path = tmp_path / f"portal-{len(list(tmp_path.glob('portal-*')))}.dump"
        command = [binaries.find_postgres().bin / "pg_dump", f"--format={form}", "--no-owner", "--no-privileges"]
        subprocess.run([*command, "--file", path, database_url()], check=True, capture_output=True, timeout=60)
        return path

    return make


def scratch_databases() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'modelops_drill_%%'")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_dump_and_a_backup_bring_a_file_back_and_old_or_foreign_ones_do_not(
    keys: Keys, dump: Dump, safe: Path, tmp_path: Path
) -> None:
    """S1-39, S1-10: the whole drill, without the root key; the date is recorded; each lack is told by its name."""
    user = make_user("scientist", "Data scientist")
    make_version(make_model(user), user)
    backup, recent = tmp_path / "keys.backup", dump("custom")
    said = keys("backup", "--recipient", safe / "ours.pub", "--recipient", safe / "rsa.pub", "--out", backup)
    assert f"{len(Purpose)} keys" in said

    # Passed: on a throw-away server of its own, by the RSA recipient.
    said = keys("drill", "--dump", recent, "--backup", backup, "--identity", safe / "rsa.pem")
    artifact = Artifact.objects.get()
    assert "Passed" in said
    assert f"stored file: {artifact.pk}" in said
    row = RestoreDrill.objects.get()
    assert row.outcome == DrillOutcome.PASSED
    assert row.keys_opened == len(Purpose)
    assert row.values_opened >= 2
    assert row.samples == ["stored file"]
    assert row.backup_sha256 == KeyBackup.objects.get().sha256
    assert AuditEvent.objects.filter(name="escrow.drill.passed").count() == 1

    def fails(code: str, dump_file: Path, *more: object, identity: str = "ours.pem", backup_file: Path = backup) -> str:
        out = io.StringIO()
        arguments = ["--dump", dump_file, "--backup", backup_file, "--identity", safe / identity, *more]
        with pytest.raises(SystemExit) as end:
            call_command("keys", "drill", "--server", database_url(), *map(str, arguments), stdout=out)
        assert end.value.code == 1
        last = RestoreDrill.objects.order_by("-ran_at").first()
        assert last is not None
        assert (last.outcome, last.code) == (DrillOutcome.FAILED, code), out.getvalue()
        assert scratch_databases() == []
        return out.getvalue()

    said = fails("backup.wrong_identity", recent, identity="stranger.pem")
    assert "no recipient of this backup" in said
    assert "would not bring the portal back" in said
    fails("drill.dump_unreadable", safe / "ours.pub")
    fails("drill.dump_too_old", recent, "--max-age", "0")

    new_key = create_key(Purpose.FIELD, decision=by_shell(Reason.DRILL))
    said = fails("drill.key_missing", dump("plain"))
    assert str(new_key.pk) in said, "a backup that is older than the ring"
    newer = tmp_path / "newer.backup"
    keys("backup", "--recipient", safe / "ours.pub", "--out", newer)
    assert "field v2" in fails("drill.dump_too_old", recent, backup_file=newer)
    assert AuditEvent.objects.filter(name="escrow.drill.failed").count() == 5
    for event in AuditEvent.objects.filter(name__startswith="escrow."):
        assert "BEGIN" not in str(event.details)


@pytest.mark.django_db
def test_a_backup_is_new_private_and_recorded(keys: Keys, safe: Path, tmp_path: Path) -> None:
    """S1-39: mode 0600, never over a file, with date and digest in row and ledger; nothing remains of a failed one."""
    path = tmp_path / "keys.backup"
    said = keys("backup", "--recipient", safe / "ours.pub", "--out", path)
    assert path.stat().st_mode & 0o777 == 0o600
    row = KeyBackup.objects.get()
    assert row.sha256 in said
    assert set(row.key_ids) == {str(pk) for pk in KeyVersion.objects.values_list("pk", flat=True)}
    event = AuditEvent.objects.get(name="escrow.backup.made")
    assert event.details["sha256"] == row.sha256
    before = path.read_bytes()
    with pytest.raises(CommandError, match="exists already"):
        keys("backup", "--recipient", safe / "ours.pub", "--out", path)
    assert path.read_bytes() == before
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for wrong in (link, tmp_path / "no" / "folder"):
        with pytest.raises(CommandError):
            keys("backup", "--recipient", safe / "ours.pub", "--out", wrong)
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(CommandError, match="at least 3072"):
        keys("backup", "--recipient", safe / "short.pub", "--out", tmp_path / "short")
    assert not (tmp_path / "short").exists()
    assert KeyBackup.objects.count() == 1


@pytest.mark.django_db
def test_after_a_loss_the_backup_brings_the_ring_under_a_new_root_key(
    keys: Keys, safe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-39: all keys or none; a key that the backup lacks stops it."""
    sealed = envelope.seal(b"kept", purpose=Purpose.FIELD, context=b"x")
    backup = tmp_path / "keys.backup"
    keys("backup", "--recipient", safe / "ours.pub", "--out", backup)
    create_key(Purpose.FIELD, decision=by_shell(Reason.DRILL))
    newer = tmp_path / "newer.backup"
    keys("backup", "--recipient", safe / "ours.pub", "--out", newer)
    restore = ("restore", "--backup", backup, "--identity", safe / "ours.pem")
    before = dict(KeyVersion.objects.values_list("pk", "root_key_id"))
    monkeypatch.setenv("MODELOPS_ROOT_KEY", base64.b64encode(os.urandom(32)).decode())
    keyring.forget()
    forget_provider()
    try:
        with pytest.raises(KeysUnavailable):
            envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x")
        with pytest.raises(CommandError, match="The backup lacks the key"):
            keys(*restore)
        assert dict(KeyVersion.objects.values_list("pk", "root_key_id")) == before
        restored = keys("restore", "--backup", newer, "--identity", safe / "ours.pem")
        assert f"{len(Purpose) + 1} keys of the backup" in restored
        keyring.forget()
        assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"kept"
        assert AuditEvent.objects.get(name="escrow.root.moved").details["from_provider"] == "backup"
    finally:
        monkeypatch.undo()
        keyring.forget()
        forget_provider()
