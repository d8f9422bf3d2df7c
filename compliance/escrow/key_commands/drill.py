"""``keys drill``: prove that a database dump and a key backup bring the portal back."""

from argparse import ArgumentParser
from pathlib import Path

from compliance.audit import Actor
from compliance.escrow.drill.running import run_drill
from compliance.escrow.services import record_drill
from modelops.crypto.command_line import Options, Out

from .opening import add_backup_arguments, read_identity

NAME = "drill"
HELP = (
    "Restore a dump into a scratch database, open it with a key backup and without the root key, open a stored file, "
    "and record the result. Exit code 1 when anything does not open."
)


def add_arguments(parser: ArgumentParser) -> None:
    """The three things that a recovery would have, and where to try."""
    parser.add_argument("--dump", required=True, type=Path, help="pg_dump --format=custom --no-owner --no-privileges")
    add_backup_arguments(parser)
    parser.add_argument(
        "--server", help="URL of a database whose account may make databases; default: a throw-away server"
    )
    parser.add_argument(
        "--max-age", type=int, default=7, metavar="DAYS", help="how old the dump's newest entry may be (7)"
    )


def run(options: Options, out: Out) -> int:
    """Run it, record it, and print what it proved."""
    identity = read_identity(options)
    result = run_drill(
        options["dump"], options["backup"], identity, server=options["server"], max_age_days=options["max_age"]
    )
    row = record_drill(result, actor=Actor.system("operator-shell"))
    for line in result.said:
        out(f"proved: {line}")
    if result.code:
        out(f"FAILED: {result.message} ({result.code})")
        out("A restore from these files would not bring the portal back.")
        return 1
    out(f"Passed in {result.duration_s:.1f} s; recorded for {row.ran_at:%Y-%m-%d %H:%M} UTC.")
    return 0
