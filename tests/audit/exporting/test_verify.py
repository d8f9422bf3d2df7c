"""The program that checks an export alone: sound files hold, and every change is found and named."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.audit.exporting.signing import key_file
from compliance.audit.models import AuditEvent
from compliance.audit.sealing.note import Head, public_key, sign
from tests.audit.exporting.kit import Verify, export_to
from tests.audit.exporting.sealing import ORIGIN, SealedLedger

Lines = list[bytes]
Change = Callable[[Lines], None]


def about_data() -> int:
    return AuditEvent.objects.filter(category="data").count()


def lines_of(path: Path) -> Lines:
    return path.read_bytes().splitlines(keepends=True)


def at(lines: Lines, index: int) -> int:
    """The number of the line that holds a row."""
    return next(number for number, line in enumerate(lines) if line.startswith(b'{"index":%d,' % index))


def changed(path: Path, change: Change) -> Path:
    """A copy of the file with a change."""
    lines = lines_of(path)
    change(lines)
    copy = path.with_name(f"changed-{path.name}")
    copy.write_bytes(b"".join(lines))
    return copy


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


def edit(index: int) -> Change:
    def change(lines: Lines) -> None:
        number = at(lines, index)
        assert b'"outcome":"success"' in lines[number]
        lines[number] = lines[number].replace(b'"outcome":"success"', b'"outcome":"failure"')

    return change


def delete(index: int) -> Change:
    return lambda lines: lines.__delitem__(at(lines, index))


def swap(one: int, other: int) -> Change:
    def change(lines: Lines) -> None:
        first, second = at(lines, one), at(lines, other)
        lines[first], lines[second] = lines[second], lines[first]

    return change


def exchange(one: int, other: int) -> Change:
    """Two rows change places and keep the numbers of their places."""

    def change(lines: Lines) -> None:
        first, second = at(lines, one), at(lines, other)
        row, another = lines[first].split(b'"event":', 1), lines[second].split(b'"event":', 1)
        lines[first], lines[second] = row[0] + b'"event":' + another[1], another[0] + b'"event":' + row[1]

    return change


def double(index: int) -> Change:
    return lambda lines: lines.insert(at(lines, index), lines[at(lines, index)])


def cut(lines: Lines) -> None:
    del lines[500:-1]


def cut_all(lines: Lines) -> None:
    del lines[500:]


def rehash(index: int) -> Change:
    """An edited row, and the hashes of its block made to fit."""

    def change(lines: Lines) -> None:
        edit(index)(lines)
        number = next(n for n, line in enumerate(lines) if line.startswith(b'{"block":%d,' % (index // 256)))
        block = json.loads(lines[number])
        hashes = bytearray(base64.b64decode(block["hashes"]))
        hashes[index % 256 * 32] ^= 1
        block["hashes"] = base64.b64encode(hashes).decode()
        lines[number] = json.dumps(block, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return change


def renumber(lines: Lines) -> None:
    """Row 300 is gone, and those behind it closed up."""
    start = at(lines, 300)
    del lines[start]
    for number in range(start, len(lines)):
        if lines[number].startswith(b'{"index":'):
            index = json.loads(lines[number])["index"]
            lines[number] = lines[number].replace(b'{"index":%d,' % index, b'{"index":%d,' % (index - 1))


def edit_header(name: str, value: object) -> Change:
    def change(lines: Lines) -> None:
        header = json.loads(lines[0])
        header[name] = value
        lines[0] = json.dumps(header, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return change


def edit_end(name: str, value: object) -> Change:
    def change(lines: Lines) -> None:
        end = json.loads(lines[-1])
        end["end"][name] = value
        lines[-1] = json.dumps(end, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return change


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
}


def test_every_change_of_a_complete_file_is_refused_by_name(
    ledger: SealedLedger, tmp_path: Path, verify: Verify
) -> None:
    """S3-23: the first bad row is named."""
    file = export_to(tmp_path / "all.jsonl")
    for what, (change, says) in OF_ALL.items():
        said = verify(changed(file, change))
        assert (said.code, says in said.text) == (1, True), (what, said.text)


def edit_proof(index: int) -> Change:
    def change(lines: Lines) -> None:
        number = at(lines, index)
        proof = json.loads(lines[number])["proof"][0]
        wrong = base64.b64encode(bytes(32)).decode()
        lines[number] = lines[number].replace(proof.encode(), wrong.encode(), 1)

    return change


def cut_growth(lines: Lines) -> None:
    del lines[next(number for number, line in enumerate(lines) if line.startswith(b'{"grown":'))]


def half(lines: Lines) -> None:
    del lines[len(lines) // 2 :]


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


def test_what_is_no_file_is_said_to_be_none(ledger: SealedLedger, tmp_path: Path, verify: Verify) -> None:
    """S3-23: a missing file and an empty one."""
    assert verify(tmp_path / "none.jsonl").code == 2
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"")
    assert "The file is cut" in verify(empty).text
