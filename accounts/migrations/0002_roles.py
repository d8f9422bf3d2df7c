"""The groups that stand for roles; their permissions follow after each migration (accounts/roles.py)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ["Data scientist", "ML engineer", "Compliance officer", "Security administrator", "Viewer", "Pipeline"]


def create_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make a group for each role."""
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    # The groups stay on the way back: people are members of them.
    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
