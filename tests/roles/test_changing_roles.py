"""What a role may do is changed in the admin: seen against its default, recorded, and kept from toxic combinations."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.test import Client

from accounts import posture
from accounts.access import role_changes
from accounts.access.duties import CLASHES, clashes_in
from accounts.models import User
from accounts.roles import ROLES
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict
from tests.accounts.people import make_user
from tests.accounts.people import sign_in_earlier as sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
LIST = "/admin/auth/group/"


def fresh(client: Client, user: User) -> Client:
    """Signed in with a second factor a moment ago."""
    from django.utils import timezone

    from accounts.services.step_up import CONFIRMED_KEY

    sign_in(client, user)
    session = client.session
    session[CONFIRMED_KEY] = timezone.now().timestamp()
    session.save()
    return client


@pytest.fixture
def guard(client: Client) -> Client:
    return fresh(client, make_user("guard", "Security administrator"))


def ids(*names: str) -> list[int]:
    found = [Permission.objects.get(content_type__app_label=app, codename=code) for app, code in map(_parts, names)]
    return [row.pk for row in found]


def _parts(name: str) -> list[str]:
    return name.split(".", 1)


def test_changing_a_role_shows_a_badge_and_leaves_a_row(guard: Client) -> None:
    """S4-16: in the list and on the page, and back to the default by a button."""
    viewer = Group.objects.get(name="Viewer")
    assert "Differs from default" not in guard.get(LIST).content.decode()
    ticked = ids(*ROLES["Viewer"].permissions, "access.download")
    answer = guard.post(f"{LIST}{viewer.pk}/permissions/", {"permissions": ticked})
    assert answer.status_code == 302
    assert "Differs from default: +1 −0" in guard.get(LIST).content.decode()
    page = guard.get(f"{LIST}{viewer.pk}/change/").content.decode()
    assert "Differs from default" in page
    assert "access.download" in page
    assert make_user("viewer", "Viewer").has_perm("registry.download_artifact")
    row = AuditEvent.objects.get(name="accounts.role.permissions_changed")
    assert (row.details["role"], row.details["added"], row.details["removed"]) == (
        "Viewer",
        "access.download",
        "nothing",
    )
    findings = posture.roles_are_as_delivered().findings
    assert [finding.key for finding in findings] == [f"role:{viewer.pk}"]
    guard.post(f"{LIST}{viewer.pk}/restore/")
    assert not role_changes.difference(viewer)
    assert AuditEvent.objects.filter(name="accounts.role.permissions_changed").count() == 2
    assert posture.roles_are_as_delivered().passed


def test_a_change_holds_at_the_next_request(guard: Client) -> None:
    """V8.3.2: immediate effect."""
    person = sign_in(Client(), make_user("viewer", "Viewer"))
    assert person.get("/models/").status_code == 200
    guard.post(f"{LIST}{Group.objects.get(name='Viewer').pk}/permissions/", {"permissions": []})
    assert person.get("/models/").status_code == 403


def test_a_role_is_changed_with_a_fresh_factor_only() -> None:
    client = sign_in(Client(), make_user("guard", "Security administrator"))
    viewer = Group.objects.get(name="Viewer")
    answer = client.post(f"{LIST}{viewer.pk}/permissions/", {"permissions": []})
    assert answer.headers["location"].startswith("/account/confirm/")
    assert not role_changes.difference(viewer)


@pytest.mark.parametrize("role", [name for name in ROLES if name not in {"Security administrator", "Pipeline"}])
def test_nobody_else_changes_a_role(role: str) -> None:
    client = fresh(Client(), make_user("somebody", role))
    viewer = Group.objects.get(name="Viewer")
    assert client.post(f"{LIST}{viewer.pk}/permissions/", {"permissions": []}).status_code in {302, 403}
    assert client.post(f"{LIST}{viewer.pk}/restore/").status_code in {302, 403}
    assert not role_changes.difference(viewer)


def test_nobody_changes_their_own_role(guard: Client) -> None:
    """S4-11: no way up by oneself."""
    own = Group.objects.get(name="Security administrator")
    answer = guard.post(f"{LIST}{own.pk}/permissions/", {"permissions": ids("access.admin_system", "access.read_data")})
    assert answer.status_code == 409
    assert "their own role" in answer.content.decode()
    assert not role_changes.difference(own)


@pytest.mark.parametrize("clash", CLASHES, ids=str)
def test_no_role_is_made_toxic(clash: object) -> None:
    """S4-11: approving and keeping keys, and the other pairs, are refused by the service."""
    one, other = (sorted(duty.permissions)[0] for duty in (clash.one, clash.other))  # type: ignore[attr-defined]
    group = Group.objects.get(name="Viewer")
    with pytest.raises(Conflict) as refused:
        role_changes.change_permissions(group, [one, other], actor=ACTOR)
    assert refused.value.code == "role.duties"


def test_named_actions_count_as_what_they_hold() -> None:
    assert clashes_in(["access.approve", "crypto.add_keyversion"])
    assert not clashes_in(["access.approve", "access.admin_system"])


def test_the_roles_as_delivered_keep_duties_apart() -> None:
    """S4-11: a system check, which fails the start."""
    assert [found for found in run_checks() if found.id == "accounts.E101"] == []
    assert [name for name, role in ROLES.items() if clashes_in(role.permissions)] == []
    assert posture.duties_stay_apart().passed


def test_a_table_that_mixes_duties_fails_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.roles import Role

    monkeypatch.setitem(ROLES, "Viewer", Role("Viewer", ("access.approve", "keys.add_approval")))
    (found,) = [found for found in run_checks() if found.id == "accounts.E101"]
    assert "keep keys and approve" in found.msg


def test_posture_finds_toxic_groups_and_people_with_two_roles() -> None:
    """S4-11: over what groups hold now, past every service, and over people in two of them."""
    person = make_user("hyacinth", "Key custodian")
    person.groups.add(Group.objects.get(name="Security administrator"))
    titles = [finding.title for finding in posture.duties_stay_apart().findings]
    assert any("One person may keep keys and approve" in title for title in titles)
    assert not any("hyacinth" in title for title in titles), "no name leaves the portal"
    person.groups.set([Group.objects.get(name="Key custodian")])
    assert posture.duties_stay_apart().passed
    Group.objects.get(name="Viewer").permissions.add(*ids("access.approve", "keys.add_approval"))
    (finding,) = posture.duties_stay_apart().findings
    assert finding.title.startswith("The role Viewer may keep keys and approve")
    assert finding.severity == "critical"
