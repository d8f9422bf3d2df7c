"""Alerts from controls: a finding opens one alert, once, and its end resolves it."""

from django.conf import settings

from compliance.audit import Actor
from compliance.posture.looking import BLIND, look_at_all
from modelops.lib.posture import Finding
from monitoring.models.alerts import LIVE, Alert, Severity

from .services.lifecycle import resolve
from .services.opening import Sign, raise_alerts

WATCH = Actor.system("posture")
PREFIX = "finding:"


def watch_controls() -> int:
    """Look at every control; returns how many alerts were opened or resolved. Safe to run twice at once."""
    found: dict[str, Finding] = {}
    blind: list[str] = []
    for looked in look_at_all():
        start = f"{PREFIX}{looked.control.key}:"
        found.update({start + finding.key: finding for finding in looked.outcome.findings})
        if any(finding.key == BLIND for finding in looked.outcome.findings):
            blind.append(start)
    live = {alert.key: alert for alert in Alert.objects.filter(key__startswith=PREFIX, state__in=LIVE)}
    opened = found.keys() - live.keys()
    # Told anew in place: what a finding may name can change, such as a model that became restricted.
    retold = {key for key in found.keys() & live.keys() if _is_other(live[key], found[key])}
    signs = [_sign(key, found[key]) for key in sorted(opened | retold)]
    raise_alerts(signs, actor=WATCH)
    # What a control that cannot see has said before still stands.
    gone = [live[key] for key in live.keys() - found.keys() if not key.startswith(tuple(blind))]
    for alert in gone:
        resolve(alert, actor=WATCH)
    return len(opened | retold) + len(gone)


def _sign(key: str, finding: Finding) -> Sign:
    return Sign(key, finding.title, Severity(finding.severity), _told(finding))


def _is_other(alert: Alert, finding: Finding) -> bool:
    """Whether the alert says something else than the finding does now; long texts are kept cut short."""
    said = (alert.title, alert.body)
    return any(
        not text.startswith(kept[:100]) for text, kept in zip((finding.title, _told(finding)), said, strict=True)
    )


def _told(finding: Finding) -> str:
    """What to do, and the whole address of the page for it: a mail or a message is read elsewhere."""
    if not finding.url:
        return finding.fix
    return f"{finding.fix}\n{settings.MODELOPS_BASE_URL.rstrip('/')}{finding.url}"
