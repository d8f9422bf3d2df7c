"""Making, using and removing passkeys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from accounts.notices import notify
from accounts.services.factors import added_factor
from accounts.services.sessions import revoke_everything
from compliance.audit import Actor, record
from modelops.crypto.errors import DecryptionFailed, UnknownKey
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.late import late

from .audit_events import PASSKEY_ACCEPTED, PASSKEY_REFUSED, PASSKEY_STOPPED
from .ceremonies import Purpose, new_challenge, relying_party, take_challenge
from .errors import PasskeyRefused
from .models import Credential, Passkey, digest_of

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions

webauthn, helpers = late("webauthn"), late("webauthn.helpers")
exceptions, structs = late("webauthn.helpers.exceptions"), late("webauthn.helpers.structs")
MOST = 20
LONGEST_ANSWER = 20_000


def registration_options(user: User, session: SessionBase) -> PublicKeyCredentialCreationOptions:
    """What the browser asks an authenticator for: a passkey that it can find by itself and that checks the person."""
    party = relying_party()
    return webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user.pk.bytes,
        user_name=user.username,
        challenge=new_challenge(session, "register"),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=passkey.open_credential().id) for passkey in user.passkeys.all()
        ],
    )


def register(user: User, answer: str, *, name: str, session: SessionBase, actor: Actor) -> tuple[Passkey, list[str]]:
    """Keep the passkey that an authenticator made; with a first factor come recovery codes, which are shown once.

    Raises PasskeyRefused for an answer that does not hold, Invalid and Conflict.
    """
    name = _checked_name(name)
    try:
        challenge = take_challenge(session, "register")
        party = relying_party()
        found = webauthn.verify_registration_response(
            credential=_limited(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused(user, type(error).__name__) from None
    except PasskeyRefused as error:
        raise _refused(user, error.why) from None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if user.passkeys.count() >= MOST:
            raise Conflict(f"There are {MOST} passkeys already. Remove one first.", code="passkey.too_many")
        if Passkey.objects.filter(credential_digest=digest_of(found.credential_id)).exists():
            raise Conflict("This passkey is in use already. Make a new one.", code="passkey.exists")
        first = not user.has_second_factor
        passkey = Passkey(user=user, name=name, confirmed=True, sign_count=found.sign_count)
        passkey.synced = found.credential_backed_up
        passkey.seal_credential(Credential(found.credential_id, found.credential_public_key))
        passkey.save(force_insert=True)
        codes = added_factor(user, "a passkey", first=first, actor=actor)
    return passkey, codes


def request_options(session: SessionBase, purpose: Purpose) -> PublicKeyCredentialRequestOptions:
    """What the browser asks an authenticator for; it names no passkey, so it tells nothing about any account."""
    return webauthn.generate_authentication_options(
        rp_id=relying_party().id,
        challenge=new_challenge(session, purpose),
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )


def check(answer: str, *, session: SessionBase, purpose: Purpose, only: User | None = None) -> Passkey:
    """The passkey that answered this session's challenge, of ``only`` when that is given. Raises PasskeyRefused."""
    known: Passkey | None = None
    try:
        challenge = take_challenge(session, purpose)
        credential = helpers.parse_authentication_credential_json(_limited(answer))
        known = Passkey.objects.select_related("user").filter(credential_digest=digest_of(credential.raw_id)).first()
        passkey = _usable(known, credential.response.user_handle, only)
        party = relying_party()
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.open_credential().public_key,
            credential_current_sign_count=0,  # looked at below, where a step back is more than a fault
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, ValueError, KeyError, TypeError, DecryptionFailed, UnknownKey) as error:
        raise _refused(known.user if known else only, type(error).__name__) from None
    except PasskeyRefused as error:
        raise _refused(known.user if known else only, error.why) from None
    _advance(passkey, verified.new_sign_count)
    with transaction.atomic():
        record(PASSKEY_ACCEPTED, passkey.user, actor=actor_of(passkey.user), purpose=purpose)
    return passkey


def _usable(passkey: Passkey | None, user_handle: bytes | None, only: User | None) -> Passkey:
    if passkey is None:
        raise PasskeyRefused("an unknown passkey")
    if not passkey.confirmed:
        raise PasskeyRefused("a passkey that was stopped")
    if not passkey.user.is_active or passkey.user.is_service:
        raise PasskeyRefused("an account that cannot sign in")
    if user_handle is not None and user_handle != passkey.user.pk.bytes:
        raise PasskeyRefused("another account than the passkey's")
    if only is not None and only.pk != passkey.user_id:
        raise PasskeyRefused("somebody else's passkey")
    return passkey


def _advance(passkey: Passkey, count: int) -> None:
    """Keep how often the authenticator signed. A count that does not grow means that the passkey was copied.

    Authenticators that keep passkeys for several devices do not count: they say 0 each time.
    """
    rows = Passkey.objects.filter(pk=passkey.pk)
    if count > 0 or passkey.sign_count > 0:
        if rows.filter(sign_count__lt=count).update(sign_count=count, last_used_at=timezone.now()):
            return
        _stop(passkey)
        raise _refused(passkey.user, "the count of signatures went back")
    rows.update(last_used_at=timezone.now())


@transaction.atomic
def _stop(passkey: Passkey) -> None:
    Passkey.objects.filter(pk=passkey.pk).update(confirmed=False)
    revoke_everything(passkey.user)
    record(PASSKEY_STOPPED, passkey.user, actor=Actor.anonymous(), outcome="denied")
    notify(passkey.user, "passkey_cloned", factor=f"the passkey “{passkey.name}”")


def _refused(user: User | None, why: str) -> PasskeyRefused:
    with transaction.atomic():
        record(PASSKEY_REFUSED, user, actor=Actor.anonymous(), outcome="denied", reason=why)
    return PasskeyRefused(why)


def _limited(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("an answer of excessive length")
    return answer


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise Invalid(
            "Give the passkey a name of 1 to 60 characters, such as “Laptop”.", code="passkey.name", field="name"
        )
    return name
