"""Whom the program that checks an export believes: the given keys, and what was anchored elsewhere."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.audit.exporting.signing import key_file
from compliance.audit.sealing.note import Head, public_key, sign
from tests.audit.exporting.kit import Verify, export_to
from tests.audit.exporting.sealing import ORIGIN, SealedLedger


def test_another_key_is_refused(ledger: SealedLedger, tmp_path: Path, verify: Verify) -> None:
    """S3-23: of the same name, of none, and one that signed only half of it."""
    file = export_to(tmp_path / "all.jsonl")
    stranger = public_key(ORIGIN, Ed25519PrivateKey.generate()).text
    head, own = key_file().splitlines()
    for keys, says in (
        (f"{stranger}\n{own}\n", "No given key has signed the checkpoint"),
        (f"{own}\n", "No given key has signed the checkpoint"),
        (f"{head}\n", "No given key has signed the statement at the end"),
    ):
        said = verify(file, keys=keys)
        assert (said.code, says in said.text) == (1, True), said.text
    said = verify(file, keys=head.replace(head[-6:], "AAAAA=") + "\n")
    assert (said.code, "key" in said.text) == (1, True), said.text


@pytest.mark.parametrize("category", ["", "data"])
def test_a_fork_of_the_ledger_is_refused_by_what_was_anchored(
    ledger: SealedLedger, category: str, tmp_path: Path, verify: Verify
) -> None:
    """S3-23: whoever signs another tree with the true key is told by the anchor."""
    file = export_to(tmp_path / "fork.jsonl", category=category)
    kept = ledger.notes[:]
    ledger.notes[1] = sign(Head(ORIGIN, 400, bytes(32)), [ledger.private])
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert (said.code, "contradicts the anchored checkpoint of size 400" in said.text) == (1, True), said.text
    ledger.notes[:] = [*kept, sign(Head(ORIGIN, 700, bytes(32)), [ledger.private])]
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert (said.code, "a fork" in said.text) == (1, True), said.text
    ledger.notes[:] = [*kept[:2], sign(Head(ORIGIN, 50, bytes(32)), [ledger.private])]
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert (said.code, "a fork" in said.text) == (1, True), said.text
    ledger.notes[:] = [sign(Head("another.test/audit", 102, bytes(32)), [ledger.private])]
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert said.code == 1, said.text
    ledger.notes[:] = []
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert (said.code, "no checkpoint" in said.text) == (1, True), said.text


def test_an_accepted_break_is_told_and_what_follows_it_is_compared(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-23: the signed checkpoint that does not continue the one before says so itself."""
    file = export_to(tmp_path / "all.jsonl")
    sound = ledger.notes[1]
    head = sound.split("\n\n", maxsplit=1)[0].split("\n")
    lost = sign(Head(ORIGIN, 650, bytes(32)), [ledger.private])
    line = f"break file 650 {base64.b64encode(bytes(32)).decode()}"
    anew = sign(Head(ORIGIN, 400, base64.b64decode(head[2]), (line,)), [ledger.private])
    ledger.notes[:] = [lost, anew, ledger.notes[2]]
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert (said.code, "Warning: Anchored checkpoint 2" in said.text) == (0, True), said.text
    assert "2 anchored checkpoints agree" in said.text
    ledger.notes[1] = sound
    assert verify(file, anchor=ledger.anchor(tmp_path)).code == 1


def test_after_an_accepted_break_files_stand_under_the_tree_that_goes_on(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-23: not under a larger one that was given up."""
    ledger.sign(900, bytes(32), ledger.private, anchored=False)
    size = ledger.checkpoint().size
    said = verify(export_to(tmp_path / "all.jsonl"))
    assert (said.code, f"in the tree of {size} rows" in said.text) == (0, True), said.text


def test_what_is_no_file_is_said_to_be_none(ledger: SealedLedger, tmp_path: Path, verify: Verify) -> None:
    """S3-23: a missing file and an empty one."""
    assert verify(tmp_path / "none.jsonl").code == 2
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    assert "The file is cut" in verify(empty).text
