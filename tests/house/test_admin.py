"""The admin: every registered page opens for a superuser, and the ring shows no key."""

import platform

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from modelops.crypto.models import KeyVersion
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db

MODELS = sorted(model._meta.label_lower for model in admin.site._registry)


@pytest.fixture
def superuser(client: Client) -> Client:
    user = make_user("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, user)
    return client


def test_every_list_in_the_admin_opens(superuser: Client) -> None:
    assert len(MODELS) > 15
    for label in MODELS:
        answer = superuser.get(reverse(f"admin:{label.replace('.', '_')}_changelist"))
        assert answer.status_code == 200, label
        assert b"style=" not in answer.content, label


def test_the_key_ring_is_shown_without_its_keys(superuser: Client) -> None:
    key = KeyVersion.objects.first()
    assert key is not None
    page = superuser.get(reverse("admin:crypto_keyversion_change", args=[key.pk])).content.decode()
    assert key.root_key_id in page
    assert bytes(key.wrapped).hex()[:32] not in page
    assert "wrapped" not in page.lower().replace("wrapped_key", "")  # the name of a field that it protects


def test_the_system_page_names_versions_and_problems_to_administrators_only(superuser: Client) -> None:
    """S0-10: the Python version in use is shown."""
    page = superuser.get(reverse("admin:system"))
    assert page.status_code == 200
    assert platform.python_version() in page.content.decode()
    officer = Client()
    sign_in(officer, make_user("officer", "Compliance officer"))
    assert officer.get(reverse("admin:system")).status_code == 403
    assert officer.get(reverse("admin:index")).status_code == 200
