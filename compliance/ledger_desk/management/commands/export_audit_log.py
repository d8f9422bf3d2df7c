"""``manage.py export_audit_log``: rows of the audit log as a signed file, with proofs."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audit import Actor
from compliance.audit.context import acting
from compliance.audit.exporting.export import begin_export
from compliance.audit.exporting.forms import MEDIA
from compliance.audit.exporting.selection import NAMES, read_selection
from compliance.audit.exporting.signing import key_file
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = (
        "Export the audit log under its newest signed checkpoint. Check the file elsewhere with verify_audit.py "
        "(docs/howto/verify-an-export.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the file to make; it must not exist")
        parser.add_argument("--format", choices=list(MEDIA), default="jsonl", help="jsonl (with proofs) by default")
        parser.add_argument("--public-keys", type=Path, metavar="FILE", help="also write the public keys, to this file")
        for name, meaning in NAMES.items():
            parser.add_argument(f"--{name}", default="", help=meaning)

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(via="command:export_audit_log"):
            try:
                selection = read_selection({name: options[name] for name in NAMES})
                file = begin_export(selection, options["format"], actor=Actor.system("command line"))
                size = _write(options["out"], file.pieces)
                if options["public_keys"]:
                    _write(options["public_keys"], [key_file().encode()])
            except (DomainError, OSError) as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"Wrote {size:,} bytes to {options['out']}.")


def _write(path: Path, pieces: Any) -> int:
    """A new file that only its owner reads; none is left when it could not be finished."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    size = 0
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return size
