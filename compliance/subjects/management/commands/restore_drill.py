"""``manage.py restore_drill``: show that nobody who was erased comes back with a restore."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audit import Actor
from compliance.escrow.key_commands.opening import add_identity_arguments, read_identity
from compliance.subjects.rehearsal.running import run_drill
from compliance.subjects.rehearsal.services import record_drill
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = (
        "Restore a dump into a scratch database, erase everybody again whom the ledger of erasures names, find nobody, "
        "and record the result. The portal and its files are not touched. Exit code 1 when somebody is found."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dump", required=True, type=Path, help="a dump, or the folder whose newest file is one")
        parser.add_argument(
            "--server", help="URL of a database whose account may make databases; default: a throw-away server"
        )
        parser.add_argument(
            "--max-age", type=int, default=2, metavar="DAYS", help="how old the dump's newest entry may be (2)"
        )

        add_identity_arguments(parser, required=False)

    def handle(self, *args: Any, dump: Path, server: str | None, max_age: int, **options: Any) -> None:
        try:
            identity = read_identity(options) if options["identity"] else None
        except DomainError as error:
            raise CommandError(f"{error} ({error.code})") from None
        result = run_drill(dump, server=server, max_age_days=max_age, identity=identity)
        row = record_drill(result, actor=Actor.system("operator-shell"))
        for line in result.said:
            self.stdout.write(f"shown: {line}")
        for each in result.found:
            self.stdout.write(f"still found: {each}")
        if result.code:
            raise CommandError(f"{result.message} ({result.code})")
        self.stdout.write(f"Passed in {result.duration_s:.1f} s; recorded for {row.ran_at:%Y-%m-%d %H:%M} UTC.")
