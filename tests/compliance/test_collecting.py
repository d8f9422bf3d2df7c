"""From a confirmed identity to a sealed bundle."""

import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction

from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.subjects import bundle as bundles
from compliance.subjects import collecting, services
from compliance.subjects.models import Kind, State, SubjectBundle, SubjectRequest
from compliance.subjects.providers import ExportedRow, Section, all_providers, identify, providers
from modelops import jobs
from modelops.jobs.models import Job, JobState
from modelops.jobs.services import run
from modelops.lib.errors import Conflict, Invalid
from tests.accounts.people import make_user

from .cases import EMAIL, OFFICER, confirmed_case, open_case, ready_case, told, unpack

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    """An account with the subject's address that has done something."""
    user = make_user("passenger", "Data scientist")
    user.email = "Passenger@Example.org"
    user.save()
    return user


def download(request: SubjectRequest) -> dict[str, object]:
    """The data of the request's bundle."""
    return unpack(services.download_bundle(request, actor=OFFICER).content)


def test_the_bundle_holds_every_row_that_the_providers_have_and_nothing_of_others(person: User) -> None:
    """S4-62: a count test over all providers."""
    other = make_user("stranger", "Data scientist")
    other.email = "stranger@example.org"
    other.save()
    services.open_request(Kind.ERASURE, open_case(email="stranger@example.org").subject, actor=OFFICER)
    with transaction.atomic():
        services.open_request(Kind.OBJECTION, open_case().subject, actor=Actor("user", str(person.pk)))
    request = ready_case()
    data = download(request)
    subject = identify(request.subject)
    assert subject.account_ids == {person.pk}
    rows = sum(len(section["rows"]) for section in data["sections"].values())
    assert rows == sum(provider.find(subject) for _, provider in all_providers())
    assert len(data["sections"]["accounts.account"]["rows"]) == 1
    assert data["sections"]["accounts.account"]["rows"][0]["name"] == "passenger"
    assert len(data["sections"]["subjects.requests"]["rows"]) == 3
    assert len(data["sections"]["audit.events"]["rows"]) >= 1
    assert "stranger" not in str(data)


def test_collecting_is_shown_recorded_and_sealed(person: User) -> None:
    request = services.collect(confirmed_case(), actor=OFFICER)
    assert request.state == State.COLLECTING
    job = request.collection_job
    assert (job.state, job.target_id, job.actor) == (JobState.QUEUED, str(request.pk), OFFICER)
    assert EMAIL not in str(job.payload)
    run(job.pk)
    job.refresh_from_db()
    request.refresh_from_db()
    bundle = request.bundles.get()
    assert (job.state, job.done) == (JobState.SUCCEEDED, job.total)
    assert request.state == State.READY
    assert (bundle.expires_at - bundle.created_at).days == 7
    assert bundle.row_count == sum(bundle.sections.values()) > 1
    assert b"PK\x03\x04" not in bytes(bundle.sealed)
    assert told("subjects.bundle.collection_started", request) == told("subjects.bundle.collected", request) == 1


def test_portability_leaves_out_what_the_person_did_not_give(person: User) -> None:
    """S4-63, GDPR Art. 20: observed and derived data is not portable."""
    sections = download(ready_case(Kind.PORTABILITY))["sections"]
    assert {"accounts.account", "subjects.requests"} <= set(sections)
    assert all(section["portable"] for section in sections.values())
    assert "accounts.sessions" not in sections


def test_nothing_is_collected_before_the_identity_is_confirmed() -> None:
    """S4-73."""
    request = open_case()
    with pytest.raises(Conflict, match="confirm the identity of the person first") as refused:
        services.collect(request, actor=OFFICER)
    assert refused.value.code == "subject_request.wrong_state"
    assert not Job.objects.exists()
    assert services.collect(services.confirm_identity(request, "Called back.", actor=OFFICER), actor=OFFICER)


def test_confirming_takes_a_note_and_happens_once() -> None:
    request = open_case()
    with pytest.raises(Invalid, match="how the identity was confirmed"):
        services.confirm_identity(request, "  ", actor=OFFICER)
    request.refresh_from_db()
    assert request.state == State.RECEIVED
    services.confirm_identity(request, "Called back.", actor=OFFICER)
    with pytest.raises(Conflict):
        services.confirm_identity(request, "Again.", actor=OFFICER)
    assert told("subjects.request.identity_confirmed", request) == 1


@pytest.mark.parametrize("kind", sorted(set(Kind.values) - {Kind.ACCESS, Kind.PORTABILITY}))
def test_other_kinds_are_fulfilled_by_hand(kind: str) -> None:
    request = confirmed_case(kind)
    with pytest.raises(Conflict, match="fulfilled by hand"):
        services.collect(request, actor=OFFICER)
    closed = services.record_answer(request, "Corrected in the customer file.", actor=OFFICER)
    assert (closed.state, closed.closing_note) == (State.DELIVERED, "Corrected in the customer file.")
    assert told("subjects.request.delivered", request) == 1


def test_running_the_job_twice_makes_one_bundle() -> None:
    request = ready_case()
    assert not run(request.collection_job_id)
    # A second worker that held the same job finds the request moved on and stops without effect.
    job = Job.objects.get(pk=request.collection_job_id)
    collecting.run(jobs.RunningJob(job.pk, uuid.uuid4(), job.payload, OFFICER, 2))
    assert SubjectBundle.objects.count() == 1


def test_an_attempt_that_was_given_up_stores_nothing() -> None:
    request = services.collect(confirmed_case(), actor=OFFICER)
    Job.objects.filter(pk=request.collection_job_id).update(state=JobState.RUNNING, token=uuid.uuid4())
    stale = jobs.RunningJob(request.collection_job_id, uuid.uuid4(), {"request": str(request.pk)}, OFFICER, 1)
    with pytest.raises(jobs.JobLost):
        collecting.run(stale)
    assert not SubjectBundle.objects.exists()


def test_a_failed_collection_says_why_and_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    request = services.collect(confirmed_case(), actor=OFFICER)
    with monkeypatch.context() as patch:
        patch.setattr(bundles, "MAX_BYTES", 10)
        run(request.collection_job_id)
    request.refresh_from_db()
    assert request.state == State.IDENTITY_CONFIRMED
    assert "outside the portal" in request.collection_failure
    assert AuditEvent.objects.get(name="subjects.bundle.collection_failed").outcome == "failure"
    request = services.collect(request, actor=OFFICER)
    assert request.collection_failure == ""
    run(request.collection_job_id)
    request.refresh_from_db()
    assert request.state == State.READY


def test_a_collection_runs_once_at_a_time_and_is_started_anew_when_its_job_is_gone() -> None:
    request = services.collect(confirmed_case(), actor=OFFICER)
    with pytest.raises(Conflict, match="wait until the collection has ended"):
        services.collect(request, actor=OFFICER)
    Job.objects.filter(pk=request.collection_job_id).update(state=JobState.CANCELLED)
    again = services.collect(request, actor=OFFICER)
    assert again.collection_job_id != request.collection_job_id
    run(again.collection_job_id)
    again.refresh_from_db()
    assert again.state == State.READY


def test_a_provider_that_gives_an_undeclared_field_fails_the_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = providers.get("subjects.requests")

    def leak(self: object, subject: object) -> Iterator[ExportedRow]:
        yield ExportedRow("subjects.requests", {"reference": "x", "password": "x"})

    monkeypatch.setattr(provider, "export", leak)
    request = services.collect(confirmed_case(), actor=OFFICER)
    run(request.collection_job_id)
    request.refresh_from_db()
    assert request.state == State.IDENTITY_CONFIRMED
    assert not SubjectBundle.objects.exists()


def test_sections_of_all_providers_say_where_the_data_comes_from() -> None:
    """S4-67: sources stand in the bundle."""
    sections: list[Section] = [section for _, provider in all_providers() for section in provider.sections]
    assert len(sections) >= 5
    assert all(section.source and not section.source.endswith(".") for section in sections)
