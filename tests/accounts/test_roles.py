"""Roles: one table, applied to groups."""

import importlib

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.test import Client

from accounts.access.actions import ACTIONS, Action
from accounts.access.models import RoleState
from accounts.admin.revealing import REVEAL
from accounts.models import ApiKey, User
from accounts.role_groups import sync_after_last_app, sync_roles
from accounts.roles import ROLES
from accounts.services import issue_api_key
from compliance.audit import Actor
from modelops.lib.implied import with_implied
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db


def test_every_permission_of_the_table_exists() -> None:
    """S4-16: a misspelt permission would silently give nothing."""
    assert sync_roles() == []


def test_migration_and_table_name_the_same_roles() -> None:
    migration = importlib.import_module("accounts.migrations.0002_roles")
    assert {*migration.ROLES, "Key custodian"} == set(ROLES)
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize("role", ROLES)
def test_an_account_may_what_its_role_says_and_nothing_else(role: str) -> None:
    """S4-12 to S4-14."""
    user = User.objects.get(pk=make_user("somebody", role).pk)
    assert user.get_all_permissions() == with_implied(ROLES[role].permissions)
    assert (user.is_staff, user.is_service, user.is_superuser) == (ROLES[role].staff, ROLES[role].service, False)


def test_no_role_means_no_permission() -> None:
    """S4-17."""
    user = make_user()
    user.groups.clear()
    user = User.objects.get(pk=user.pk)
    assert user.get_all_permissions() == set()
    assert user.role == ""


def test_nobody_both_works_on_models_and_keeps_accounts() -> None:
    """S4-11: duties stay apart in the roles as they come; seeing is neither, nor looking up whose an account is."""
    for role in ROLES.values():
        changing = {name for name in role.permissions if ".view_" not in name} - {REVEAL}
        areas = {name.split(".")[0] for name in changing}
        assert not ({"accounts", "crypto"} & areas and {"registry", "monitoring", "dataquality"} & areas), role.name


def test_nobody_both_keeps_keys_and_approves_or_gives_rights() -> None:
    """S4-11: keys have custodians of their own; what they ask for, another role approves."""
    holding = {"crypto.add_keyversion", "crypto.change_keyversion", "keys.add_approval", "keys.change_rotation"}
    for role in ROLES.values():
        held = holding & set(role.permissions)
        assert not (held and ("keys.change_approval" in role.permissions or "accounts.change_user" in role.permissions))
        assert bool(held) == (role.name == "Key custodian"), role.name


def test_a_viewer_downloads_nothing() -> None:
    """S4-14."""
    viewer, scientist = make_user("viewer", "Viewer"), make_user()
    assert not viewer.has_perm("registry.download_artifact")
    assert scientist.has_perm("registry.download_artifact")


def test_a_missing_group_comes_back_after_a_migration_and_what_was_decided_stays() -> None:
    """S4-16: what an administrator took from a role, the next release does not give back."""
    Group.objects.get(name="Viewer").delete()
    pipeline = Group.objects.get(name="Pipeline")
    pipeline.permissions.remove(Permission.objects.get(codename="predict"))
    configs = [config for config in apps.get_app_configs() if config.models_module is not None]
    sync_after_last_app(configs[0])
    assert not Group.objects.filter(name="Viewer").exists()
    sync_after_last_app(configs[-1])
    assert Group.objects.get(name="Viewer").permissions.count() == len(ROLES["Viewer"].permissions)
    assert not pipeline.permissions.filter(codename="predict").exists()


def test_what_a_release_gives_differently_changes_and_nothing_else() -> None:
    """S4-16: the table as it was the last time is remembered with the group."""
    viewer = Group.objects.get(name="Viewer")
    extra = Permission.objects.get(codename="download")
    viewer.permissions.add(extra)
    gone, new = Permission.objects.get(codename="approve"), Permission.objects.get(codename="read_data")
    viewer.permissions.add(gone)
    viewer.permissions.remove(new)
    earlier = sorted({*ROLES["Viewer"].permissions, "access.approve"} - {"access.read_data"})
    RoleState.objects.filter(group=viewer).update(given=earlier)
    sync_roles()
    held = set(viewer.permissions.values_list("codename", flat=True))
    assert {"download", "read_data"} <= held
    assert "approve" not in held


def test_the_account_answers_what_the_backends_answer() -> None:
    """S4-14: for every permission and role, for nobody's and for a deactivated account."""
    assert settings.AUTHENTICATION_BACKENDS == [
        "django.contrib.auth.backends.ModelBackend",
        "accounts.access.backend.ActionBackend",
    ]  # fmt: skip  `User.has_perm` answers for these two
    known = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    for role in ("", *ROLES):
        user = make_user("of_" + (role or "nobody").lower().replace(" ", "_"), role or "Viewer")
        if not role:
            user.groups.clear()
        user = User.objects.get(pk=user.pk)
        for name in sorted(known | {"registry.no_such", "nonsense", ""}):
            assert user.has_perm(name) is any(one.has_perm(user, name) for one in get_backends()), (role, name)
        user.is_active = False
        assert not any(user.has_perm(name) for name in known)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.codename)
def test_a_named_action_is_a_permission_that_gives_what_it_says(action: Action) -> None:
    """S4-15, S2-35: each codename exists after migrating, and holding it alone is holding what the code checks."""
    user = make_user("somebody", "Viewer")
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename=action.codename, content_type__app_label="access"))
    user = User.objects.get(pk=user.pk)
    assert user.has_perm(action.permission)
    assert user.get_all_permissions() == {action.permission, *action.implied}
    assert all(user.has_perm(name) for name in action.implied)
    assert not user.has_perm("crypto.change_keyversion")
    known = {
        f"{row.content_type.app_label}.{row.codename}" for row in Permission.objects.select_related("content_type")
    }
    assert known >= set(action.implied)


def test_the_actions_of_the_list_exist() -> None:
    """S4-15: read, write, delete, train and deploy models, read and write data, administer, and six more."""
    listed = "read_models write_models delete_models train_models deploy_models read_data write_data admin_system"
    more = "approve download decrypt export explain predict"
    found = Permission.objects.filter(content_type__app_label="access").values_list("codename", flat=True)
    assert {*listed.split(), *more.split()} <= set(found)


def test_a_deactivated_account_holds_no_action() -> None:
    user = make_user("somebody", "Viewer")
    user.is_active = False
    assert not user.has_perm("registry.view_dataset")
    assert user.get_all_permissions() == set()


def test_a_key_that_names_an_action_names_what_it_holds() -> None:
    """S4-15, S0-40: scopes are the same words."""
    user = make_user()
    key = issue_api_key(user, name="reader", scopes=["access.read_models"], days=1, actor=Actor.system("test"))[1]
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert client.get("/api/v1/models/").status_code == 200
    assert client.get("/api/v1/datasets/").status_code == 403


def test_people_see_their_own_rows_and_administrators_all() -> None:
    mine, other, keeper = (
        make_user(),
        make_user("engineer", "ML engineer"),
        make_user("secadmin", "Security administrator"),
    )
    for user in (mine, other):
        issue_api_key(user, name="training", scopes=["all"], days=1, actor=Actor.system("test"))
    assert set(User.objects.visible_to(mine)) == {mine}
    assert set(User.objects.visible_to(keeper)) == {mine, other, keeper}
    assert [key.owner for key in ApiKey.objects.visible_to(mine)] == [mine]
    assert ApiKey.objects.visible_to(keeper).count() == 2
    assert User.objects.visible_to(AnonymousUser()).count() == ApiKey.objects.visible_to(AnonymousUser()).count() == 0
