"""The parts of a test that kills PostgreSQL while copies are made, each in a process of its own."""

import os
import random
import sys

import django

KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "3"))
# So many small files that there is something left to copy at every kill.
VERSIONS = 20 * KILLS
PLACES = ("first", "second")


def setup() -> None:
    """Tables, keys, two further locations, and versions that are to be copied to both."""
    from pathlib import Path

    from django.conf import settings
    from django.core.management import call_command

    from compliance.audit import Actor
    from modelops.crypto.services import create_first_keys
    from registry.replication.changes import add_location
    from tests.accounts.people import make_user
    from tests.registry.samples import make_model, make_version, safetensors

    call_command("migrate", verbosity=0)
    create_first_keys()
    for place in PLACES:
        folder = str(Path(settings.MODELOPS_HOME) / "locations" / place)
        add_location(place, "filesystem", {"folder": folder}, actor=Actor.system("test"))
    scientist = make_user("scientist", "Data scientist")
    model = make_model(scientist)
    for number in range(VERSIONS):
        make_version(model, scientist, safetensors(random.Random(number).randbytes(400_000)))  # noqa: S311


def check() -> None:
    """Copy what is left, then compare each place with the rows; prints what was found."""
    from django.utils import timezone

    from compliance.audit import Actor
    from registry.locations.models import StorageLocation
    from registry.models import ArtifactCopy
    from registry.replication.reconciling import reconcile
    from registry.replication.tasks import replicate

    StorageLocation.objects.update(is_up=None)
    idle = 0
    while idle < 2:  # a run takes nothing new after a while, however much is waiting
        ArtifactCopy.objects.filter(state__in=["pending", "failed"]).update(not_before=timezone.now())
        idle = 0 if replicate() else idle + 1
    for place in StorageLocation.objects.filter(name__in=PLACES).order_by("name"):
        found = reconcile(place, actor=Actor.system("test"), quiet_for_s=0)
        facts = (found.objects_found - found.unfinished, found.orphans, found.missing, found.plaintext)
        sys.stdout.write(
            f"{place.name} {facts} {ArtifactCopy.objects.filter(location=place, state='stored').count()}\n"
        )


if __name__ == "__main__":
    django.setup()
    {"setup": setup, "check": check}[sys.argv[1]]()
