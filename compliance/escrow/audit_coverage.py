"""Which event tells of backups and drills. They are made on the command line and by the clock."""

from compliance.audit.coverage import admin_pages, model

from .audit_events import BACKUP_MADE, DRILL_FAILED, DRILL_PASSED

admin_pages("escrow.KeyBackup")
admin_pages("escrow.RestoreDrill")

model("escrow.KeyBackup", BACKUP_MADE)
model("escrow.RestoreDrill", DRILL_PASSED, DRILL_FAILED)
