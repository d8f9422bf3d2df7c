from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0003_ranges"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rotation",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("artifact", "Artifacts: wraps the data key of each model and dataset file"),
                    ("column", "Columns: pgcrypto columns in PostgreSQL"),
                    ("field", "Fields: secrets that the database must never see"),
                    ("blind_index", "Blind indexes: exact search in encrypted columns"),
                    ("session", "Sessions: digests of session cookies and sealed session data"),
                    ("token_signing", "Tokens: Ed25519 signatures of access tokens"),
                    ("api_key", "API keys: digests of issued keys"),
                    ("model_signing", "Models: Ed25519 signatures of registered model versions"),
                    ("sealed_upload", "Sealed uploads: X25519 key that clients wrap data keys for"),
                    ("report_signing", "Reports: Ed25519 signatures of exports and reports of the audit ledger"),
                ],
                max_length=20,
            ),
        ),
    ]
