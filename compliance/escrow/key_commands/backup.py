"""``keys backup``: the ring's keys in a file that only recovery recipients can open."""

from argparse import ArgumentParser
from pathlib import Path

from compliance.audit import Actor
from compliance.escrow.services import make_backup
from modelops.crypto.command_line import Options, Out
from modelops.crypto.escrow import load_recipient
from modelops.lib.errors import Invalid

NAME = "backup"
HELP = "Write every key of the ring to a new file that only the named recipients can open."


def add_arguments(parser: ArgumentParser) -> None:
    """One recipient or more, and one new file."""
    parser.add_argument(
        "--recipient",
        required=True,
        action="append",
        type=Path,
        metavar="PUBLIC.pem",
        help="public key of a recovery recipient (X25519, or RSA with 3072 bits or more); may be given several times",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a file that does not exist yet")


def run(options: Options, out: Out) -> None:
    """Make the backup and say what is in it."""
    recipients = []
    for path in options["recipient"]:
        try:
            pem = path.read_bytes()
        except OSError as error:
            raise Invalid(f"{path} cannot be read: {error.strerror}.", code="recipient.unreadable") from None
        recipients.append(load_recipient(pem, str(path)))
    made = make_backup(recipients, options["out"], actor=Actor.system("operator-shell"))
    out(f"{made.path}: {made.row.key_count} keys, {made.row.made_at:%Y-%m-%d %H:%M} UTC, SHA-256 {made.row.sha256}")
    for recipient in recipients:
        out(f"    opens with the private key of {recipient.fingerprint} ({recipient.kind})")
    out("Keep it where the database's backups are not, and prove it with keys drill.")
