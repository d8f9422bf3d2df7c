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
ALERT_SNOOZED = define(
    "monitoring.alert.snoozed",
    "snoozed the alert “{title}” until {until}",
    "title",
    "until",
    category="data",
    ocsf="detection_finding.update",
)
ALERT_OWNED = define(
    "monitoring.alert.owned",
    "gave the alert “{title}” to {owner}",
    "title",
    "owner",
    category="data",
    ocsf="detection_finding.update",
)
ALERT_COMMENTED = define(
    "monitoring.alert.commented",
    "wrote a comment beside the alert “{title}”",
    "title",
    category="data",
    ocsf="detection_finding.update",
)
RULE_CREATED = define(
    "monitoring.rule.created",
    "created the alert rule {name} over {series}",
    "name",
    "series",
    category="data",
    ocsf="entity.create",
)
RULE_ENABLED = define(
    "monitoring.rule.enabled", "switched on the alert rule {name}", "name", category="data", ocsf="entity.enable"
)
RULE_DISABLED = define(
    "monitoring.rule.disabled", "switched off the alert rule {name}", "name", category="data", ocsf="entity.disable"
)
RULE_VIEWED = define(
    "monitoring.rule.viewed", "looked at the alert rule {name}", "name", category="data", ocsf="entity.read"
)
RULE_TRIED = define(
    "monitoring.rule.tried", "tried an alert rule over {series}", "series", category="data", ocsf="entity.read"
)
SILENCE_CREATED = define(
    "monitoring.silence.created",
    "silenced alerts until {until}",
    "until",
    category="security",
    ocsf="entity.create",
)
SILENCE_ENDED = define(
    "monitoring.silence.ended", "ended a silence of alerts", category="security", ocsf="entity.disable"
)
CHAIN_CREATED = define(
    "monitoring.chain.created",
    "created the escalation chain {name} with {steps} steps",
    "name",
    "steps",
    category="security",
    ocsf="entity.create",
)
CHAIN_DISABLED = define(
    "monitoring.chain.disabled",
    "switched off the escalation chain {name}",
    "name",
    category="security",
    ocsf="entity.disable",
)
ROTA_CREATED = define(
    "monitoring.rota.created",
    "created the on-call rota {name} with {people} people",
    "name",
    "people",
    category="security",
    ocsf="entity.create",
)
ROTA_COVERED = define(
    "monitoring.rota.covered",
    "put {account} on call in the rota {name} from {begin} until {end}",
    "name",
    "account",
    "begin",
    "end",
    category="security",
    ocsf="entity.update",
)
ROTA_LEFT = define(
    "monitoring.rota.left",
    "took somebody out of the on-call rota {name}; {people} people are left",
    "name",
    "people",
    category="security",
    ocsf="entity.update",
)
ROTA_DISABLED = define(
    "monitoring.rota.disabled",
    "switched off the on-call rota {name}",
    "name",
    category="security",
    ocsf="entity.disable",
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
DELIVERY_REQUEUED = define(
    "monitoring.delivery.requeued",
    "sent a delivery through the channel {channel} once more",
    "channel",
    category="data",
    ocsf="api.create",
)

ALERT_VIEWED = define(
    "monitoring.alert.viewed", "looked at the alert “{title}”", "title", category="data", ocsf="entity.read"
)
CHANNEL_REWORDED = define(
    "monitoring.channel.reworded",
    "gave the alert channel {name} other texts ({texts})",
    "name",
    "texts",
    category="security",
    ocsf="entity.update",
)
CHANNEL_VIEWED = define(
    "monitoring.channel.viewed", "looked at the channel {name}", "name", category="security", ocsf="entity.read"
)
