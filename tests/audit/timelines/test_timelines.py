"""The timeline on each object is its rows of the ledger."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts.actors import actor_of
from compliance.audit.history import PAGE, looks, timeline_page
from compliance.audit.models import AuditEvent
from modelops.jobs.services import run
from registry import deletion, services
from registry.aliases.services import remove_alias, set_alias
from registry.history import files_of
from registry.models import ModelVersion
from registry.replication.verifying import verify_version
from registry.variants.services import ask_for_variant
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db
PAGE_OF_VERSION = "/models/arrival-delay/versions/1/"


@pytest.fixture
def scientist() -> Any:
    return make_user("scientist")


@pytest.fixture
def version(scientist: Any) -> ModelVersion:
    """A version with a long life."""
    actor = actor_of(scientist)
    version = make_version(make_model(scientist), scientist, parameters={"depth": 3})
    alias = set_alias(version.model, "candidate", version, actor=actor)
    services.read_parameters(version, actor=actor)
    b"".join(services.begin_download(version, actor=actor))
    verify_version(version, actor=actor)
    variant = ask_for_variant(version, "float16", options={}, actor=actor)
    assert run(variant.job_id)
    remove_alias(alias, actor=actor)
    deletion.delete(version, "made by mistake", actor=actor)
    deletion.restore(version, actor=actor)
    return ModelVersion.objects.get(pk=version.pk)


def acts_about(row: Any) -> list[AuditEvent]:
    """All rows about an object but those of who looked, newest first."""
    return list(
        AuditEvent.objects.filter(target_type=row._meta.label_lower, target_id=str(row.pk)).exclude(name__in=looks())
    )


def rows_about(version: ModelVersion) -> list[str]:
    """Ids of all rows about the version and its files, newest first."""
    _, files = files_of(version)
    kinds = [("registry.modelversion", [version.pk]), ("registry.artifact", files)]
    found = [
        pk
        for kind, keys in kinds
        for pk in AuditEvent.objects.filter(target_type=kind, target_id__in=map(str, keys)).values_list("pk", flat=True)
    ]
    return sorted(map(str, found), reverse=True)


def test_the_timeline_on_a_version_page_equals_its_audit_rows(version: ModelVersion, scientist: Any) -> None:
    """S3-26, S3-45: register, sign, alias, download, decrypt, verify, variants, delete and restore."""
    browser = sign_in(Client(), scientist)
    expected = rows_about(version)
    told = browser.get(PAGE_OF_VERSION).context["timeline"]
    assert [event.name for event in told.events] == [AuditEvent.objects.get(pk=pk).name for pk in expected]
    assert [str(event.pk) for event in told.events] == expected
    names = {event.name for event in told.events}
    assert names >= {
        "registry.version.added",
        "signing.version.signed",
        "aliases.alias.moved",
        "aliases.alias.removed",
        "registry.parameters.read",
        "registry.artifact.downloaded",
        "registry.artifact.verified",
        "variants.variant.made",
        "registry.version.deleted",
        "registry.version.restored",
    }
    page = browser.get(f"{PAGE_OF_VERSION}?events=all")
    assert "looked at version 1" in page.text.lower()
    assert [str(event.pk) for event in page.context["timeline"].events] == rows_about(version)[:PAGE]


def test_a_long_timeline_is_paged(version: ModelVersion, scientist: Any) -> None:
    for _ in range(PAGE):
        services.read_parameters(version, actor=actor_of(scientist))
    browser = sign_in(Client(), scientist)
    seen: list[str] = []
    url = PAGE_OF_VERSION
    while url:
        told = browser.get(url).context["timeline"]
        seen += [str(event.pk) for event in told.events]
        url = f"{PAGE_OF_VERSION}{told.next_url.partition('#')[0]}" if told.next_url else ""
    known = AuditEvent.objects.exclude(name__in=looks())
    assert seen == [pk for pk in rows_about(version) if known.filter(pk=pk).exists()]
    assert len(seen) > PAGE


def test_a_place_that_cannot_be_read_shows_the_newest(version: ModelVersion, rf: RequestFactory) -> None:
    told = timeline_page(rf.get("/?events_before=nonsense"), version)
    assert told.events
    assert told.previous_url == ""


def test_who_may_not_see_an_object_sees_no_timeline(version: ModelVersion, scientist: Any) -> None:
    from registry.grants.services import change_access

    change_access(version.model, is_restricted=True, actor=actor_of(scientist))
    stranger = sign_in(Client(), make_user("stranger"))
    assert stranger.get(PAGE_OF_VERSION).status_code == 404


def test_every_other_object_shows_its_rows(scientist: Any) -> None:
    """S3-45: models, datasets, runs, alerts, jobs; requests and keys in the admin."""
    from dataquality.services import start_quality_run
    from modelops.crypto.models import KeyVersion
    from monitoring.drift.services import start_drift_run
    from tests.compliance.cases import open_case
    from tests.monitoring.alerts.factories import open_alert

    actor = actor_of(scientist)
    dataset = make_dataset(scientist)
    first, second = (make_dataset_version(dataset, scientist) for _ in range(2))
    model = make_model(scientist)
    browser = sign_in(Client(), scientist)
    drift = start_drift_run(first, second, actor=actor)
    for row in (model, dataset, first, start_quality_run(first, actor=actor), drift, open_alert(actor=actor)):
        told = browser.get(row.get_absolute_url()).context["timeline"].events
        assert told, row
        own = [event.pk for event in acts_about(row)]
        shown = [getattr(event, "pk", None) for event in told]
        assert None in shown or set(own) <= set(shown)
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    case = open_case()
    page = officer.get(f"/admin/subjects/subjectrequest/{case.pk}/change/")
    assert [event["sentence"] for event in page.context["timeline"].events] == [
        event.sentence for event in acts_about(case)
    ]
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    key = KeyVersion.objects.first()
    assert key is not None
    assert "Show who looked" in guard.get(f"/admin/crypto/keyversion/{key.pk}/change/").text
