from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_confirmed_addresses")]

    operations = [
        migrations.RemoveConstraint(model_name="totpdevice", name="accounts_totpdevice_one_confirmed"),
        migrations.AddIndex(
            model_name="totpdevice",
            index=models.Index(
                condition=models.Q(("confirmed", True)), fields=["user"], name="accounts_totpdevice_confirmed"
            ),
        ),
    ]
