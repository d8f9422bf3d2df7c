"""What alerting writes to the audit ledger."""

from compliance.audit import define

ALERT_OPENED = define(
    "monitoring.alert.opened",
    "opened the {severity} alert “{title}”",
    "severity",
    "title",
    "key",
    category="data",
    ocsf="detection_finding.create",
)
ALERT_ESCALATED = define(
    "monitoring.alert.escalated",
    "raised the alert “{title}” to {severity}",
    "title",
    "severity",
    category="data",
    ocsf="detection_finding.update",
)
ALERT_ACKNOWLEDGED = define(
    "monitoring.alert.acknowledged",
    "acknowledged the alert “{title}”",
    "title",
    category="data",
    ocsf="detection_finding.update",
)
ALERT_RESOLVED = define(
    "monitoring.alert.resolved",
    "resolved the alert “{title}”",
    "title",
    category="data",
    ocsf="detection_finding.close",
)

CHANNEL_CREATED = define(
    "monitoring.channel.created",
    "created the {kind} channel {name}",
    "kind",
    "name",
    category="security",
    ocsf="entity.create",
)
CHANNEL_ENABLED = define(
    "monitoring.channel.enabled", "switched on the channel {name}", "name", category="security", ocsf="entity.enable"
)
CHANNEL_DISABLED = define(
    "monitoring.channel.disabled", "switched off the channel {name}", "name", category="security", ocsf="entity.disable"
)
CHANNEL_TESTED = define(
    "monitoring.channel.tested",
    "sent a test through the channel {name}: {result}",
    "name",
    "result",
    category="security",
    ocsf="api.create",
)

# Each attempt opens the channel's sealed settings, so each attempt has its row.
DELIVERY_SUCCEEDED = define(
    "monitoring.delivery.succeeded",
    "delivered through the channel {channel} at attempt {attempt}",
    "channel",
    "occasion",
    "attempt",
    "code",
    category="data",
    ocsf="api.create",
)
DELIVERY_FAILED = define(
    "monitoring.delivery.failed",
    "attempt {attempt} through the channel {channel} failed",
    "channel",
    "occasion",
    "attempt",
    "code",
    category="data",
    ocsf="api.create",
)
DELIVERY_ABANDONED = define(
    "monitoring.delivery.abandoned",
    "gave up the delivery through the channel {channel} after attempt {attempt}",
    "channel",
    "occasion",
    "attempt",
    "code",
    category="data",
    ocsf="api.create",
)

ALERT_VIEWED = define(
    "monitoring.alert.viewed", "looked at the alert “{title}”", "title", category="data", ocsf="entity.read"
)
CHANNEL_VIEWED = define(
    "monitoring.channel.viewed", "looked at the channel {name}", "name", category="security", ocsf="entity.read"
)
