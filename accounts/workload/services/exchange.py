"""A job's token in, a short token of ours out (RFC 8693). No secret is kept on either side."""

import datetime as dt
import hashlib
from typing import Any, NamedTuple

import jwt
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import tokens
from accounts.actors import actor_of
from compliance.audit import Actor, record
from compliance.audit.context import identify
from modelops.lib import scopes as naming
from modelops.lib.ids import uuid7

from ..audit_events import EXCHANGE_REFUSED, TOKEN_EXCHANGED
from ..conditions import fits, source_of
from ..errors import AmbiguousExchange, ExchangeRefused, ScopeRefused
from ..keys import key_of
from ..models import ALGORITHMS, ExchangedToken, ExchangeRule, TrustedIssuer, UsedJobToken
from .changing import state_of

LEEWAY_S = 30
LONGEST_JOB = dt.timedelta(hours=24)


class Exchanged(NamedTuple):
    """Our token in text form, and what it is good for."""

    token: str
    row: ExchangedToken
    expires_in: int


class _Fault(Exception):
    """Why a job's token is not taken, in one word for the ledger."""


# The order matters: the first that fits is told.
_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "expired"),
    (jwt.ImmatureSignatureError, "not yet"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.MissingRequiredClaimError, "claim missing"),
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.InvalidKeyError, "algorithm"),
    (jwt.PyJWTError, "malformed"),
    (ValueError, "malformed"),
    (TypeError, "malformed"),
)


def exchange(subject_token: str, *, service: str = "", scope: str = "") -> Exchanged:
    """An access token for the job that shows ``subject_token``.

    ``service`` chooses among several rules that fit, ``scope`` narrows what the rule gives. Raises ExchangeRefused,
    AmbiguousExchange, ScopeRefused, and IssuerUnreachable when the issuer's keys cannot be had.
    """
    try:
        issuer, claims = _verified(subject_token)
        rule = _rule_for(issuer, claims, service)
        return _issue(rule, claims, subject_token, _narrowed(rule, scope))
    except _Fault as fault:
        reason = str(fault)
    except tuple(kind for kind, _ in _FAULTS) as error:
        reason = next(word for kind, word in _FAULTS if isinstance(error, kind))
    with transaction.atomic():
        record(EXCHANGE_REFUSED, None, actor=Actor.anonymous(), outcome="denied", reason=reason)
    raise ExchangeRefused


def _verified(token: str) -> tuple[TrustedIssuer, dict[str, Any]]:
    header = jwt.get_unverified_header(token)
    named = jwt.decode(token, options={"verify_signature": False}).get("iss")
    issuer = TrustedIssuer.objects.filter(issuer=named, is_active=True).first() if isinstance(named, str) else None
    if issuer is None:
        raise _Fault("issuer")
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in issuer.algorithms or algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    key = key_of(issuer, kid) if isinstance(kid, str) else None
    if key is None:
        raise _Fault("key")
    claims: dict[str, Any] = jwt.decode(
        token,
        key.key,
        algorithms=[algorithm],
        audience=issuer.audience,
        issuer=issuer.issuer,
        leeway=LEEWAY_S,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )
    if claims["exp"] > (timezone.now() + LONGEST_JOB).timestamp():
        raise _Fault("valid for too long")
    return issuer, claims


def _rule_for(issuer: TrustedIssuer, claims: dict[str, Any], service: str) -> ExchangeRule:
    rules = issuer.rules.filter(is_active=True, service__is_active=True, service__is_service=True)
    found = [rule for rule in rules.select_related("service") if fits(claims, rule.conditions)]
    if service:
        found = [rule for rule in found if rule.service.username == service]
    if not found:
        raise _Fault("no rule")
    if len(found) > 1:
        raise AmbiguousExchange
    return found[0]


def _narrowed(rule: ExchangeRule, scope: str) -> list[str]:
    asked = sorted(set(scope.split()))
    for text in asked:
        if text not in rule.scopes and not naming.everywhere(rule.scopes, naming.parse(text).permission):
            raise ScopeRefused(text)
    return asked or list(rule.scopes)


@transaction.atomic
def _issue(rule: ExchangeRule, claims: dict[str, Any], token: str, scopes: list[str]) -> Exchanged:
    now = timezone.now()
    _hold(rule)
    _use_up(rule.issuer, claims, token)
    ends = now + dt.timedelta(seconds=rule.lifetime_s)
    source = source_of(claims, rule.conditions)
    row = ExchangedToken.objects.create(
        id=uuid7(), rule=rule, user=rule.service, scopes=scopes, source=source, expires_at=ends
    )
    identify(via=row.via, session=str(row.pk))
    record(
        TOKEN_EXCHANGED, row, actor=actor_of(rule.service), rule=rule.name, source=source[:200], seconds=rule.lifetime_s
    )
    text = tokens.sign(
        tokens.WORKLOAD,
        user_id=rule.service_id,
        token_id=row.pk,
        family=row.pk,
        exp=ends,
        scope=" ".join(scopes),
        act={"iss": rule.issuer.issuer, "sub": str(claims["sub"])[:300]},
    )
    return Exchanged(text, row, rule.lifetime_s)


def _hold(rule: ExchangeRule) -> None:
    """Nobody changes the rule or its issuer until the token is there, and nobody has since they were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM workload_exchangerule r JOIN workload_trustedissuer i ON i.id = r.issuer_id"
            " WHERE r.id = %s FOR SHARE",
            [rule.pk],
        )
    standing = ExchangeRule.objects.filter(pk=rule.pk, is_active=True, issuer__is_active=True)
    present = standing.select_related("issuer").first()
    if present is None or state_of(present) != state_of(rule) or state_of(present.issuer) != state_of(rule.issuer):
        raise _Fault("no rule")


def _use_up(issuer: TrustedIssuer, claims: dict[str, Any], token: str) -> None:
    """Mark a job's token as exchanged, for as long as it could be shown again."""
    jti = claims.get("jti")
    # Without an id the token is its own: the signed part, because a signature may have more than one spelling.
    said = f"jti:{jti}" if isinstance(jti, str) and jti else token.rpartition(".")[0]
    ends = dt.datetime.fromtimestamp(claims["exp"], dt.UTC) + dt.timedelta(seconds=LEEWAY_S + 60)
    try:
        with transaction.atomic():
            UsedJobToken.objects.create(issuer=issuer, digest=hashlib.sha256(said.encode()).digest(), expires_at=ends)
    except IntegrityError:
        raise _Fault("replay") from None
