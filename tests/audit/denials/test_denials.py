"""What was refused is in the ledger, and whoever is refused again and again is noticed."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor, record_refusal
from compliance.audit.context import acting
from compliance.audit.models import AuditEvent
from monitoring.alerts.denials import denied_since
from monitoring.alerts.services import resolve
from monitoring.alerts.tasks import watch_refusals
from monitoring.models import Alert
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db


def refusals(**details: object) -> int:
    rows = AuditEvent.objects.filter(name="audit.request.refused", outcome="denied")
    return sum(1 for row in rows if {**row.details, **details} == row.details)


@pytest.fixture
def viewer() -> User:
    return make_user("viewer", "Viewer")


@pytest.fixture
def browser(viewer: User) -> Client:
    return sign_in(Client(REMOTE_ADDR="203.0.113.77"), viewer)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/v1/audit-events/", 403, "permission.denied"),
        ("get", "/api/v1/models/nobody-knows-it/", 404, "object.not_found"),
        ("get", "/models/nobody-knows-it/", 404, "object.not_found"),
        ("post", "/models/-/new/", 403, "permission.denied"),
    ],
)
def test_what_may_not_be_done_or_seen_is_one_row(
    browser: Client, viewer: User, method: str, path: str, status: int, code: str
) -> None:
    """S2-63, S4-91: in the portal as over REST, with who asked for what."""
    answer = getattr(browser, method)(path)
    assert answer.status_code == status
    assert refusals() == 1
    assert refusals(code=code, status=status, method=method.upper()) == 1
    row = AuditEvent.objects.get(name="audit.request.refused")
    assert (row.actor_ref, row.source) == (str(viewer.pk), "203.0.113.0/24")
    assert row.origin is not None


def test_somebody_elses_object_is_told_like_one_that_is_not_there(browser: Client) -> None:
    """S2-63: 404 by permission is a row, and the answer does not tell which it was."""
    owner = make_user("owner")
    RegisteredModel.objects.create(name="secret-model", owner=owner, is_restricted=True, task_type="other")
    answers = [browser.get(f"/api/v1/models/{name}/") for name in ("secret-model", "no-such-model")]
    assert {answer.status_code for answer in answers} == {404}
    assert refusals(code="object.not_found") == 2


def test_an_address_that_does_not_exist_is_no_refusal(browser: Client) -> None:
    assert browser.get("/no/such/page/").status_code == 404
    assert refusals() == 0


def test_a_form_from_elsewhere_is_a_row(viewer: User) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), viewer)
    assert client.post("/account/security/sessions/revoke-others/").status_code == 403
    assert refusals(code="request.csrf") == 1


def deny(actor: Actor, times: int, *, status: int = 403, source: str = "203.0.113.0/24") -> None:
    with acting(source=source):
        for _ in range(times):
            record_refusal(actor=actor, code="permission.denied", method="GET", route="/x", status=status)


def test_fifty_denials_within_five_minutes_open_an_alert(browser: Client, viewer: User) -> None:
    """S2-63: through the API, by one actor; more of them count it up; what was resolved stays so."""
    for _ in range(49):
        browser.get("/api/v1/audit-events/")
    assert watch_refusals() == 0
    browser.get("/api/v1/models/no-such-model/")
    assert (watch_refusals(), watch_refusals()) == (1, 1)
    alert = Alert.objects.get(key=f"denials:user:{viewer.pk}")
    assert (alert.severity, alert.state, alert.count) == ("high", "open", 2)
    assert "50 refusals" in alert.title
    assert viewer.username not in alert.title + alert.body
    resolve(alert, actor=Actor.system("tests"))
    watch_refusals()
    assert Alert.objects.filter(key=alert.key).count() == 1


def test_denials_of_different_actors_are_not_added_up() -> None:
    for _ in range(2):
        deny(Actor("user", str(uuid.uuid4())), 26)
    assert watch_refusals() == 0


def test_mistyped_input_is_no_denial() -> None:
    deny(Actor("user", str(uuid.uuid4())), 60, status=400)
    assert watch_refusals() == 0


def test_strangers_are_told_apart_by_network() -> None:
    deny(Actor.anonymous(), 50)
    deny(Actor.anonymous(), 49, source="198.51.100.0/24")
    assert watch_refusals() == 1
    assert Alert.objects.get(key="denials:anonymous:203.0.113.0/24").title.endswith("strangers from 203.0.113.0/24")


def test_only_the_window_counts() -> None:
    deny(Actor("user", str(uuid.uuid4())), 50)
    assert len(denied_since(timezone.now() - dt.timedelta(minutes=5))) == 1
    assert denied_since(timezone.now() + dt.timedelta(seconds=5)) == []
