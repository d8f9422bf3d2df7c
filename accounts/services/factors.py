"""Enrolling, checking and removing second factors."""

import secrets
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import totp
from accounts.actors import actor_of
from accounts.audit_events import FACTOR_ENROLLED, FACTOR_REMOVED
from accounts.models import RecoveryCode, TOTPDevice, User
from compliance.audit import Actor, record
from modelops.crypto.keyed import keyed_digest, keyed_digests
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Conflict, Invalid

from .sessions import revoke_everything

RECOVERY_CODES = 10
# Crockford's base 32 has no I, L, O and U: nothing in a code can be taken for something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110", " -")
_CONTEXT = b"accounts.recoverycode:"

Method = Literal["otp", "recovery"]


def _normal(code: str) -> str:
    return code.upper().translate(_MISREAD)


def _recovery_context(user: User) -> bytes:
    return _CONTEXT + str(user.pk).encode()


@transaction.atomic
def begin_enrolment(user: User) -> TOTPDevice:
    """An unconfirmed authenticator with a new seed, in place of any other unconfirmed one.

    Raises Conflict when a factor is confirmed already: the password alone must not replace it.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if user.has_second_factor:
        raise Conflict("This account has a second factor already. Sign in with it.", code="factor.exists")
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    device = TOTPDevice(user=user, name="Authenticator app", confirmed=False)
    device.seal_seed(totp.new_seed())
    device.save(force_insert=True)
    return device


def otpauth_uri(device: TOTPDevice) -> str:
    """The URI for the QR code of a device; holds the seed in clear."""
    return totp.otpauth_uri(device.open_seed(), account=device.user.username, issuer=settings.OTP_TOTP_ISSUER)


@transaction.atomic
def confirm_enrolment(device: TOTPDevice, code: str, *, actor: Actor) -> list[str]:
    """Confirm ``device`` with its first code and return ten new recovery codes, which are shown once.

    Raises Invalid for a wrong code, and Conflict when another device was confirmed meanwhile.
    """
    User.objects.select_for_update().get(pk=device.user_id)
    if TOTPDevice.objects.filter(user=device.user, confirmed=True).exists():
        raise Conflict("This account has a second factor already. Sign in with it.", code="factor.exists")
    if not device.verify_token(code.strip()):
        raise Invalid(
            "The code is not right. Type the six digits that the app shows now; if it goes on, set the device's clock.",
            code="factor.wrong_code",
            field="code",
        )
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = _new_recovery_codes(device.user)
    record(FACTOR_ENROLLED, device.user, actor=actor, kind="an authenticator app", recovery_codes=len(codes))
    return codes


def _new_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    context = _recovery_context(user)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=keyed_digest(Purpose.API_KEY, context, code.encode())) for code in codes
    )
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in codes]


def verify_code(user: User, code: str) -> tuple[TOTPDevice, Method] | None:
    """The device and the method when ``code`` is a fresh code of the app or an unused recovery code; uses it up.

    Does not count attempts: `sign_in.check_code` does.
    """
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None:
        return None
    if device.verify_token(code.strip()):
        return device, "otp"
    return (device, "recovery") if _use_recovery_code(user, code) else None


def _use_recovery_code(user: User, code: str) -> bool:
    normal = _normal(code)
    if len(normal) != 16:
        return False
    digests = keyed_digests(Purpose.API_KEY, _recovery_context(user), normal.encode())
    used = RecoveryCode.objects.filter(user=user, digest__in=digests, used_at=None).update(used_at=timezone.now())
    return bool(used)


@transaction.atomic
def remove_second_factor(user: User, *, actor: Actor) -> None:
    """Take away authenticator and recovery codes and end every session: the person enrols anew with their password.

    Raises Conflict when somebody does it for themselves: a lost factor is another person's decision.
    """
    if actor == actor_of(user):
        raise Conflict("Ask another administrator to reset your second factor.", code="factor.own")
    TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    revoke_everything(user)
    record(FACTOR_REMOVED, user, actor=actor)
