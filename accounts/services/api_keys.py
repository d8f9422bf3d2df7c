"""Issuing, replacing and revoking API keys."""

import datetime as dt
import ipaddress
from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from accounts import api_key_format
from accounts.audit_events import API_KEY_ISSUED, API_KEY_REVOKED, API_KEY_ROTATED
from accounts.models import ApiKey, User
from accounts.notices import notify
from compliance.audit import Actor, record
from modelops.crypto.keyed import keyed_digest
from modelops.crypto.purposes import Purpose
from modelops.lib import scopes as naming
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.names import validate_name

LONGEST_DAYS = 365
LONGEST_OVERLAP_H = 7 * 24
MOST_SCOPES, MOST_NETWORKS, MOST_KEYS = 200, 20, 100
ALL = naming.ALL


def key_context(public_id: str) -> bytes:
    """What the digest of a key's secret is bound to."""
    return f"accounts.apikey:{public_id}".encode()


@transaction.atomic
def issue_api_key(
    owner: User, *, name: str, scopes: list[str], days: int, networks: Iterable[str] = (), actor: Actor
) -> tuple[ApiKey, str]:
    """A new key of ``owner``: its row and its text, which exists only now.

    ``scopes`` are permissions ("registry.add_modelversion"), permissions for one object
    ("registry.download_artifact:delay") or ["all"]; a scope narrows what the owner may do and never widens it.
    ``networks`` are addresses or networks ("192.0.2.0/24") outside of which it is refused. Raises Invalid and Conflict.
    """
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("Give the key a name of 1 to 100 characters.", code="name.invalid", field="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(
            f"A key is valid for 1 to {LONGEST_DAYS} days, not {days}.", code="api_key.invalid_days", field="days"
        )
    check_scopes(scopes)
    key, text = _new_key(
        owner,
        name=name,
        scopes=sorted(set(scopes)),
        networks=read_networks(networks),
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    record(API_KEY_ISSUED, key, actor=actor, name=name, days=days, scopes=", ".join(key.scopes))
    notify(owner, "api_key_issued", name=name)
    return key, text


def _new_key(owner: User, *, replaces: ApiKey | None = None, **fields: object) -> tuple[ApiKey, str]:
    # The row of the owner is locked, so that keys of one moment are counted and no key outlives a deactivation.
    if not User.objects.select_for_update().get(pk=owner.pk).is_active:
        raise Conflict("The account is deactivated; it gets no API key.", code="user.inactive")
    if ApiKey.objects.owned_by(owner).live().count() >= MOST_KEYS:
        raise Conflict(
            f"The account has {MOST_KEYS} live API keys. Revoke those that nothing uses.", code="api_key.too_many"
        )
    text, parts = api_key_format.generate()
    digest = keyed_digest(Purpose.API_KEY, key_context(parts.public_id), parts.secret.encode())
    return ApiKey.objects.create(
        owner=owner, public_id=parts.public_id, digest=digest, replaces=replaces, **fields
    ), text


@transaction.atomic
def rotate_api_key(key: ApiKey, *, overlap_h: int = 24, actor: Actor) -> tuple[ApiKey, str]:
    """A new key in place of ``key``, with its name, scopes, networks and time; the old one ends after the overlap.

    With an overlap of 0 hours the old key ends at once. Raises Invalid, and Conflict for a key that is not live or has
    been replaced.
    """
    if not 0 <= overlap_h <= LONGEST_OVERLAP_H:
        raise Invalid(
            f"Both keys work side by side for 0 to {LONGEST_OVERLAP_H} hours, not {overlap_h}.",
            code="api_key.invalid_overlap",
            field="overlap_h",
        )
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("owner").get(pk=key.pk)
    if key.state != "live":
        raise Conflict(f"The API key is {key.state}. Issue a new one.", code="api_key.not_live")
    if key.successors.exists():
        raise Conflict("The API key has been replaced already. Rotate its successor.", code="api_key.replaced")
    now = timezone.now()
    successor, text = _new_key(
        key.owner,
        replaces=key,
        name=key.name,
        scopes=key.scopes,
        networks=key.networks,
        expires_at=now + min(key.expires_at - key.created_at, dt.timedelta(days=LONGEST_DAYS)),
    )
    key.expires_at = min(key.expires_at, now + dt.timedelta(hours=overlap_h))
    key.save(update_fields=["expires_at"])
    days = (successor.expires_at - now).days
    record(API_KEY_ISSUED, successor, actor=actor, name=key.name, days=days, scopes=", ".join(key.scopes))
    record(API_KEY_ROTATED, key, actor=actor, name=key.name, hours=overlap_h, successor=str(successor.pk))
    notify(key.owner, "api_key_rotated", name=key.name, until=f"{key.expires_at:%Y-%m-%d %H:%M} UTC")
    return successor, text


@transaction.atomic
def revoke_api_key(key: ApiKey, *, actor: Actor) -> bool:
    """Stop a key with its next request; False when it was revoked already."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    if changed:
        record(API_KEY_REVOKED, key, actor=actor, name=key.name)
        notify(key.owner, "api_key_revoked", name=key.name)
    return bool(changed)


def check_scopes(scopes: list[str]) -> None:
    """Raise Invalid unless ``scopes`` are permissions that exist, for objects that could."""
    if not scopes or len(scopes) > MOST_SCOPES:
        raise Invalid(f'Name 1 to {MOST_SCOPES} scopes, or "all".', code="api_key.no_scope", field="scopes")
    if ALL in scopes:
        if len(scopes) > 1:
            raise Invalid('"all" stands alone.', code="api_key.unknown_scope", field="scopes")
        return
    known = {
        f"{label}.{codename}"
        for label, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    parsed = [naming.parse(text) for text in scopes]
    unknown = sorted({scope.permission for scope in parsed} - known)
    if unknown:
        raise Invalid(
            f"There is no permission {unknown[0][:100]!r}. A scope is a permission such as "
            "'registry.view_registeredmodel', one for a single object such as 'registry.download_artifact:delay', or "
            '"all".',
            code="api_key.unknown_scope",
            field="scopes",
        )
    for text, scope in zip(scopes, parsed, strict=True):
        if ":" not in text:
            continue
        if scope.kind not in naming.KINDS:
            raise Invalid(
                f"{scope.kind[:40]!r} is no kind of object. After the colon stands the name of a model, or dataset/ "
                "and the name of a dataset.",
                code="api_key.unknown_scope",
                field="scopes",
            )
        try:
            validate_name(scope.name, scope.kind)
        except Invalid as refusal:
            raise Invalid(refusal.message, code="api_key.unknown_scope", field="scopes") from None


def read_networks(texts: Iterable[str]) -> list[str]:
    """Addresses and networks in one spelling, in order. Raises Invalid for what is none."""
    found = set()
    for text in texts:
        try:
            found.add(ipaddress.ip_network(text.strip()))
        except ValueError:
            raise Invalid(
                f"{text.strip()[:50]!r} is no address or network. Write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.",
                code="api_key.invalid_network",
                field="networks",
            ) from None
    if len(found) > MOST_NETWORKS:
        raise Invalid(
            f"A key names at most {MOST_NETWORKS} networks.", code="api_key.invalid_network", field="networks"
        )
    return [str(network) for network in sorted(found, key=lambda network: (network.version, network))]
