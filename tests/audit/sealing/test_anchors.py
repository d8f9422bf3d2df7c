"""Anchors on real servers: mail, a receiver of HTTP requests and a bucket."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured

from compliance.audit import Actor
from compliance.audit.sealing.anchoring import deliver
from compliance.audit.sealing.anchors import AnchorFailed, configured_anchors
from compliance.audit.sealing.anchors.file import FileAnchor
from compliance.audit.sealing.anchors.mail import MailAnchor
from compliance.audit.sealing.anchors.s3 import S3Anchor
from compliance.audit.sealing.anchors.webhook import WebhookAnchor
from compliance.audit.sealing.checkpoints import sign_checkpoint
from compliance.audit.sealing.heads import CheckpointRefused
from compliance.audit.sealing.models import Anchoring, Checkpoint
from compliance.audit.sealing.note import Head, check, public_key, sign
from compliance.audit.sealing.signing_keys import create_key
from tests.receivers import HttpReceiver, Mailbox
from tests.wire.fixtures import Servers, wire_servers

from .rows import add, as_superuser, seal_here, sql

__all__ = ["wire_servers"]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOTE = sign(Head("portal.example.org/audit-log", 7, bytes(32)), [KEY])
LATER = sign(Head("portal.example.org/audit-log", 9, bytes(32)), [KEY])


@pytest.fixture
def bucket(wire_servers: Servers) -> Callable[[], S3Anchor]:
    """Opens the same bucket again at each call."""
    server, name = wire_servers.get("s3"), f"anchors-{uuid.uuid4().hex[:12]}"
    httpx.put(f"{server.url}/{name}", trust_env=False).raise_for_status()
    url = f"s3://{name}/audit/checkpoints?region=us-east-1&endpoint={server.url}"
    return lambda: S3Anchor(url, "test", os.urandom(8).hex())


@pytest.fixture
def mailbox(smtp_server: Mailbox, settings: Any) -> Mailbox:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_server.host, smtp_server.port
    return smtp_server


def test_auditors_get_a_mail_that_holds_the_note(mailbox: Mailbox) -> None:
    """S3-24: what is in the mailbox can be checked with the public key alone."""
    MailAnchor(["auditor@example.org", "second@example.org"]).write(7, NOTE)
    [message] = mailbox.wait_for(1)
    assert message["Subject"] == "Audit checkpoint 7 of portal.example.org/audit-log"
    assert message["X-Envelope-To"] == "auditor@example.org, second@example.org"
    text = message.get_content().replace("\r\n", "\n")
    note = text[text.index("portal.example.org/audit-log\n") :].rstrip("\n") + "\n"
    assert check(note, [public_key("portal.example.org/audit-log", KEY)])[0].size == 7


def test_a_mail_server_that_refuses_or_is_away_is_a_failure_without_addresses(mailbox: Mailbox, settings: Any) -> None:
    mailbox.refuse_with = "550 no such user auditor@example.org"
    for _ in range(2):
        with pytest.raises(AnchorFailed) as failed:
            MailAnchor(["auditor@example.org"]).write(7, NOTE)
        assert failed.value.code == "anchor.mail_refused"
        assert "auditor@example.org" not in str(failed.value)
        settings.EMAIL_PORT = 1


def test_a_webhook_gets_the_note_and_a_key_against_repetition(http_receiver: HttpReceiver) -> None:
    anchor = WebhookAnchor(http_receiver.url)
    for _ in range(2):
        anchor.write(7, NOTE)
    one, other = http_receiver.requests
    assert one.body == other.body == NOTE.encode()
    headers = {name.lower(): value for name, value in one.headers.items()}
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert [
        {name.lower(): value for name, value in each.headers.items()}["idempotency-key"] for each in (one, other)
    ] == [headers["idempotency-key"]] * 2
    http_receiver.status = 503
    with pytest.raises(AnchorFailed, match="answered 503"):
        anchor.write(7, NOTE)


def test_a_webhook_at_a_private_address_is_not_called(http_receiver: HttpReceiver, settings: Any) -> None:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    with pytest.raises(AnchorFailed):
        WebhookAnchor(http_receiver.url).write(7, NOTE)
    assert http_receiver.requests == []


def test_a_bucket_keeps_each_checkpoint_and_tells_the_last(bucket: Callable[[], S3Anchor]) -> None:
    """S3-24: objects are created and never replaced."""
    assert bucket().last() is None
    for size, note in ((7, NOTE), (7, NOTE), (9, LATER)):
        bucket().write(size, note)
    assert bucket().last() == LATER
    bucket().write(7, NOTE)  # the last in time counts, not the largest
    assert bucket().last() == NOTE


def test_a_bucket_that_is_away_is_a_failure(bucket: Callable[[], S3Anchor], wire_servers: Servers) -> None:
    anchor = bucket()
    wire_servers.get("s3").stop()
    for step in (anchor.last, lambda: anchor.write(7, NOTE)):
        with pytest.raises(AnchorFailed) as failed:
            step()
        assert failed.value.code == "anchor.bucket_failed"


@pytest.mark.django_db
def test_one_anchor_that_is_away_does_not_hold_back_the_others(
    empty_ledger: None, tmp_path: Path, http_receiver: HttpReceiver
) -> None:
    """S3-24: the file takes every checkpoint; the webhook gets its own when it is back."""
    create_key(tmp_path / "key", actor=Actor.system("tests"))
    anchors = [FileAnchor(tmp_path / "checkpoints"), WebhookAnchor(http_receiver.url)]
    http_receiver.status = 500
    for _ in range(3):
        add(3)
        seal_here()
        assert isinstance(sign_checkpoint(anchors, tmp_path / "key"), Checkpoint)
        deliver(anchors)
    assert len((tmp_path / "checkpoints").read_text().splitlines()) == 3
    waiting = Anchoring.objects.get(anchor="webhook")
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert "answered 500" in waiting.last_error
    http_receiver.status = 204
    Anchoring.objects.update(due_at="2026-01-01T00:00:00Z")
    assert deliver(anchors) == 1
    assert http_receiver.requests[-1].body.decode() == Checkpoint.objects.order_by("id")[0].note


@pytest.mark.django_db
def test_a_log_that_is_cut_back_together_with_the_file_is_found_by_the_bucket(
    empty_ledger: None, tmp_path: Path, bucket: Callable[[], S3Anchor]
) -> None:
    """S3-24: every anchor that can be read must agree; whoever holds database and file does not hold the bucket."""
    create_key(tmp_path / "key", actor=Actor.system("tests"))
    anchors = [FileAnchor(tmp_path / "checkpoints"), bucket()]
    anchors[1].every_s = 0
    sizes = []
    for _ in range(2):
        add(3)
        sizes.append(seal_here())
        assert isinstance(sign_checkpoint(anchors, tmp_path / "key"), Checkpoint)
        assert deliver(anchors) == 2
    first, _ = (tmp_path / "checkpoints").read_text().splitlines()
    (tmp_path / "checkpoints").write_text(first + "\n")
    with as_superuser():
        sql("DELETE FROM audit_sealing_leaf WHERE seq >= %s", sizes[0])
        sql("DELETE FROM audit_sealing_seal WHERE size > %s", sizes[0])
        sql(
            "DELETE FROM audit_sealing_anchoring WHERE checkpoint_id IN"
            " (SELECT id FROM audit_sealing_checkpoint WHERE size > %s)",
            sizes[0],
        )
        sql("DELETE FROM audit_sealing_checkpoint WHERE size > %s", sizes[0])
    assert isinstance(sign_checkpoint(anchors[:1], tmp_path / "key"), Checkpoint), "the file alone sees nothing"
    Anchoring.objects.all().delete()
    with pytest.raises(CheckpointRefused) as refused:
        sign_checkpoint(anchors, tmp_path / "key")
    assert (refused.value.anchor, refused.value.code) == ("s3", "checkpoint.tail_missing")


def test_the_settings_name_the_anchors(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MODELOPS_ANCHOR_MAIL = ["auditor@example.org"]
    settings.MODELOPS_ANCHOR_WEBHOOK = "https://auditor.example.org/checkpoints"
    settings.MODELOPS_ANCHOR_S3 = "s3://bucket/audit?region=eu-central-1"
    with pytest.raises(ImproperlyConfigured, match="KEY_ID"):
        configured_anchors()
    monkeypatch.setenv("MODELOPS_ANCHOR_S3_KEY_ID", "id")
    monkeypatch.setenv("MODELOPS_ANCHOR_S3_SECRET", "secret")
    assert [anchor.name for anchor in configured_anchors()] == ["file", "s3", "webhook", "mail"]
    settings.MODELOPS_ANCHOR_S3 = "https://bucket/"
    with pytest.raises(ImproperlyConfigured, match="s3://BUCKET"):
        configured_anchors()


def test_the_last_line_is_found_in_a_long_file(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "checkpoints")
    for number in range(3):
        anchor.write(number, f"{number}" * 50_000)
    assert anchor.last() == "2" * 50_000
    (tmp_path / "link").symlink_to(anchor.path)
    with pytest.raises(AnchorFailed):
        FileAnchor(tmp_path / "link").write(1, "x")
