"""The quarantine: who opens a held file, what is recorded before, and the pages about it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.models import ModelVersion
from registry.scanning.models import Inspection
from registry.services.delivery import Delivery
from tests.accounts.people import fresh, make_user, sign_in, sign_in_earlier
from tests.registry.answers import problem_of
from tests.registry.samples import harmful, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
VERSION = "/api/v1/models/arrival-delay/versions/1/"
HELD = f"{VERSION}quarantined-file/"
ADMIN = "/admin/scanning/inspection/"
REASON = {"reason": "The team asks what it is."}


@pytest.fixture
def held(scientist: Any) -> ModelVersion:
    """A version that the scanner holds."""
    return make_version(make_model(scientist), scientist, harmful())


@pytest.fixture
def guard(client: Client) -> Client:
    """The admin as a security administrator who has just confirmed."""
    return sign_in(client, make_user("guard", "Security administrator"))


def told() -> list[str]:
    names = ("registry.quarantined.opened", "registry.artifact.download_started", "registry.artifact.downloaded")
    return list(AuditEvent.objects.filter(name__in=names).order_by("id").values_list("name", flat=True))


def test_the_reason_is_recorded_before_the_first_byte(
    held: ModelVersion, guard: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S0-49: and without the ledger nothing is opened."""
    assert guard.post(f"{ADMIN}{held.artifact_id}/open/", {"reason": "  "}).status_code == 422
    assert told() == []
    seen: list[list[str]] = []
    original = Delivery._checked
    monkeypatch.setattr(Delivery, "_checked", lambda self: [seen.append(told()), original(self)][1])
    answer = guard.post(f"{ADMIN}{held.artifact_id}/open/", REASON)
    assert answer.getvalue() == harmful()
    assert seen == [["registry.quarantined.opened", "registry.artifact.download_started"]]
    assert told()[-1] == "registry.artifact.downloaded"
    assert answer.headers["Content-Disposition"].endswith('.quarantined"')
    row = AuditEvent.objects.get(name="registry.quarantined.opened")
    assert row.personal is not None
    assert REASON["reason"] not in str(row.details)


def test_only_a_security_administrator_opens_it(held: ModelVersion, api: Client, client: Client) -> None:
    """S0-49: not its uploader, who owns the model, and not without a fresh second factor."""
    assert problem_of(api.post(HELD, REASON, content_type="application/json")) == (403, "permission.denied")
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert officer.post(f"{ADMIN}{held.artifact_id}/open/", REASON).status_code == 403
    stale = sign_in_earlier(client, make_user("guard", "Security administrator"))
    answer = stale.post(f"{ADMIN}{held.artifact_id}/open/", REASON)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/account/confirm/")
    assert told() == []


def test_a_program_opens_it_after_its_person_confirmed(held: ModelVersion, api_as: Callable[..., Client]) -> None:
    guard = api_as(make_user("guard", "Security administrator"))
    refused = guard.post(HELD, REASON, content_type="application/json")
    assert (refused.status_code, "challenge_url" in refused.json()) == (401, True)
    fresh(guard.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer "))
    missing = guard.post(HELD, {"reason": ""}, content_type="application/json")
    assert problem_of(missing) == (400, "quarantine.reason_missing")
    assert guard.post(HELD, REASON, content_type="application/json").getvalue() == harmful()
    assert told()[0] == "registry.quarantined.opened"


def test_what_is_clean_is_not_opened_this_way(scientist: Any, guard: Client) -> None:
    version = make_version(make_model(scientist), scientist)
    answer = guard.post(f"{ADMIN}{version.artifact_id}/open/", REASON)
    assert (answer.status_code, "is not quarantined" in answer.content.decode()) == (422, True)


def test_the_list_shows_what_is_held_and_why(held: ModelVersion, scientist: Any, guard: Client) -> None:
    """The admin's page: held files with the first reason, by cause and by words; the rest by a filter."""
    clean = make_version(held.model, scientist, safetensors())
    unknown = make_version(held.model, scientist, b"\x00\x01\x02\x03" * 100)

    def shown(query: str) -> set[Any]:
        return {row.pk for row in guard.get(f"{ADMIN}{query}").context["cl"].result_list}

    assert shown("") == {held.artifact_id, unknown.artifact_id}
    assert shown("?cause__exact=format") == {unknown.artifact_id}
    assert shown("?q=system") == {held.artifact_id}
    assert shown("?state=clean") == {clean.artifact_id}
    assert "which is not on the list" in guard.get(ADMIN).content.decode()
    page = guard.get(f"{ADMIN}{held.artifact_id}/change/").content.decode()
    assert "Open the file" in page
    assert "Scan again" in page
    assert guard.post(f"{ADMIN}{held.artifact_id}/again/").status_code == 302
    data = {"action": "scan_again", "_selected_action": [str(unknown.artifact_id)]}
    assert guard.post(ADMIN, data).status_code == 302
    assert Inspection.objects.filter(is_pending=True).count() == 2


def test_the_page_of_a_version_says_what_was_found(held: ModelVersion, portal: Client) -> None:
    page = portal.get(held.get_absolute_url()).content.decode()
    for words in ("Quarantined", "which is not on the list of allowed names", "byte ", "test process", "Scan again"):
        assert words in page, words
    answer = portal.post(f"{held.get_absolute_url()}scan/", follow=True)
    assert "is being scanned" in answer.content.decode()
    assert "Under way" in answer.content.decode()


def test_the_history_of_a_version_has_scans_signatures_and_denials_in_order(
    held: ModelVersion, api: Client, api_as: Callable[..., Client], portal: Client
) -> None:
    """S2-57."""
    assert api.get(f"{VERSION}artifact/").status_code == 403
    viewer = api_as(make_user("viewer", "Viewer"))
    assert viewer.get(f"{VERSION}artifact/").status_code == 403
    page = portal.get(held.get_absolute_url())
    names = [event.name for event in page.context["timeline"].events]
    assert names[::-1] == [
        "registry.version.added", "signing.version.signed", "scanning.scan.decided", "registry.download.denied",
        "registry.download.denied",
    ]  # fmt: skip
    codes = AuditEvent.objects.filter(name="registry.download.denied").order_by("id")
    assert [row.details["code"] for row in codes] == ["artifact.quarantined", "permission.denied"]
