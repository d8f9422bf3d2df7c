"""A key that is older than its policy allows is one finding and one alert, until it is rotated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.keys.findings import findings
from modelops.crypto import lifecycle
from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason
from modelops.lib.posture import controls
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from tests.crypto.rotation.rows import active, start, work

pytestmark = pytest.mark.django_db


def aged(days: float) -> KeyVersion:
    """The artifact key as if it had been activated so many days ago."""
    key = active(Purpose.ARTIFACT)
    KeyVersion.objects.filter(pk=key.pk).update(activated_at=timezone.now() - timedelta(days=days))
    key.refresh_from_db()
    return key


def key_alerts() -> list[Alert]:
    return list(Alert.objects.filter(key__startswith="finding:keys.age"))


@pytest.mark.parametrize(("days", "count"), [(89, 0), (91, 1)])
def test_ninety_days_are_the_policy(days: int, count: int) -> None:
    """S2-39, S1-37: 91 days fail, 89 pass."""
    assert aged(days).is_overdue is bool(count)
    assert len(findings()) == count
    control = next(control for control in controls() if control.key == "keys.age")
    assert control.look().passed is not bool(count)


def test_the_policy_is_each_keys_own() -> None:
    """S2-39: a key that may be active for 30 days fails after 31."""
    key = aged(31)
    assert not findings()
    lifecycle.set_max_age(key, 30, decision=by_shell(Reason.CHANGE))
    assert len(findings()) == 1


def test_an_alert_is_opened_once_and_ends_with_the_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    """S1-37, S4-113: not one a day; the rotation resolves it."""
    from compliance.keys import moving

    monkeypatch.setattr(moving, "SETTLED_AFTER_S", 0.0)
    aged(91)
    watch_controls()
    watch_controls()
    (alert,) = key_alerts()
    assert (alert.state, alert.count) == ("open", 1)
    assert "91 days" in alert.title
    work(start(Purpose.ARTIFACT))
    watch_controls()
    (alert,) = key_alerts()
    assert alert.state == "resolved"


def test_a_compromised_key_and_a_purpose_without_key_are_findings() -> None:
    lifecycle.mark_compromised(active(Purpose.FIELD), decision=by_shell(Reason.INCIDENT))
    assert {finding.severity for finding in findings()} == {"critical"}
    assert len(findings()) == 2
