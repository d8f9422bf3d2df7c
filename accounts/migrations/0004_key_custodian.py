"""Keys get custodians of their own: they leave the security administrator, who from now on only approves."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LEAVE = {
    "crypto": ("add_keyversion", "change_keyversion"),
    "keys": ("add_approval", "change_rotation"),
}


def part(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the new group and take from the old one what opens or changes a key."""
    group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    group.objects.get_or_create(name="Key custodian")
    for administrators in group.objects.filter(name="Security administrator"):
        for label, codenames in LEAVE.items():
            administrators.permissions.remove(
                *permission.objects.filter(content_type__app_label=label, codename__in=codenames)
            )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_token_used_on"), ("auth", "0012_alter_user_first_name_max_length")]

    # On the way back the group stays: people are members of it.
    operations = [migrations.RunPython(part, migrations.RunPython.noop)]
