"""The ledger as files: by page, by REST and by command; recorded before the first row leaves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from accounts.services import step_up
from compliance.audit.exporting.export import begin_export
from compliance.audit.exporting.selection import read_selection
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Leaf
from modelops.lib.errors import Conflict, Invalid, Unavailable
from tests.accounts.people import make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.audit.exporting.kit import OFFICER, Verify, export_to, write
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.sealing.rows import as_superuser, sql

pytestmark = pytest.mark.django_db


def fresh(client: Client, role: str = "Compliance officer") -> Client:
    """Signed in, with a code of the app just now."""
    sign_in(client, make_user(f"exporter{len(role)}", role))
    session = client.session
    session[step_up.CONFIRMED_KEY] = timezone.now().timestamp()
    session.save()
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows(response: Any) -> list[dict[str, Any]]:
    """The events of a file with proofs."""
    found = [json.loads(line) for line in body(response).splitlines()]
    return [line["event"] for line in found if "event" in line]


def names() -> list[str]:
    return list(
        AuditEvent.objects.filter(name__startswith="audit.export").order_by("id").values_list("name", flat=True)
    )


def test_the_officer_exports_a_category_from_the_page(
    ledger: SealedLedger, client: Client, tmp_path: Path, verify: Verify
) -> None:
    """S3-22, S3-23: a file with proofs, and two rows in the ledger that tell of it, with who asked."""
    page = fresh(client).get("/admin/ledger/exports/").content.decode()
    assert "verify_audit.py" in page
    answer = client.post("/admin/ledger/exports/file/", {"category": "data", "form": "jsonl"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-log-')
    assert names() == ["audit.export.started"]
    file = tmp_path / "page.jsonl"
    file.write_bytes(body(answer))
    assert names() == ["audit.export.started", "audit.export.finished"]
    assert verify(file).code == 0
    started, finished = AuditEvent.objects.filter(name__startswith="audit.export").order_by("id")
    assert started.details["selection"] == "category data"
    assert started.request_id == finished.request_id != ""
    assert finished.details["rows"] == AuditEvent.objects.filter(category="data").count()


def test_the_ledger_is_not_told_whose_name_somebody_typed(ledger: SealedLedger) -> None:
    """S3-23: whom an export is about stands there only if a row names them already: nothing can be taken out again."""
    begin_export(read_selection({"actor": "jane@example.org", "object": "registry.model:3"}), "csv", actor=OFFICER)
    begin_export(read_selection({"actor": "user:42", "object": "jane"}), "csv", actor=OFFICER)
    told = AuditEvent.objects.filter(name="audit.export.started").order_by("id")
    assert [row.details["selection"] for row in told] == [
        "actor unknown, object registry.model:3", "actor user:42, object unknown",
    ]  # fmt: skip


def test_the_page_gives_the_program_and_the_keys(ledger: SealedLedger, client: Client) -> None:
    """S3-23: what a stranger to the portal needs to check a file."""
    fresh(client)
    program = body(client.get("/admin/ledger/exports/verify_audit.py"))
    assert program == (settings.BASE_DIR / "compliance/audit/exporting/verify_audit.py").read_bytes()
    assert len(client.get("/admin/ledger/exports/keys.txt").content.splitlines()) == 2


def test_a_file_needs_the_permission_and_a_fresh_second_factor(ledger: SealedLedger, client: Client) -> None:
    """S3-23: refused on the page and over REST, and then nothing is recorded as exported."""
    sign_in(client, make_user("exporter", "Compliance officer"))
    assert client.post("/admin/ledger/exports/file/", {"form": "jsonl"}).status_code in {302, 403}
    assert client.get("/api/v1/audit-events/export/").status_code == 401
    client.logout()
    fresh(client, "Data scientist")
    assert client.get("/api/v1/audit-events/export/").status_code == 403
    assert client.get("/admin/ledger/exports/").status_code in {302, 403}
    assert names() == []


def test_rest_streams_what_was_selected(ledger: SealedLedger, client: Client) -> None:
    """S3-23: each filter alone, and both ends of a period."""
    fresh(client)

    def asked(**given: str) -> list[dict[str, Any]]:
        return rows(
            client.get("/api/v1/audit-events/export/", {name.rstrip("_"): text for name, text in given.items()})
        )

    assert {row["action"] for row in asked(action="tests.export.read")} == {"tests.export.read"}
    assert {row["target"]["id"] for row in asked(object="registry.model:3")} == {"3"}
    assert asked(object="registry.dataset:3") == []
    assert {row["actor"]["ref"] for row in asked(actor="user:42")} == {"42"}
    assert asked(actor="service:42") == []
    assert asked(outcome="denied") == []
    moment = AuditEvent.objects.get(pk=Leaf.objects.get(seq=350).event_id).recorded_at
    at = moment.isoformat()
    before, after = asked(to=at), asked(from_=at)
    assert len(before) + len(after) == 700
    assert all(row["at"] < f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}" for row in before)
    assert len(asked(from_="2020-01-01", to="2020-01-02")) == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"from": "2026-03-01T08:00:00"}, "period.no_zone"),
        ({"from": "yesterday"}, "period.unreadable"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "period.backwards"),
        ({"category": "gossip"}, "selection.unknown"),
        ({"outcome": "maybe"}, "selection.unknown"),
        ({"action": "registry.model.vanished"}, "event.unknown"),
        ({"actor": "x" * 300}, "selection.unreadable"),
        ({"form": "xml"}, "export.unknown_form"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    ledger: SealedLedger, client: Client, given: dict[str, str], code: str
) -> None:
    """S4-95: a time without its zone is refused, not guessed."""
    answer = fresh(client).get("/api/v1/audit-events/export/", given)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert names() == []


def test_the_page_shows_what_it_could_not_read(ledger: SealedLedger, client: Client) -> None:
    """S4-95: beside the field."""
    answer = fresh(client).post("/admin/ledger/exports/file/", {"since": "2026-03-01T08:00:00", "form": "csv"})
    assert answer.status_code == 422
    assert "does not say its time zone" in answer.content.decode()


@pytest.fixture
def deaf_ledger(ledger: SealedLedger) -> Iterator[None]:
    """From now on the ledger takes no row."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent ADD CONSTRAINT deaf CHECK (name NOT LIKE 'audit.%') NOT VALID")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DROP CONSTRAINT deaf")


def test_an_export_that_cannot_be_recorded_gives_nothing(deaf_ledger: None) -> None:
    """S3-23: the row comes first."""
    with pytest.raises(Unavailable) as refusal:
        begin_export(read_selection({}), "jsonl", actor=OFFICER)
    assert refusal.value.code == "export.not_recorded"


def test_an_export_whose_end_cannot_be_recorded_stays_unsigned(
    ledger: SealedLedger, tmp_path: Path, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-23: what was sent until then proves nothing."""
    pieces = begin_export(read_selection({}), "jsonl", actor=OFFICER).pieces

    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("compliance.audit.exporting.export.record", refuse)
    sent = b""
    with pytest.raises(Unavailable):
        for piece in pieces:
            sent += piece
    file = tmp_path / "unsigned.jsonl"
    file.write_bytes(sent)
    assert verify(file).code == 1


def test_without_a_signed_checkpoint_nothing_is_exported(db: None) -> None:
    """S3-23: there would be nothing to prove it by."""
    write(1)
    SealedLedger().seal()
    with pytest.raises(Conflict) as refusal:
        begin_export(read_selection({}), "jsonl", actor=OFFICER)
    assert refusal.value.code == "export.no_checkpoint"
    with pytest.raises(Invalid):
        begin_export(read_selection({}), "pdf", actor=OFFICER)


def test_the_command_writes_a_file_that_holds_and_replaces_none(
    ledger: SealedLedger, tmp_path: Path, verify: Verify, capsys: pytest.CaptureFixture[str]
) -> None:
    """S3-23: manage.py export_audit_log, with the keys beside it."""
    out, keys = tmp_path / "audit.jsonl", tmp_path / "keys.txt"
    call_command("export_audit_log", out=out, public_keys=keys)
    assert verify(out, keys=keys.read_text()).code == 0
    assert out.stat().st_mode & 0o077 == 0
    assert AuditEvent.objects.get(name="audit.export.started").via == "command:export_audit_log"
    with pytest.raises(CommandError):
        call_command("export_audit_log", out=out)
    with pytest.raises(CommandError, match="time zone"):
        call_command("export_audit_log", "--from=2026-03-01T08:00:00", out=tmp_path / "other.jsonl")
    assert not (tmp_path / "other.jsonl").exists()


def test_a_spreadsheet_finds_no_formula_and_no_second_line(ledger: SealedLedger, tmp_path: Path) -> None:
    """S3-23: a detail with a line break and an equals sign is one cell of one line."""
    write(1)
    ledger.checkpoint()
    lines = export_to(tmp_path / "all.csv", "csv").read_text().splitlines()
    assert len(lines) == 1 + AuditEvent.objects.exclude(name__startswith="audit.export").count() + 1
    assert all(cell[:1] not in {"=", "+", "@"} for line in lines[1:-1] for cell in line.split(","))


def test_a_row_changed_in_the_database_is_named_by_whoever_checks_the_file(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-23: the file shows the row as it is, and the tree says what it was; a deleted one is named too."""
    pk = Leaf.objects.get(seq=321).event_id
    with as_superuser():
        sql("UPDATE audit_auditevent SET actor_ref = '43' WHERE id = %s", pk)
    said = verify(export_to(tmp_path / "changed.jsonl"))
    assert (said.code, "Row 321 is not what was recorded" in said.text) == (1, True), said.text
    with as_superuser():
        sql("DELETE FROM audit_auditevent WHERE id = %s", pk)
    said = verify(export_to(tmp_path / "deleted.jsonl"))
    assert (said.code, "Row 321 was gone from the ledger" in said.text) == (1, True), said.text
    for form in ("csv", "ocsf", "ecs"):  # forms without empty rows
        gone, end = export_to(tmp_path / f"deleted.{form}", form).read_text().splitlines()[-2:]
        assert gone.removeprefix("# ") == '{"gone":{"count":1,"first":321,"last":321}}'
        assert '{"end":' in end


def test_a_category_cannot_be_cleared_alone(ledger: SealedLedger) -> None:
    """S3-22: neither by rows nor by table; all categories are one tree."""
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE category = 'data'")


def test_the_schema_is_there_for_whoever_is_signed_in(client: Client) -> None:
    """S3-21: under an address of the portal."""
    assert client.get("/api/v1/audit-events/schema/").status_code in {401, 403}
    sign_in(client, make_user())
    told = client.get("/api/v1/audit-events/schema/").json()
    assert told["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "registry.model.registered" in told["$defs"]
