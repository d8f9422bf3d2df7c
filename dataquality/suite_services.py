"""Every change of state of rule suites, and the suite that a run goes by."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from dataquality.audit_events import RULE_SNOOZED, SUITE_CREATED, SUITE_REVISED
from dataquality.models import RuleSnooze, RuleSuite, RuleSuiteVersion
from dataquality.services import account_of
from modelops.lib.errors import Conflict, Invalid
from registry.models import Dataset, DatasetVersion

if TYPE_CHECKING:
    from dataquality.suites import Suite

LONGEST_SNOOZE = dt.timedelta(days=366)


@transaction.atomic
def create_suite(dataset: Dataset, name: str, document: Any, *, actor: Actor) -> RuleSuite:
    """A suite with its first version. Raises Invalid for senseless rules, Conflict for a name that is taken."""
    suite = RuleSuite(dataset=dataset, name=name, owner_id=account_of(actor))
    try:
        with transaction.atomic():
            suite.save()
    except IntegrityError:
        raise Conflict(
            f"The dataset has a suite named {name!r} already. Add a version to it, or choose another name.",
            code="suite.name_taken",
            field="name",
        ) from None
    version = _add_version(suite, document, actor=actor)
    record(SUITE_CREATED, suite, actor=actor, dataset=dataset.name, suite=name, rules=version.rule_count)
    return suite


@transaction.atomic
def revise_suite(suite: RuleSuite, document: Any, *, actor: Actor) -> RuleSuiteVersion:
    """The next version of a suite; one that says the same as the last is that one."""
    suite = RuleSuite.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=suite.pk)
    last = suite.versions.order_by("-number").first()
    if last is not None and last.digest == _digest(read_rules(document)):
        return last
    version = _add_version(suite, document, actor=actor)
    record(
        SUITE_REVISED,
        suite,
        actor=actor,
        dataset=suite.dataset.name,
        suite=suite.name,
        number=version.number,
        rules=version.rule_count,
    )
    return version


@transaction.atomic
def snooze_rule(suite: RuleSuite, rule: str, until: dt.datetime, reason: str, *, actor: Actor) -> RuleSnooze:
    """Let a rule take nothing from the score until then. Raises Invalid."""
    names = [line["name"] for line in current_version(suite).document["rules"]]
    if rule not in names:
        raise Invalid(f"The suite has no rule {rule!r} now.", code="suite.rule_unknown", field="rule")
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid(
            f"A rule is snoozed until a time to come, at most {LONGEST_SNOOZE.days} days from now.",
            code="suite.snooze_until",
            field="until",
        )
    snooze = RuleSnooze.objects.create(
        suite=suite, rule=rule, until=until, reason=reason, created_by_id=account_of(actor)
    )
    record(
        RULE_SNOOZED,
        suite,
        actor=actor,
        dataset=suite.dataset.name,
        suite=suite.name,
        rule=rule,
        until=until.isoformat(),
    )
    return snooze


def current_version(suite: RuleSuite) -> RuleSuiteVersion:
    """The newest version."""
    return suite.versions.get(number=suite.last_number)


def suite_for(version: DatasetVersion, name: str | None) -> RuleSuiteVersion | None:
    """The suite that a run of ``version`` goes by: the named one, or the only one there is. Raises Invalid."""
    suites = RuleSuite.objects.filter(dataset=version.dataset_id)
    if name is None:
        found = list(suites.order_by("created_at")[:2])
        return current_version(found[0]) if len(found) == 1 else None
    suite = suites.filter(name=name).first()
    if suite is None:
        raise Invalid(f"The dataset has no suite {name!r}.", code="suite.unknown", field="suite")
    return current_version(suite)


def sleeping(suite: RuleSuite, now: dt.datetime) -> list[str]:
    """Names of the rules that are snoozed at ``now``."""
    return sorted(set(suite.snoozes.filter(created_at__lte=now, until__gt=now).values_list("rule", flat=True)))


def _add_version(suite: RuleSuite, document: Any, *, actor: Actor) -> RuleSuiteVersion:
    checked = read_rules(document)
    told = checked.document()
    suite.last_number += 1
    suite.save(update_fields=["last_number"])
    return RuleSuiteVersion.objects.create(
        suite=suite,
        number=suite.last_number,
        document=told,
        digest=_digest(checked),
        rule_count=len(told["rules"]),
        created_by_id=account_of(actor),
    )


def read_rules(document: Any) -> Suite:
    """The suite in a document or in YAML or JSON text. Raises Invalid."""
    from dataquality.suite_text import load  # Arrow loads with the rules, so not before somebody writes one
    from dataquality.suites import read_suite

    return read_suite(load(document) if isinstance(document, str) else document)


def _digest(suite: Suite) -> str:
    text = json.dumps(suite.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
