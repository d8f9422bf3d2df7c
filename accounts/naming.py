"""Whom a person names when they sign in."""

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from modelops.lib.fixed_queries import FixedQuery

from .models import User


def account_named(name: str, *, network: str = "") -> User | None:
    """The account of a user name in any case, or of a confirmed address.

    One query, whether there is one or not; it also tells whether the account signed in from ``network`` before
    (``is_at_home``) and whether it has a second factor (``had_factor``). An address of two accounts names neither.
    """
    low = name.lower()
    found: list[User] = _named_from(None, low=low, network=network) if network else _named(None, low=low)
    exact = [user for user in found if user.username.lower() == low]
    chosen = exact or found
    return chosen[0] if len(chosen) == 1 else None


@FixedQuery
def _named(_: None, *, low: str) -> "QuerySet[User]":
    return _of_name(low)[:3]


@FixedQuery
def _named_from(_: None, *, low: str, network: str) -> "QuerySet[User]":
    here = apps.get_model("accounts", "Device").objects.filter(user=OuterRef("pk"), ip_prefix=network)
    factors = [
        Exists(apps.get_model(label).objects.filter(user=OuterRef("pk"), confirmed=True))
        for label in ("accounts.TOTPDevice", "passkeys.Passkey")
    ]
    return _of_name(low).annotate(is_at_home=Exists(here), had_factor=factors[0] | factors[1])[:3]


def _of_name(low: str) -> "QuerySet[User]":
    return User.objects.alias(low_name=Lower("username"), low_email=Lower("email")).filter(
        Q(low_name=low) | Q(low_email=low, email_confirmed_at__isnull=False)
    )
