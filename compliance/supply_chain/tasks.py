"""Doorways for the workers."""

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings

from compliance.audit import Actor
from modelops.jobs.schedule import scheduled
from modelops.lib.errors import Invalid

from .models import ImportedFile
from .services import compare, import_advisories
from .standing import digest_of

logger = logging.getLogger(__name__)


@scheduled("Compare dependencies with advisories", every_s=3_600)
@shared_task(name="supply_chain.compare")
def compare_with_advisories() -> int:
    """Take in the new files of the folder, then compare; how many files. A bad one stops none of the others."""
    actor, taken = Actor.system("supply-chain"), 0
    folder = settings.MODELOPS_ADVISORIES
    for path in sorted(Path(folder).iterdir()) if folder and Path(folder).is_dir() else []:
        if path.name.startswith(".") or path.suffix not in {".json", ".jsonl", ".zip"}:
            continue
        if ImportedFile.objects.filter(sha256=digest_of(path)).exists():
            continue
        try:
            import_advisories(path.read_bytes(), actor=actor)
        except Invalid as refusal:
            logger.warning("Advisories in %s were not imported: %s", path.name, refusal)
        else:
            taken += 1
    compare(actor=actor)
    return taken
