"""Letting go of stored files together with their rows."""

import logging
from collections.abc import Iterable

from django.db import transaction

from modelops.lib.errors import Unavailable
from registry.locations.choose import store_for
from registry.models import Artifact, ArtifactCopy

logger = logging.getLogger(__name__)


def remove_artifacts(artifacts: Iterable[Artifact]) -> int:
    """Delete the rows in the caller's transaction and the sealed files, wherever they lie, after it; returns how many.

    What still refers to one of them has to be gone already.
    """
    going = [artifact.pk for artifact in artifacts]
    copies = ArtifactCopy.objects.filter(artifact__in=going)
    places = list(copies.values_list("location__name", "artifact__storage_name"))
    copies.delete()
    Artifact.objects.filter(pk__in=going).delete()
    transaction.on_commit(lambda: _remove_files(places), robust=True)
    return len(going)


def _remove_files(places: list[tuple[str, str]]) -> None:
    """One that cannot be reached now is an orphan, which the sweeper finds."""
    for location, name in places:
        try:
            store_for(location).delete(name)
        except Unavailable as error:
            logger.warning("A file that nobody needs stays in %s for the sweeper: %s", location, error.code)
