"""Locations in the admin, over REST and on the page of a version."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from compliance.audit.history import looks
from compliance.audit.models import AuditEvent
from modelops.jobs.models import Job
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation
from registry.models import ArtifactCopy
from tests.accounts.people import make_user, sign_in
from tests.registry.answers import problem_of
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db
Locate = Callable[..., StorageLocation]
LOCATIONS = "/api/v1/storage-locations/"
PAGE = "/models/arrival-delay/versions/1/"


@pytest.fixture
def officer(client: Client) -> Client:
    """A signed-in security administrator."""
    return sign_in(client, make_user("guard", "Security administrator"))


@pytest.fixture
def admin_api(api_as: Any, db: None) -> Client:
    """The REST interface as a security administrator."""
    return api_as(make_user("guard", "Security administrator"))


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def folder(tmp_path: Path) -> str:
    return str(Path(settings.MODELOPS_HOME) / "locations" / tmp_path.name)


def test_a_location_is_added_tested_and_filled_in_the_admin(officer: Client, scientist: Any, tmp_path: Path) -> None:
    """S1-14: the button writes, reads and deletes a probe and shows how long it took."""
    model = make_model(scientist)
    sent = {"name": "disk", "kind": "filesystem", "options": json.dumps({"folder": folder(tmp_path)}), "lock_days": 0}
    page = text(officer.post("/admin/locations/storagelocation/add/", sent, follow=True))
    disk = StorageLocation.objects.get(name="disk")
    assert "Test connection" in page
    make_version(model, scientist)
    address = f"/admin/locations/storagelocation/{disk.pk}/"
    page = text(officer.post(f"{address}test/", follow=True))
    assert "A test file was written, read and removed in" in page
    disk.refresh_from_db()
    assert (disk.state, disk.probe_ms is not None) == ("healthy", True)
    (store_of(disk).root / ".modelops-location").unlink()  # type: ignore[attr-defined]
    assert "is not there" in text(officer.post(f"{address}test/", follow=True))
    for action, kind in (("backfill", "registry.backfill"), ("reconcile", "registry.reconcile")):
        before = Job.objects.filter(kind=kind).count()
        officer.post(f"{address}{action}/")
        assert Job.objects.filter(kind=kind).count() == before + 1
    page = text(officer.get("/admin/locations/storagelocation/"))
    assert "Primary" in page
    assert "1 to copy" in page
    assert "Down" in page
    page = text(officer.post(f"{address}primary/", follow=True))
    assert "is not there" in page


def test_the_page_of_a_location_tells_its_life(officer: Client, locate: Locate) -> None:
    """S3-45: the rows of the ledger about it, newest first; who merely looked when that is asked for."""
    disk = locate("disk")
    address = f"/admin/locations/storagelocation/{disk.pk}/"
    for action in ("test", "disable", "enable", "reconcile"):
        officer.post(f"{address}{action}/")
    rows = AuditEvent.objects.filter(target_type="locations.storagelocation", target_id=str(disk.pk)).order_by("-id")
    told = officer.get(f"{address}change/").context["timeline"].events
    assert [event.pk for event in told] == [row.pk for row in rows.exclude(name__in=looks())]
    assert {event.name for event in told} == {
        "locations.location.added",
        "locations.location.tested",
        "locations.location.changed",
        "locations.location.work_asked",
    }
    assert "looked at" in text(officer.get(f"{address}change/?events=all")).lower()


def test_what_is_wrong_with_a_new_location_stands_in_the_form(officer: Client) -> None:
    sent = {"name": "disk", "kind": "filesystem", "options": '{"folder": "/etc"}', "lock_days": 0}
    answer = officer.post("/admin/locations/storagelocation/add/", sent)
    assert answer.status_code == 422
    assert "MODELOPS_STORAGE_ROOTS" in answer.content.decode()
    assert StorageLocation.objects.count() == 1


def test_others_cannot_change_locations(client: Client, locate: Locate, api_as: Any) -> None:
    replica = locate()
    sign_in(client, make_user("auditor", "Compliance officer"))
    assert "Test connection" not in text(client.get(f"/admin/locations/storagelocation/{replica.pk}/change/"))
    for action in ("test", "primary", "disable", "enable", "backfill", "reconcile", "edit"):
        assert client.post(f"/admin/locations/storagelocation/{replica.pk}/{action}/").status_code == 403
    scientist = api_as(make_user("scientist2", "Data scientist"))
    assert problem_of(scientist.get(LOCATIONS)) == (403, "permission.denied")
    assert problem_of(scientist.post(f"{LOCATIONS}replica/disable/")) == (403, "permission.denied")


def test_locations_over_rest(admin_api: Client, tmp_path: Path, scientist: Any) -> None:
    body = {"name": "disk", "kind": "filesystem", "options": {"folder": folder(tmp_path)}}
    answer = admin_api.post(LOCATIONS, body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    again = admin_api.post(LOCATIONS, body, content_type="application/json")
    assert problem_of(again) == (409, "location.name_taken")
    assert admin_api.post(f"{LOCATIONS}disk/test/").json()["works"]
    answer = admin_api.patch(f"{LOCATIONS}disk/", {"lock_days": 7}, content_type="application/json").json()
    assert (answer["lock_days"], answer["state"], answer["stored_files"]) == (7, "healthy", 0)
    assert admin_api.post(f"{LOCATIONS}disk/primary/").json()["is_primary"]
    assert problem_of(admin_api.post(f"{LOCATIONS}disk/disable/")) == (409, "location.is_primary")
    admin_api.post(f"{LOCATIONS}local/primary/")
    assert not admin_api.post(f"{LOCATIONS}disk/disable/").json()["is_enabled"]
    assert admin_api.post(f"{LOCATIONS}disk/enable/").json()["is_enabled"]
    assert admin_api.post(f"{LOCATIONS}disk/backfill/").status_code == 202
    assert admin_api.post(f"{LOCATIONS}disk/reconcile/").status_code == 202
    assert [row["name"] for row in admin_api.get(LOCATIONS).json()["results"]] == ["disk", "local"]
    bad = admin_api.post(LOCATIONS, {**body, "name": "../x"}, content_type="application/json")
    assert problem_of(bad)[0] == 400


def test_the_policy_of_a_model_over_rest(api: Client, scientist: Any, locate: Locate) -> None:
    """S1-13, S1-35."""
    make_model(scientist)
    locate("one")
    address = "/api/v1/models/arrival-delay/replication/"
    body = {"locations": ["one"], "min_replicas": 2}
    assert api.put(address, body, content_type="application/json").json() == body
    assert api.get(address).json() == body
    bad = api.put(address, {"locations": ["none"]}, content_type="application/json")
    assert problem_of(bad)[0] == 400
    bad = api.put(address, {"locations": [], "min_replicas": 99}, content_type="application/json")
    assert problem_of(bad) == (400, "policy.invalid")


def test_the_page_of_a_version_shows_its_locations(portal: Client, scientist: Any, locate: Locate, settle: Any) -> None:
    """S1-17, S1-25: text and icon for pass and fail, a label for screen readers, and a button to mend."""
    replica = locate()
    version = make_version(make_model(scientist), scientist)
    page = text(portal.get(PAGE))
    assert "Replicated 1/2" in page
    assert "Not verified yet" in page
    settle()
    portal.post(f"{PAGE}verify/")
    page = text(portal.get(PAGE))
    assert "Replicated 2/2" in page
    for place in ("local", "replica"):
        assert f'aria-label="Verification in {place} passed"' in page
    assert "Retry" not in page
    store_of(replica).delete(version.artifact.storage_name)
    portal.post(f"{PAGE}verify/")
    page = text(portal.get(PAGE))
    assert 'aria-label="Verification in replica failed"' in page
    assert "#failed" in page
    assert "The stored file is missing." in page
    assert f'action="{PAGE}locations/replica/repair/"' in page
    assert "copied to replica again" in text(portal.post(f"{PAGE}locations/replica/repair/", follow=True))
    settle()
    assert ArtifactCopy.objects.get(artifact=version.artifact, location=replica).state == "stored"
    assert portal.post(f"{PAGE}locations/nowhere/repair/").status_code in {302, 404}
