"""The arguments of a backup and of what opens it."""

from argparse import ArgumentParser
from pathlib import Path

from modelops.crypto.command_line import Options
from modelops.crypto.escrow import Identity, load_identity
from modelops.crypto.providers.local import read_private
from modelops.lib.errors import Invalid


def add_backup_arguments(parser: ArgumentParser) -> None:
    """The file and the private key."""
    parser.add_argument("--backup", required=True, type=Path, help="file of keys backup")
    add_identity_arguments(parser)


def add_identity_arguments(parser: ArgumentParser, *, required: bool = True) -> None:
    """The private key."""
    parser.add_argument(
        "--identity", required=required, type=Path, metavar="PRIVATE.pem", help="private key of a recipient"
    )
    parser.add_argument("--identity-passphrase-file", type=Path, help="where the private key is protected by one")


def read_backup(options: Options) -> bytes:
    """The content of the backup file. Raises Invalid."""
    return _read(options["backup"], "backup.unreadable")


def read_identity(options: Options) -> Identity:
    """The identity. Raises Invalid."""
    passphrase = options["identity_passphrase_file"]
    pem = _read(options["identity"], "identity.unreadable")
    return load_identity(pem, read_private(passphrase, "passphrase file").encode() if passphrase else None)


def _read(path: Path, code: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", code=code) from None
