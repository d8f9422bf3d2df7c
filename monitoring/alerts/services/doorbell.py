"""Tells the workers that something waits to be delivered. A lost ring costs ten seconds: beat looks by itself."""

from django.conf import settings
from django.db import transaction

from modelops.jobs.calling import call_worker


def ring_after_commit() -> None:
    """Start the dispatcher once the present transaction is committed and others of its group had time to come."""
    wait = settings.MODELOPS_ALERT_GROUP_WAIT_S
    transaction.on_commit(lambda: call_worker("monitoring.deliver_due"), robust=True)
    if wait:
        transaction.on_commit(lambda: call_worker("monitoring.deliver_due", after_s=wait + 1), robust=True)
