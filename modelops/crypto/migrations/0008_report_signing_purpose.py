from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crypto", "0007_sealed_upload_purpose"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="keyversion",
            name="crypto_key_purpose_known",
        ),
        migrations.AlterField(
            model_name="keyversion",
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
        migrations.AddConstraint(
            model_name="keyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "artifact",
                            "column",
                            "field",
                            "blind_index",
                            "session",
                            "token_signing",
                            "api_key",
                            "model_signing",
                            "sealed_upload",
                            "report_signing",
                        ],
                    )
                ),
                name="crypto_key_purpose_known",
            ),
        ),
    ]
