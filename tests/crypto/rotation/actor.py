"""One part of the kill test as a process of its own: ``python -m tests.crypto.rotation.actor PART``."""

import contextlib
import hashlib
import os
import random
import signal
import sys
import time
from datetime import timedelta
from uuid import UUID

import django

KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "3"))
# So many that they last for all the moments at which somebody is killed.
ARTIFACTS, REQUESTS = 1000 * KILLS, 80


def data_key(pk: UUID) -> bytes:
    """The data key of an artifact: every process can tell whether what opens is the right one."""
    return hashlib.sha256(pk.bytes).digest()


def say(*words: object) -> None:
    """One line for the test that started this process."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def setup() -> None:
    """An empty database becomes a portal with rows and two rotations that nobody works on yet."""
    from django.core.management import call_command
    from django.db import transaction

    from compliance.keys import rotations
    from modelops.crypto.decisions import by_shell
    from modelops.crypto.keyring import keyring
    from modelops.crypto.purposes import Purpose
    from modelops.crypto.services import create_first_keys
    from modelops.crypto.states import Reason
    from modelops.lib.ids import uuid7
    from tests.crypto.rotation import rows

    call_command("migrate", verbosity=0)
    create_first_keys()
    rows.wrap_artifacts({pk: data_key(pk) for pk in (uuid7() for _ in range(ARTIFACTS))})
    rows.make_requests(REQUESTS)
    with transaction.atomic():
        for purpose, rate in ((Purpose.ARTIFACT, 0), (Purpose.COLUMN, max(4, 120 // KILLS))):
            keyring.forget()
            rotations.rotate(rows.active(purpose), decision=by_shell(Reason.DRILL), rate_limit=rate)


def work() -> None:
    """A worker for which time passes quickly: it takes what another one left after a second."""
    from django.db import DatabaseError, InterfaceError, close_old_connections
    from django.utils import timezone

    from compliance.keys import rotations
    from modelops.crypto.rotation.columns import Recolumn
    from modelops.jobs import services
    from modelops.jobs.models import Job
    from modelops.lib.errors import DomainError

    Recolumn.smallest_range = 20  # so that few rows are parted among connections as many would be
    services.STALE_AFTER, services.HEARTBEAT_S = timedelta(seconds=1), 0.2
    # On a busy machine thirty workers in a row may be killed before their first batch: `test_stopping` is about that.
    rotations.FRUITLESS_JOBS = 10_000
    say("ready")
    while True:
        try:
            services.reconcile()
            rotations.tend()
            Job.objects.filter(state="queued").update(not_before=timezone.now())
            for pk in Job.objects.filter(state="queued").order_by("?").values_list("pk", flat=True)[:1]:
                services.run(pk)
        except (DatabaseError, InterfaceError, DomainError):
            close_old_connections()
        time.sleep(0.02)


def probe() -> None:
    """Open data keys without end; says at its end how many, and at once when one does not open."""
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from modelops.crypto import envelope
    from modelops.crypto.purposes import Purpose
    from registry.artifacts.sealed import context_of
    from registry.models import Artifact

    pks = list(Artifact.objects.values_list("pk", flat=True))
    stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stop.append(number))
    opened = 0
    say("ready")
    while not stop:
        try:
            asked = random.sample(pks, 40)
            rows = dict(Artifact.objects.filter(pk__in=asked).values_list("pk", "wrapped_key"))
            for pk in asked:
                found = envelope.unseal(bytes(rows[pk]), purpose=Purpose.ARTIFACT, context=context_of(pk))
                if found != data_key(pk):
                    say(f"WRONG {pk}")
                opened += 1
        except (DatabaseError, InterfaceError):
            close_old_connections()  # PostgreSQL was killed
            time.sleep(0.05)
        except Exception as error:  # noqa: BLE001 (whatever it is, the test must hear of it)
            say(f"FAILED {type(error).__name__}: {error}")
            time.sleep(0.05)
        time.sleep(0.005)
    say(f"opened {opened}")


def check() -> None:
    """Wait for the end, then look at everything."""
    from compliance.keys.models import Rotation
    from compliance.subjects.models import SubjectRequest
    from modelops.crypto.dependents import dependents_of
    from registry.models import Artifact
    from tests.crypto.rotation import rows

    deadline = time.monotonic() + 420
    while time.monotonic() < deadline and Rotation.objects.exclude(state="succeeded").exists():
        time.sleep(0.1)
    for rotation in Rotation.objects.order_by("purpose"):
        say(rotation.purpose, rotation.state, rotation.done, rotation.failed, rotation.total, rotation.message)
        left = sum(found.count for found in dependents_of(rotation.old_key))
        say("left", left)
    keys = {pk: data_key(pk) for pk in Artifact.objects.values_list("pk", flat=True)}
    say("open", rows.open_all(keys), rows.versions())
    say("texts", len({row.subject_email for row in SubjectRequest.objects.all()}))


if __name__ == "__main__":
    django.setup()
    with contextlib.suppress(KeyboardInterrupt):
        {"setup": setup, "work": work, "probe": probe, "check": check}[sys.argv[1]]()
