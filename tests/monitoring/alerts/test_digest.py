"""A mail that gathers alerts (S3-52)."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from modelops.lib.errors import Invalid
from monitoring.alerts import services
from monitoring.alerts.policy.quiet import digest_at
from monitoring.models import AlertChannel, AlertDecision, AlertDelivery
from monitoring.models.alerts import Severity
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, open_alert
from tests.monitoring.alerts.test_api import Caller

pytestmark = pytest.mark.django_db

TO = {"to": "team@plover.example"}


def gathered() -> None:
    AlertDelivery.objects.filter(state="pending").update(next_attempt_at=timezone.now())
    services.deliver_due()


def test_a_digest_tells_of_all_that_came_since_the_last_one() -> None:
    """S3-52: the digest option."""
    services.create_channel("daily", "email", TO, hours=services.Hours(digest_s=86_400), actor=ACTOR)
    open_alert("drift:a", title="Drift in a")
    open_alert("disk:1", title="Disk is full", severity=Severity.HIGH)
    open_alert("disk:1", title="Disk is full", severity=Severity.HIGH)
    assert services.deliver_due() == 0
    waiting = AlertDelivery.objects.get()
    assert (waiting.event, waiting.severity) == ("digest-opened", "high")
    assert timezone.now() < waiting.next_attempt_at <= timezone.now() + timedelta(days=1)
    gathered()
    (sent,) = mail.outbox
    assert sent.subject.startswith("[high] 2 alerts since ")
    lines = [line for line in sent.body.splitlines() if line.startswith("[")]
    assert lines == ["[high] Disk is full (open, 2×)", "[medium] Drift in a (open, 1×)"]
    assert "/alerts/do/" not in sent.body
    open_alert("later", title="Later")
    gathered()
    assert mail.outbox[1].subject.startswith("[medium] 1 alert since ")
    assert "Later" in mail.outbox[1].body
    assert "Drift in a" not in mail.outbox[1].body
    assert list(AlertDecision.objects.order_by("id").values_list("verdict", flat=True)) == ["sent", "grouped", "sent"]


def test_what_is_severe_enough_comes_at_once() -> None:
    services.create_channel("daily", "email", TO, hours=services.Hours(digest_s=3600), actor=ACTOR)
    open_alert("disk:1", title="Disk is full", severity=Severity.CRITICAL)
    open_alert("drift:a", title="Drift in a")
    assert services.deliver_due() == 1
    assert mail.outbox[0].subject == "[critical] Disk is full"


def test_a_storm_is_one_digest_and_an_alert_that_gets_worse_stands_in_the_next() -> None:
    services.create_channel("hourly", "email", TO, hours=services.Hours(digest_s=3600), actor=ACTOR)
    reports = [services.Report(f"k{number}:x", f"Trouble {number}", Severity.LOW) for number in range(300)]
    services.report_many(reports, actor=ACTOR)
    gathered()
    assert "and 100 more" in mail.outbox[0].body
    open_alert("k0:x", title="Trouble 0", severity=Severity.HIGH)
    gathered()
    assert [one.subject.split(" since")[0] for one in mail.outbox] == ["[low] 300 alerts", "[high] 1 alert"]


@pytest.mark.parametrize(
    ("every", "zone", "now", "due"),
    [
        (3600, "UTC", datetime(2026, 3, 1, 10, 20, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC)),
        (3600, "UTC", datetime(2026, 3, 1, 11, 0, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (86_400, "Europe/Vienna", datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)),
        (86_400, "Europe/Vienna", datetime(2026, 3, 29, 10, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (50_000, "UTC", datetime(2026, 3, 1, 20, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_a_digest_is_due_at_a_round_time_of_its_zone(every: int, zone: str, now: datetime, due: datetime) -> None:
    assert digest_at(SimpleNamespace(digest_s=every, timezone=zone), now) == due


def test_a_digest_over_rest_and_in_the_portal(client: Client) -> None:
    caller = Caller("ML engineer", ["all"])
    given = {"name": "daily", "kind": "email", "config": TO, "digest_s": 86_400}
    assert caller.post("alert-channels/", given, 201)["digest_s"] == 86_400
    hook = {"name": "hook", "kind": "webhook", "config": {"url": "https://1.1.1.1/x"}, "digest_s": 3600}
    assert caller.post("alert-channels/", hook, 400)["detail"] == "Only e-mail is sent as a digest."
    assert caller.post("alert-channels/", {**given, "name": "b", "digest_s": 10}, 400)
    with pytest.raises(Invalid, match="not repeated"):
        services.create_channel("c", "email", TO, hours=services.Hours(digest_s=3600, repeat_s=60), actor=ACTOR)
    page = sign_in(client, make_user())
    assert "Daily digest" in page.get("/alerts/channels/new/email/").content.decode()
    assert "Daily digest" not in page.get("/alerts/channels/new/webhook/").content.decode()
    form = {"name": "hourly", "to": "team@plover.example", "minimum_severity": "low", "smtp_security": "auto"}
    made = page.post("/alerts/channels/new/email/", {**form, "digest_s": "3600", "is_direct": "on"})
    assert made.status_code == 302
    assert AlertChannel.objects.get(name="hourly").digest_s == 3600
