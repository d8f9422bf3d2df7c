"""``manage.py verify_audit_log``: prove the audit log, or name the first row that is not what it was."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audit import Actor
from compliance.audit.sealing.note import PublicKey
from compliance.audit.verifying import Verdict, verify
from compliance.audit.verifying.anchored import held_notes, notes_in
from compliance.ledger_desk.verification import run_verification
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "Verify the audit log: rows, tree, signatures, gaps, clock, anchors. Ends with 0 only when all holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--newest", action="store_true", help="only the newest rows and the heads signed over them")
        parser.add_argument(
            "--key", action="append", default=[], metavar="TEXT_OR_FILE",
            help="believe this public key (name+hash+key) instead of those in the database; may be given again",
        )  # fmt: skip
        parser.add_argument(
            "--anchor", action="append", default=[], type=Path, metavar="FILE",
            help="compare with this file of anchored checkpoints too",
        )  # fmt: skip
        parser.add_argument("--dry", action="store_true", help="leave no record of this verification")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = [_key(text) for text in options["key"]]
        files = {f"file {path}": _notes(path) for path in options["anchor"]}
        if keys or files or options["dry"]:
            verdict = verify(full=not options["newest"], anchors={**held_notes(), **files}, keys=keys)
        else:
            _, verdict = run_verification(full=not options["newest"], actor=Actor.system("command line"))
        self._print(verdict)
        if not verdict.holds:
            sys.exit(1)

    def _print(self, verdict: Verdict) -> None:
        out = self.stdout
        first = verdict.first_bad
        if first is not None:
            out.write(f"FIRST BAD ROW: {'none named' if first.seq is None else first.seq} {first.event_id}".rstrip())
        for finding in verdict.findings:
            out.write(f"{'warning' if finding.is_warning else 'BAD'}  {finding.kind}  {finding.says}")
        out.write(f"{verdict.rows} of {verdict.size} rows hashed anew, {verdict.checkpoints} checkpoints checked")
        if verdict.purged:
            out.write(f"{verdict.purged} rows were purged when their time was over; their hashes stand")
        out.write(f"anchors: {', '.join(verdict.anchors) or 'none'}; anchored up to row {verdict.anchored_size}")
        out.write(f"root {verdict.root.hex()}")
        out.write(f"{'It holds.' if verdict.holds else 'IT DOES NOT HOLD.'} ({verdict.duration_s:.1f} s)")


def _key(text: str) -> PublicKey:
    path = Path(text)
    try:
        return PublicKey.parse(path.read_text(encoding="utf-8") if path.is_file() else text)
    except (OSError, UnicodeDecodeError, DomainError) as error:
        raise CommandError(f"{text}: {error}") from None


def _notes(path: Path) -> list[str]:
    try:
        return list(notes_in(path))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
