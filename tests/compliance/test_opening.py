"""Taking in a request."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.subjects import services, stages
from compliance.subjects.models import Kind, Regime, State, SubjectRequest
from compliance.subjects.providers import Subject
from modelops.lib.errors import Invalid

from .cases import EMAIL, OFFICER, open_case, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", Kind.values)
def test_each_kind_is_opened_with_its_deadline_and_one_row_in_the_ledger(kind: str) -> None:
    """S4-62…66: access, portability, rectification, erasure, restriction, objection, automated decision.

    S2-69: opt-out of sale.
    """
    request = open_case(kind)
    assert request.state == State.RECEIVED
    assert request.reference == f"SR-{timezone.now().year}-000001"
    earliest, latest = (44, 45) if kind == Kind.OPT_OUT else (28, 31)
    assert earliest <= request.days_left <= latest
    assert told("subjects.request.opened", request) == 1


def test_an_earlier_receipt_starts_the_clock_earlier() -> None:
    received = dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC)
    request = open_case(received_at=received)
    assert request.due_at == dt.datetime(2026, 2, 28, 10, tzinfo=dt.UTC)
    assert request.is_overdue
    assert open_case(regime=Regime.CCPA, received_at=received).due_at == received + dt.timedelta(days=45)


def test_references_are_numbered_without_a_gap() -> None:
    first = open_case()
    with pytest.raises(Invalid):
        open_case("oblivion")
    second = open_case()
    assert int(second.reference[-6:]) == int(first.reference[-6:]) + 1


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("oblivion", {}, "subject_request.unknown_kind"),
        (Kind.ACCESS, {"regime": "LGPD"}, "subject_request.unknown_regime"),
        (Kind.ACCESS, {"email": "nobody"}, "subject.email_invalid"),
        (Kind.ACCESS, {"received_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "subject_request.not_yet"),
    ],
)
def test_bad_input_is_refused_and_leaves_nothing(kind: str, more: dict[str, object], code: str) -> None:
    """S4-66: an unknown kind names the known ones."""
    with pytest.raises(Invalid) as refused:
        open_case(kind, **more)
    assert refused.value.code == code
    assert not SubjectRequest.objects.exists()
    assert not AuditEvent.objects.filter(name="subjects.request.opened").exists()


def test_a_subject_needs_an_address_or_a_reference() -> None:
    with pytest.raises(Invalid, match="e-mail address or a reference"):
        Subject(email="  ")
    assert Subject(ref="C-77").ref == "C-77"


@pytest.mark.parametrize("typed", [EMAIL.upper(), f"  {EMAIL} ", "ｐassenger@example.org"])
def test_a_person_is_found_however_the_address_is_typed(typed: str) -> None:
    request = open_case()
    open_case(email="other@example.org")
    assert list(SubjectRequest.objects.about(Subject(email=typed))) == [request]


def test_a_person_is_found_by_reference() -> None:
    request = services.open_request(Kind.ACCESS, Subject(ref="C-77"), actor=OFFICER)
    open_case()
    assert list(SubjectRequest.objects.about(Subject(ref="c-77 "))) == [request]
    assert not SubjectRequest.objects.about(Subject(ref="C-78")).exists()


def test_the_database_holds_no_address_in_clear_and_the_ledger_none_at_all() -> None:
    """S4-61."""
    open_case(email="canary.person@example.org")
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM subjects_subjectrequest r UNION ALL SELECT e::text FROM audit_auditevent e")
        rows = " ".join(row[0] for row in cursor.fetchall())
    assert "SR-" in rows
    hexadecimal = b"canary.person".hex()
    assert "canary" not in rows
    assert hexadecimal not in rows
    assert SubjectRequest.objects.get().subject_email == "canary.person@example.org"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "oblivion"},
        {"regime": "LGPD"},
        {"state": "lost"},
        {"state": State.READY},
        {"state": State.REFUSED},
        {"email_index": None},
    ],
)
def test_the_database_itself_refuses_what_no_service_writes(change: dict[str, object]) -> None:
    """S4-73: no request gets beyond its receipt without a confirmed identity, whoever writes."""
    open_case()
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.update(**change)
    assert SubjectRequest.objects.filter(state=State.RECEIVED).count() == 1


def test_every_state_stands_in_the_table_and_closed_ones_lead_nowhere() -> None:
    assert set(stages.LEADS_TO) == set(State.values)
    assert {State.DELIVERED, State.REFUSED} == stages.FINAL
    assert all(following <= set(State.values) for following in stages.LEADS_TO.values())


@pytest.mark.django_db(transaction=True)
def test_requests_opened_at_once_get_different_numbers() -> None:
    def work() -> None:
        try:
            open_case()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(int(request.reference[-6:]) for request in SubjectRequest.objects.all())
    assert numbers == list(range(numbers[0], numbers[0] + 6))
