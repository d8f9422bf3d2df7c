"""Controls of accounts: second factors, superusers, duties that stay apart, credentials."""

import datetime as dt

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .access.duties import clashes_in
from .access.models import Emergency
from .limits import LIMITS
from .models import ApiKey, User
from .remedies import staff_without_factor, unused_keys
from .roles import ROLES

SHOWN = 20
KEY_OLDER_THAN = dt.timedelta(days=180)


def _of(user: User) -> str:
    """How a finding names an account: by role and the end of its id, for alerts leave the portal."""
    return f"{user.role or 'no role'}, account …{str(user.pk)[-8:]}"


def _users() -> str:
    return reverse("admin:accounts_user_changelist")


@control(
    "AUTH-1",
    area="Accounts",
    label="AUTH-1: everybody who works in the admin has a second factor",
    fix="Require TOTP for staff: who has no second factor loses the password and joins anew by a mailed link.",
)
def staff_have_second_factors() -> Outcome:
    """By the confirmed factors of active staff; whoever has none can sign in only to enrol one.

    Who is invited and has no password yet opens nothing, and enrols a factor on accepting.
    """
    staff = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True, is_service=False)
    bare = staff_without_factor().prefetch_related("groups").order_by("date_joined")
    invited = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    total, missing = staff.count() - bare.filter(invited).count(), bare.exclude(invited).count()
    bare = bare.exclude(invited)
    findings = [
        Finding(
            str(user.pk),
            f"Staff without a second factor: {_of(user)}",
            "Have the person sign in and enrol an app or a passkey, or deactivate the account.",
            "high",
            _link(user),
        )
        for user in bare[:SHOWN]
    ]
    return Outcome(findings, total - missing, total, evidence=f"{total} active staff accounts.", url=_users())


def _link(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


@control(
    "accounts.duties",
    area="Accounts",
    label="No role and no person holds duties that stay apart",
    fix="Take one of the two duties from the role or the person, and give it to somebody else.",
)
def duties_stay_apart() -> Outcome:
    """By the permissions that groups hold now, and those of people in several groups or with some of their own."""
    held = {
        group.pk: {f"{row.content_type.app_label}.{row.codename}" for row in group.permissions.all()}
        for group in Group.objects.prefetch_related("permissions__content_type")
    }
    names = dict(Group.objects.values_list("pk", "name"))
    findings = [
        Finding(
            f"role:{pk}:{clash.one.label}:{clash.other.label}",
            f"The role {names[pk]} may {clash}",
            "Take one of the two from the role, or restore its defaults.",
            "critical",
            reverse("admin:auth_group_change", args=[pk]),
        )
        for pk, permissions in held.items()
        for clash in clashes_in(permissions)
    ]
    people = (
        User.objects.filter(is_active=True, is_superuser=False)
        .annotate(of_groups=Count("groups", distinct=True), own=Count("user_permissions", distinct=True))
        .filter(Q(of_groups__gt=1) | Q(own__gt=0))
        .prefetch_related("groups", "user_permissions__content_type")
        .order_by("date_joined")
    )
    several = people.count()
    for user in people[:1000]:
        own = {f"{row.content_type.app_label}.{row.codename}" for row in user.user_permissions.all()}
        together = own.union(*(held[group.pk] for group in user.groups.all()))
        findings += [
            Finding(
                f"person:{user.pk}:{clash.one.label}:{clash.other.label}",
                f"One person may {clash} ({_of(user)})",
                "Give the person one role, and the other duty to somebody else.",
                "critical",
                _link(user),
            )
            for clash in clashes_in(together)
        ]
    total = len(held) + several
    evidence = f"{len(held)} roles, {several} people with several roles or permissions of their own."
    return Outcome(findings[:SHOWN], max(total - len(findings), 0), total, evidence=evidence, url=_roles())


def _roles() -> str:
    return reverse("admin:auth_group_changelist")


@control(
    "accounts.authorization",
    area="Accounts",
    label="Every account has one role, and roles are as delivered",
    fix="Restore the defaults of the role, and give rights through roles and grants alone.",
)
def roles_are_as_delivered() -> Outcome:
    """By groups against the table of roles, and by accounts without a role or with permissions of their own."""
    from .access.role_changes import difference

    findings = []
    groups = list(Group.objects.prefetch_related("permissions__content_type").order_by("name"))
    for group in groups:
        if group.name in ROLES and (changed := difference(group)):
            findings.append(
                Finding(
                    f"role:{group.pk}",
                    f"The role {group.name} differs from its default: {changed}",
                    "If that was decided it may stay; otherwise restore the default.",
                    url=reverse("admin:auth_group_change", args=[group.pk]),
                )
            )
    direct = User.objects.filter(is_active=True, user_permissions__isnull=False).distinct().prefetch_related("groups")
    findings += [
        Finding(
            f"direct:{user.pk}",
            f"An account has permissions beside its role ({_of(user)})",
            "Give rights through roles and grants alone.",
            url=_link(user),
        )
        for user in direct[:SHOWN]
    ]
    total = len(groups) + User.objects.filter(is_active=True).count()
    return Outcome(findings, max(total - len(findings), 0), total, evidence=f"{len(groups)} roles.", url=_roles())


@control(
    "accounts.superusers",
    area="Accounts",
    label="Superusers are for emergencies",
    fix="Keep two superusers at most, and read the reason of each use.",
)
def superusers_are_few() -> Outcome:
    """How many there are, and each use within the last day; a use opens an alert that ends with the day."""
    count = User.objects.filter(is_superuser=True, is_active=True).count()
    uses = Emergency.objects.filter(started_at__gt=timezone.now() - dt.timedelta(days=1))
    findings = [
        Finding(
            f"use:{use.pk}",
            f"A superuser was used at {use.started_at:%Y-%m-%d %H:%M} UTC",
            "Read the reason and what was done, and ask the person if it is not clear.",
            "high",
            reverse("admin:access_emergency_change", args=[use.pk]),
        )
        for use in uses.order_by("-id")[:SHOWN]
    ]
    if count > 2:
        findings.append(
            Finding(
                "many", f"There are {count} superusers", "Keep two at most: deactivate the others or give them roles."
            )
        )
    evidence = f"{count} active superusers, {uses.count()} uses within a day."
    return Outcome(findings, evidence=evidence, url=reverse("admin:access_emergency_changelist"))


@control(
    "accounts.api_keys",
    area="Accounts",
    label="API keys are young and in use",
    fix="Rotate keys that are old, and revoke those that nobody uses.",
)
def keys_are_young_and_used() -> Outcome:
    """By the dates of keys that still open something."""
    now = timezone.now()
    live = ApiKey.objects.filter(revoked_at=None, expires_at__gt=now, owner__is_active=True)
    old = Q(created_at__lt=now - KEY_OLDER_THAN)
    due = live.filter(old | Q(pk__in=unused_keys().values("pk"))).order_by("created_at")
    findings = [
        Finding(
            str(key.pk),
            f"An API key is {(now - key.created_at).days} days old"
            + (f", last used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else " and was never used"),
            "Rotate it, or revoke it if nobody needs it.",
            url=reverse("admin:accounts_apikey_change", args=[key.pk]),
        )
        for key in due[:SHOWN]
    ]
    total, missing = live.count(), due.count()
    url = reverse("admin:accounts_apikey_changelist")
    return Outcome(findings, total - missing, total, evidence=f"{total} keys that open something.", url=url)


@control(
    "accounts.session_limits",
    area="Accounts",
    label="Sessions end as early as the portal recommends",
    fix="Set the limit to the recommended value, or leave it out of the environment.",
)
def sessions_end_early() -> Outcome:
    """By the limits that this process was started with."""
    findings = [
        Finding(
            limit.setting,
            f"{getattr(settings, limit.setting)} {limit.label} are allowed; {limit.recommended} are recommended",
            f"Set {limit.setting} to {limit.recommended} or less, or leave it out.",
        )
        for limit in LIMITS
        if getattr(settings, limit.setting) > limit.recommended
    ]
    evidence = "; ".join(f"{getattr(settings, limit.setting)} {limit.label}" for limit in LIMITS) + "."
    return Outcome(
        findings, len(LIMITS) - len(findings), len(LIMITS), evidence, url=reverse("admin:accounts_session_changelist")
    )
