"""Opening, repeating, acknowledging and resolving (S3-58: same key counts up, sends no second message)."""

import threading
import uuid

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict, Invalid
from monitoring.alerts import services
from monitoring.models import Alert, AlertDelivery, AlertOccurrence
from monitoring.models.alerts import Severity
from tests.accounts.people import make_user
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert

pytestmark = pytest.mark.django_db


def events(alert: Alert) -> list[str]:
    return list(AuditEvent.objects.filter(target_id=str(alert.pk)).order_by("id").values_list("name", flat=True))


def test_an_alert_writes_one_delivery_per_channel_that_takes_its_severity() -> None:
    every, severe = make_channel("every"), make_channel("severe", minimum_severity=Severity.CRITICAL)
    services.set_enabled(make_channel("off"), False, actor=ACTOR)
    alert = open_alert(severity=Severity.HIGH)
    assert [row.channel for row in AlertDelivery.objects.filter(alert=alert)] == [every]
    worse = open_alert("other", severity=Severity.CRITICAL)
    assert {row.channel for row in AlertDelivery.objects.filter(alert=worse)} == {every, severe}
    assert events(alert) == ["monitoring.alert.opened"]


def test_a_repeat_counts_up_and_sends_nothing() -> None:
    make_channel()
    first = open_alert()
    again = open_alert(title="Newer words")
    assert again == first
    assert (again.count, again.title, again.state) == (2, "Newer words", "open")
    assert AlertDelivery.objects.count() == 1
    assert events(first) == ["monitoring.alert.opened"]


def test_a_worse_repeat_is_told_and_a_milder_one_keeps_the_severity() -> None:
    make_channel()
    alert = open_alert(severity=Severity.MEDIUM)
    assert open_alert(severity=Severity.INFO).severity == "medium"
    assert open_alert(severity=Severity.CRITICAL).severity == "critical"
    assert open_alert(severity=Severity.CRITICAL).count == 4
    told = AlertDelivery.objects.filter(alert=alert).order_by("id").values_list("event", flat=True)
    assert list(told) == ["opened", "escalated-critical"]
    assert events(alert) == ["monitoring.alert.opened", "monitoring.alert.escalated"]


def test_a_source_counts_once() -> None:
    source = services.Source("monitoring.driftrun", uuid.uuid4())
    alert = open_alert(source=source)
    assert open_alert(source=source).count == 1
    services.resolve(alert, actor=ACTOR)
    assert open_alert(source=source) == alert
    assert Alert.objects.count() == 1
    assert open_alert(source=services.Source("monitoring.driftrun", uuid.uuid4())) != alert
    assert AlertOccurrence.objects.count() == 2


def test_somebody_acknowledges_and_resolves_and_the_next_trouble_opens_anew() -> None:
    user = make_user()
    actor = Actor("user", str(user.pk))
    alert = services.acknowledge(open_alert(), actor=actor)
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", user)
    assert services.acknowledge(alert, actor=ACTOR).acknowledged_by == user
    assert open_alert().pk == alert.pk
    alert = services.resolve(alert, actor=actor)
    assert (alert.state, alert.resolved_by) == ("resolved", user)
    assert services.resolve(alert, actor=ACTOR).resolved_by == user
    assert events(alert) == [
        "monitoring.alert.opened",
        "monitoring.alert.acknowledged",
        "monitoring.alert.resolved",
    ]
    with pytest.raises(Conflict) as refusal:
        services.acknowledge(alert, actor=actor)
    assert refusal.value.code == "alert.resolved"
    assert open_alert().pk != alert.pk


@pytest.mark.parametrize(("key", "title"), [("", "t"), ("k" * 251, "t"), ("k", " ")])
def test_an_alert_without_key_or_title_is_refused(key: str, title: str) -> None:
    with pytest.raises(Invalid):
        services.raise_alert(key, title, severity=Severity.INFO, actor=ACTOR)
    assert Alert.objects.count() == 0


def test_the_database_keeps_one_live_alert_per_key() -> None:
    alert = open_alert()
    alert.pk = uuid.uuid4()
    with pytest.raises(IntegrityError, match="one_live_per_key"), transaction.atomic():
        alert.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_one_alert_comes_of_a_storm() -> None:
    """A storm of events with one key, from many workers at once, is one alert with a count and one message."""
    make_channel()
    failures: list[BaseException] = []

    def storm() -> None:
        try:
            for _ in range(5):
                open_alert("storm")
        except BaseException as failure:  # noqa: BLE001  shown by the test
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=storm) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Alert.objects.get().count == 30
    assert AlertDelivery.objects.count() == 1
