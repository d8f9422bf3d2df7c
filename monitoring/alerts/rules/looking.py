"""The look at all rules by the clock: reads what is new, moves each rule, opens and ends alerts."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import Actor
from monitoring.alerts.services.lifecycle import resolve
from monitoring.alerts.services.opening import About, Sign, raise_alerts
from monitoring.models.alert_rules import AlertRule, RuleStanding, RuleState
from monitoring.models.alerts import LIVE, Alert, Severity

from .judging import Standing, after, without_values
from .sources import Value, Wanted, sources

WATCH = Actor.system("rules")
LOOKS_BACK = timedelta(days=1)
_LOCK = 0x6D6F_7275
_COLUMNS = ("state", "since", "in_a_row", "last_value", "last_at")


@transaction.atomic
def look_at_rules() -> int:
    """Look at every rule that is on; returns how many alerts were opened or ended. Safe to run twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    now = timezone.now()
    rules = list(AlertRule.objects.filter(enabled=True).order_by("id"))
    states = {state.rule_id: state for state in RuleState.objects.filter(rule__enabled=True)}
    live = {alert.key: alert for alert in Alert.objects.filter(key__startswith="rule:", state__in=LIVE)}
    moved: list[RuleState] = []
    signs: list[Sign] = []
    ended = 0
    for rule, values in _read(rules, states, now):
        before = _standing(states.get(rule.pk))
        new = _next(rule, before, values, now)
        if new != before or rule.pk not in states:
            moved.append(RuleState(rule=rule, looked_at=now, **{name: getattr(new, name) for name in _COLUMNS}))
        alert = live.get(key_of(rule))
        if new.in_trouble and (alert is None) and not before.in_trouble:
            signs.append(_sign(rule, new))
        elif not new.in_trouble and alert is not None:
            resolve(alert, actor=WATCH)
            ended += 1
    raise_alerts(signs, actor=WATCH)
    RuleState.objects.bulk_create(
        moved,
        update_conflicts=True,
        unique_fields=["rule"],
        update_fields=[*_COLUMNS, "looked_at"],
        batch_size=2000,
    )
    return len(signs) + ended


def key_of(rule: AlertRule) -> str:
    """What the alerts of a rule have in common."""
    return f"rule:{rule.pk}"


def _read(
    rules: list[AlertRule], states: dict[object, RuleState], now: datetime
) -> list[tuple[AlertRule, list[Value] | None]]:
    by_kind: dict[str, list[AlertRule]] = defaultdict(list)
    for rule in rules:
        by_kind[rule.series].append(rule)
    found: list[tuple[AlertRule, list[Value] | None]] = []
    for kind, some in by_kind.items():
        if kind not in sources:
            found += [(rule, None) for rule in some]
            continue
        wanted = [Wanted(rule.params, _since(rule, states.get(rule.pk), now)) for rule in some]
        found += zip(some, sources.get(kind).read(wanted), strict=True)
    return found


def _since(rule: AlertRule, state: RuleState | None, now: datetime) -> datetime:
    """After the last value that was seen; a new rule begins with those of the last day."""
    return state.last_at if state is not None and state.last_at is not None else now - LOOKS_BACK


def _standing(state: RuleState | None) -> Standing:
    if state is None:
        return Standing()
    return Standing(state.state, state.since, state.in_a_row, state.last_value, state.last_at)


def _next(rule: AlertRule, before: Standing, values: list[Value] | None, now: datetime) -> Standing:
    if values is None:
        return Standing(RuleStanding.VANISHED.value, before.since or now, 0, before.last_value, before.last_at)
    if values:
        begin = before
        if before.state in {RuleStanding.MISSING, RuleStanding.VANISHED}:
            begin = Standing(last_value=before.last_value, last_at=before.last_at)
        return after(rule, begin, values)
    if before.state == RuleStanding.VANISHED:  # it is there again and has said nothing yet
        before = Standing(last_value=before.last_value, last_at=before.last_at)
    return without_values(rule, before, now, rule.created_at)


def _sign(rule: AlertRule, standing: Standing) -> Sign:
    kind = sources.get(rule.series).label if rule.series in sources else rule.series
    named = ", ".join(str(value) for value in rule.params.values())
    if standing.state == RuleStanding.FIRING:
        title = f"{rule.name}: {standing.last_value:g} is {rule.get_operator_display()} {rule.threshold:g}"
    elif standing.state == RuleStanding.MISSING:
        title = f"{rule.name}: no value since {standing.last_at or rule.created_at:%Y-%m-%d %H:%M} UTC"
    else:
        title = f"{rule.name}: the series is gone"
    value = f"{standing.last_value:g}" if standing.last_value is not None else "none"
    words = rule.message.replace("{value}", value).replace("{threshold}", f"{rule.threshold:g}")
    page = settings.MODELOPS_BASE_URL.rstrip("/") + rule.get_absolute_url()
    return Sign(
        key_of(rule),
        title,
        Severity(rule.severity),
        "\n".join(line for line in (words, f"{kind}: {named}", page) if line),
        about=About(group=f"rule:{rule.series}:{named}", runbook_url=rule.runbook_url, rule=rule),
    )
