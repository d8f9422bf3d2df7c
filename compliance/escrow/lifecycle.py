"""How long the records of backups and drills are kept."""

from compliance.retention import keep

keep("escrow.backups", "Key backups", "Kept: which file opens which keys, and for whom.", "escrow.KeyBackup")
keep("escrow.drills", "Restore drills", "Kept: proof that a restore works.", "escrow.RestoreDrill")
