"""What accounts hold about a person, for subject requests."""

import uuid
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from compliance.audit import Actor
from compliance.subjects.providers import (
    ExportedRow,
    PersonalDataProvider,
    Section,
    Subject,
    Value,
    exempt,
    normalise_email,
    providers,
)
from modelops.lib.errors import Conflict

from .models import ApiKey, Device, Invitation, Notice, RecoveryCode, RefreshToken, Session, TOTPDevice, User
from .rectifying import FIELDS, rectify
from .services import deactivate

exempt("accounts.FailureCount", "Holds keyed digests and counts only; they cannot be led back to a person.")


@providers.register("accounts.account")
class Account(PersonalDataProvider):
    """The portal account itself and what hangs on it."""

    label = "Your account"
    action = "anonymise"
    order = 80
    covers = frozenset(
        f"accounts.{model}"
        for model in (
            "User",
            "Invitation",
            "TOTPDevice",
            "RecoveryCode",
            "Session",
            "Device",
            "ApiKey",
            "RefreshToken",
            "Notice",
        )
    )
    sections = (
        Section(
            "accounts.account",
            "Your account",
            {
                "name": "Name of the account",
                "first_name": "First name",
                "last_name": "Last name",
                "email": "E-mail address",
                "email_confirmed_at": "When you confirmed the address",
                "role": "What you may do",
                "active": "Whether you can sign in",
                "made_at": "When the account was made",
                "last_sign_in_at": "When you last signed in",
                "second_factor_since": "Since when you use an authenticator app",
                "recovery_codes_left": "How many recovery codes are unused",
            },
            source="you and whoever invited you",
            portable=True,
        ),
        Section(
            "accounts.invitations",
            "Invitations",
            {"role": "Role", "invited_at": "When you were invited", "accepted_at": "When you accepted"},
            source="whoever invited you",
        ),
        Section(
            "accounts.sessions",
            "Browsers that are signed in",
            {
                "network": "Network, shortened so that it names no single connection",
                "browser": "Kind of browser",
                "began_at": "When you signed in",
                "last_seen_at": "When it was last used",
                "revoked_at": "When it was ended",
            },
            source="observed when you signed in",
        ),
        Section(
            "accounts.devices",
            "Browsers that you signed in with",
            {
                "network": "Network of the last sign-in, shortened so that it names no single connection",
                "browser": "Kind of browser",
                "first_seen_at": "When you first signed in with it",
                "last_seen_at": "When you last signed in with it",
            },
            source="observed when you signed in",
        ),
        Section(
            "accounts.api_keys",
            "API keys",
            {
                "name": "Name of the key",
                "scopes": "What it may do",
                "issued_at": "When it was issued",
                "expires_at": "Until when it is good",
                "networks": "Where it works",
                "last_used_at": "When it was last used",
                "last_used_network": "From which network it was last used, shortened",
                "revoked_at": "When it was revoked",
            },
            source="you, when you issued the key",
        ),
        Section(
            "accounts.api_sign_ins",
            "Sign-ins to the API",
            {
                "began_at": "When a token was issued",
                "expires_at": "Until when it is good",
                "last_used_network": "From which network it was last used, shortened",
            },
            source="observed when you signed in",
        ),
        Section(
            "accounts.notices",
            "Mails to you about your account",
            {
                "kind": "What it was about",
                "address": "Where it went, when not to the address of the account",
                "facts": "What it told",
                "made_at": "When it happened",
                "sent_at": "When it was sent",
            },
            source="the portal, when something about your account changed",
        ),
    )

    def _users(self, subject: Subject) -> QuerySet[User]:
        return User.objects.filter(pk__in=subject.account_ids).order_by("pk")

    def identify(self, subject: Subject) -> Iterable[uuid.UUID]:
        """Accounts with the subject's address, and the account that the reference names."""
        found: set[uuid.UUID] = set()
        if subject.email:
            candidates = User.objects.filter(email__iexact=subject.email).values_list("pk", "email")
            found.update(pk for pk, email in candidates if normalise_email(email) == subject.email)
        if subject.ref:
            found.update(User.objects.filter(username=subject.ref).values_list("pk", flat=True))
        return found

    def find(self, subject: Subject) -> int:
        """Rows that export gives."""
        accounts = subject.account_ids
        return (
            self._users(subject).count()
            + Invitation.objects.filter(user__in=accounts).count()
            + Session.objects.filter(user__in=accounts).count()
            + Device.objects.filter(user__in=accounts).count()
            + ApiKey.objects.filter(owner__in=accounts).count()
            + RefreshToken.objects.filter(user__in=accounts).count()
            + Notice.objects.filter(user__in=accounts).count()
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """Account, invitations, sessions, keys and API sign-ins; never a secret."""
        accounts = subject.account_ids
        for user in self._users(subject):
            device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
            yield ExportedRow(
                "accounts.account",
                {
                    "name": user.username,
                    "first_name": user.first_name,
                    "last_name": user.last_name,
                    "email": user.email,
                    "email_confirmed_at": user.email_confirmed_at,
                    "role": user.role,
                    "active": user.is_active,
                    "made_at": user.date_joined,
                    "last_sign_in_at": user.last_login,
                    "second_factor_since": device.created_at if device else None,
                    "recovery_codes_left": RecoveryCode.objects.filter(user=user, used_at=None).count(),
                },
            )
        for invitation in Invitation.objects.filter(user__in=accounts).order_by("pk").iterator():
            fields: dict[str, Value] = {
                "role": invitation.role,
                "invited_at": invitation.created_at,
                "accepted_at": invitation.accepted_at,
            }
            yield ExportedRow("accounts.invitations", fields)
        for session in Session.objects.filter(user__in=accounts).order_by("pk").iterator():
            yield ExportedRow(
                "accounts.sessions",
                {
                    "network": session.ip_prefix,
                    "browser": session.browser,
                    "began_at": session.created_at,
                    "last_seen_at": session.last_seen_at,
                    "revoked_at": session.revoked_at,
                },
            )
        for known in Device.objects.filter(user__in=accounts).order_by("pk").iterator():
            seen = {"first_seen_at": known.first_seen_at, "last_seen_at": known.last_seen_at}
            yield ExportedRow("accounts.devices", {"network": known.ip_prefix, "browser": known.browser, **seen})
        for key in ApiKey.objects.filter(owner__in=accounts).order_by("pk").iterator():
            yield ExportedRow(
                "accounts.api_keys",
                {
                    "name": key.name,
                    "scopes": ", ".join(key.scopes),
                    "issued_at": key.created_at,
                    "expires_at": key.expires_at,
                    "networks": ", ".join(key.networks),
                    "last_used_at": key.last_used_at,
                    "last_used_network": key.last_used_network,
                    "revoked_at": key.revoked_at,
                },
            )
        for token in RefreshToken.objects.filter(user__in=accounts).order_by("pk").iterator():
            yield ExportedRow(
                "accounts.api_sign_ins",
                {
                    "began_at": token.created_at,
                    "expires_at": token.expires_at,
                    "last_used_network": token.last_used_network,
                },
            )
        for notice in Notice.objects.filter(user__in=accounts).order_by("pk").iterator():
            told = {
                "kind": notice.kind,
                "address": notice.address,
                "facts": ", ".join(f"{name}: {value}" for name, value in sorted(notice.facts.items())),
                "made_at": notice.created_at,
                "sent_at": notice.sent_at,
            }
            yield ExportedRow("accounts.notices", told)

    rectifiable = FIELDS

    def rectify(self, subject: Subject, field: str, value: str, *, actor: Actor) -> list[str]:
        """Correct a name or the address."""
        return rectify(self._users(subject), field, value, actor=actor)

    def left(self, subject: Subject) -> int:
        """Accounts that still name the person, and whatever hangs on them."""
        users = self._users(subject)
        named = sum(user.username != _pseudonym(user) or bool(user.email or user.first_name) for user in users)
        return self.find(subject) - len(users) + named

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Deactivate the account and replace what names the person; its id stays: what it did stays provable."""
        erased = 0
        for user in self._users(subject):
            if user.is_superuser:
                raise Conflict(
                    "The account is a superuser. Make another one and take this right away first.",
                    code="erasure.refused",
                )
            if user.is_active:
                deactivate(user, actor=actor)
            erased += sum(
                rows.delete()[0]
                for rows in (
                    Invitation.objects.filter(user=user),
                    Session.objects.filter(user=user),
                    Device.objects.filter(user=user),
                    ApiKey.objects.filter(owner=user),
                    RefreshToken.objects.filter(user=user),
                    RecoveryCode.objects.filter(user=user),
                    TOTPDevice.objects.filter(user=user),
                    Notice.objects.filter(user=user),
                )
            )
            pseudonym = _pseudonym(user)
            if user.username != pseudonym:
                user.username, user.email, user.first_name, user.last_name = pseudonym, "", "", ""
                user.set_unusable_password()
                user.last_login = user.email_confirmed_at = None
                user.save()
                erased += 1
        return erased


def _pseudonym(user: User) -> str:
    return f"erased-{str(user.pk)[-12:]}"
