"""Whether an exchanged token works now; and ending such tokens before their time."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import tokens
from accounts.actors import actor_of
from accounts.errors import CredentialRefused
from compliance.audit import Actor, record
from compliance.audit.context import identify, network_of

from ..audit_events import TOKEN_REVOKED, TOKEN_USED
from ..models import ExchangedToken


def check_exchanged_token(token: str, *, address: str = "") -> ExchangedToken:
    """The row of an exchanged token whose account, rule and issuer still stand. Raises CredentialRefused."""
    claims = tokens.read(token, tokens.WORKLOAD)
    rows = ExchangedToken.objects.select_related("user", "rule")
    row = rows.filter(
        pk=claims.token_id,
        user=claims.user_id,
        revoked_at=None,
        user__is_active=True,
        rule__is_active=True,
        rule__issuer__is_active=True,
    ).first()
    if row is None:
        raise CredentialRefused(
            "This token was ended, or what it rests on. Exchange the token of a new job.", "auth.token_revoked"
        )
    identify(via=row.via, session=str(row.pk))
    if row.last_used_at is None:
        _remember_first_use(row, network_of(address))
    return row


@transaction.atomic
def _remember_first_use(row: ExchangedToken, network: str) -> None:
    unused = ExchangedToken.objects.filter(pk=row.pk, last_used_at=None)
    if unused.update(last_used_at=timezone.now(), last_used_network=network):
        record(TOKEN_USED, row, actor=actor_of(row.user))


@transaction.atomic
def revoke_exchanged(rows: "QuerySet[ExchangedToken]", *, actor: Actor) -> int:
    """End those of ``rows`` that still live, with their next request; returns how many."""
    live = list(rows.filter(revoked_at=None, expires_at__gt=timezone.now()).select_for_update(of=("self",)))
    for row in live:
        ExchangedToken.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
        record(TOKEN_REVOKED, row, actor=actor)
    return len(live)
