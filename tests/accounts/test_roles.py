"""Roles: one table, applied to groups."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group

from accounts.models import ApiKey, User
from accounts.roles import ROLES, sync_after_last_app, sync_roles
from accounts.services import issue_api_key
from compliance.audit import Actor
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
    assert user.get_all_permissions() == set(ROLES[role].permissions)
    assert (user.is_staff, user.is_service, user.is_superuser) == (ROLES[role].staff, ROLES[role].service, False)


def test_no_role_means_no_permission() -> None:
    """S4-17."""
    user = make_user()
    user.groups.clear()
    user = User.objects.get(pk=user.pk)
    assert user.get_all_permissions() == set()
    assert user.role == ""


def test_nobody_both_works_on_models_and_keeps_accounts() -> None:
    """S4-11: duties stay apart in the roles as they come."""
    for role in ROLES.values():
        areas = {name.split(".")[0] for name in role.permissions if not name.split(".")[1].startswith("view_")}
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


def test_missing_groups_and_permissions_come_back_after_a_migration() -> None:
    Group.objects.get(name="Viewer").delete()
    Group.objects.get(name="Pipeline").permissions.clear()
    configs = [config for config in apps.get_app_configs() if config.models_module is not None]
    sync_after_last_app(configs[0])
    assert not Group.objects.filter(name="Viewer").exists()
    sync_after_last_app(configs[-1])
    assert Group.objects.get(name="Viewer").permissions.count() == len(ROLES["Viewer"].permissions)
    assert Group.objects.get(name="Pipeline").permissions.count() == len(ROLES["Pipeline"].permissions)


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
