"""``manage.py verify_audit_log``, and reading through several connections."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Leaf
from compliance.audit.verifying import verify
from compliance.ledger_desk.models import Verification
from tests.audit.sealing.rows import as_superuser, sql

from .sealed import CommittedLedger

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_audit_log", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_ends_with_0_only_when_all_holds() -> None:
    """S3-24: prints the first bad row. S4-111: what it found is kept, with the time and the root."""
    sql("TRUNCATE audit_auditevent, audit_sealing_leaf, audit_sealing_tile, audit_sealing_seal CASCADE")
    assert verify().holds, "an empty ledger holds"
    ledger = CommittedLedger()
    ledger.grow(600)
    code, said = run()
    assert (code, "It holds." in said) == (0, True)
    row = Verification.objects.get()
    assert (row.holds, row.is_full, row.size, row.root in said) == (True, True, 600, True)
    assert AuditEvent.objects.get(name="audit.ledger.verified").details["result"] == "it holds"

    bad = Leaf.objects.get(seq=500).event_id
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x' WHERE id = %s", bad)
    code, said = run()
    assert code == 1
    assert said.startswith(f"FIRST BAD ROW: 500 {bad}\n")
    assert not Verification.objects.latest("id").holds
    assert AuditEvent.objects.filter(name="audit.ledger.verified", outcome="failure").count() == 1
    assert verify(at_once=1).first_bad == verify(at_once=2).first_bad

    code, said = run("--dry", "--newest")
    assert code == 1
    assert Verification.objects.count() == 2


def test_a_ledger_of_one_row_is_looked_at() -> None:
    """S3-24: the first row too, while it is the only one."""
    sql("TRUNCATE audit_auditevent, audit_sealing_leaf, audit_sealing_tile, audit_sealing_seal CASCADE")
    ledger = CommittedLedger()
    ledger.grow(1)
    verdict = verify(anchors={"file": ledger.notes})
    assert (verdict.size, verdict.rows, verdict.findings) == (1, 1, [])
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x'")
    assert verify().first_bad.seq == 0


def test_a_key_that_is_none_is_refused_in_words() -> None:
    """S3-24: also one that is no base64 text."""
    for text in ("name", "name+033de0ae+\u00e9"):
        with pytest.raises(CommandError, match="not of the form"):
            call_command("verify_audit_log", "--dry", "--key", text)
