"""Downloading a bundle and closing a request."""

import hashlib

import pytest
from django.db import connection
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.subjects import services
from compliance.subjects.models import State, SubjectBundle
from modelops.crypto.errors import DecryptionFailed
from modelops.lib.errors import Conflict, Invalid

from .cases import EMAIL, OFFICER, confirmed_case, days_ago, open_case, ready_case, told, unpack

pytestmark = pytest.mark.django_db


def test_each_download_is_recorded_and_gives_the_same_bytes() -> None:
    request = ready_case()
    first, second = (services.download_bundle(request, actor=OFFICER) for _ in range(2))
    assert first.filename == f"{request.reference}.zip"
    assert first.content == second.content
    assert hashlib.sha256(first.content).hexdigest() == request.bundles.get().sha256
    assert unpack(first.content)["reference"] == request.reference
    rows = AuditEvent.objects.filter(name="subjects.bundle.downloaded").order_by("id")
    assert [row.details["number"] for row in rows] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_download_that_cannot_be_recorded_gives_nothing() -> None:
    """The audit row is written before anything is disclosed; without it the download fails."""
    request = ready_case()
    refuse = "ALTER TABLE audit_auditevent ADD CONSTRAINT tests_full CHECK (name <> 'subjects.bundle.downloaded')"
    with connection.cursor() as cursor:
        cursor.execute(f"{refuse} NOT VALID")
    try:
        with pytest.raises(Exception, match="tests_full"):
            services.download_bundle(request, actor=OFFICER)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_auditevent DROP CONSTRAINT tests_full")
    assert request.bundles.get().downloads == 0
    assert services.download_bundle(request, actor=OFFICER).content
    assert request.bundles.get().downloads == 1


def test_a_bundle_that_was_edited_or_moved_does_not_open() -> None:
    one, other = ready_case(), ready_case(email="other@example.org")
    stolen = other.bundles.get().sealed
    SubjectBundle.objects.filter(request=one).update(sealed=stolen)
    with pytest.raises(DecryptionFailed):
        services.download_bundle(one, actor=OFFICER)
    assert told("subjects.bundle.downloaded", one) == 0
    assert services.download_bundle(other, actor=OFFICER).content


def test_there_is_nothing_to_download_before_it_is_collected() -> None:
    with pytest.raises(Conflict, match="collect the data first"):
        services.download_bundle(confirmed_case(), actor=OFFICER)


def test_an_expired_bundle_is_refused_removed_and_can_be_collected_again() -> None:
    request, fresh = ready_case(), ready_case(email="other@example.org")
    SubjectBundle.objects.filter(request=request).update(expires_at=timezone.now())
    with pytest.raises(Conflict, match="expired") as refused:
        services.download_bundle(request, actor=OFFICER)
    assert refused.value.code == "bundle.expired"
    assert services.remove_expired_bundles(actor=Actor.system("scheduler")) == 1
    assert services.remove_expired_bundles(actor=Actor.system("scheduler")) == 0
    bundle = request.bundles.get()
    assert bundle.sealed is None
    assert bundle.removed_at is not None
    assert told("subjects.bundle.expired", request) == 1
    assert fresh.bundles.get().sealed is not None
    assert services.collect(request, actor=OFFICER).state == State.COLLECTING


def test_a_request_is_closed_when_its_bundle_was_handed_over() -> None:
    request = ready_case()
    with pytest.raises(Conflict, match="download it") as refused:
        services.record_answer(request, "Sent.", actor=OFFICER)
    assert refused.value.code == "bundle.not_handed_over"
    services.download_bundle(request, actor=OFFICER)
    with pytest.raises(Invalid):
        services.record_answer(request, "", actor=OFFICER)
    closed = services.record_answer(request, "Sent through the customer portal.", actor=OFFICER)
    assert (closed.state, closed.is_open, closed.is_overdue) == (State.DELIVERED, False, False)
    assert AuditEvent.objects.get(name="subjects.request.delivered").details["late"] is False


def test_a_late_answer_is_recorded_as_late() -> None:
    request = confirmed_case("objection", received_at=days_ago(40))
    assert request.is_overdue
    closed = services.record_answer(request, "Answered by letter.", actor=OFFICER)
    assert not closed.is_overdue
    assert AuditEvent.objects.get(name="subjects.request.delivered").details["late"] is True


def test_a_refusal_needs_its_reason_and_closes_the_request() -> None:
    request = open_case()
    with pytest.raises(Invalid, match="reason"):
        services.refuse(request, " ", actor=OFFICER)
    closed = services.refuse(request, "The identity could not be confirmed.", actor=OFFICER)
    assert closed.state == State.REFUSED
    assert "identity" not in str(AuditEvent.objects.get(name="subjects.request.refused").details)
    for step in (services.confirm_identity, services.record_answer, services.refuse):
        with pytest.raises(Conflict, match="closed"):
            step(closed, "More.", actor=OFFICER)


def test_looking_at_the_person_is_recorded() -> None:
    request = open_case()
    assert services.reveal_subject(request, "answer", actor=OFFICER).email == EMAIL
    assert told("subjects.request.subject_revealed", request) == 1
