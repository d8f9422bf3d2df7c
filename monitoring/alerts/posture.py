"""Alerts from controls: a finding opens one alert, once, and its end resolves it."""

import logging

from django.db import DatabaseError

from compliance.audit import Actor
from modelops.lib.posture import Finding, controls
from monitoring.models.alerts import LIVE, Alert, Severity

from .services.lifecycle import raise_alert, resolve

logger = logging.getLogger(__name__)
WATCH = Actor.system("posture")
PREFIX = "finding:"


def watch_controls() -> int:
    """Look at every control; returns how many alerts were opened or resolved. Safe to run twice at once."""
    found: dict[str, Finding] = {}
    blind: set[str] = set()
    for control in controls():
        try:
            found.update({f"{PREFIX}{control.key}:{finding.key}": finding for finding in control.look().findings})
        except DatabaseError:
            raise
        except Exception:
            # One control that cannot look must not keep the others from being seen; its alerts stay as they are.
            logger.exception("The control %s could not look", control.key)
            blind.add(f"{PREFIX}{control.key}:")
    live = {alert.key: alert for alert in Alert.objects.filter(key__startswith=PREFIX, state__in=LIVE)}
    for key in found.keys() - live.keys():
        finding = found[key]
        raise_alert(key, finding.title, body=finding.fix, severity=Severity(finding.severity), actor=WATCH)
    gone = [live[key] for key in live.keys() - found.keys() if not any(key.startswith(start) for start in blind)]
    for alert in gone:
        resolve(alert, actor=WATCH)
    return len(found.keys() - live.keys()) + len(gone)
