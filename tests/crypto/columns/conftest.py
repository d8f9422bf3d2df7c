"""A throw-away model with every kind of encrypted column, in a throw-away table."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def patient(db: None) -> Iterator[Any]:
    # Read when a test runs: pytest may read this file before there are settings.
    from django.db import connection, models
    from django.test.utils import isolate_apps

    from modelops.crypto.blind_index import BlindIndexField
    from modelops.crypto.columns import EncryptedJSONField, EncryptedTextField
    from modelops.lib.ids import uuid7

    with isolate_apps("modelops.crypto"):

        class Patient(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid7)
            ward = models.CharField(max_length=20, default="")
            email = EncryptedTextField(null=True, blank=True, editable=True)
            email_index = BlindIndexField(source="email")
            other = EncryptedTextField(default="", blank=True, editable=True)
            facts = EncryptedJSONField(default=dict, blank=True, editable=True)
            contact = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, db_constraint=False)

            class Meta:
                app_label = "crypto"

        with connection.schema_editor() as editor:
            editor.create_model(Patient)
        yield Patient
        with connection.schema_editor() as editor:
            editor.delete_model(Patient)
