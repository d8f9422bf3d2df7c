"""The officer proves the ledger in the admin: its standing, one row's proof, and what the posture says."""

import json

import pytest
from django.test import Client

from compliance.audit import Actor, record_refusal
from compliance.audit.leaf import leaf_hash
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.models import Leaf
from compliance.audit.sealing.note import check, public_key
from compliance.audit.sealing.tree import check_inclusion
from compliance.ledger_desk.models import Verification
from compliance.ledger_desk.verification import run_verification
from modelops.lib.posture import controls
from tests.accounts.people import make_user, sign_in
from tests.audit.exporting.sealing import ORIGIN
from tests.audit.sealing.rows import as_superuser, sql, stored_root

from .sealed import CommittedLedger


@pytest.fixture
def desk(db: None) -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


def outcome(key: str) -> list[str]:
    [found] = [control for control in controls() if control.key == key]
    return [finding.key for finding in found.look().findings]


def test_the_standing_shows_head_and_last_verification(ledger: CommittedLedger, desk: Client) -> None:
    """S4-111: last verify time and head hash on the page, and in the posture."""
    page = desk.get("/admin/ledger/").content.decode()
    assert "Not verified yet" in page
    run_verification(full=True, actor=Actor.system("tests"), at_once=1)
    row = Verification.objects.get()
    page = desk.get("/admin/ledger/").content.decode()
    assert "The ledger holds" in page
    assert row.root[:20] in page
    assert f"{row.ran_at:%Y-%m-%d %H:%M:%S}" in page
    assert public_key(ORIGIN, ledger.private).text.replace("+", "+") in page.replace("&#x2B;", "+")
    assert outcome("ledger.verified") == []


def test_a_broken_ledger_is_a_finding_and_stands_on_the_page(ledger: CommittedLedger, desk: Client) -> None:
    bad = Leaf.objects.get(seq=30).event_id
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x' WHERE id = %s", bad)
    run_verification(full=False, actor=Actor.system("tests"), at_once=1)
    assert outcome("ledger.verified") == ["broken"]
    page = desk.get("/admin/ledger/").content.decode()
    assert "The ledger does not hold" in page
    assert f"Row 30 ({bad}) was changed" in page


def test_a_ledger_that_nobody_verifies_is_a_finding(ledger: CommittedLedger) -> None:
    """S4-111: not only an old verification: also none at all, hours after the first signed head."""
    assert outcome("ledger.verified") == []
    with as_superuser():
        sql("UPDATE audit_sealing_checkpoint SET signed_at = signed_at - interval '8 hours'")
    assert outcome("ledger.verified") == ["old"]
    run_verification(full=True, actor=Actor.system("tests"), at_once=1)
    assert outcome("ledger.verified") == []


def test_a_row_proves_itself(ledger: CommittedLedger, desk: Client) -> None:
    """S4-111: the proof, on the page and in the file, leads from the text to the signed root; the look is recorded."""
    leaf = Leaf.objects.get(seq=123)
    page = desk.get(f"/admin/ledger/proofs/{leaf.event_id}/").content.decode()
    assert "Proven" in page
    proof = json.loads(desk.get(f"/admin/ledger/proofs/{leaf.event_id}.json").content)
    head, _ = check(proof["checkpoint"], [public_key(ORIGIN, ledger.private)])
    computed = leaf_hash(proof["event"].encode())
    steps = [bytes.fromhex(step) for step in proof["proof"]]
    assert check_inclusion(computed, proof["index"], head.size, steps, head.root)
    assert AuditEvent.objects.filter(name="audit.proof.shown", target_id=str(leaf.event_id)).count() == 2
    assert (
        f"/admin/ledger/proofs/{leaf.event_id}/"
        in desk.get(f"/admin/audit/auditevent/{leaf.event_id}/change/").content.decode()
    )


def test_a_changed_row_cannot_prove_itself(ledger: CommittedLedger, desk: Client) -> None:
    leaf = Leaf.objects.get(seq=123)
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x' WHERE id = %s", leaf.event_id)
    page = desk.get(f"/admin/ledger/proofs/{leaf.event_id}/").content.decode()
    assert "not what was sealed" in page
    assert "lead from this row’s text to the root" not in page


def test_a_tree_with_a_gap_proves_no_row(ledger: CommittedLedger, desk: Client) -> None:
    """S4-111: the page says so instead of failing."""
    with as_superuser():
        sql("DELETE FROM audit_sealing_leaf WHERE seq = (SELECT max(seq) - 1 FROM audit_sealing_leaf)")
    page = desk.get(f"/admin/ledger/proofs/{Leaf.objects.get(seq=123).event_id}/").content.decode()
    assert "Not proven" in page


def test_a_row_is_proven_by_the_tree_that_goes_on_after_a_break(ledger: CommittedLedger, desk: Client) -> None:
    """S4-111: not by a larger head that was given up."""
    size = Leaf.objects.count()
    ledger.sign(124, b"\x01" * 32, ledger.private)
    ledger.sign(size, stored_root(size), ledger.private, "break file 124 AQEB")
    page = desk.get(f"/admin/ledger/proofs/{Leaf.objects.get(seq=123).event_id}/").content.decode()
    assert "Not proven" not in page
    assert "Proven" in page


def test_a_row_that_waits_says_so(ledger: CommittedLedger, desk: Client) -> None:
    record_refusal(actor=Actor.anonymous(), code="x.waits", method="GET", route="/")
    waiting = AuditEvent.objects.get(details__code="x.waits")
    answer = desk.get(f"/admin/ledger/proofs/{waiting.pk}/")
    assert answer.status_code == 404
    assert "not sealed yet" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "proofs/00000000-0000-7000-8000-000000000000/"])
def test_others_may_not_look(path: str, client: Client, db: None) -> None:
    assert client.get(f"/admin/ledger/{path}").status_code in {302, 403}
