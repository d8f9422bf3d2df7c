"""The program that checks an export alone: sound files hold, and every change is found and named."""

from pathlib import Path

import pytest

from compliance.audit.models import AuditEvent
from tests.audit.exporting.changes import (
    Change,
    changed,
    cut,
    cut_all,
    cut_growth,
    delete,
    double,
    edit,
    edit_end,
    edit_header,
    edit_proof,
    exchange,
    half,
    rehash,
    renumber,
    swap,
)
from tests.audit.exporting.kit import Verify, export_to
from tests.audit.exporting.sealing import SealedLedger


def about_data() -> int:
    return AuditEvent.objects.filter(category="data").count()


def test_a_sound_export_of_everything_holds_with_all_its_anchors(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-23, S4-94: all rows, under the checkpoint, and every anchored checkpoint is a beginning of the same tree."""
    file = export_to(tmp_path / "all.jsonl")
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert said.code == 0, said.text
    assert "700 rows (all rows)" in said.text
    assert "3 anchored checkpoints agree." in said.text


def test_a_sound_export_of_some_rows_holds_with_all_its_anchors(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-22: a category alone, each row with a proof."""
    file = export_to(tmp_path / "data.jsonl", category="data")
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert said.code == 0, said.text
    assert f"{about_data()} rows (the rows that were selected)" in said.text
    assert "3 anchored checkpoints agree." in said.text


def test_anchors_newer_than_the_file_are_counted(ledger: SealedLedger, tmp_path: Path, verify: Verify) -> None:
    """S3-23: an old export stays provable while the ledger grows."""
    file = export_to(tmp_path / "old.jsonl")
    ledger.checkpoint()
    said = verify(file, anchor=ledger.anchor(tmp_path))
    assert (said.code, "1 are newer than the file" in said.text) == (0, True), said.text


@pytest.mark.parametrize("form", ["csv", "ocsf", "ecs"])
def test_other_forms_hold_by_their_signature(ledger: SealedLedger, form: str, tmp_path: Path, verify: Verify) -> None:
    """S3-23, S4-94: the file is the one that was signed."""
    file = export_to(tmp_path / f"all.{form}", form)
    assert verify(file).code == 0
    said = verify(changed(file, lambda lines: lines.pop(40)))
    assert (said.code, "699 rows; 700 were signed" in said.text) == (1, True), said.text
    said = verify(changed(file, lambda lines: lines.insert(40, lines.pop(41))))
    assert (said.code, "digest differs" in said.text) == (1, True), said.text


OF_ALL: dict[str, tuple[Change, str]] = {
    "first row edited": (edit(0), "Row 0 is not what was recorded"),
    "row edited": (edit(417), "Row 417 is not what was recorded"),
    "last row edited": (edit(699), "Row 699 is not what was recorded"),
    "row edited and its block made to fit": (rehash(417), "First: row 256"),
    "first row deleted": (delete(0), "Row 0 is missing"),
    "row at the end of a block deleted": (delete(255), "Row 255 is missing"),
    "row at the beginning of a block deleted": (delete(256), "Row 256 is missing"),
    "last row deleted": (delete(699), "Row 699 is missing"),
    "row deleted and the rest renumbered": (renumber, "Row 300 is not what was recorded"),
    "rows swapped": (swap(20, 21), "Row 20 is missing"),
    "rows exchanged": (exchange(20, 21), "Row 20 is not what was recorded"),
    "row doubled": (double(20), "Row 21 is missing: row 20"),
    "tail cut, end kept": (cut, "Row 498 is missing"),
    "tail cut": (cut_all, "The file is cut"),
    "something appended": (lambda lines: lines.append(b"\n"), "more after the end"),
    "empty line": (lambda lines: lines.insert(1, b"\n"), "Row 0 is missing"),
    "size edited": (edit_header("size", 600), "contradicts its checkpoint"),
    "origin edited": (edit_header("origin", "other"), "contradicts its checkpoint"),
    "said to be partial": (edit_header("complete", False), "does not say whether all rows"),
    "time of the export edited": (edit_header("made_at", "2020-01-01"), "digest differs"),
    "checkpoint removed": (edit_header("checkpoint", "x"), "no signed note"),
    "another format": (edit_header("modelops_audit_export", 2), "format 2"),
    "count edited": (edit_end("rows", 699), "contradicts its signature"),
    "digest edited": (edit_end("digest", "00" * 32), "contradicts its signature"),
    "signature removed": (edit_end("signature", ""), "no signed note"),
    "end of another form": (lambda lines: lines.__setitem__(-1, b'{"end":7}\n'), "not of the form of an export"),
    "checkpoint of a size without end": (edit_header("checkpoint", f"a\n{'9' * 5000}\nAA==\n\n"), "no signed note"),
}


def test_every_change_of_a_complete_file_is_refused_by_name(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-23: the first bad row is named."""
    file = export_to(tmp_path / "all.jsonl")
    for what, (change, says) in OF_ALL.items():
        said = verify(changed(file, change))
        assert (said.code, says in said.text) == (1, True), (what, said.text)


# Rows 102 and 105 are of the category "data".
OF_SOME: dict[str, tuple[Change, str]] = {
    "row edited": (edit(105), "Row 105 is not what was recorded"),
    "proof edited": (edit_proof(105), "Row 105 is not what was recorded"),
    "rows exchanged": (exchange(102, 105), "Row 102 is not what was recorded"),
    "rows swapped": (swap(102, 105), "Row 102 stands behind row 105"),
    "row doubled": (double(105), "Row 105 stands behind row 105"),
    "row deleted": (delete(105), "were signed"),
    "growth cut": (cut_growth, "growth of the tree"),
    "tail cut": (half, "The file is cut"),
    "selection edited": (edit_header("selection", {"category": "model"}), "digest differs"),
    "selection removed": (edit_header("selection", {}), "does not say whether all rows"),
    "said to be whole": (edit_header("complete", True), "does not say whether all rows"),
}


def test_every_change_of_a_selection_is_refused_by_name(ledger: SealedLedger, tmp_path: Path, verify: Verify) -> None:
    """S3-22, S3-23: also where only some rows are in the file."""
    file = export_to(tmp_path / "data.jsonl", category="data")
    for what, (change, says) in OF_SOME.items():
        said = verify(changed(file, change))
        assert (said.code, says in said.text) == (1, True), (what, said.text)
