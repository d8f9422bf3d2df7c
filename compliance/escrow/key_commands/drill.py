"""``keys drill``: prove that a database dump and a key backup bring the portal back."""

from argparse import ArgumentParser
from pathlib import Path

from compliance.audit import Actor
from compliance.escrow.drill.running import run_drill
from compliance.escrow.services import record_drill
from modelops.crypto.command_line import Options, Out
from modelops.crypto.escrow import load_identity
from modelops.crypto.providers.local import read_private
from modelops.lib.errors import Invalid

NAME = "drill"
HELP = (
    "Restore a dump into a scratch database, open it with a key backup and without the root key, open a stored file, "
    "and record the result. Exit code 1 when anything does not open."
)


def add_arguments(parser: ArgumentParser) -> None:
    """The three things that a recovery would have, and where to try."""
    parser.add_argument("--dump", required=True, type=Path, help="pg_dump --format=custom --no-owner --no-privileges")
    parser.add_argument("--backup", required=True, type=Path, help="file of keys backup")
    parser.add_argument(
        "--identity", required=True, type=Path, metavar="PRIVATE.pem", help="private key of a recipient"
    )
    parser.add_argument("--identity-passphrase-file", type=Path, help="where the private key is protected by one")
    parser.add_argument(
        "--server", help="URL of a database whose account may make databases; default: a throw-away server"
    )
    parser.add_argument(
        "--max-age", type=int, default=7, metavar="DAYS", help="how old the dump's newest entry may be (7)"
    )


def run(options: Options, out: Out) -> int:
    """Run it, record it, and print what it proved."""
    passphrase = options["identity_passphrase_file"]
    try:
        pem = options["identity"].read_bytes()
    except OSError as error:
        raise Invalid(f"{options['identity']} cannot be read: {error.strerror}.", code="identity.unreadable") from None
    identity = load_identity(pem, read_private(passphrase, "passphrase file").encode() if passphrase else None)
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
