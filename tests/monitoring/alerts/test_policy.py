"""Who is told when: grouping, silences, inhibition, quiet hours, escalation, reminders, flapping."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.alerts import services
from monitoring.alerts.policy.grouping import group_of
from monitoring.alerts.policy.matching import cleaned, like, matches
from monitoring.alerts.policy.quiet import quiet_until
from monitoring.alerts.policy.services import create_chain, create_silence, end_silence
from monitoring.models import Alert, AlertChannel, AlertDecision, AlertDelivery, EscalationChain
from monitoring.models.alerts import Severity
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.monitoring.alerts.test_api import Caller
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def verdicts() -> list[str]:
    return list(AlertDecision.objects.order_by("id").values_list("verdict", flat=True))


def silence(pattern: str = "drift:*", **changes: Any) -> Any:
    given: dict[str, Any] = {"ends_at": timezone.now() + timedelta(hours=1), "actor": ACTOR, **changes}
    return create_silence("planned work", [{"field": "key", "op": "like", "value": pattern}], **given)


def test_a_storm_gives_one_message(http_receiver: HttpReceiver) -> None:
    """S4-101: events of one kind, each reported for itself, are one message that says how many there are."""
    make_channel(url=http_receiver.url)
    for number in range(60):
        open_alert(f"storm:host-{number}", title=f"Host {number} is down")
    services.deliver_due()
    (request,) = http_receiver.requests
    said = json.loads(request.body)
    assert said["group"]["others"] == 59
    assert len(said["group"]["titles"]) == 5
    assert Alert.objects.count() == 60
    assert verdicts().count("grouped") == 59


def test_what_follows_within_the_window_is_told_together_later(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    open_alert("disk:1")
    services.deliver_due()
    open_alert("disk:2")
    open_alert("disk:3")
    services.deliver_due()
    assert len(http_receiver.requests) == 1
    AlertDelivery.objects.filter(state="pending").update(next_attempt_at=timezone.now())
    services.deliver_due()
    assert len(http_receiver.requests) == 2
    assert json.loads(http_receiver.requests[1].body)["group"]["others"] == 1
    open_alert("disk:4", severity=Severity.CRITICAL)
    services.deliver_due()
    assert len(http_receiver.requests) == 3  # what is worse than what was told does not wait


@pytest.mark.parametrize(
    ("key", "group"),
    [
        ("storm-17", "storm-#"),
        ("drift:flights:trains", "drift:flights"),
        ("denials:user:0198c000-0000-7000-8000-000000000002", "denials:user"),
        ("job:0198c000-0000-7000-8000-000000000002", "job:#"),
        ("accuracy", "accuracy"),
    ],
)
def test_alerts_that_differ_by_numbers_are_one_group(key: str, group: str) -> None:
    assert group_of(key) == group


def test_a_silence_holds_messages_and_tells_what_is_left_when_it_ends(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    held = silence()
    open_alert("drift:a", title="Drift in a")
    services.resolve(open_alert("drift:b"), actor=ACTOR)
    open_alert("other")
    assert services.deliver_due() == 1
    assert services.follow_up() == 0
    assert verdicts() == ["silenced", "silenced", "sent"]
    end_silence(held, actor=ACTOR)
    assert services.follow_up() == 1
    services.deliver_due()
    assert json.loads(http_receiver.requests[1].body)["alert"]["title"] == "Drift in a"


def test_an_alert_is_held_while_a_worse_one_is_open(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    silence(while_matchers=[{"field": "key", "op": "is", "value": "database"}])
    open_alert("drift:a")
    cause = open_alert("database", severity=Severity.CRITICAL)
    open_alert("drift:b")
    assert verdicts() == ["sent", "sent", "inhibited"]
    services.resolve(cause, actor=ACTOR)
    assert services.follow_up() == 1


def test_matchers_take_no_regular_expression_and_end_in_linear_time() -> None:
    """An expression that explodes is refused, and the longest pattern costs a fraction of a second."""
    with pytest.raises(Exception, match="regular expressions are not taken"):
        cleaned([{"field": "key", "op": "regex", "value": "(a+)+$"}], field="matchers")
    assert not like("*a" * 100, "a" * 249 + "b")
    seen = {"severity": "high", "key": "drift:a"}
    assert matches([{"field": "severity", "op": "at_least", "value": "medium"}], seen)
    assert matches([{"field": "key", "op": "not_like", "value": "quality:*"}], seen)
    assert not matches([{"field": "key", "op": "is_not", "value": "drift:a"}], seen)


NIGHT = {"quiet_from": time(22), "quiet_until": time(6), "timezone": "Europe/Vienna"}


@pytest.mark.parametrize(
    ("severity", "hours", "at", "until"),
    [
        # Vienna is an hour ahead of UTC in winter: 22:30 there is 21:30 here.
        ("high", NIGHT, datetime(2026, 11, 23, 21, 30, tzinfo=UTC), datetime(2026, 11, 24, 5, 0, tzinfo=UTC)),
        ("high", NIGHT, datetime(2026, 11, 24, 2, 0, tzinfo=UTC), datetime(2026, 11, 24, 5, 0, tzinfo=UTC)),
        ("high", NIGHT, datetime(2026, 11, 23, 12, 0, tzinfo=UTC), None),
        ("critical", NIGHT, datetime(2026, 11, 23, 21, 30, tzinfo=UTC), None),
        ("low", {"quiet_from": time(12), "quiet_until": time(13)}, datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
         datetime(2026, 11, 23, 13, 0, tzinfo=UTC)),
        ("info", {"quiet_weekends": True}, datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
         datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("info", {"quiet_weekends": True, **NIGHT}, datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
         datetime(2026, 11, 23, 5, 0, tzinfo=UTC)),
        ("info", {}, datetime(2026, 11, 22, 9, 0, tzinfo=UTC), None),
    ],
)  # fmt: skip
def test_the_table_of_severity_and_hours(
    severity: str, hours: dict[str, Any], at: datetime, until: datetime | None
) -> None:
    """S3-55: severity by working hours."""
    channel = AlertChannel(name="c", kind="webhook", **hours)
    assert quiet_until(channel, Severity(severity), at) == until


@pytest.mark.parametrize("minimum", list(Severity))
@pytest.mark.parametrize("severity", list(Severity))
def test_the_table_of_severity_and_channel(severity: Severity, minimum: Severity) -> None:
    """S3-55: each channel gets its severity and worse; critical ones also in quiet hours, others wait."""
    hours = services.Hours(quiet_from=time(0), quiet_until=time(23, 59, 59), timezone="UTC")
    make_channel("day", minimum_severity=minimum)
    AlertChannel.objects.update(quiet_from=hours.quiet_from, quiet_until=hours.quiet_until)
    open_alert(severity=severity)
    expected = ["nobody"] if severity.rank < minimum.rank else ["sent" if severity == "critical" else "quiet"]
    assert verdicts() == expected
    due = AlertDelivery.objects.filter(next_attempt_at__lte=timezone.now()).count()
    assert due == (expected == ["sent"])


def test_a_chain_tells_the_next_when_nobody_acknowledges(http_receiver: HttpReceiver) -> None:
    first, second = make_channel("first", f"{http_receiver.url}/1"), make_channel("second", f"{http_receiver.url}/2")
    AlertChannel.objects.filter(pk=second.pk).update(is_direct=False)
    create_chain("night", [(second, 600)], minimum_severity=Severity.HIGH, actor=ACTOR)
    kept = open_alert("kept", severity=Severity.HIGH)
    seen = open_alert("seen", severity=Severity.HIGH)
    services.acknowledge(seen, actor=ACTOR)
    open_alert("mild", severity=Severity.LOW)
    assert set(AlertDelivery.objects.values_list("channel", flat=True)) == {first.pk}
    assert services.follow_up() == 0
    Alert.objects.update(opened_at=timezone.now() - timedelta(seconds=601))
    assert (services.follow_up(), services.follow_up()) == (1, 0)
    row = AlertDelivery.objects.get(channel=second)
    assert (row.alert, row.why) == (kept, "night: nobody acknowledged it within 600 s")


def test_an_open_alert_is_told_again_after_the_repeat_interval(http_receiver: HttpReceiver) -> None:
    channel = make_channel(url=http_receiver.url)
    AlertChannel.objects.filter(pk=channel.pk).update(repeat_s=3600)
    alert = open_alert()
    assert services.follow_up() == 0
    AlertDelivery.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert (services.follow_up(), services.follow_up()) == (1, 0)
    AlertDelivery.objects.update(created_at=timezone.now() - timedelta(hours=2))
    services.acknowledge(alert, actor=ACTOR)
    assert services.follow_up() == 0


def test_what_comes_and_goes_is_told_when_it_stays() -> None:
    make_channel()
    for _ in range(7):
        alert = open_alert("flap")
        services.resolve(alert, actor=ACTOR)
    last = open_alert("flap")
    assert verdicts().count("flapping") == 3
    assert services.follow_up() == 0
    Alert.objects.filter(pk=last.pk).update(opened_at=timezone.now() - timedelta(minutes=11))
    long_ago = timezone.now() - timedelta(minutes=80)
    Alert.objects.exclude(pk=last.pk).update(opened_at=long_ago)
    AlertDelivery.objects.update(state="delivered", created_at=long_ago)
    assert services.follow_up() == 1


def test_silences_and_chains_over_rest_and_in_the_portal(client: Client) -> None:
    caller = Caller("Data scientist", ["all"])
    make_channel()
    matcher = {"field": "key", "op": "like", "value": "drift:*"}
    body = {"reason": "work", "matchers": [matcher], "ends_at": str(timezone.now() + timedelta(hours=1))}
    made = caller.post("alert-silences/", body, 201)
    assert caller.post(f"alert-silences/{made['id']}/end/")["ends_at"] <= str(timezone.now().isoformat())
    late = {**body, "ends_at": str(timezone.now() + timedelta(days=40))}
    assert caller.post("alert-silences/", late, 400)["code"] == "silence.invalid"
    wrong = {**body, "matchers": [{**matcher, "op": "regex"}]}
    assert caller.post("alert-silences/", wrong, 400)["code"] == "matcher.invalid"
    chain = {"name": "night", "steps": [{"channel": "hook", "after_s": 90}, {"channel": "hook", "after_s": 900}]}
    assert caller.post("alert-escalations/", chain, 201)["steps"] == chain["steps"]
    assert caller.post("alert-escalations/", chain, 409)["code"] == "chain.exists"
    unknown = {"name": "x", "steps": [{"channel": "pigeon", "after_s": 60}]}
    assert caller.post("alert-escalations/", unknown, 400)["code"] == "chain.unknown_channel"
    page = sign_in(client, make_user("portal"))
    assert "work" in page.get("/alerts/silences/").content.decode()
    assert "hook after 90 s · hook after 15 min" in page.get("/alerts/escalations/").content.decode()
    chain_row = EscalationChain.objects.get()
    assert page.post(f"/alerts/escalations/{chain_row.pk}/disable/").status_code == 302
    assert Caller("Viewer", ["all"]).post("alert-silences/", body, 403)
