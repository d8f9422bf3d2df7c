"""Models of monitoring: drift runs; alerts, rules, channels and deliveries."""

from .alert_on_call import OnCallCover, OnCallMember, OnCallRota
from .alert_policy import AlertSilence, EscalationChain, EscalationStep
from .alert_records import AlertComment, AlertDecision, DeliveryAttempt, LinkUse
from .alert_rules import AlertRule, RuleState
from .alerts import Alert, AlertChannel, AlertDelivery, AlertOccurrence, ChannelSecret
from .drift import DriftFeature, DriftRun

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertComment",
    "AlertDecision",
    "AlertDelivery",
    "AlertOccurrence",
    "AlertRule",
    "AlertSilence",
    "ChannelSecret",
    "DeliveryAttempt",
    "DriftFeature",
    "DriftRun",
    "EscalationChain",
    "EscalationStep",
    "LinkUse",
    "OnCallCover",
    "OnCallMember",
    "OnCallRota",
    "RuleState",
]
