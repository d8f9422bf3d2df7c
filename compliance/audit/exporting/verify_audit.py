"""Check a file that was exported from the portal's audit ledger, without the portal.

    python verify_audit.py FILE --key PUBLIC [--key PUBLIC …] [--anchor CHECKPOINTS]

PUBLIC is the file of public keys from the export page, or one line of it (name+hash+key). CHECKPOINTS is an anchor: a
file to which the portal appended signed checkpoints, kept where the portal cannot change it.

It needs Python 3.11 or later and the package cryptography, and nothing of the portal. It is one file, longer than
others and with a tree and notes of its own, because it is handed out: auditors copy it to a machine of theirs and read
it whole, and need not believe the code of the portal that they check.

Memory does not grow with the file. Exit code 0: everything holds. 1: something does not; the last line names the first
bad row. 2: wrong usage.

Rows of months that were purged when their time was over are gone; their hashes stand in a complete file and lead to the
same checkpoint. Each such month must be told by a row of the file, with as many rows; a warning names it.

How it is checked: each row's text is hashed as it stands (RFC 6962: SHA-256 over 0x00 and the text). In a complete file
each block of 256 hashes leads to the root of the checkpoint by a proof; in a selection each row does. The checkpoint is
a C2SP signed note (Ed25519), and so is the statement at the end of the file about the digest of everything before it.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = 1
WIDTH = 256
LONGEST_LINE = 16 << 20
EXPORT_NAME = "modelops-audit-export"
DASH = "\N{EM DASH} "
BREAK = "\nbreak "
# Transactions commit in another order than their clocks are read, so a little is no sign of anything.
CLOCK_TOLERANCE = timedelta(minutes=5)
ROW = re.compile(rb'\{"index":(0|[1-9][0-9]{0,17}),(?:"proof":(\[[A-Za-z0-9+/=",]*\]),)?"event":(.*)\}\n', re.DOTALL)
NUMBER = re.compile("0|[1-9][0-9]{0,17}")
PURGED = re.compile(rb'\{"index":(0|[1-9][0-9]{0,17}),"purged":"([0-9]{4}-[0-9]{2})","hash":"([A-Za-z0-9+/=]{44})"\}\n')
END = re.compile(rb'(?:# )?\{"end":')

Keys = dict[tuple[str, bytes], Ed25519PublicKey]


class Bad(Exception):
    """Something does not hold; the message says what and where."""


def sha256(data: bytes) -> bytes:
    """The digest that everything here uses."""
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """An inner node of the tree."""
    return sha256(b"\x01" + left + right)


class Frontier:
    """A growing tree: the complete subtrees that it consists of, the largest first, as (level, hash)."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[tuple[int, bytes]] = []

    def add(self, found: bytes, level: int = 0) -> None:
        """Append a complete subtree of ``1 << level`` leaves."""
        self.size += 1 << level
        while self.parts and self.parts[-1][0] == level:
            found = node(self.parts.pop()[1], found)
            level += 1
        self.parts.append((level, found))

    def root(self) -> bytes:
        """The root of the tree as it is."""
        if not self.parts:
            return sha256(b"")
        found = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            found = node(left, found)
        return found


def complete(start: int, end: int) -> Iterator[int]:
    """Levels of the largest complete subtrees that the leaves from ``start`` to ``end`` consist of."""
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else 64, (end - start).bit_length() - 1)
        yield level
        start += 1 << level


def includes(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf to the root (RFC 9162, section 2.1.3.2)."""
    at, last, found = index, size - 1, leaf
    if not 0 <= index < size:
        return False
    for part in proof:
        if last == 0 or len(part) != 32:
            return False
        if at & 1 or at == last:
            found = node(part, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, part)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def decoded(text: Any, where: str) -> bytes:
    """The bytes of a base64 text."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Bad(f"{where} is not base64.") from None


def read_keys(given: Iterable[str]) -> Keys:
    """Public keys by name and hash, from lines or files of lines."""
    keys: Keys = {}
    for one in given:
        text = one if "+" in one and not Path(one).is_file() else Path(one).read_text()
        for line in text.split():
            name, _, rest = line.partition("+")
            key_id, _, encoded = rest.partition("+")
            raw = decoded(encoded, "A public key")
            digest = sha256(name.encode() + b"\n" + raw)[:4]
            if len(raw) != 33 or raw[:1] != b"\x01" or digest.hex() != key_id:
                raise Bad(f"The key {name}+{key_id} is not of the form name+hash+key with an Ed25519 key.")
            keys[name, digest] = Ed25519PublicKey.from_public_bytes(raw[1:])
    return keys


def read_note(note: Any, keys: Keys, what: str) -> tuple[str, int, bytes]:
    """Origin, number and hash of a signed note, once one of the keys has signed it under that origin."""
    text, blank, lines = str(note).rpartition("\n\n")
    parts = text.split("\n")
    if not blank or len(parts) < 3 or not NUMBER.fullmatch(parts[1]):
        raise Bad(f"{what} is no signed note.")
    is_signed = False
    for line in lines.split("\n"):
        name, _, encoded = line.removeprefix(DASH).rpartition(" ")
        if not line.startswith(DASH) or name != parts[0]:
            continue
        blob = decoded(encoded, f"A signature of {what}")
        key = keys.get((name, blob[:4]))
        if key is not None:
            try:
                key.verify(blob[4:], f"{text}\n".encode())
            except InvalidSignature:
                raise Bad(f"{what} carries a wrong signature of {name} {blob[:4].hex()}.") from None
            is_signed = True
    if not is_signed:
        raise Bad(f"No given key has signed {what} ({parts[0]}). Is it the key of this portal?")
    return parts[0], int(parts[1]), decoded(parts[2], f"The hash in {what}")


def notes_of(path: Path) -> Iterator[str]:
    """The signed notes of an anchor: a JSON object with a ``note`` on each line, or notes one after the other.

    A line that a full disk cut short is passed over, as the portal does.
    """
    lines: list[str] = []
    has_signature = False
    with path.open(encoding="utf-8") as file:
        for line in file:
            if not lines and line.startswith("{"):
                if line.endswith("}\n"):
                    yield parsed(line.encode(), "A line of the anchor").get("note", "")
                continue
            if has_signature and not line.startswith(DASH):
                yield "".join(lines)
                lines, has_signature = [], False
            if lines or line.strip():
                lines.append(line)
                has_signature = has_signature or line.startswith(DASH)
    if lines:
        yield "".join(lines)


class Anchors:
    """Checkpoints kept elsewhere, compared with the tree of the file as it grows: each must be a beginning of it."""

    def __init__(self, path: Path | None, origin: str, size: int, keys: Keys) -> None:
        self.origin, self.keys, self.size = origin, keys, size
        self.notes = notes_of(path) if path else iter(())
        self.compared = self.newer = self.number = 0
        # After an accepted break the ledger begins anew for whoever compares; the checkpoint that says so is signed.
        self.broken_at = max((n for n, note in enumerate(notes_of(path), 1) if BREAK in note), default=0) if path else 0
        self.before: tuple[int, bytes] = (0, b"")
        self.next: tuple[int, bytes] | None = self._read()

    def _read(self) -> tuple[int, bytes] | None:
        for note in self.notes:
            self.number += 1
            if self.number < self.broken_at:
                continue
            origin, size, root = read_note(note, self.keys, f"anchored checkpoint {self.number}")
            if origin != self.origin:
                raise Bad(f"Anchored checkpoint {self.number} is of another ledger: {origin}.")
            if size < self.before[0] or (size == self.before[0] and self.before[1] not in {b"", root}):
                raise Bad(f"Anchored checkpoint {self.number} (size {size}) contradicts the one before it: a fork.")
            self.before = (size, root)
            if size <= self.size:
                return size, root
            self.newer += 1
        return None

    def meet(self, tree: Frontier) -> None:
        """Compare what is anchored at the size that the tree has now."""
        while self.next is not None and self.next[0] <= tree.size:
            size, root = self.next
            if size != tree.size:
                raise Bad(f"The anchored checkpoint of size {size} cannot be compared: the file does not grow over it.")
            if root != tree.root():
                raise Bad(f"The file contradicts the anchored checkpoint of size {size}: rows before {size} differ.")
            self.compared += 1
            self.next = self._read()


class Checker:
    """Goes through the lines of one file."""

    def __init__(self, file: BinaryIO, keys: Keys, anchor: Path | None) -> None:
        self.file, self.keys, self.anchor = file, keys, anchor
        self.digest = hashlib.sha256()
        self.count = 0
        self.warnings: list[str] = []
        self.newest: datetime | None = None
        # Rows gone by month, and what rows of the file tell of purges: month and number of rows.
        self.gone: dict[str, int] = {}
        self.told_purged: set[tuple[str, int]] = set()

    def lines(self) -> Iterator[bytes]:
        """Lines up to the end of the file, which must be its signed statement."""
        while line := self.file.readline(LONGEST_LINE):
            if END.match(line):
                self._end(line)
                if self.file.read(1):
                    raise Bad("There is more after the end of the file.")
                return
            self.digest.update(line)
            yield line
        raise Bad(f"The file is cut: it has no end after {self.count} rows. Export it again.")

    def _end(self, line: bytes) -> None:
        end = parsed(line.removeprefix(b"# "), "The last line")["end"]
        name, rows, digest = read_note(end.get("signature"), self.keys, "the statement at the end of the file")
        if name != EXPORT_NAME:
            raise Bad(f"The statement at the end of the file is one of {name}, not of {EXPORT_NAME}.")
        self.said = (rows, digest)
        if digest.hex() != end.get("digest") or rows != end.get("rows"):
            raise Bad("The last line contradicts its signature.")

    def check(self) -> str:
        """What the file proves, in a sentence. Raises Bad."""
        lines = self.lines()
        first = next(lines, b"")
        if first.startswith(b"{") and b'"modelops_audit_export"' in first:
            told = self._proven(parsed(first, "The first line"), lines)
        else:
            self.count = (0 if first.startswith(b"index,") else bool(first)) + sum(1 for _ in lines)
            told = f"{self.count} rows, signed as a whole. The proofs are in an export as JSON lines."
            if self.anchor:
                raise Bad("Only an export as JSON lines can be compared with an anchor.")
        if self.count != self.said[0]:
            raise Bad(f"The file has {self.count} rows; {self.said[0]} were signed.")
        if self.digest.digest() != self.said[1]:
            raise Bad("The file is not the one that was signed: its digest differs.")
        return told

    def _proven(self, header: dict[str, Any], lines: Iterator[bytes]) -> str:
        if header.get("modelops_audit_export") != FORMAT:
            raise Bad(f"The file has format {header.get('modelops_audit_export')}; this program reads {FORMAT}.")
        origin, size, root = read_note(header.get("checkpoint"), self.keys, "the checkpoint")
        if origin != header.get("origin") or size != header.get("size") or origin == EXPORT_NAME:
            raise Bad("The first line contradicts its checkpoint.")
        anchors = Anchors(self.anchor, origin, size, self.keys)
        tree = Frontier()
        anchors.meet(tree)
        if header.get("complete") is True and not header.get("selection"):
            self._whole(lines, size, root, tree, anchors)
            self._purged(header.get("purged") or [])
        elif header.get("complete") is False and header.get("selection"):
            self._selected(lines, size, root, tree, anchors)
        else:
            raise Bad("The first line does not say whether all rows are in the file.")
        if anchors.next is not None:
            raise Bad(f"The anchored checkpoint of size {anchors.next[0]} cannot be compared.")
        if self.anchor and not anchors.number:
            raise Bad("The anchor holds no checkpoint.")
        kind = "all rows" if header["complete"] else "the rows that were selected"
        told = f"{self.count} rows ({kind}) of {origin} stand in the tree of {size} rows, root {root.hex()}."
        if anchors.broken_at:
            self.warnings.append(
                f"Anchored checkpoint {anchors.broken_at} says that the ledger was broken there and that somebody went"
                " on: what was anchored before it is not continued. Ask who decided it."
            )
        if self.anchor:
            told += f" {anchors.compared} anchored checkpoints agree"
            told += f"; {anchors.newer} are newer than the file." if anchors.newer else "."
        return told

    def _whole(self, lines: Iterator[bytes], size: int, root: bytes, tree: Frontier, anchors: Anchors) -> None:
        """Every row from 0 on, with a proof after each block."""
        held: list[bytes] = []
        for line in lines:
            if line.startswith(b'{"index":'):
                index, leaf = self._leaf(line)
                if index != self.count:
                    raise Bad(f"Row {self.count} is missing: row {index} stands in its place.")
                held.append(leaf)
                self.count += 1
                continue
            first = self.count - len(held)
            if not held or len(held) > WIDTH:
                raise Bad(f"Row {self.count} is missing: the end of a block stands in its place.")
            self._block(parsed(line, f"The proof of the rows from {first} on"), first, held, size, root)
            self._grow(tree, held, anchors)
            held = []
        if self.count != size or held:
            raise Bad(f"Row {self.count} is missing: the checkpoint says that there are {size} rows.")
        if tree.root() != root:
            raise Bad("The rows do not lead to the root of the checkpoint.")

    def _leaf(self, line: bytes) -> tuple[int, bytes]:
        """Place and hash of a row of a complete file: of its text, or as it stands where the row was purged."""
        if (match := PURGED.fullmatch(line)) is not None:
            month = match[2].decode()
            self.gone[month] = self.gone.get(month, 0) + 1
            return int(match[1]), decoded(match[3].decode(), f"The hash of row {match[1].decode()}")
        index, proof, text = self._row(line)
        if proof is not None:
            raise Bad(f"Row {index} comes with a proof of its own, which a complete file has not.")
        return index, sha256(b"\x00" + text)

    def _purged(self, said: list[dict[str, Any]]) -> None:
        """Each month that is gone must be one that the ledger tells of, in a row that is proven like any other.

        That row may be of a month that was purged itself, years later.
        """
        at = {one["month"]: (str(one["at"]), one["rows"]) for one in said}
        for month, rows in sorted(self.gone.items()):
            when, expected = at.get(month, ("", None))
            if rows != expected:
                raise Bad(f"{rows} rows of {month} are gone, and the first line tells of {expected or 'none'}.")
            if (month, rows) not in self.told_purged and when[:7] not in self.gone:
                raise Bad(f"{rows} rows of {month} are gone, and no row of the ledger tells that they were purged.")
            self.warnings.append(f"{rows} rows of {month} were purged at {when}; their hashes stand in their place.")

    def _block(self, block: dict[str, Any], first: int, held: list[bytes], size: int, root: bytes) -> None:
        last = min(first + WIDTH, size) - 1
        hashes = decoded(block.get("hashes"), f"The hashes of rows {first} to {last}")
        part = Frontier()
        for at in range(0, len(hashes), 32):
            part.add(hashes[at : at + 32])
        proof = [decoded(one, f"The proof of row {first}") for one in block.get("proof") or []]
        is_sound = block.get("block") == first // WIDTH and len(hashes) == 32 * (last + 1 - first)
        if not is_sound or not includes(part.root(), first // WIDTH, -(-size // WIDTH), proof, root):
            # The hashes are not those of the tree, so they cannot tell which of the rows is wrong.
            raise Bad(f"The proof of rows {first} to {last} does not lead to the checkpoint. First: row {first}.")
        for at, found in enumerate(held):
            if found != hashes[at * 32 : at * 32 + 32]:
                raise Bad(f"Row {first + at} is not what was recorded: its text was changed.")
        if self.count <= last:
            raise Bad(f"Row {self.count} is missing: its block ends before it.")

    def _grow(self, tree: Frontier, held: list[bytes], anchors: Anchors) -> None:
        for found in held:
            tree.add(found)
            anchors.meet(tree)

    def _selected(self, lines: Iterator[bytes], size: int, root: bytes, tree: Frontier, anchors: Anchors) -> None:
        """Rows with a proof each; then how the tree grew from checkpoint to checkpoint."""
        last = -1
        for line in lines:
            if line.startswith(b'{"grown":'):
                self._grown(parsed(line, "The growth of the tree"), size, tree, anchors)
                continue
            index, proof, text = self._row(line)
            if index <= last:
                raise Bad(f"Row {index} stands behind row {last}: rows were moved or doubled.")
            last = index
            if proof is None or not includes(sha256(b"\x00" + text), index, size, proof, root):
                raise Bad(f"Row {index} is not what was recorded: its proof does not lead to the checkpoint.")
            self.count += 1
        if tree.size != size or tree.root() != root:
            raise Bad("The growth of the tree does not lead to the checkpoint.")

    def _grown(self, step: dict[str, Any], size: int, tree: Frontier, anchors: Anchors) -> None:
        nodes, at = decoded(step.get("nodes"), "The growth of the tree"), 0
        grown = step["grown"]
        if not isinstance(grown, int) or not tree.size < grown <= size:
            raise Bad("The growth of the tree goes backwards.")
        for level in complete(tree.size, grown):
            tree.add(nodes[at : at + 32], level)
            at += 32
        if at != len(nodes):
            raise Bad(f"The growth of the tree to {grown} rows is of a wrong length.")
        anchors.meet(tree)

    def _row(self, line: bytes) -> tuple[int, list[bytes] | None, bytes]:
        """Place, proof and text of a row; a look at its clock on the way."""
        match = ROW.fullmatch(line)
        if match is None:
            raise Bad(f"The line after row {self.count - 1} is no row: {line[:60]!r}.")
        index, text = int(match[1]), match[3]
        if text == b"null":
            raise Bad(f"Row {index} was gone from the ledger when the file was made.")
        event = parsed(text, f"Row {index}")
        self._clock(index, event)
        if event.get("action") == "audit.month.purged":
            self.told_purged.add((str(event["details"]["month"]), event["details"]["rows"]))
        proof = (
            None if match[2] is None else [decoded(one, f"The proof of row {index}") for one in json.loads(match[2])]
        )
        return index, proof, text

    def _clock(self, index: int, event: dict[str, Any]) -> None:
        try:
            at = datetime.fromisoformat(event["at"])
        except (KeyError, TypeError, ValueError):
            raise Bad(f"Row {index} has no readable time.") from None
        if self.newest is not None and at < self.newest - CLOCK_TOLERANCE and len(self.warnings) < 20:
            self.warnings.append(f"Row {index} was recorded at {event['at']}, long before rows that stand before it.")
        self.newest = max(at, self.newest or at)


def parsed(text: bytes, where: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Bad(f"{where} is no JSON object.")
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Check an exported file of the audit ledger.")
    parser.add_argument("file", type=Path, help="the exported file")
    parser.add_argument("--key", action="append", required=True, help="a file of public keys, or one (name+hash+key)")
    parser.add_argument("--anchor", type=Path, help="a file of signed checkpoints, kept outside the portal")
    given = parser.parse_args(arguments)
    say = sys.stdout.write
    try:
        with given.file.open("rb") as file:
            checker = Checker(file, read_keys(given.key), given.anchor)
            told = checker.check()
    except (OSError, UnicodeDecodeError) as error:
        say(f"Cannot be read: {error}\n")
        return 2
    except Bad as bad:
        say(f"DOES NOT HOLD: {bad}\n")
        return 1
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        # JSON, but with something else in it than an export has; where it breaks says no more than that.
        say(f"DOES NOT HOLD: The file is not of the form of an export ({type(error).__name__}).\n")
        return 1
    for warning in checker.warnings:
        say(f"Warning: {warning}\n")
    say(f"HOLDS: {told}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
