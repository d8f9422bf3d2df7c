"""The deployment checks run each day; a warning that was not there opens an alert."""

import datetime as dt

import pytest
from django.test import override_settings
from django.utils import timezone

from compliance.posture.models import DeployCheck
from compliance.posture.tasks import deploy_check
from modelops.jobs import schedule
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert, AlertState

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_new_warning_of_a_day_opens_an_alert_that_ends_with_it() -> None:
    """S2-16: what `check --deploy` says is stored daily; a regression is an alert, what was known is none."""
    assert "posture.deploy_check" in schedule.names()
    with override_settings(ALLOWED_HOSTS=["portal.example.org"]):
        deploy_check()
        assert deploy_check() == len(DeployCheck.objects.get().warnings)
    DeployCheck.objects.update(day=timezone.now().date() - DAY)
    watch_controls()
    assert not Alert.objects.filter(key__contains="deploy.checked").exists()
    with override_settings(ALLOWED_HOSTS=[]):
        deploy_check()
    newest = DeployCheck.objects.order_by("-day").first()
    assert newest is not None
    assert "security.W020" in {one["id"] for one in newest.warnings}
    watch_controls()
    alert = Alert.objects.get(key__contains="deploy.checked")
    assert "ALLOWED_HOSTS" in alert.title
    with override_settings(ALLOWED_HOSTS=["portal.example.org"]):
        deploy_check()
    watch_controls()
    alert.refresh_from_db()
    assert alert.state == AlertState.RESOLVED


def test_a_check_that_stopped_is_a_finding() -> None:
    """S2-16: a clock that stands still is told too."""
    deploy_check()
    DeployCheck.objects.update(looked_at=timezone.now() - 3 * DAY)
    watch_controls()
    assert Alert.objects.filter(key__contains="deploy.checked", title__contains="two days").exists()
