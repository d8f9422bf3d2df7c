from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_notices")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="email_confirmed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the person showed that mails to the address reach them. "
                "Before, it gets no notice and no reset.",
                null=True,
                verbose_name="address confirmed",
            ),
        ),
    ]
