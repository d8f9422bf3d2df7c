"""An account that opens far more than it does otherwise is told of, once, with who and what."""

import pytest
from django.test import Client

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.detections import services as detections
from compliance.detections.detectors.mass_opening import AT_LEAST
from compliance.detections.models import Detection
from compliance.subjects import services
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert

from .cases import ready_case

pytestmark = pytest.mark.django_db


def test_downloads_far_beyond_the_usual_open_one_alert(officer: User, desk: Client) -> None:
    """S2-61: one alert that leads to the account and to each object that was opened."""
    cases = [ready_case(email=f"p{number}@example.org") for number in range(2)]
    for _ in range(AT_LEAST // 2 - 1):
        for case in cases:
            services.download_bundle(case, actor=actor_of(officer))
    assert detections.look() == 0
    for case in cases:
        services.download_bundle(case, actor=actor_of(officer))
    detections.look()
    detections.look()
    [row] = Detection.objects.filter(kind="mass_opening")
    opened = AuditEvent.objects.filter(pk__in=row.evidence)
    assert {event.actor_ref for event in opened} == {str(officer.pk)}
    assert {event.target_id for event in opened} <= {str(case.pk) for case in cases}
    watch_controls()
    watch_controls()
    [alert] = Alert.objects.filter(key__startswith="finding:detections.closed:mass_opening:")
    assert f"/admin/detections/detection/{row.pk}/change/" in alert.body
    page = desk.get(f"/admin/detections/detection/{row.pk}/change/").content.decode()
    assert "officer" in page or str(officer.pk) in page
