"""The ring's keys in a file that only a recovery recipient can open: for the day on which the root key is gone."""

from .backup_file import BackupKey, OpenedBackup, open_backup, seal_backup
from .recipients import Identity, Recipient, load_identity, load_recipient

__all__ = [
    "BackupKey",
    "Identity",
    "OpenedBackup",
    "Recipient",
    "load_identity",
    "load_recipient",
    "open_backup",
    "seal_backup",
]
