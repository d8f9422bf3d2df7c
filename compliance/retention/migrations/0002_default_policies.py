"""What stands in each policy after the installation."""

from typing import Any

from django.db import migrations

DEFAULTS = [
    ("profile", 2555, "anonymise", None,
     "Claims from the employment or contract can be raised for so long (GDPR Art. 17(3)(e))."),
    ("predictions", 1095, "delete", None,
     "Decisions can be contested and models watched (GDPR Art. 6(1)(f), Art. 22)."),
    ("training_data", 1825, "archive", 1825,
     "What a model was trained on can be proven while it is in use (GDPR Art. 5(2))."),
    ("logs", 365, "delete", None, "Incidents can be investigated for a year (GDPR Art. 32, Art. 5(2))."),
    ("other", 365, "delete", None, "No longer needed (GDPR Art. 5(1)(e))."),
]  # fmt: skip


def install(apps: Any, schema_editor: Any) -> None:
    """Before the database watches the table, as everything that comes with the program."""
    policies = apps.get_model("retention", "RetentionPolicy").objects
    for key, days, action, archive_days, basis in DEFAULTS:
        policies.get_or_create(
            data_class=key,
            defaults={"days": days, "action": action, "archive_days": archive_days, "basis": basis},
        )


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_policies")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
