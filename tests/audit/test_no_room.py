"""An act and its row are one: where the row cannot be written, nothing was done."""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import transaction
from django.utils import timezone

from compliance.audit.coverage.mapping import coverage_map
from compliance.detections.detectors.mass_opening import opening_events
from modelops.crypto.keyring import keyring
from modelops.jobs.models import Job
from registry.artifacts.sweep import sweep
from tests.audit.contents import Contents
from tests.audit.coverage.performing import Act, _call, _client
from tests.audit.coverage.test_routes import AREAS, PARTS
from tests.audit.coverage.works import WORKS
from tests.audit.coverage.world import World
from tests.audit.faults import a_ledger_that_fills, filled_ledger, no_room_in_the_ledger
from tests.taken_back import taken_back

pytestmark = pytest.mark.django_db
# Sessions are touched, attempts are counted, a code and a challenge work once, whatever becomes of the request.
BESIDE = {
    "accounts_session",
    "accounts_failurecount",
    "accounts_totpdevice",
    "accounts_recoverycode",
    "passkeys_passkey",
    "passkeys_spentchallenge",
    "rest_limitedrequests",
    "rest_storedanswer",
    "people_digestsecret",  # a key that is made by who needs it first
}
# A folder that was made ready as a storage location, in which nothing lies; and what is to be erased again after a
# restore, which is written before anything is erased.
AHEAD = (".modelops-location", ".erasure")
# What was found about a file or a place is kept when it is found, and a message is marked before it leaves.
FOUND = {
    "verify/": {"registry_artifactcopy"},
    "test/": {"locations_storagelocation", "monitoring_alertdelivery", "monitoring_deliveryattempt"},
    "reconciliation": {"locations_foreignfile"},
}
# What the work of the clock and of jobs does at its end. That a job was tried is kept; it is tried again.
DONE_BY = {
    "quality run": "modelops.jobs.services.run",
    "drift run": "modelops.jobs.services.run",
    "rotation": "modelops.jobs.services.run",
    "erasure": "modelops.jobs.services.run",
    "purge": "registry.deletion.purging.purge_due",
    "reconciliation": "registry.replication.reconciling.reconcile",
    "escrow": "compliance.escrow.services.backups.make_backup",
    "restore drill of erasures": "compliance.subjects.rehearsal.services.record_drill",
    "verification": "compliance.ledger_desk.verification.run_verification",
    "advisories": "compliance.supply_chain.services.import_advisories",
    "posture snapshot": "compliance.posture.snapshots.keep_snapshot",
}
TRIES = {"jobs_job", "jobs_jobattempt"}


def files() -> set[Path]:
    """What is stored beside the rows; a sealed file without a row is not kept: the sweeper removes it.

    Loops that were compiled in the meantime are no fact of anybody's.
    """
    sweep(0)
    home = Path(portal.MODELOPS_HOME)
    found: set[Path] = set()
    for folder, folders, names in os.walk(home):  # most folders are empty, and there are hundreds
        if folder == str(home) and "cache" in folders:
            folders.remove("cache")
        found.update(Path(folder, name) for name in names if not name.endswith(AHEAD))
    return found


def tried(world: World, contents: Contents, name: str, act: Act) -> list[str]:
    """Do it while the ledger takes no row, look at what is different, and take it back."""
    method, _, route = name.partition(" ")
    contents.begin()
    try:
        with taken_back():
            given = (act.before(world) if act.before else None) or {}
            client = _client(world, route, act, given)
            client.raise_request_exception = False
            address = world.address(route, **given) + act.query
            before, stored = contents.now(), files()
            with filled_ledger():
                answer = _call(client, method, address, route, act, given)
                said = answer.getvalue()
            after = contents.now()
            found = {table for end, tables in FOUND.items() if route.endswith(end) for table in tables}
            changed = sorted(table for table in before if before[table] != after[table] and table not in found)
            if files() != stored:
                changed.append("stored files")
            if method == "GET" and answer.status_code < 400:
                changed.append(f"nothing, and gave out {len(said)} bytes")
            return [f"{name} changed {', '.join(changed)} and answered {answer.status_code}"] if changed else []
    finally:
        keyring.forget()


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_changed_whose_row_cannot_be_written(part: str, settings: Any, http_receiver: Any) -> None:
    """S4-88: audit insert fails, the change fails: each change of each app, through the real client.

    No row is other than before, and no stored file. What opens something sealed or takes it out is refused too.
    """
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    opens = {
        one.name for one in coverage_map().routes if {event.name for event in one.events} & opening_events().keys()
    }
    acts = [
        (name, act)
        for area in PARTS[part]
        for name, act in AREAS[area].items()
        if name in opens or not name.startswith("GET ")
    ]
    world = World(http_receiver.url).build({act.by for _, act in acts})
    contents = Contents(BESIDE)
    with a_ledger_that_fills():
        faults = [fault for name, act in acts for fault in tried(world, contents, name, act)]
    assert not faults, "\n".join(faults)
    assert not contents.has_changed()


def test_work_whose_row_cannot_be_written_changes_nothing(
    settings: Any, http_receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-88: audit insert fails, the change fails: jobs and the clock's work too, which are done once there is room."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    world = World(http_receiver.url).build({"other", "officer"})
    faults: list[str] = []
    contents = Contents(BESIDE)
    for name, function in DONE_BY.items():
        contents.begin()
        mark = transaction.savepoint()
        with monkeypatch.context() as patch:
            module, _, attribute = function.rpartition(".")
            work = getattr(importlib.import_module(module), attribute)
            patch.setattr(f"{module}.{attribute}", _first_without_room(name, work, contents, faults))
            WORKS[name](world)
        transaction.savepoint_rollback(mark)
        transaction.savepoint_commit(mark)
        keyring.forget()
    assert not faults, "\n".join(faults)
    assert not contents.has_changed()


def _first_without_room(
    name: str, work: Callable[..., Any], contents: Contents, faults: list[str]
) -> Callable[..., Any]:
    """The same work, tried before against a ledger that takes no row."""

    def twice(*args: Any, **kwargs: Any) -> Any:
        before, stored = contents.now(), files()
        with no_room_in_the_ledger():
            try:
                work(*args, **kwargs)
            except Exception as error:  # noqa: BLE001  each tells it in its own way
                said = type(error).__name__
            else:
                said = "no error"
        after = contents.now()
        beside = TRIES | FOUND.get(name, set())
        changed = sorted(table for table in before if before[table] != after[table] and table not in beside)
        if changed or files() != stored:
            faults.append(f"{name} changed {', '.join(changed) or files() ^ stored} and said {said}")
        Job.objects.filter(state="queued").update(not_before=timezone.now())
        return work(*args, **kwargs)

    return twice


def test_the_caller_is_told_that_nothing_was_stored(http_receiver: Any) -> None:
    """S4-88: a problem with a code, and the same request is carried out once there is room."""
    client = World(http_receiver.url).build({"scientist"}).api("scientist")
    client.raise_request_exception = False
    body = {"name": "arrival-delay-2", "task_type": "regression"}
    with no_room_in_the_ledger():
        refused = client.post("/api/v1/models/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (503, "database.unavailable")
    assert client.post("/api/v1/models/", body, content_type="application/json").status_code == 201
