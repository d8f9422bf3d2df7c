"""How passwords are typed, and that none of them grows old."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.people import PASSWORD, code_of, make_user, sign_in

pytestmark = pytest.mark.django_db


def test_password_fields_are_masked_and_take_pasted_ones(client: Client) -> None:
    """ASVS 6.2.6, 6.2.7: no handler stands between the field and a password manager."""
    pages = [client.get("/sign-in/").content.decode()]
    sign_in(client, make_user())
    pages.append(client.get("/account/security/").content.decode())
    fields = [tag for page in pages for tag in re.findall(r"<input[^>]*>", page) if "password" in tag]
    assert fields
    for tag in fields:
        assert 'type="password"' in tag, tag
        assert re.search(r'autocomplete="(current|new)-password"', tag), tag
        assert "onpaste" not in tag
        assert "readonly" not in tag


def test_no_password_expires(client: Client) -> None:
    """ASVS 6.2.10: a password of years ago signs in as one of today does."""
    user = make_user(password=PASSWORD)
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - dt.timedelta(days=2000))
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 302
    answer = client.post("/sign-in/code/", {"code": code_of(user)})
    assert answer.status_code == 302
    assert "password" not in answer.headers["location"]
