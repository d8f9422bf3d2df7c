"""What a key of the ring may be used for. One key serves one purpose, so that a leak in one place opens no other."""

from django.db import models


class Purpose(models.TextChoices):
    ARTIFACT = "artifact", "Artifacts: wraps the data key of each model and dataset file"
    COLUMN = "column", "Columns: pgcrypto columns in PostgreSQL"
    FIELD = "field", "Fields: secrets that the database must never see"
    BLIND_INDEX = "blind_index", "Blind indexes: exact search in encrypted columns"
    SESSION = "session", "Sessions: digests of session cookies and sealed session data"
    TOKEN_SIGNING = "token_signing", "Tokens: Ed25519 signatures of access tokens"
    API_KEY = "api_key", "API keys: digests of issued keys"
    MODEL_SIGNING = "model_signing", "Models: Ed25519 signatures of registered model versions"
    SEALED_UPLOAD = "sealed_upload", "Sealed uploads: X25519 key that clients wrap data keys for"
    REPORT_SIGNING = "report_signing", "Reports: Ed25519 signatures of exports and reports of the audit ledger"
