from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_signed_stays")]

    operations = [
        migrations.AddField(
            "accessreview",
            "kind",
            models.CharField(
                choices=[("sample", "Monthly sample"), ("campaign", "Quarterly, every right")],
                default="sample",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "accessreview",
            "month",
            models.DateField(help_text="The first day of the month or quarter that is looked at."),
        ),
        migrations.AddConstraint(
            "accessreview", models.UniqueConstraint(fields=["kind", "month"], name="reviews_once")
        ),
        migrations.AddField(
            "reviewline",
            "source",
            models.CharField(blank=True, default="", help_text="Who tells of the right and takes it.", max_length=60),
        ),
        migrations.AddField(
            "reviewline",
            "withdrawn_at",
            models.DateTimeField(blank=True, help_text="When the right was taken away.", null=True),
        ),
    ]
