"""Making, trying and switching rules."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from monitoring.alerts import audit_events as events
from monitoring.alerts.channels.settings import clean_fields
from monitoring.alerts.services.lifecycle import account_of, resolve
from monitoring.models.alert_rules import AlertRule, Operator, RuleState
from monitoring.models.alerts import LIVE, Alert, Severity

from .judging import Trial, tried
from .looking import key_of
from .sources import Wanted, source_of

MOST_RULES = 20_000
LONGEST_S = 31 * 86_400
_VARIABLE = re.compile(r"\{([^{}]{0,40})\}")
_KNOWN = ("value", "threshold")


@dataclass(frozen=True)
class RuleSettings:
    """What a rule is made of, not yet checked."""

    series: str
    params: Mapping[str, Any]
    operator: str
    threshold: float
    recovery: float | None = None
    for_points: int = 1
    for_s: int = 0
    missing_after_s: int | None = None
    severity: str = Severity.MEDIUM.value
    message: str = ""
    runbook_url: str = ""


def checked(given: RuleSettings) -> RuleSettings:
    """The settings in their stored form; raises Invalid that names what cannot work."""
    source = source_of(given.series)
    params = clean_fields(source.fields, given.params, code="rule.invalid", start="params")
    if given.operator not in Operator.values:
        raise _refuse("operator", f"operator is one of {', '.join(Operator.values)}.")
    if given.severity not in Severity.values:
        raise _refuse("severity", f"severity is one of {', '.join(Severity.values)}.")
    for name, number in (("threshold", given.threshold), ("recovery", given.recovery)):
        if number is not None and not math.isfinite(number):
            raise _refuse(name, f"{name} is a number; {number} is none.")
    is_upper = given.operator in {Operator.ABOVE, Operator.AT_LEAST}
    if given.recovery is not None and (
        given.recovery > given.threshold if is_upper else given.recovery < given.threshold
    ):
        side = "at most" if is_upper else "at least"
        raise _refuse("recovery", f"The recovery of such a rule is {side} its threshold of {given.threshold:g}.")
    for name, number, least, most in (
        ("for_points", given.for_points, 1, 1000),
        ("for_s", given.for_s, 0, LONGEST_S),
        ("missing_after_s", given.missing_after_s, 1, LONGEST_S),
    ):
        if number is not None and not least <= number <= most:
            raise _refuse(name, f"{name} is from {least} to {most:,}; {number:,} is not.")
    for name in _VARIABLE.findall(given.message):
        if name not in _KNOWN:
            raise _refuse("message", f"{{{name}}} is no variable of a message; known: {{value}}, {{threshold}}.")
    if given.runbook_url and not given.runbook_url.startswith(("https://", "http://", "/")):
        raise _refuse("runbook_url", "The runbook is a web address.")
    changes = {"params": params, "message": given.message[:500], "runbook_url": given.runbook_url[:500]}
    return RuleSettings(**{**{one.name: getattr(given, one.name) for one in fields(given)}, **changes})


def _refuse(field: str, message: str) -> Invalid:
    return Invalid(message, code="rule.invalid", field=field)


def back_test(given: RuleSettings, *, days: int = 30) -> Trial:
    """What the rule would have done over the last days, at most a thousand values. Nothing is stored."""
    rule = checked(given)
    since = timezone.now() - timedelta(days=max(1, min(days, 366)))
    (values,) = source_of(rule.series).read([Wanted(rule.params, since)])
    if values is None:
        named = ", ".join(f"{name} {value}" for name, value in rule.params.items())
        raise _refuse("params", f"There is no such series that everybody may see: {named}.")
    return tried(rule, values)


@transaction.atomic
def create_rule(name: str, given: RuleSettings, *, actor: Actor) -> AlertRule:
    """Store a rule; it is looked at within half a minute."""
    validate_name(name, "rule")
    rule = checked(given)
    if AlertRule.objects.count() >= MOST_RULES:
        raise Conflict(f"There are {MOST_RULES:,} rules already; switch off and remove some.", code="rule.too_many")
    values = {one.name: getattr(rule, one.name) for one in fields(rule)}
    try:
        with transaction.atomic():
            made = AlertRule.objects.create(name=name, created_by_id=account_of(actor), **values)
    except IntegrityError:
        raise Conflict(
            f"There is a rule {name} already; choose another name.", code="rule.exists", field="name"
        ) from None
    record(events.RULE_CREATED, made, actor=actor, name=name, series=rule.series)
    return made


@transaction.atomic
def switch_rule(rule: AlertRule, enabled: bool, *, actor: Actor) -> AlertRule:
    """Switch a rule on or off; one that is switched off forgets where it stood and ends its alert."""
    rule = AlertRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.enabled == enabled:
        return rule
    rule.enabled = enabled
    rule.save(update_fields=["enabled"])
    RuleState.objects.filter(rule=rule).delete()
    if not enabled:
        for alert in Alert.objects.filter(key=key_of(rule), state__in=LIVE):
            resolve(alert, actor=actor)
    record(events.RULE_ENABLED if enabled else events.RULE_DISABLED, rule, actor=actor, name=rule.name)
    return rule
