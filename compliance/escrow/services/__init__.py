"""Everything that changes backups, drills and the root key."""

from .backups import Backup, make_backup
from .drills import record_drill
from .roots import Moved, move_root, rewrap_root

__all__ = ["Backup", "Moved", "make_backup", "move_root", "record_drill", "rewrap_root"]
