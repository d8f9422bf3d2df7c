"""Credentials in an address are refused, and their values are kept nowhere."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import RefreshToken
from compliance.audit.models import AuditEvent
from modelops.lib.ids import uuid7
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["access_token", "token", "api_key", "TOKEN", "q"])
def test_a_token_in_the_address_is_refused_and_logged_without_its_value(
    name: str, caplog: pytest.LogCaptureFixture, rows: Callable[..., int]
) -> None:
    """S4-09: whatever its name, also when the header is right."""
    user, ends = make_user(), timezone.now() + dt.timedelta(hours=1)
    family = RefreshToken.objects.create(user=user, expires_at=ends).family
    token = tokens.sign(tokens.ACCESS, user_id=user.pk, token_id=uuid7(), family=family, exp=ends)
    bearer = {"authorization": f"Bearer {token}"}
    answer = Client().get(f"/api/v1/models/?{name}={token}", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (400, "auth.credential_in_address")
    signature = token.split(".")[2]
    assert signature not in answer.content.decode()
    assert "credential in its address" in caplog.text
    assert signature not in caplog.text
    assert rows("audit.request.refused", details__code="auth.credential_in_address") == 1
    assert not AuditEvent.objects.filter(details__icontains=signature).exists()
    assert Client().get("/api/v1/models/", headers=bearer).status_code == 200
