"""A person who is named by predictions is found, gets them, and is forgotten (GDPR Art. 15, 17)."""

from __future__ import annotations

import pytest

from compliance.audit import Actor
from compliance.subjects.providers import Subject
from monitoring.predictions import features
from monitoring.predictions.models import GroundTruth, Prediction
from monitoring.predictions.personal_data import Predictions
from tests.monitoring.predictions.sending import a_version, pipeline, send
from tests.monitoring.predictions.test_performance import tell

pytestmark = pytest.mark.django_db


def test_a_person_is_found_by_what_the_sender_calls_them_and_forgotten() -> None:
    a_version()
    api = pipeline()
    ada = {"id": "order-7", "prediction": 1, "subject": "Ada@Example.org", "features": {"age": 36, "city": "London"}}
    bob = {"id": "order-8", "prediction": 0, "subject": "customer-8", "features": {"age": 51, "city": "Paris"}}
    assert send(api, [ada, bob]).status_code == 201
    tell(api, [{"id": "order-7", "label": 1}])
    provider, subject = Predictions(), Subject(email="ada@example.org")
    assert provider.find(subject) == 1
    (row,) = provider.export(subject)
    assert row.fields["features"] == '{"age": 36.0, "city": "London"}'
    assert (row.fields["key"], row.fields["prediction"]) == ("order-7", 1)
    assert provider.erase(subject, actor=Actor.system("tests")) == 1
    assert provider.find(subject) == provider.erase(subject, actor=Actor.system("tests")) == 0
    (other,) = provider.export(Subject(ref="customer-8"))
    assert other.fields["features"] == '{"age": 51.0, "city": "Paris"}'
    left = Prediction.objects.get(position=0)
    assert (left.subject, left.number) == (None, 1)
    columns = features.of_batch(left.batch_id)
    assert features.told(columns, 0) == "{}"
    assert left.key != "order-7"
    assert GroundTruth.objects.get().key == left.key
