"""A policy is for a class that the program knows: no table is ever named by a row."""

from urllib.parse import quote

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from compliance.retention import classes
from compliance.retention.classes import Governed
from compliance.retention.data_classes import data_classes
from compliance.retention.installed import policy_of
from compliance.retention.models import RetentionPolicy
from modelops.lib.errors import Invalid
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
NAME = "users; DROP TABLE accounts_user"


def test_a_policy_for_anything_else_cannot_exist() -> None:
    """S4-75: the database refuses the row, and a class of another policy does not start."""
    with pytest.raises(IntegrityError, match="retention_policy_known_class"), transaction.atomic():
        RetentionPolicy.objects.create(
            data_class=NAME, days=1, action="delete", basis="none", changed_at=timezone.now()
        )
    with pytest.raises(Invalid) as refused:
        policy_of(NAME)
    assert refused.value.code == "retention.unknown_class"
    known = {one.key for one in data_classes()}
    assert {cls.policy for _, cls in classes.items() if issubclass(cls, Governed)} <= known
    assert set(RetentionPolicy.objects.values_list("data_class", flat=True)) <= known


def test_the_interface_knows_no_such_policy() -> None:
    """S4-75: over REST the name leads to nothing."""
    headers = {"Authorization": f"Bearer {key_for('auditor', 'Compliance officer')}"}
    assert Client().get(f"/api/v1/retention-policies/{quote(NAME)}/preview/", headers=headers).status_code == 404
    unknown = Client().get("/api/v1/retention-policies/users/preview/?days=1", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "retention.unknown_class")
