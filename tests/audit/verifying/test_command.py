"""``manage.py verify_audit_log``, and reading through several connections."""

from io import StringIO

import pytest
from django.core.management import call_command

from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Leaf
from compliance.audit.verifying import verify
from compliance.ledger_desk.models import Verification

from .sealed import SealedLedger, as_superuser, sql

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
    ledger = SealedLedger()
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
