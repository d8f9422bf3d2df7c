"""``manage.py backup_database``: make, check and restore sealed dumps of the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audit import Actor
from compliance.escrow.drill.restoring import restore
from compliance.escrow.dumps.making import make_dump
from compliance.escrow.dumps.sealed_file import open_dump
from compliance.escrow.key_commands.opening import add_identity_arguments, read_identity
from modelops.crypto.escrow import Recipient, load_recipient
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = (
        "Make a dump of the database that only recovery recipients can open; check one, or restore one into an empty "
        "database. The plain dump is never on a disk."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        make = parts.add_parser("make", help="dump the portal's database into a new file")
        make.add_argument(
            "--recipient", required=True, action="append", type=Path, metavar="PUBLIC.pem",
            help="public key of a recovery recipient, as for keys backup; may be given several times",
        )  # fmt: skip
        make.add_argument("--out", required=True, type=Path, metavar="FILE", help="a file that does not exist yet")
        for name, says in (("check", "read all of a file and change nothing"), ("restore", "load a file, all or none")):
            part = parts.add_parser(name, help=says)
            part.add_argument("file", type=Path)
            add_identity_arguments(part)
            if name == "restore":
                part.add_argument("--database", required=True, metavar="URL", help="an empty database")

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        try:
            getattr(self, f"_{part}")(options)
        except DomainError as error:
            raise CommandError(f"{error} ({error.code})") from None

    def _make(self, options: dict[str, Any]) -> None:
        recipients = [_recipient(path) for path in options["recipient"]]
        made = make_dump(recipients, options["out"], actor=Actor.system("operator-shell"))
        self.stdout.write(f"{made.path}: {made.stored_bytes} bytes, a dump of {made.dump_bytes}, SHA-256 {made.sha256}")
        for recipient in recipients:
            self.stdout.write(f"    opens with the private key of {recipient.fingerprint} ({recipient.kind})")

    def _check(self, options: dict[str, Any]) -> None:
        opened = open_dump(options["file"], read_identity(options))
        size = sum(len(piece) for piece in opened.pieces)
        self.stdout.write(f"It is whole: a dump of {size} bytes, made {opened.made_at:%Y-%m-%d %H:%M} UTC.")

    def _restore(self, options: dict[str, Any]) -> None:
        restore(options["file"], options["database"], read_identity(options))
        self.stdout.write("Restored. Before anybody signs in, run: manage.py replay_erasures")


def _recipient(path: Path) -> Recipient:
    try:
        return load_recipient(path.read_bytes(), str(path))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}. (recipient.unreadable)") from None
