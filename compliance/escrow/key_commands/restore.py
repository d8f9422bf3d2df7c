"""``keys restore``: after the loss of the root key, the ring under a new one, from a backup."""

from argparse import ArgumentParser

from compliance.audit import Actor
from compliance.escrow.services import move_root
from modelops.crypto.command_line import Options, Out
from modelops.crypto.escrow import open_backup
from modelops.crypto.escrow.ring import BackupRootKey
from modelops.crypto.providers import configured_provider

from .opening import add_backup_arguments, read_backup, read_identity

NAME = "restore"
HELP = "Wrap every key of the ring, taken from a key backup, under the configured root key. All keys or none."


def add_arguments(parser: ArgumentParser) -> None:
    """The backup and what opens it."""
    add_backup_arguments(parser)


def run(options: Options, out: Out) -> None:
    """Restore and say how many."""
    opened = open_backup(read_backup(options), read_identity(options))
    present = configured_provider()
    done = move_root(BackupRootKey(opened.keys), present, actor=Actor.system("operator-shell"))
    out(f"{done.moved} keys of the backup of {opened.made_at:%Y-%m-%d %H:%M} UTC are under {present.key_id} now.")
    if done.already:
        out(f"{done.already} keys were there already.")
    out("Start web, worker and beat again, and make a new backup: keys backup")
