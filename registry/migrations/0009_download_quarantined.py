from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0008_purpose_risk_and_origin")]

    operations = [
        migrations.AlterModelOptions(
            name="artifact",
            options={
                "ordering": ["-created_at"],
                "permissions": [
                    ("download_artifact", "Can download the decrypted file"),
                    ("download_quarantined", "Can download a quarantined file, with a reason"),
                    ("verify_artifact", "Can verify the stored file"),
                ],
            },
        ),
    ]
