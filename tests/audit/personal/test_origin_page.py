"""Who and where in the admin: for those who may, recorded before it is shown, or not shown."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.personal.models import Payload
from compliance.audit.personal.removing import erase
from compliance.subjects.ledger_data import BesideTheLedger
from compliance.subjects.providers import Subject, identify
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in
from tests.audit.faults import no_room_in_the_ledger

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def desk() -> Client:
    """The compliance officer's browser."""
    return sign_in(Client(), make_user("officer", "Compliance officer"))


@pytest.fixture
def scientist() -> User:
    """Somebody who signed in from a known place."""
    user = make_user("scientist", password=PASSWORD)
    browser = Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT=AGENT)
    browser.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    browser.post("/sign-in/code/", {"code": code_of(user)})
    return user


def row() -> AuditEvent:
    return AuditEvent.objects.get(name="accounts.sign_in.succeeded")


def page(client: Client) -> Any:
    return client.get(f"/admin/ledger/origins/{row().pk}/")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def readings() -> int:
    return AuditEvent.objects.filter(name="audit.personal.read", target_id=str(row().pk)).count()


def test_the_officer_sees_where_a_row_comes_from_and_the_ledger_says_so(desk: Client, scientist: User) -> None:
    """S4-81, S1-19: one row about the reading, with who read."""
    answer = page(desk)
    assert answer.status_code == 200
    for shown in ("203.0.113.77", "203.0.113.0/24", "Firefox on Linux", AGENT, "scientist"):
        assert shown in words(answer)
    assert readings() == 1
    assert "203.0.113.77" not in desk.get(f"/admin/audit/auditevent/{row().pk}/change/").content.decode()


def test_without_the_permission_nothing_is_shown_and_the_refusal_is_a_row(scientist: User) -> None:
    """S2-63."""
    client = sign_in(Client(), make_user("viewer", "Viewer"))
    assert page(client).status_code in {302, 403}
    assert readings() == 0


def test_what_cannot_be_recorded_is_not_shown(desk: Client, scientist: User) -> None:
    """S1-19: the reading of personal data fails when its row cannot be written."""
    desk.raise_request_exception = False
    with no_room_in_the_ledger():
        answer = page(desk)
    assert answer.status_code in {500, 503}
    assert "203.0.113.77" not in answer.content.decode()


def test_after_an_erasure_the_page_says_so(desk: Client, scientist: User) -> None:
    """S4-85: also when only the key or only the entry is gone."""
    erase([str(scientist.pk)], actor=Actor.system("tests"))
    answer = page(desk)
    assert "Erased" in words(answer)
    assert "203.0.113.77" not in words(answer)
    assert "203.0.113.0/24" in words(answer)


def test_a_changed_entry_is_called_damaged(desk: Client, scientist: User) -> None:
    Payload.objects.filter(pk=bytes(row().origin or b"")).update(sealed=b"x" * 90)
    assert "Damaged" in words(page(desk))


def test_the_person_gets_a_copy_and_can_be_erased(scientist: User) -> None:
    """S4-62, S4-85: through the same contract as everything else that is known of them."""
    scientist.email = "scientist@example.org"
    scientist.save()
    subject = identify(Subject(email="scientist@example.org"))
    provider = BesideTheLedger()
    exported = list(provider.export(subject))
    assert len(exported) == provider.find(subject) > 0
    assert {one.fields["address"] for one in exported if one.section == "audit.origins"} == {"203.0.113.77"}
    assert provider.erase(subject, actor=Actor.system("tests")) == len(exported)
    assert list(provider.export(subject)) == []
    assert provider.erase(subject, actor=Actor.system("tests")) == 0
