"""Applies the table of roles to Django's groups after every migration."""

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from accounts.roles import ROLES


def _found(names: set[str]) -> dict[str, Permission]:
    rows = Permission.objects.filter(codename__in={name.split(".", 1)[1] for name in names})
    every = {f"{row.content_type.app_label}.{row.codename}": row for row in rows.select_related("content_type")}
    return {name: row for name, row in every.items() if name in names}


def sync_roles() -> list[str]:
    """Give each role's group what the table gives it now and did not before; returns names that do not exist (yet).

    What an administrator added to or took from a group stays as decided. A group that the table never gave anything
    gets exactly what the table says.
    """
    states = apps.get_model("access", "RoleState").objects
    wanted = {name for role in ROLES.values() for name in role.permissions}
    found = _found(wanted)
    for role in ROLES.values():
        group, _ = Group.objects.get_or_create(name=role.name)
        state = states.filter(group=group).first()
        given = sorted(name for name in role.permissions if name in found)
        if state is None:
            group.permissions.set(found[name] for name in given)
            states.create(group=group, given=given)
        elif state.given != given:
            before = set(state.given)
            group.permissions.remove(*_found(before - set(given)).values())
            group.permissions.add(*(found[name] for name in given if name not in before))
            state.given = given
            state.save(update_fields=["given"])
    return sorted(wanted - found.keys())


def sync_after_last_app(app_config: AppConfig, **kwargs: object) -> None:
    """post_migrate: permissions of an app exist only after its own signal, so the last app's is the one to wait for."""
    is_last = app_config is [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    # After `migrate APP` the tables of others may not be there yet.
    if is_last and "access_rolestate" in connection.introspection.table_names():
        sync_roles()
