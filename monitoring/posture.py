"""What must hold so that alerts reach people."""

from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control
from monitoring.models.alerts import AlertChannel, AlertDelivery, DeliveryState, Severity

_GRAVE = (Severity.HIGH, Severity.CRITICAL)


@control(
    "alerts.told",
    area="Monitoring",
    label="Grave alerts leave the portal by a channel that works",
    fix="Add a channel for grave alerts and send a test through it.",
)
def told() -> Outcome:
    """A finding for each grave severity that no channel takes through which a message has arrived."""
    page = reverse("monitoring:channel-list")
    channels = list(AlertChannel.objects.filter(enabled=True, is_direct=True))
    if not channels:
        finding = Finding(
            "none",
            "No channel: alerts stand in the inbox only",
            "Add a channel and send a test through it.",
            url=page,
        )
        return Outcome([finding], 0, len(_GRAVE), url=page)
    findings = []
    for severity in _GRAVE:
        taking = [one for one in channels if Severity(one.minimum_severity).rank <= severity.rank]
        if not any(one.verified_at is not None for one in taking):
            lack = "no channel that takes them was verified" if taking else "no channel takes them"
            title = f"{severity.label} alerts: {lack}"
            findings.append(Finding(severity.value, title, "Send a test through a channel for them.", "high", page))
    return Outcome(findings, len(_GRAVE) - len(findings), len(_GRAVE), url=page)


@control(
    "alerts.delivered",
    area="Monitoring",
    label="No delivery of an open alert was given up",
    fix="Read the answers in the delivery log, put the channel right and send again.",
)
def delivered() -> Outcome:
    """One finding for each channel with deliveries that were given up and whose alert is still open."""
    dead = AlertDelivery.objects.filter(state=DeliveryState.DEAD, alert__state="open", channel__enabled=True)
    rows = dead.order_by("channel").values_list("channel", "channel__name").distinct()[:50]
    findings = [
        Finding(
            str(pk),
            f"Deliveries through {name} were given up",
            "Read the answers in the delivery log, put the channel right and send them again.",
            url=reverse("monitoring:channel-detail", args=[pk]),
        )
        for pk, name in rows
    ]
    return Outcome(findings, url=reverse("monitoring:channel-list"))
