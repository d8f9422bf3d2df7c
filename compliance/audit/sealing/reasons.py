"""Why the sealing of the ledger was interrupted: closed lists, so that no name or secret is ever typed into the ledger.

What happened in words belongs into the register of incidents, where it can be corrected and erased.
"""

from django.db import models

from modelops.crypto.states import Reason

# A change of the key that signs checkpoints has the reasons of any other key.
KeyReason = Reason


class BreakReason(models.TextChoices):
    """Why the ledger goes on from another tree than was anchored."""

    RESTORED = "restored", "The database came back from an older backup"
    DAMAGED = "damaged", "Rows or leaves were lost or damaged beyond repair"
    KEY_LOST = "key_lost", "The key that signed before is lost or known to others"
    ANCHORS = "anchors", "Anchors were lost, emptied or hold another log"
    DRILL = "drill", "An exercise"
