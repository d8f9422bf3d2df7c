"""How far a verification looks: at the newest rows alone, past an accepted break, and how much of it is told."""

import importlib
from collections import Counter

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from compliance.audit import Actor, record
from compliance.audit.sealing.audit_events import BREAK_ACCEPTED
from compliance.audit.sealing.models import Leaf
from compliance.audit.sealing.note import Head, sign
from compliance.audit.verifying import Verdict, verify
from compliance.audit.verifying.verdict import NAMED
from tests.audit.exporting.sealing import ORIGIN
from tests.audit.sealing.rows import as_superuser, sql, stored_root

from .sealed import CommittedLedger

pytestmark = pytest.mark.django_db


def newest(ledger: CommittedLedger) -> Verdict:
    return verify(full=False, anchors={"file": ledger.notes}, at_once=1)


def kinds(verdict: Verdict) -> set[str]:
    return {found.kind for found in verdict.findings}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest rows are some 300 of the 630 that there are."""
    module = importlib.import_module("compliance.audit.verifying.verify")  # its package has a function of that name
    monkeypatch.setattr(module, "RECENT_ROWS", 256)


def test_the_frequent_look_leaves_old_heads_to_the_full_one(ledger: CommittedLedger, few: None) -> None:
    """S3-24: years of signatures are not checked every five minutes; that the anchor went back is seen all the same."""
    ledger.notes.insert(0, sign(Head(ORIGIN, 5, bytes(32)), [Ed25519PrivateKey.generate()]))
    verdict = newest(ledger)
    assert verdict.rows < verdict.size == verdict.anchored_size
    assert kinds(verdict) == set()
    assert kinds(verify(anchors={"file": ledger.notes}, at_once=1)) == {"checkpoint.signature"}
    ledger.notes.append(ledger.notes[1])
    assert kinds(newest(ledger)) == {"anchor.fork"}


def test_the_frequent_look_takes_the_whole_way_where_the_tree_has_a_gap(ledger: CommittedLedger, few: None) -> None:
    """S3-24: a tree that cannot be begun in the middle is a finding, and no verification that never ran."""
    with as_superuser():
        sql("DELETE FROM audit_sealing_tile WHERE level = 0 AND index = 0")
        sql("DELETE FROM audit_sealing_leaf WHERE seq = 7")
    verdict = newest(ledger)
    assert ("leaf.missing", 7) in {(found.kind, found.seq) for found in verdict.findings}


def test_a_tile_that_is_longer_than_it_can_be_is_named(ledger: CommittedLedger) -> None:
    with as_superuser():
        sql("UPDATE audit_sealing_tile SET hashes = hashes || '\\x00'::bytea WHERE level = 0 AND index = 0")
    assert kinds(verify(at_once=1)) == {"tile.altered"}


@pytest.mark.parametrize("full", [True, False])
def test_what_an_accepted_break_gave_up_is_told_and_not_compared(ledger: CommittedLedger, full: bool) -> None:
    """S3-24: the ledger holds again after people have decided to go on; a change after that is found."""

    def look() -> Verdict:
        return verify(full=full, anchors={"file": ledger.notes}, at_once=1)

    size = Leaf.objects.count()
    ledger.sign(size + 50, b"\x01" * 32, ledger.private)  # rows that a lost database had
    assert not look().holds
    with transaction.atomic():
        record(BREAK_ACCEPTED, actor=Actor.system("tests"), size=size, anchored="", reason="restored")
    line = f"break file {size + 50} AQEB"
    ledger.sign(size, stored_root(size), Ed25519PrivateKey.generate(), line)
    assert not look().holds, "whoever has no key accepts nothing"
    ledger.notes.pop()
    ledger.sign(size, stored_root(size), ledger.private, line)
    verdict = look()
    assert (verdict.holds, kinds(verdict)) == (True, {"checkpoint.broken_off"})
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x' WHERE id = %s", Leaf.objects.get(seq=9).event_id)
    assert look().first_bad.seq == 9


def test_a_ledger_where_nothing_holds_is_told_on_one_page(ledger: CommittedLedger) -> None:
    """S3-24: the first of each kind are kept and shown, not one for each of years of heads."""
    stranger = Ed25519PrivateKey.generate()
    ledger.notes += [sign(Head(ORIGIN, size, bytes(32)), [stranger]) for size in range(3 * NAMED)]
    with as_superuser():
        sql("UPDATE audit_auditevent SET source = 'x'")
    verdict = verify(anchors={"file": ledger.notes}, at_once=1)
    assert verdict.first_bad.seq == 0
    assert Counter(found.kind for found in verdict.findings) == {"checkpoint.signature": NAMED, "row.altered": NAMED}
