"""A batch that names people is taken in by a process that has no key at hand yet."""

import pytest
from django.utils import timezone

from compliance.audit import Actor
from modelops.crypto.keyring import keyring
from monitoring.predictions.models import Prediction
from monitoring.predictions.receiving import receive_rows

from .sending import a_version

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]


def test_a_person_is_sealed_though_the_key_has_to_be_read_first() -> None:
    """S4-62: the keys are read before the rows are copied, for the copy has the connection to itself."""
    version = a_version()
    sent = [{"prediction": 1, "subject": "passenger@example.org"}, {"prediction": 0}]
    keyring.forget()
    receive_rows(version.model, 1, "cold", sent, digest=b"cold", now=timezone.now(), actor=Actor.system("tests"))
    assert Prediction.objects.exclude(subject_index=None).count() == 1
