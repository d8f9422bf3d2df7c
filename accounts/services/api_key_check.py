"""Whether an API key works: now, for this account, from there. One query, and no answer that outlives a revocation."""

import datetime as dt
import hmac
import ipaddress

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import api_key_format
from accounts.actors import actor_of
from accounts.audit_events import API_KEY_USED
from accounts.errors import CredentialRefused
from accounts.models import ApiKey
from accounts.stored_permissions import held_by_column, names_of
from compliance.audit import record
from compliance.audit.context import identify, network_of
from modelops.crypto.keyed import keyed_digests
from modelops.crypto.purposes import Purpose
from modelops.lib.fixed_queries import FixedQuery

from .api_keys import key_context

# "Last used" is for people who look for forgotten keys: minutes are fine, and most requests write nothing.
_COARSE = dt.timedelta(minutes=5)


@FixedQuery
def _key_with_owner(reader: None, *, public_id: str) -> "QuerySet[ApiKey]":
    keys = ApiKey.objects.select_related("owner").filter(public_id=public_id).order_by()
    return keys.annotate(owner_holds=held_by_column("accounts_apikey.owner_id"))


def check_api_key(text: str, *, address: str = "") -> ApiKey:
    """The row of a key that may be used now and from ``address``, with its owner.

    Raises CredentialRefused. What is wrong with a key is told only to whoever holds its secret.
    """
    parts = api_key_format.parse(text)
    if parts is None:
        raise CredentialRefused(
            "This is no API key of the portal: it is cut off or mistyped. Copy the whole key.", "auth.key_unknown"
        )
    key = _key_with_owner.first(None, public_id=parts.public_id)
    if key is not None and not key.owner.is_superuser:
        key.owner._perm_cache = names_of(key.owner_holds)
    digests = keyed_digests(Purpose.API_KEY, key_context(parts.public_id), parts.secret.encode())
    matches = [hmac.compare_digest(bytes(key.digest), digest) for digest in digests] if key else []
    if key is None or not any(matches):
        raise CredentialRefused("The portal does not know this API key. Issue a new one.", "auth.key_unknown")
    # From here on the secret is right: also a refusal is one of this key.
    identify(via=f"api_key:{key.pk}")
    now = timezone.now()
    _require_usable(key, now)
    _require_place(key, address)
    if key.last_used_at is None or key.last_used_at < now - _COARSE:
        _remember_use(key, now, network_of(address))
    if not matches[0]:
        # The ring has a newer key: the digest moves to it, so that the older one is needed by nobody some day.
        ApiKey.objects.filter(pk=key.pk, digest=key.digest).update(digest=digests[0])
    return key


def _require_usable(key: ApiKey, now: dt.datetime) -> None:
    if key.revoked_at:
        raise CredentialRefused("This API key was revoked. Issue a new one.", "auth.key_revoked")
    if key.expires_at <= now:
        raise CredentialRefused(
            f"This API key expired on {key.expires_at:%Y-%m-%d}. Issue a new one.", "auth.key_expired"
        )
    if not key.owner.is_active:
        raise CredentialRefused("The account of this API key is deactivated.", "auth.account_disabled")


def _require_place(key: ApiKey, address: str) -> None:
    if not key.networks:
        return
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        caller = None
    if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped is not None:
        caller = caller.ipv4_mapped
    if caller is None or not any(caller in ipaddress.ip_network(network) for network in key.networks):
        raise CredentialRefused(
            "This API key works from certain networks only, and the request came from elsewhere. Use it where it "
            "belongs, or issue one for this place.",
            "auth.key_elsewhere",
        )


@transaction.atomic
def _remember_use(key: ApiKey, now: dt.datetime, network: str) -> None:
    """Set when the key was last used; the first use on a day (UTC) is a row of the ledger, one for requests at once."""
    midnight = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    unused_today = Q(last_used_at=None) | Q(last_used_at__lt=midnight)
    used = {"last_used_at": now, "last_used_network": network}
    if ApiKey.objects.filter(unused_today, pk=key.pk).update(**used):
        record(API_KEY_USED, key, actor=actor_of(key.owner), name=key.name)
    else:
        ApiKey.objects.filter(pk=key.pk).update(**used)
