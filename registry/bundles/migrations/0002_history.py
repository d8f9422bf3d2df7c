"""What a bundle tells of aliases and promotions elsewhere is kept beside its origin, as unchangeable as that."""

from django.db import migrations, models

_BEFORE = [
    "id", "version_id", "model_id", "manifest_sha256", "key_id", "source_model", "source_version", "imported_at",
]  # fmt: skip


def _guard(columns: list[str]) -> str:
    names = ", ".join(f"'{name}'" for name in columns)
    return (
        "DROP TRIGGER bundles_importedbundle_immutable ON bundles_importedbundle;"
        "CREATE TRIGGER bundles_importedbundle_immutable BEFORE UPDATE ON bundles_importedbundle "
        f"FOR EACH ROW EXECUTE FUNCTION registry_refuse_change({names});"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("bundles", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="importedbundle",
            name="history",
            field=models.JSONField(
                default=dict, help_text="Aliases and promotions in the other portal, as the bundle tells of them."
            ),
        ),
        migrations.RunSQL(_guard([*_BEFORE, "history"]), _guard(_BEFORE)),
    ]
