"""Enrolling, checking and removing second factors."""

import secrets
import uuid
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import totp
from accounts.actors import actor_of
from accounts.audit_events import FACTOR_ENROLLED, FACTOR_REMOVED, FACTOR_TAKEN_AWAY, RECOVERY_CODES_RENEWED
from accounts.models import RecoveryCode, Session, TOTPDevice, User
from accounts.notices import notify
from accounts.passkeys.models import Passkey
from compliance.audit import Actor, record
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.fixed_queries import FixedQuery

from .sessions import revoke_everything

RECOVERY_CODES = 10
MOST_APPS = 5
# Crockford's base 32 has no I, L, O and U: nothing in a code can be taken for something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110", " -")
_CONTEXT = b"accounts.recoverycode:"

Method = Literal["otp", "recovery", "passkey", "passkey alone"]
Factor = TOTPDevice | Passkey


def _normal(code: str) -> str:
    return code.upper().translate(_MISREAD)


def _recovery_context(user: User) -> bytes:
    return _CONTEXT + str(user.pk).encode()


@transaction.atomic
def begin_enrolment(user: User, *, further: bool = False) -> TOTPDevice:
    """An unconfirmed authenticator with a new seed, in place of any other unconfirmed one.

    Raises Conflict when a factor is confirmed already and this is not meant as a further one: the password alone must
    not replace it.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if user.has_second_factor != further:
        raise Conflict("This account has a second factor already. Sign in with it.", code="factor.exists")
    if TOTPDevice.objects.filter(user=user, confirmed=True).count() >= MOST_APPS:
        raise Conflict(f"There are {MOST_APPS} authenticator apps already. Remove one first.", code="factor.too_many")
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    device = TOTPDevice(user=user, name="Authenticator app", confirmed=False)
    device.seal_seed(totp.new_seed())
    device.save(force_insert=True)
    return device


def otpauth_uri(device: TOTPDevice) -> str:
    """The URI for the QR code of a device; holds the seed in clear."""
    return totp.otpauth_uri(device.open_seed(), account=device.user.username, issuer=settings.OTP_TOTP_ISSUER)


@transaction.atomic
def confirm_enrolment(device: TOTPDevice, code: str, *, actor: Actor, further: bool = False) -> list[str]:
    """Confirm ``device`` with its first code; with a first factor come ten recovery codes, which are shown once.

    Raises Invalid for a wrong code, and Conflict when another factor was confirmed meanwhile.
    """
    user = User.objects.select_for_update().get(pk=device.user_id)
    if user.has_second_factor != further:
        raise Conflict("This account has a second factor already. Sign in with it.", code="factor.exists")
    if not device.verify_token(code.strip()):
        raise Invalid(
            "The code is not right. Type the six digits that the app shows now; if it goes on, set the device's clock.",
            code="factor.wrong_code",
            field="code",
        )
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return added_factor(user, "an authenticator app", first=not further, actor=actor)


def added_factor(user: User, kind: str, *, first: bool, actor: Actor) -> list[str]:
    """Tell of a new factor, in the transaction that confirmed it; returns recovery codes with the first one."""
    codes = _new_recovery_codes(user) if first else []
    record(FACTOR_ENROLLED, user, actor=actor, kind=kind, recovery_codes=len(codes))
    notify(user, "factor_added", factor=kind)
    return codes


@transaction.atomic
def remove_factor(user: User, factor: Factor, *, actor: Actor, keep: Session | None = None) -> None:
    """Take one factor away; every session but ``keep`` and every API sign-in ends. Raises Conflict for the last one."""
    User.objects.select_for_update().get(pk=user.pk)
    factor.delete()
    if not user.has_second_factor:
        raise Conflict(
            "This is your only second factor. Add another one first, then remove this one.", code="factor.last"
        )
    kind = "a passkey" if isinstance(factor, Passkey) else "an authenticator app"
    revoke_everything(user, keep=keep)
    record(FACTOR_TAKEN_AWAY, user, actor=actor, kind=kind)
    notify(user, "factor_removed", factor=kind)


@transaction.atomic
def renew_recovery_codes(user: User, *, actor: Actor) -> list[str]:
    """Ten new recovery codes, shown once; the former ones are worthless."""
    User.objects.select_for_update().get(pk=user.pk)
    codes = _new_recovery_codes(user)
    record(RECOVERY_CODES_RENEWED, user, actor=actor, count=len(codes))
    notify(user, "recovery_codes_renewed")
    return codes


def _new_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    context = _recovery_context(user)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=keyed_digest(Purpose.API_KEY, context, code.encode())) for code in codes
    )
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]


def verify_code(user: User, code: str) -> tuple[Factor, Method] | None:
    """The factor and the method when ``code`` is a fresh code of an app or an unused recovery code; uses it up.

    Does not count attempts: `sign_in.check_code` does.
    """
    apps = _apps_of(None, account=user.pk)
    for device in apps:
        if device.verify_token(code.strip()):
            return device, "otp"
    if not use_recovery_code(user, code):
        return None
    factor = apps[0] if apps else Passkey.objects.filter(user=user, confirmed=True).first()
    return (factor, "recovery") if factor is not None else None


@FixedQuery
def _apps_of(_: None, *, account: uuid.UUID) -> "QuerySet[TOTPDevice]":
    return TOTPDevice.objects.filter(user=account, confirmed=True)


def use_recovery_code(user: User, code: str) -> bool:
    """Use up a recovery code; False when it is none of this account, or was used."""
    normal = _normal(code)
    if len(normal) != 16:
        return False
    digests = keyed_digests(Purpose.API_KEY, _recovery_context(user), normal.encode())
    used = RecoveryCode.objects.filter(user=user, digest__in=digests, used_at=None).update(used_at=timezone.now())
    return bool(used)


def drop_factors(user: User) -> None:
    """Delete authenticators, passkeys and recovery codes, in the transaction of what makes it necessary."""
    TOTPDevice.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


@transaction.atomic
def remove_second_factor(user: User, *, actor: Actor) -> None:
    """Take away authenticator and recovery codes and end every session: the person enrols anew with their password.

    Raises Conflict when somebody does it for themselves: a lost factor is another person's decision.
    """
    if actor == actor_of(user):
        raise Conflict("Ask another administrator to reset your second factor.", code="factor.own")
    drop_factors(user)
    revoke_everything(user)
    record(FACTOR_REMOVED, user, actor=actor)
