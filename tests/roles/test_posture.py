"""The posture of accounts: what is wrong shows within one look, with what to do."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts import posture
from accounts.models import ApiKey, TOTPDevice, User
from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.posture.looking import look_at_all
from monitoring.alerts.posture import watch_controls
from monitoring.models import Alert
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def test_staff_without_a_second_factor_turn_auth_1_red_within_one_look() -> None:
    """S2-01: with the count, the fix, the link and an alert; green again once it is enrolled."""
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    assert posture.staff_have_second_factors().passed
    invited = make_user("invited", "Security administrator")
    TOTPDevice.objects.filter(user=invited).delete()
    assert posture.staff_have_second_factors().passed, "who has not accepted yet opens nothing"
    bare = make_user("bare", "Security administrator", password="a sentence of a few words")
    TOTPDevice.objects.filter(user=bare).delete()
    watch_controls()
    outcome = posture.staff_have_second_factors()
    assert (outcome.held, outcome.total) == (1, 2)
    page = officer.get("/admin/posture/").content.decode()
    assert "AUTH-1" in page
    assert "Staff without a second factor" in page
    assert f"/admin/accounts/user/{bare.pk}/change/" in page
    assert "enrol" in page
    alert = Alert.objects.get(key=f"finding:AUTH-1:{bare.pk}")
    assert (alert.state, alert.severity) == ("open", "high")
    assert "bare" not in alert.title
    User.objects.filter(pk=bare.pk).update(is_active=False)
    watch_controls()
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_who_does_not_work_in_the_admin_is_not_counted() -> None:
    TOTPDevice.objects.filter(user=make_user()).delete()
    assert posture.staff_have_second_factors().total == 0


def test_superusers_are_counted_and_many_are_a_finding() -> None:
    """S4-11: the posture shows them."""
    for number in range(3):
        user = make_user(f"root{number}", "Security administrator")
        User.objects.filter(pk=user.pk).update(is_superuser=True)
    outcome = posture.superusers_are_few()
    assert "3 active superusers" in outcome.evidence
    assert [finding.key for finding in outcome.findings] == ["many"]


def test_old_and_unused_api_keys_are_findings() -> None:
    """The age of credentials, by their rows."""
    user = make_user()
    now = timezone.now()
    for name in ("young", "old", "unused", "revoked"):
        issue_api_key(user, name=name, scopes=["all"], days=300, actor=ACTOR)
    used = {"last_used_at": now}
    ApiKey.objects.filter(name="old").update(created_at=now - dt.timedelta(days=200), **used)
    ApiKey.objects.filter(name="unused").update(created_at=now - dt.timedelta(days=100))
    ApiKey.objects.filter(name="revoked").update(created_at=now - dt.timedelta(days=200), revoked_at=now)
    outcome = posture.keys_are_young_and_used()
    assert {finding.key for finding in outcome.findings} == {
        str(key.pk) for key in ApiKey.objects.filter(name__in=["old", "unused"])
    }
    assert (outcome.held, outcome.total) == (1, 3)


def test_permissions_beside_a_role_are_a_finding() -> None:
    """S2-02: authorization, over actual accounts."""
    from django.contrib.auth.models import Permission

    user = make_user("viewer", "Viewer")
    assert posture.roles_are_as_delivered().passed
    user.user_permissions.add(Permission.objects.get(codename="download"))
    (finding,) = posture.roles_are_as_delivered().findings
    assert finding.key == f"direct:{user.pk}"


def test_every_control_of_accounts_is_looked_at() -> None:
    keys = {looked.control.key for looked in look_at_all()}
    assert {"AUTH-1", "accounts.duties", "accounts.authorization", "accounts.superusers", "accounts.api_keys"} <= keys
