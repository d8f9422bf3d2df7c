"""Trusting an issuer, and saying what its jobs may do. Each change is for a person with a fresh second factor."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services.api_keys import check_scopes
from compliance.audit import Actor, record
from modelops.lib import scopes as naming
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name
from modelops.lib.outbound import ReceiverRefused, parse_url

from ..audit_events import ISSUER_ADDED, ISSUER_CHANGED, RULE_ADDED, RULE_CHANGED
from ..conditions import problem_of
from ..keys import checked_address, readable_keys
from ..models import ALGORITHMS, ExchangedToken, ExchangeRule, TrustedIssuer
from ..models.rule import LONGEST_S
from .checking import revoke_exchanged

SHORTEST_S = 60


@transaction.atomic
def add_issuer(
    *, name: str, issuer: str, audience: str, algorithms: Iterable[str], pinned_keys: Any = None, actor: Actor
) -> TrustedIssuer:
    """Trust the tokens of ``issuer`` that are for ``audience``; without a rule they open nothing.

    ``pinned_keys`` is a JSON Web Key Set; None fetches the keys from the issuer. Raises Invalid and Conflict.
    """
    given = checked_issuer(name=name, issuer=issuer, audience=audience, algorithms=algorithms, pinned_keys=pinned_keys)
    row = TrustedIssuer(**given)
    _insert(row, f"There is an issuer of this name or address already. Change {name} instead.")
    record(ISSUER_ADDED, row, actor=actor, name=name, issuer=issuer, audience=row.audience)
    return row


def checked_issuer(
    *, name: str, issuer: str, audience: str, algorithms: Iterable[str], pinned_keys: Any
) -> dict[str, Any]:
    """The same as it is stored. Raises Invalid."""
    validate_name(name, "issuer")
    try:
        parse_url(checked_address(issuer))
    except ReceiverRefused as refusal:
        raise Invalid(refusal.message, code=refusal.code, field="issuer") from None
    chosen = sorted(set(algorithms))
    if not chosen or not set(chosen) <= set(ALGORITHMS):
        raise Invalid(f"Choose among {', '.join(ALGORITHMS)}.", code="workload.unknown_algorithm", field="algorithms")
    if not audience.strip() or len(audience) > 200:
        raise Invalid(
            "Name the audience that the issuer writes into its tokens, in 1 to 200 characters.",
            code="workload.no_audience",
            field="audience",
        )
    return {
        "name": name,
        "issuer": issuer,
        "audience": audience.strip(),
        "algorithms": chosen,
        "pinned_keys": readable_keys(pinned_keys) if pinned_keys is not None else None,
    }


@transaction.atomic
def set_issuer_active(issuer: TrustedIssuer, is_active: bool, *, actor: Actor) -> bool:
    """Trust an issuer again or no longer; then every token that came of it ends. False when nothing changed."""
    if not TrustedIssuer.objects.filter(pk=issuer.pk, is_active=not is_active).update(is_active=is_active):
        return False
    issuer.is_active = is_active
    record(ISSUER_CHANGED, issuer, actor=actor, name=issuer.name, fields="trust" if is_active else "trust (withdrawn)")
    if not is_active:
        revoke_exchanged(ExchangedToken.objects.filter(rule__issuer=issuer), actor=actor)
    return True


@transaction.atomic
def add_rule(
    issuer: TrustedIssuer,
    *,
    name: str,
    service: User,
    scopes: list[str],
    conditions: dict[str, str],
    lifetime_s: int = LONGEST_S,
    actor: Actor,
) -> ExchangeRule:
    """Let jobs whose token fits ``conditions`` act as ``service``, within ``scopes``. Raises Invalid and Conflict."""
    given = checked_rule(name=name, service=service, scopes=scopes, conditions=conditions, lifetime_s=lifetime_s)
    row = ExchangeRule(issuer=issuer, **given)
    _insert(row, f"There is a rule {name!r} already. Choose another name.")
    record(RULE_ADDED, row, actor=actor, name=name, issuer=issuer.name, scopes=", ".join(row.scopes))
    return row


@transaction.atomic
def set_rule_active(rule: ExchangeRule, is_active: bool, *, actor: Actor) -> bool:
    """Use a rule again or no longer; then every token that came of it ends. False when nothing changed."""
    if not ExchangeRule.objects.filter(pk=rule.pk, is_active=not is_active).update(is_active=is_active):
        return False
    rule.is_active = is_active
    record(RULE_CHANGED, rule, actor=actor, name=rule.name, fields="use" if is_active else "use (ended)")
    if not is_active:
        revoke_exchanged(ExchangedToken.objects.filter(rule=rule), actor=actor)
    return True


def checked_rule(
    *, name: str, service: User, scopes: list[str], conditions: dict[str, str], lifetime_s: int
) -> dict[str, Any]:
    """The same as it is stored. Raises Invalid."""
    validate_name(name, "rule")
    if not service.is_service:
        raise Invalid(
            "Jobs act as service accounts only; this is the account of a person.",
            code="workload.not_a_service",
            field="service",
        )
    check_scopes(scopes)
    if naming.ALL in scopes:
        raise Invalid(
            'A job gets the permissions that it needs, by name; "all" is not given.',
            code="workload.all_scopes",
            field="scopes",
        )
    if problem := problem_of(conditions):
        raise Invalid(problem, code="workload.invalid_condition", field="conditions")
    if not SHORTEST_S <= lifetime_s <= LONGEST_S:
        raise Invalid(
            f"An exchanged token is good for {SHORTEST_S} to {LONGEST_S} seconds, not {lifetime_s}.",
            code="workload.invalid_lifetime",
            field="lifetime_s",
        )
    return {
        "name": name,
        "service": service,
        "scopes": sorted(set(scopes)),
        "conditions": conditions,
        "lifetime_s": lifetime_s,
    }


def _insert(row: TrustedIssuer | ExchangeRule, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(taken, code="name.taken") from None
