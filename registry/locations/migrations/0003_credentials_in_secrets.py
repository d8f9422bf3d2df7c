import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("locations", "0002_reconciliation"), ("secret_store", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="storagelocation", name="sealed_credentials"),
        migrations.AddField(
            model_name="storagelocation",
            name="secret",
            field=models.ForeignKey(
                blank=True,
                help_text="Where the credentials are.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="secret_store.storedsecret",
            ),
        ),
    ]
