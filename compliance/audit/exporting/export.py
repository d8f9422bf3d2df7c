"""Exports: recorded before the first row leaves, streamed, signed at their end.

An export holds rows under the newest signed checkpoint; what came after it is in the next one.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from modelops.lib.errors import Conflict
from modelops.version import VERSION as PORTAL_VERSION

from ..actor import Actor
from ..canonical import canonical_json
from ..context import current
from ..ledger import record
from ..sealing.models import Checkpoint, PurgedMonth
from ..sealing.note import parse
from ..sealing.sizes import sealed_rows
from ..sealing.tiles import WIDTH
from .events import EXPORT_FINISHED, EXPORT_STARTED
from .forms import (
    COLUMNS,
    MEDIA,
    csv_line,
    end_line,
    gone_line,
    other_line,
    proven_line,
    purged_line,
    require_form,
    suffix,
)
from .period import told
from .proofs import Proofs, text_of
from .recording import recorded_or_nothing
from .rows import rows
from .selection import Selection
from .signing import signed

FORMAT: Final = 1
PIECE_BYTES: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Export:
    """A file on its way: ``pieces`` ends with the signature, or raises, and then the file has none."""

    name: str
    media_type: str
    pieces: Iterator[bytes]


def begin_export(selection: Selection, form: str, *, actor: Actor) -> Export:
    """Record the export, then give the file. Raises Invalid for an unknown form, Conflict when no checkpoint is signed,
    Unavailable when it cannot be recorded, KeysUnavailable."""
    require_form(form, MEDIA)
    checkpoint = Checkpoint.objects.first()
    if checkpoint is None:
        raise Conflict(
            "No checkpoint of the ledger is signed yet, so nothing could be proven of a file. Start the sealer "
            "(manage.py seal_audit_log) and try again a minute later.",
            code="export.no_checkpoint",
        )
    signed(0, hashlib.sha256().digest())  # a key that is missing is found before anything is recorded or sent
    told_as = selection.describe()
    with recorded_or_nothing():
        record(EXPORT_STARTED, None, actor=actor, form=form, selection=told_as, size=checkpoint.size)
    name = f"audit-log-{timezone.now():%Y%m%dT%H%M%SZ}.{suffix(form)}"
    return Export(name, MEDIA[form], _pieces(_Writer(selection, form, checkpoint, actor).lines()))


class _Writer:
    """The lines of one file, its digest and its end."""

    def __init__(self, selection: Selection, form: str, checkpoint: Checkpoint, actor: Actor) -> None:
        self.selection, self.form, self.checkpoint, self.actor = selection, form, checkpoint, actor
        self.digest = hashlib.sha256()
        self.count = 0
        self.context = current.get()  # the request is over for the middleware when the last piece is sent

    def lines(self) -> Iterator[bytes]:
        """All lines of the file."""
        content = self._proven() if self.form == "jsonl" else self._told()
        for line in content:
            data = line.encode()
            self.digest.update(data)
            yield data
        yield self._end()

    def _proven(self) -> Iterator[str]:
        """Rows with their proofs: of each block where all rows are there, else of each row."""
        size, is_whole = self.checkpoint.size, self.selection.is_whole
        proofs = Proofs(size)
        yield _line(self._header())
        for row in rows(self.selection, size):
            proof = None if is_whole else proofs.inclusion(row.index)
            if row.month:
                yield purged_line(row.index, row.month, text_of(row.hash))
            else:
                yield proven_line(row.index, row.text or "null", proof)
            self.count += 1
            if is_whole and (row.index % WIDTH == WIDTH - 1 or row.index == size - 1):
                yield _line(proofs.block(row.index // WIDTH))
        if not is_whole:
            yield from map(_line, proofs.growth())

    def _told(self) -> Iterator[str]:
        """Rows as others read them; that they are those of the ledger is said by the signature alone."""
        if self.form == "csv":
            yield csv_line(COLUMNS)
        gone: list[int] = []
        for row in rows(self.selection, self.checkpoint.size):
            if row.text is None:
                first, _, count, purged = gone or [row.index, 0, 0, 0]
                gone = [first, row.index, count + 1, purged + bool(row.month)]
            else:
                yield other_line(self.form, row.index, row.text)
                self.count += 1
        if gone:
            yield gone_line(self.form, *gone)

    def _header(self) -> dict[str, Any]:
        return {
            "modelops_audit_export": FORMAT,
            "checkpoint": self.checkpoint.note,
            "complete": self.selection.is_whole,
            "made_at": told(timezone.now()),
            "newer_rows": sealed_rows() - self.checkpoint.size,
            "origin": parse(self.checkpoint.note).head.origin,
            "portal": PORTAL_VERSION,
            "purged": [
                {"at": told(row.purged_at), "month": row.month, "rows": row.rows}
                for row in PurgedMonth.objects.filter(last_seq__lt=self.checkpoint.size)
            ],
            "selection": self.selection.asked,
            "size": self.checkpoint.size,
        }

    def _end(self) -> bytes:
        """Rows, digest and signature. The ledger has them first: an export that it does not know of stays unsigned."""
        digest = self.digest.digest()
        note = signed(self.count, digest)
        token = current.set(self.context)
        try:
            with recorded_or_nothing():
                record(EXPORT_FINISHED, None, actor=self.actor, form=self.form, rows=self.count, sha256=digest.hex())
        finally:
            current.reset(token)
        return end_line(self.form, self.count, digest, note).encode()


def _line(content: dict[str, Any]) -> str:
    return canonical_json(content) + "\n"


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in pieces that are worth a system call."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE_BYTES:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)
