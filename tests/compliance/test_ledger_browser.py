"""The audit log in the admin."""

import datetime as dt

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor, record_refusal
from compliance.audit.admin import AuditEventAdmin
from compliance.audit.models import AuditEvent
from modelops.lib.admin import CappedPaginator
from modelops.lib.ids import first_id_at, uuid7
from tests.accounts.people import sign_in
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.sealing.rows import as_superuser, sql

from .cases import open_case

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditevent/"


def shown(desk: Client, query: str = "") -> set[str]:
    """Ids of the rows on the first page of the list."""
    answer = desk.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return {str(event.pk) for event in answer.context["cl"].result_list}


def newest(name: str) -> AuditEvent:
    """The newest row of a kind."""
    return AuditEvent.objects.filter(name=name).order_by("-id")[0]


@pytest.fixture
def rows(officer: User) -> dict[str, AuditEvent]:
    """One opened request and one refusal, by the officer."""
    actor = Actor("user", str(officer.pk))
    open_case()
    record_refusal(actor=actor, code="dataset.empty", method="POST", route="/api/v1/datasets/")
    return {"opened": newest("subjects.request.opened"), "refused": newest("audit.request.refused")}


def test_rows_are_readable_and_name_the_account(desk: Client, rows: dict[str, AuditEvent]) -> None:
    """S4-81, S4-83: who did what, in words."""
    page = desk.get(LIST).text
    assert "POST /api/v1/datasets/ was refused: dataset.empty" in page
    assert "officer" in page
    assert rows["opened"].sentence[1:] in page


@pytest.mark.parametrize(
    ("query", "opened", "refused"),
    [
        ("category=privacy", True, False),
        ("category=security", False, True),
        ("area=subjects", True, False),
        ("outcome__exact=denied", False, True),
        ("actor_kind=user", True, True),
        ("actor_kind=system", False, False),
        ("period=hour", True, True),
        ("q=subjects.request", True, False),
        ("q=audit.request.refused", False, True),
        ("q=equest", False, False),
    ],
)
def test_filters_and_search(desk: Client, rows: dict[str, AuditEvent], query: str, opened: bool, refused: bool) -> None:
    found = shown(desk, query)
    assert (str(rows["opened"].pk) in found, str(rows["refused"].pk) in found) == (opened, refused)


def test_search_by_exact_object_request_and_actor(desk: Client, officer: User, rows: dict[str, AuditEvent]) -> None:
    assert shown(desk, f"q={rows['opened'].target_id}") == {str(rows["opened"].pk)}
    assert str(rows["refused"].pk) in shown(desk, f"q={officer.pk}")
    answer = desk.post(
        "/admin/subjects/subjectrequest/add/", {"kind": "access", "regime": "GDPR", "email": "a@example.org"}
    )
    traced = shown(desk, f"q={answer['X-Request-Id']}")
    assert traced == {str(newest("subjects.request.opened").pk)}


def test_the_period_is_a_range_of_the_primary_key() -> None:
    before, after = first_id_at(timezone.now()), first_id_at(timezone.now() + dt.timedelta(milliseconds=2))
    assert before <= uuid7() < first_id_at(timezone.now() + dt.timedelta(seconds=1))
    assert before < after
    assert uuid7() >= before
    assert first_id_at(timezone.now() - dt.timedelta(days=1)) < before


def test_a_row_shows_all_its_fields(desk: Client, rows: dict[str, AuditEvent]) -> None:
    page = desk.get(reverse("admin:audit_auditevent_change", args=[rows["opened"].pk])).text
    for value in (rows["opened"].target_id, "subjects.request.opened", "due_on", "privacy", str(rows["opened"].pk)):
        assert value in page


def test_each_row_of_the_list_leads_to_its_proof(desk: Client, rows: dict[str, AuditEvent]) -> None:
    """S4-111: from the list to the row, from the row to its proof, which holds; of a row that was changed, not."""
    SealedLedger().checkpoint()
    listed, row = desk.get(LIST).text, rows["opened"]
    page = reverse("admin:audit_auditevent_change", args=[row.pk])
    proof = reverse("admin:ledger-proof", args=[row.pk])
    assert f'href="{page}' in listed
    assert f'href="{proof}"' in desk.get(page).text
    assert "Proven" in desk.get(proof).text
    with as_superuser():
        sql("UPDATE audit_auditevent SET actor_ref = 'somebody' WHERE id = %s", row.pk)
    assert "not what was sealed" in desk.get(proof).text


def test_nothing_can_be_added_changed_or_deleted(desk: Client, rows: dict[str, AuditEvent]) -> None:
    """Not even by a superuser."""
    superuser = User.objects.get(username="officer")
    superuser.is_superuser = True
    superuser.save()
    sign_in(desk, superuser)  # a change of rights ended the session
    one = rows["opened"].pk
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{one}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{LIST}{one}/change/", {"name": "x"}).status_code == 403
    acted = desk.post(LIST, {"action": "delete_selected", "_selected_action": [str(one)], "post": "yes"})
    assert acted.status_code in {302, 403, 200}
    assert AuditEvent.objects.get(pk=one).name == "subjects.request.opened"


def test_the_list_names_all_actors_with_one_query(
    desk: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(20):
        record_refusal(actor=Actor("user", str(uuid7())), code=f"x.{number}", method="GET", route="/")
    with django_assert_max_num_queries(18):
        desk.get(LIST)


def test_a_long_list_is_counted_to_its_cap(monkeypatch: pytest.MonkeyPatch, rows: dict[str, AuditEvent]) -> None:
    assert CappedPaginator(AuditEvent.objects.all(), 1).count == AuditEvent.objects.count() > 1
    monkeypatch.setattr("modelops.lib.admin.COUNTED_ROWS", 1)
    assert CappedPaginator(AuditEvent.objects.all(), 1).count == 1


def test_roles_without_the_permission_are_refused(
    client: Client, rows: dict[str, AuditEvent], guard_desk: Client
) -> None:
    assert guard_desk.get(LIST).status_code == 200
    assert client.get(LIST).status_code in {200, 302}
    nobody = User.objects.get(username="secadmin")
    nobody.groups.clear()
    sign_in(guard_desk, nobody)  # a change of rights ended the session
    assert guard_desk.get(LIST).status_code == 403


@pytest.mark.parametrize("term", ["0194d0c0-0000-7000-8000-000000000001", "registry.model"])
def test_search_is_answered_by_indexes(term: str, rf: RequestFactory) -> None:
    """Every list works at a million rows: no search reads the whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id,"
            " details, request_id, source) SELECT gen_random_uuid(), 'x.y.z' || n % 50, 'data', 'success', 'user',"
            " gen_random_uuid()::text, 'registry.modelversion', gen_random_uuid()::text, '{}', gen_random_uuid()::text,"
            " '' FROM generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE audit_auditevent")
    page = AuditEventAdmin(AuditEvent, admin.site)
    found, _ = page.get_search_results(rf.get("/"), AuditEvent.objects.all(), term)
    plan = found.order_by("-id")[:50].explain()
    assert "Seq Scan on audit_auditevent_rest" not in plan, plan  # where those ids went
    assert "Seq Scan" in AuditEvent.objects.filter(details__x=1).explain()
