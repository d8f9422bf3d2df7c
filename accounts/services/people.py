"""Making, inviting, activating and deactivating accounts."""

import re

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts import throttle
from accounts.actors import actor_of
from accounts.audit_events import (
    PASSWORD_CHANGED,
    PASSWORD_REFUSED,
    ROLE_CHANGED,
    USER_ACTIVATED,
    USER_DEACTIVATED,
    USER_MADE_READY,
)
from accounts.models import Session, TOTPDevice, User
from accounts.notices import notify
from accounts.passwords import normalise, validated
from accounts.roles import ROLES, Role
from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotAllowed
from modelops.lib.names import validate_name

from .factors import begin_enrolment, drop_factors, otpauth_uri
from .sessions import revoke_everything
from .sign_in import tell_of_wait

SUPERUSER, ADMINISTRATOR = "Superuser", "Security administrator"
# ASCII, so that no name looks like another one.
_PERSON = re.compile(r"[A-Za-z0-9_]{3,50}")


def role_named(name: str) -> Role:
    """The role of that name. Raises Invalid with the known ones."""
    role = ROLES.get(name)
    if role is None:
        known = ", ".join(ROLES)
        raise Invalid(f"There is no role {name!r}. Use one of: {known}.", code="role.unknown", field="role")
    return role


def validate_username(username: object, *, service: bool = False) -> str:
    """``username`` when it can be one: 3 to 50 letters, digits and underscores; services may also have '.' and '-'.

    Raises Invalid.
    """
    name = validate_name(username, "user")
    if service or _PERSON.fullmatch(name):
        return name
    raise Invalid(
        f"The user name has {len(name)} characters, or others than letters, digits and '_'. Use 3 to 50 of these.",
        code="name.invalid",
        field="name",
    )


def checked_address(email: str) -> str:
    """The address when mail can go to it; raises Invalid."""
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("The e-mail address is not one.", code="email.invalid", field="email") from None
    return email


def make_account(username: str, role: Role, email: str = "") -> User:
    """A new account that nobody can sign in to yet. Runs in the caller's transaction.

    Raises Invalid for a name or address that cannot be used, and Conflict for a name that is taken in any case.
    """
    validate_username(username, service=role.service)
    if email:
        checked_address(email)
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(f"There is an account {username!r} already. Choose another name.", code="user.exists")
    user = User(username=username, email=email)
    user.set_unusable_password()
    _apply_role(user, role)
    return user


def _apply_role(user: User, role: Role) -> None:
    user.is_staff, user.is_service = role.staff, role.service
    user.save()
    user.groups.set([Group.objects.get(name=role.name)])


@transaction.atomic
def change_role(user: User, role: str, *, actor: Actor) -> None:
    """Give ``user`` another role; every session ends, so that no old right lives on.

    Raises Conflict for one's own role, and for a change between people and services.
    """
    wanted = role_named(role)
    before = user.role
    if actor == actor_of(user):
        raise Conflict("Nobody changes their own role. Ask another administrator.", code="role.own")
    if user.is_superuser or wanted.service != user.is_service:
        raise Conflict(f"This account cannot become {wanted.name}. Make a new one.", code="role.not_fitting")
    if before == wanted.name:
        return
    _apply_role(user, wanted)
    revoke_everything(user)
    record(ROLE_CHANGED, user, actor=actor, before=before, after=wanted.name)
    notify(user, "role_changed", before=before, after=wanted.name)


@transaction.atomic
def withdraw_role(user: User, role: str, *, actor: Actor) -> bool:
    """Take ``user`` out of a role; every session ends. False when the account did not have it any more.

    Raises Conflict for one's own role, for a superuser's rights, and for the last administrator of accounts.
    """
    if actor == actor_of(user):
        raise Conflict("Nobody takes their own role. Ask another administrator.", code="role.own")
    if role == SUPERUSER:
        raise Conflict(
            "A superuser is made and unmade on the server's console; explain the line.", code="role.superuser"
        )
    group = Group.objects.select_for_update().filter(name=role, user=user).first()
    if group is None:
        return False
    others = User.objects.filter(groups=group, is_active=True).exclude(pk=user.pk)
    if role == ADMINISTRATOR and not others.exists():
        raise Conflict(
            f"This is the last account with the role {role}; make another one first.", code="role.last_administrator"
        )
    user.groups.remove(group)
    user.is_staff = user.is_superuser or any(
        ROLES[name].staff for name in user.groups.values_list("name", flat=True) if name in ROLES
    )
    user.save(update_fields=["is_staff"])
    revoke_everything(user)
    record(ROLE_CHANGED, user, actor=actor, before=role, after=user.role or "none")
    notify(user, "role_changed", before=role, after=user.role or "none")
    return True


def change_password(user: User, current: str, new: str, *, keep: Session | None, actor: Actor) -> None:
    """Set a new password; every session but ``keep`` and every API sign-in ends.

    Raises Invalid for a wrong current password and for a new one that may not be used, and SlowDown.
    """
    attempt = throttle.take(throttle.PASSWORD_CHANGE, str(user.pk))
    if not user.check_password(normalise(current)):
        with transaction.atomic():
            record(PASSWORD_REFUSED, user, actor=actor, outcome="denied", attempt=attempt)
            tell_of_wait(user, throttle.PASSWORD_CHANGE, attempt, actor=actor)
        raise Invalid("This is not your current password.", code="password.wrong", field="current")
    throttle.clear(throttle.PASSWORD_CHANGE, str(user.pk))
    with transaction.atomic():
        user.set_password(validated(new, user))
        user.save(update_fields=["password"])
        revoke_everything(user, keep=keep)
        record(PASSWORD_CHANGED, user, actor=actor)
        notify(user, "password_changed")


@transaction.atomic
def deactivate(user: User, *, actor: Actor) -> None:
    """Stop every credential of ``user`` with its next request. Raises Conflict for one's own account."""
    if actor == actor_of(user):
        raise Conflict("Nobody deactivates their own account. Ask another administrator.", code="user.own")
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        return
    user.is_active = False
    revoke_everything(user)
    record(USER_DEACTIVATED, user, actor=actor)


@transaction.atomic
def activate(user: User, *, actor: Actor) -> None:
    """Let a deactivated account sign in again; old sessions stay ended."""
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        user.is_active = True
        record(USER_ACTIVATED, user, actor=actor)


@transaction.atomic
def ensure_ready_account(username: str, role: str, *, password: str, actor: Actor) -> tuple[User, str]:
    """An account that can be used at once, and the otpauth URI of its authenticator (empty for a service).

    For demonstrations and tests: raises NotAllowed in production, where people are invited and choose
    their own secrets.
    An account of the name keeps its id and gets this role, this password and a new authenticator.
    """
    if settings.PRODUCTION:
        raise NotAllowed(
            "Accounts with a given password exist in development only. Invite the person instead.",
            code="user.invite_only",
        )
    wanted = role_named(role)
    user = User.objects.filter(username__iexact=username).first() or make_account(username, wanted)
    revoke_everything(user)
    drop_factors(user)
    uri = ""
    if not wanted.service:
        device = begin_enrolment(user)
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        uri = otpauth_uri(device)
        user.set_password(validated(password, user))
    user.is_active = True
    _apply_role(user, wanted)
    record(USER_MADE_READY, user, actor=actor, role=wanted.name)
    return user, uri
