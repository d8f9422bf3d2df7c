"""The storage report: orphans, duplicates, bytes of each model, and what is purged on which date."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from registry import deletion
from registry.deletion.services import kept_for
from registry.locations.models import Reconciliation, StorageLocation
from registry.models import RegisteredModel
from registry.replication.storage_report import storage_report
from tests.accounts.people import make_user, sign_in
from tests.registry.answers import problem_of
from tests.registry.cards.filled import ACTOR
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db


def test_the_report_shows_what_storage_is_used_for(
    scientist: User, api: Client, api_as: Callable[..., Client], client: Client
) -> None:
    """S2-08: orphans, duplicates, bytes per model and what retention will purge on which date."""
    twice, once = make_model(scientist, "twice"), make_model(scientist, "once")
    for _ in range(2):
        make_version(twice, scientist)
    gone = make_version(once, scientist, content=safetensors(b"\x01" * 400))
    deletion.delete(gone, "made by mistake", actor=ACTOR)
    RegisteredModel.objects.filter(name="once").update(is_restricted=True)
    location = StorageLocation.objects.first()
    assert location is not None
    Reconciliation.objects.create(location=location, finished_at=timezone.now(), orphans=3, missing=1)

    officer = make_user("officer", "Compliance officer")
    report = api_as(officer).get("/api/v1/storage-report/").json()
    assert [(run["orphans"], run["missing"]) for run in report["comparisons"]] == [(3, 1)]
    [duplicate] = report["duplicates"]
    assert duplicate["files"] == 2
    assert duplicate["used_by"] == ["twice v1", "twice v2"]
    assert report["spare_bytes"] == duplicate["size"] == len(safetensors())
    assert {row["model"]: row["versions"] for row in report["models"]} == {"twice": 2, "once": 1}
    date = (timezone.now() + kept_for()).date().isoformat()
    assert [(purge["date"], purge["kind"], purge["rows"]) for purge in report["purges"]] == [(date, "version", 1)]

    page = sign_in(client, officer).get("/admin/locations/reconciliation/report/").content.decode()
    assert "twice v1, twice v2" in page
    assert date in page
    assert {name for name, _, _ in storage_report(make_user("reader", "Viewer")).models} == {"twice", ""}
    assert problem_of(api.get("/api/v1/storage-report/"))[0] == 403
