"""The officer's pages of requests in the admin."""

import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.subjects import services
from compliance.subjects.models import State, SubjectRequest
from modelops.jobs.services import run
from tests.accounts.people import make_user, sign_in

from .cases import EMAIL, OFFICER, confirmed_case, days_ago, open_case, ready_case, told

pytestmark = pytest.mark.django_db
LIST = "/admin/subjects/subjectrequest/"
POSTS = ["identity", "collect", "bundle", "answer", "refuse", "person"]


def page(request: SubjectRequest, part: str = "change") -> str:
    """An address around one request."""
    return reverse(f"admin:subjects_subjectrequest_{part}", args=[request.pk])


def test_the_whole_way_from_intake_to_the_answer(desk: Client, officer: User) -> None:
    """S4-62: the officer answers an access request without leaving the admin."""
    opened = desk.post(
        f"{LIST}add/", {"kind": "access", "regime": "GDPR", "email": EMAIL, "ref": "", "received_on": ""}
    )
    request = SubjectRequest.objects.get()
    assert (opened.status_code, opened["Location"]) == (302, page(request))
    assert "Confirm identity" in desk.get(page(request)).text
    desk.post(page(request, "identity"), {"identity-note": "Called back."})
    assert "Collect data" in desk.get(page(request)).text
    desk.post(page(request, "collect"))
    assert 'hx-trigger="every 1s"' in desk.get(page(request)).text
    assert "hx-get" in desk.get(page(request, "progress")).text
    request.refresh_from_db()
    assert run(request.collection_job_id)
    assert desk.get(page(request, "progress"))["HX-Refresh"] == "true"
    assert "Download bundle" in desk.get(page(request)).text
    archive = desk.post(page(request, "bundle"))
    assert archive["Content-Disposition"] == f'attachment; filename="{request.reference}.zip"'
    assert "index.html" in zipfile.ZipFile(io.BytesIO(archive.content)).namelist()
    desk.post(page(request, "answer"), {"answer-note": "Sent."})
    shown = desk.get(page(request)).text
    assert "This request is closed" in shown
    assert "officer" in shown
    request.refresh_from_db()
    assert request.state == State.DELIVERED
    about = AuditEvent.objects.filter(target_id=str(request.pk))
    assert about.exclude(name="audit.admin_object.viewed").count() == 6
    assert set(about.values_list("actor_ref", flat=True)) == {str(officer.pk)}


def test_no_page_shows_the_person_until_somebody_asks_and_that_is_recorded(desk: Client) -> None:
    """S2-50: masked, then asked for with a reason; a list never shows it, not even masked."""
    request = open_case()
    masked = f"{EMAIL[0]}***@{EMAIL.partition('@')[2][0]}***"
    assert EMAIL not in desk.get(LIST).text + desk.get(page(request)).text + desk.get("/admin/").text
    assert masked in desk.get(page(request)).text
    assert masked not in desk.get(LIST).text
    for reason in ({}, {"reveal-reason": "curious"}):
        refused = desk.post(page(request, "person"), reason)
        assert refused.status_code == 422
        assert EMAIL not in refused.text
    assert told("subjects.request.subject_revealed", request) == 0
    assert EMAIL in desk.post(page(request, "person"), {"reveal-reason": "answer"}).text
    assert told("subjects.request.subject_revealed", request) == 1
    row = AuditEvent.objects.get(name="subjects.request.subject_revealed")
    assert row.details["reason"] == "write to the person"
    assert EMAIL not in str(row.details)
    assert desk.get(page(request, "person"))["Location"] == page(request)


def test_search_finds_by_exact_address_and_puts_no_address_into_a_url(desk: Client) -> None:
    request, other = open_case(), open_case(email="other@example.org")
    found = desk.post(f"{LIST}find/", {"q": EMAIL.upper()})
    assert "passenger" not in found["Location"].lower()
    listed = desk.get(found["Location"]).text
    assert request.reference in listed
    assert other.reference not in listed
    missing = desk.get(desk.post(f"{LIST}find/", {"q": "passenge@example.org"})["Location"]).text
    assert request.reference not in missing
    by_reference = desk.get(desk.post(f"{LIST}find/", {"q": other.reference.lower()})["Location"]).text
    assert other.reference in by_reference
    assert request.reference not in by_reference
    assert request.reference not in desk.get(f"{LIST}?person=zz").text


def test_the_list_sorts_by_the_clock_and_marks_what_is_late(desk: Client) -> None:
    fresh, late = open_case(), open_case("erasure", received_at=days_ago(40))
    listed = desk.get(LIST).text
    assert listed.index(late.reference) < listed.index(fresh.reference)
    assert re.search(r"\d+ days overdue", listed)
    overdue = desk.get(f"{LIST}?clock=overdue").text
    assert late.reference in overdue
    assert fresh.reference not in overdue
    assert fresh.reference not in desk.get(f"{LIST}?clock=week").text
    assert fresh.reference in desk.get(f"{LIST}?clock=open&kind__exact=access").text


def test_the_list_begins_with_what_is_open(desk: Client, officer: User) -> None:
    waiting, closed = open_case(), open_case(email="other@example.org")
    services.refuse(closed, "Withdrawn.", actor=OFFICER)
    shown = desk.get(LIST).text
    assert waiting.reference in shown
    assert closed.reference not in shown
    assert closed.reference in desk.get(f"{LIST}?clock=closed").text
    both = desk.get(f"{LIST}?clock=all").text
    assert waiting.reference in both
    assert closed.reference in both
    assert closed.reference in desk.get(f"{LIST}?q={closed.reference}").text


def test_the_list_needs_the_same_queries_for_few_rows_and_many(
    desk: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for _ in range(12):
        open_case()
    with django_assert_max_num_queries(14):
        desk.get(LIST)


def test_the_intake_form_says_what_is_wrong(desk: Client) -> None:
    nobody = desk.post(f"{LIST}add/", {"kind": "access", "regime": "GDPR", "email": "", "ref": "", "received_on": ""})
    assert nobody.status_code == 422
    assert "Give an e-mail address or another reference" in nobody.text
    future = {"kind": "access", "regime": "GDPR", "email": EMAIL, "ref": "", "received_on": "2999-01-01"}
    assert "still to come" in desk.post(f"{LIST}add/", future).text
    assert not SubjectRequest.objects.exists()
    past = desk.post(f"{LIST}add/", {**future, "received_on": "2026-01-31"})
    assert past.status_code == 302
    assert SubjectRequest.objects.get().due_at.date().isoformat() == "2026-02-28"


def test_kinds_without_a_bundle_offer_their_own_step(desk: Client) -> None:
    request = confirmed_case("rectification")
    shown = desk.get(page(request)).text
    assert "Correct it" in shown
    assert "Collect data" not in shown


def test_a_request_whose_job_is_gone_can_be_collected_again(desk: Client) -> None:
    request = services.collect(confirmed_case(), actor=OFFICER)
    assert "Collect data" not in desk.get(page(request)).text
    SubjectRequest.objects.filter(pk=request.pk).update(collection_job=None)
    assert "Collect data" in desk.get(page(request)).text


def test_a_refused_step_explains_itself_where_the_officer_was(desk: Client) -> None:
    request = open_case()
    back = desk.post(
        page(request, "identity"), {"identity-note": ""}, headers={"Referer": f"http://testserver{page(request)}"}
    )
    assert back.status_code == 302
    assert "Write how the identity was confirmed." in desk.get(page(request)).text
    assert AuditEvent.objects.filter(details__code="subject_request.note_missing", outcome="denied").count() == 1
    request.refresh_from_db()
    assert request.state == State.RECEIVED


@pytest.mark.parametrize("part", POSTS)
def test_steps_are_posts_with_a_permission_of_their_own(part: str, guard_desk: Client, desk: Client) -> None:
    request = ready_case()
    assert guard_desk.post(page(request, part)).status_code == 403
    assert Client().post(page(request, part)).status_code == 302
    if part != "person":
        assert desk.get(page(request, part)).status_code == 405


def test_a_role_without_requests_sees_none(guard_desk: Client) -> None:
    request = open_case()
    for address in (LIST, f"{LIST}add/", page(request), page(request, "progress")):
        assert guard_desk.get(address).status_code == 403
    assert guard_desk.post(f"{LIST}find/", {"q": EMAIL}).status_code == 403
    assert "Requests by due date" not in guard_desk.get("/admin/").text


def test_people_without_a_place_in_the_admin_are_sent_away(client: Client) -> None:
    scientist = sign_in(client, make_user("scientist", "Data scientist"))
    assert scientist.get(LIST).status_code == 302


def test_steps_demand_the_csrf_token(officer: User) -> None:
    strict = sign_in(Client(enforce_csrf_checks=True), officer)
    request = open_case()
    assert strict.post(page(request, "identity"), {"identity-note": "x"}).status_code == 403
    request.refresh_from_db()
    assert request.state == State.RECEIVED


def test_the_first_page_shows_what_is_due(desk: Client) -> None:
    late = open_case("erasure", received_at=days_ago(40))
    shown = desk.get("/admin/").text
    assert late.reference in shown
    assert "Requests by due date" in shown
    assert "Newest in the audit log" in shown


@pytest.mark.parametrize("state", ["open", "confirmed", "ready"])
def test_pages_hold_nothing_that_the_content_policy_forbids(state: str, desk: Client) -> None:
    request = {"open": open_case, "confirmed": confirmed_case, "ready": ready_case}[state]()
    for address in ("/admin/", LIST, f"{LIST}add/", page(request)):
        answer = desk.get(address)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", answer.text)
        assert not re.search(r"<[^>]+\sstyle=", answer.text)
        assert not re.search(r"<[^>]+\son[a-z]+=", answer.text)
