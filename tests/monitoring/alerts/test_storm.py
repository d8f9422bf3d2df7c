"""Many reports at once: grouped as one after the other, told once, all of them or none."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.audit.models import AuditEvent
from monitoring.alerts import services
from monitoring.alerts.policy.conditions import narrowed
from monitoring.alerts.policy.matching import OPERATORS, facts, matches
from monitoring.alerts.policy.services import create_silence
from monitoring.models import Alert, AlertDecision, AlertDelivery
from monitoring.models.alerts import Severity
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert
from tests.monitoring.alerts.test_api import Caller
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]


def reports(number: int, start: str = "storm:host", **changes: Any) -> list[services.Report]:
    given: dict[str, Any] = {"severity": Severity.MEDIUM, **changes}
    return [services.Report(f"{start}-{one}", f"Host {one} is down", **given) for one in range(number)]


def test_a_storm_through_the_interface_gives_one_message(http_receiver: HttpReceiver) -> None:
    """S4-101, S3-58: a thousand reports in one call are a thousand alerts in one group, and one message."""
    make_channel(url=http_receiver.url)
    caller = Caller("Data scientist", ["all"])
    sent = {"alerts": [{"key": f"storm:host-{one}", "title": f"Host {one} is down"} for one in range(1000)]}
    answer = caller.post("alerts/batch/", sent, 201)
    assert [one["key"] for one in answer] == [one["key"] for one in sent["alerts"]]
    assert set(Alert.objects.values_list("group", "count")) == {("storm:host-#", 1)}
    services.deliver_due()
    (request,) = http_receiver.requests
    assert json.loads(request.body)["group"]["others"] == 999
    assert AuditEvent.objects.filter(name="monitoring.alert.opened").count() == 1000
    again = caller.post("alerts/batch/", sent, 201)
    assert {one["count"] for one in again} == {2}
    services.deliver_due()
    assert len(http_receiver.requests) == 1


def test_a_storm_takes_no_more_statements_than_its_alerts_have_rows_in_the_ledger() -> None:
    make_channel()
    services.report_many(reports(2, "first"), actor=ACTOR)
    counts = []
    for number in (10, 60):
        with CaptureQueriesContext(connection) as captured:
            services.report_many(reports(number, f"of-{number}"), actor=ACTOR)
        counts.append(len(captured))
    assert counts[1] - counts[0] == 50


def test_repeats_in_a_batch_are_one_alert_of_the_worst_severity() -> None:
    """S3-58: the same key counts up, also within one call."""
    make_channel()
    signs = [services.Report("disk", f"Disk is {one}", Severity(one)) for one in ("low", "high", "medium")]
    alerts = services.report_many(signs, actor=ACTOR)
    assert len({alert.pk for alert in alerts}) == 1
    stored = Alert.objects.get()
    assert (stored.count, stored.severity, stored.title) == (3, "high", "Disk is medium")
    assert AlertDelivery.objects.count() == 1
    services.report_many([services.Report("disk", "Disk", Severity.CRITICAL)] * 2, actor=ACTOR)
    stored.refresh_from_db()
    assert (stored.count, stored.severity) == (5, "critical")
    assert set(AlertDelivery.objects.values_list("event", flat=True)) == {"opened", "escalated-critical"}


def test_the_worst_of_a_group_is_told_and_stands_for_the_others(http_receiver: HttpReceiver) -> None:
    make_channel(url=http_receiver.url)
    mixed = reports(5) + reports(1, "storm:worse", severity=Severity.HIGH, group="storm:host-#") + reports(2, "other")
    services.report_many(mixed, actor=ACTOR)
    services.deliver_due()
    told = {one["alert"]["key"]: one["group"]["others"] for one in (json.loads(r.body) for r in http_receiver.requests)}
    assert told == {"storm:worse-0": 5, "other-0": 1}


def test_a_batch_with_one_report_that_may_not_be_kept_opens_nothing() -> None:
    caller = Caller("Data scientist", ["all"])
    alerts = [{"key": "good", "title": "Good"}, {"key": "finding:mine", "title": "Not mine"}]
    assert caller.post("alerts/batch/", {"alerts": alerts}, 400)["code"] == "alert.reserved_key"
    caller.post("alerts/batch/", {"alerts": []}, 400)
    many = [{"key": f"k{one}", "title": "t"} for one in range(1001)]
    caller.post("alerts/batch/", {"alerts": many}, 400)
    assert not Alert.objects.exists()


def test_a_source_counts_once_in_a_batch_and_after_it() -> None:
    source = services.Source("monitoring.driftrun", open_alert("x").pk)
    sign = services.Sign("drift:a", "Drift", Severity.LOW, source=source)
    first, second = services.raise_alerts([sign, sign], actor=ACTOR)
    (third,) = services.raise_alerts([sign], actor=ACTOR)
    assert first.pk == second.pk == third.pk
    assert Alert.objects.get(key="drift:a").count == 1


def test_a_silence_holds_its_part_of_a_storm() -> None:
    make_channel()
    until = timezone.now() + timedelta(hours=1)
    create_silence("planned", [{"field": "key", "op": "like", "value": "storm:*"}], ends_at=until, actor=ACTOR)
    worse = [{"field": "key", "op": "is", "value": "cluster:down"}]
    rest = [{"field": "key", "op": "like", "value": "node:*"}]
    create_silence("cluster", rest, while_matchers=worse, ends_at=until, actor=ACTOR)
    services.report_many(reports(3) + reports(3, "node:a") + reports(1, "free"), actor=ACTOR)
    verdicts = AlertDecision.objects.order_by().values_list("alert__key", "verdict")
    assert {verdict for key, verdict in verdicts if key.startswith("storm")} == {"silenced"}
    assert sorted(verdict for key, verdict in verdicts if key.startswith("node")) == ["grouped", "grouped", "sent"]
    # However many opened since: what is worse is found among them.
    services.report_many(
        [services.Report("cluster:down", "Cluster", Severity.HIGH), *reports(3, "node:b")], actor=ACTOR
    )
    later = AlertDecision.objects.filter(alert__key__startswith="node:b")
    assert set(later.values_list("verdict", flat=True)) == {"inhibited"}


VALUES = ("drift:*", "drift:a?", "*", "100% (a|b)+$", "drift:ab", "", "*a*b*", "a.b", "[a]\\")


@pytest.mark.parametrize("operator", [one for one in OPERATORS if one != "at_least"])
def test_the_database_matches_as_the_portal_does(operator: str) -> None:
    for number, key in enumerate(("drift:ab", "drift:a", "100% (a|b)+$", "aXb", "a.b", "[a]\\", "Drift:ab", "ä\nb")):
        Alert.objects.create(
            key=f"{key}",
            title=f"Title {number}",
            severity="low",
            group="g" if number % 2 else "",
            opened_at=timezone.now(),
            last_seen_at=timezone.now(),
        )
    every = list(Alert.objects.all())
    for field in ("key", "title", "group", "source", "rule"):
        for value in VALUES:
            given = [{"field": field, "op": operator, "value": value}]
            expected = {alert.pk for alert in every if matches(given, facts(alert))}
            assert set(narrowed(Alert.objects.all(), given).values_list("pk", flat=True)) == expected, given
