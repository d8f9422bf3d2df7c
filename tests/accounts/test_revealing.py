"""Who may not change an account sees its person masked, and looks them up with a reason that is told first."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from compliance.audit.models import AuditEvent
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    """Somebody with a name and an address."""
    user = make_user("scientist")
    User.objects.filter(pk=user.pk).update(first_name="Plover", last_name="Canary", email="plover.canary@example.org")
    return user


@pytest.fixture
def officer(client: Client) -> Client:
    """Sees accounts, and changes none."""
    return sign_in(client, make_user("officer", "Compliance officer"))


def page(user: User, act: str = "change") -> str:
    return f"/admin/accounts/user/{user.pk}/{act}/"


def secrets_in(text: str) -> bool:
    return any(part in text for part in ("Plover", "Canary", "plover.canary"))


def test_masked_until_a_reason_is_given_and_told_before_it_is_shown(
    officer: Client, person: User, rows: Callable[..., int]
) -> None:
    """S2-50: the list and the page are masked; each look is one row with its reason and without a name."""
    assert not secrets_in(officer.get("/admin/accounts/user/").text)
    shown = officer.get(page(person)).text
    assert "p***@e***" in shown
    assert not secrets_in(shown)
    for reason in ({}, {"reveal-reason": "curious"}):
        refused = officer.post(page(person, "person"), reason)
        assert refused.status_code == 422
        assert not secrets_in(refused.text)
    assert rows("accounts.user.person_revealed") == 0
    found = officer.post(page(person, "person"), {"reveal-reason": "mistake"})
    assert found.status_code == 200
    for part in ("Plover", "Canary", "plover.canary@example.org", "not confirmed"):
        assert part in found.text
    assert "no-store" in found.headers["cache-control"]
    row = AuditEvent.objects.get(name="accounts.user.person_revealed")
    assert row.details == {"reason": "look into a mistake"}
    assert row.target_id == str(person.pk)
    assert not secrets_in(officer.get(page(person)).text)


def test_when_the_ledger_cannot_be_written_nothing_is_shown(officer: Client, person: User) -> None:
    """S2-50: the row comes first."""
    officer.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.no_row() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_row BEFORE INSERT ON audit_auditevent FOR EACH ROW "
            "WHEN (NEW.name = 'accounts.user.person_revealed') EXECUTE FUNCTION pg_temp.no_row()"
        )
    answer = officer.post(page(person, "person"), {"reveal-reason": "answer"})
    assert answer.status_code >= 500
    assert not secrets_in(answer.text)


def test_only_with_the_permission_and_where_something_is_masked(person: User) -> None:
    """A security administrator changes accounts and has nothing to look up; others have no such page."""
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    assert guard.post(page(person, "person"), {"reveal-reason": "answer"}).status_code == 403
    assert "Reveal" not in guard.get(page(person)).text
    for name, role in (("custodian", "Key custodian"), ("other", "Data scientist")):
        answer = sign_in(Client(), make_user(name, role)).post(page(person, "person"), {"reveal-reason": "answer"})
        assert answer.status_code in {302, 403}
        assert not secrets_in(answer.text)
    assert sign_in(Client(), make_user("officer", "Compliance officer")).get(page(person, "person")).status_code == 405
