"""Break-glass: a superuser gives a reason first, works for an hour at most, and is noticed."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import emergency
from accounts.access.models import Emergency
from accounts.models import User
from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from monitoring.alerts.posture import watch_controls
from monitoring.models import Alert
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/account/emergency/"
REASON = "Restore the role of the only security administrator."


@pytest.fixture
def root() -> User:
    user = make_user("root", "Security administrator")
    user.groups.clear()
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def browser(root: User) -> Client:
    """Signed in, and no reason given yet."""
    client = sign_in(Client(), root)
    session = client.session
    session.pop(emergency.SESSION_KEY)
    session.save()
    Emergency.objects.all().delete()
    return client


@pytest.mark.parametrize("address", ["/", "/admin/", "/models/", "/account/security/", "/admin/system/"])
def test_every_page_waits_for_a_reason(browser: Client, address: str) -> None:
    """S4-11: before the first page of a session."""
    answer = browser.get(address)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(PAGE)


def test_the_interface_waits_for_a_reason(browser: Client) -> None:
    """S4-11: also with the cookie over REST."""
    answer = browser.get("/api/v1/models/")
    assert (answer.status_code, answer.json()["code"]) == (403, "emergency.reason_required")


def test_a_key_of_a_superuser_waits_for_a_reason_too(root: User, browser: Client) -> None:
    """S4-11: no way past through a program."""
    text = issue_api_key(root, name="root", scopes=["all"], days=1, actor=Actor.system("test"))[1]
    program = Client(headers={"Authorization": f"Bearer {text}"})
    refused = program.get("/api/v1/models/")
    assert (refused.status_code, refused.json()["code"]) == (403, "emergency.reason_required")
    browser.post(PAGE, {"reason": REASON})
    assert program.get("/api/v1/models/").status_code == 200


def test_a_reason_opens_the_portal_for_an_hour(browser: Client, root: User) -> None:
    """S4-11: recorded with its reason, limited in time."""
    assert browser.get(PAGE).status_code == 200
    assert browser.post(PAGE, {"reason": "why not"}).status_code == 422
    assert browser.post(f"{PAGE}?next=/admin/", {"reason": REASON}).headers["location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200
    use = Emergency.objects.get()
    assert (use.user, use.reason) == (root, REASON)
    row = AuditEvent.objects.filter(name="accounts.emergency.begun").latest("id")
    assert (row.actor_ref, row.target_id) == (str(root.pk), str(use.pk))
    assert REASON not in str(row.details)
    Emergency.objects.update(ends_at=timezone.now() - dt.timedelta(seconds=1))
    assert browser.get("/admin/").headers["location"].startswith(PAGE)


def test_a_reason_holds_for_its_session_alone(browser: Client, root: User) -> None:
    browser.post(PAGE, {"reason": REASON})
    other = sign_in(Client(), root)
    session = other.session
    session.pop(emergency.SESSION_KEY)
    session.save()
    assert other.get("/").headers["location"].startswith(PAGE)


def test_it_can_be_ended_at_once(browser: Client) -> None:
    browser.post(PAGE, {"reason": REASON})
    browser.post(PAGE, {"act": "end"})
    assert browser.get("/").headers["location"].startswith(PAGE)
    assert AuditEvent.objects.filter(name="accounts.emergency.ended").count() == 1


def test_each_use_opens_an_alert_that_is_over_with_the_day(browser: Client) -> None:
    """S4-11: even if it was ended before the next look."""
    browser.post(PAGE, {"reason": REASON})
    browser.post(PAGE, {"act": "end"})
    watch_controls()
    use = Emergency.objects.get()
    alert = Alert.objects.get(key=f"finding:accounts.superusers:use:{use.pk}")
    assert (alert.severity, alert.state) == ("high", "open")
    assert "root" not in alert.title
    Emergency.objects.update(started_at=timezone.now() - dt.timedelta(hours=25))
    watch_controls()
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_officers_read_the_reasons_and_nobody_else(browser: Client) -> None:
    browser.post(PAGE, {"reason": REASON})
    address = f"/admin/access/emergency/{Emergency.objects.get().pk}/change/"
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert REASON in officer.get(address).content.decode()
    custodian: Any = sign_in(Client(), make_user("custodian", "Key custodian"))
    assert custodian.get(address).status_code == 403
    assert custodian.get(PAGE).status_code == 403
