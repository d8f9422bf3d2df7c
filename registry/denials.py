"""A file that was kept from somebody stands in the history of its version."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from compliance.audit import Actor, record
from modelops.crypto.errors import KeysUnavailable
from modelops.lib.errors import NotAllowed
from registry.models import DatasetVersion, ModelVersion
from registry.scanning.audit_events import DOWNLOAD_DENIED

logger = logging.getLogger(__name__)


@contextmanager
def denials_recorded(version: ModelVersion | DatasetVersion, *, actor: Actor) -> Iterator[None]:
    """Record that the body refused a file of ``version``; without the ledger it is refused all the same."""
    try:
        yield
    except NotAllowed as refusal:
        parent = version.model if isinstance(version, ModelVersion) else version.dataset
        said = {"name": parent.name, "version": version.number, "code": refusal.code}
        try:
            with transaction.atomic():
                record(DOWNLOAD_DENIED, version, actor=actor, outcome="denied", **said)
        except (DatabaseError, KeysUnavailable):
            logger.error("A denied download could not be recorded: %s", refusal.code)
        raise
