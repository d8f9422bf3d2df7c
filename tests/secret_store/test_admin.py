"""Secrets in the admin: add, replace, delete; nothing to read a value with."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from modelops.secret_store import services
from modelops.secret_store.models import StoredSecret
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
ADD = "/admin/secret_store/storedsecret/add/"
CANARY = "canary-6633-in-a-secret"


def add(admin: Client, **more: str) -> StoredSecret:
    given = {"name": "smtp", "purpose": "Mail server", "value": CANARY, **more}
    answer = admin.post(ADD, given, follow=True)
    assert answer.status_code == 200
    assert CANARY not in answer.content.decode()
    return StoredSecret.objects.get(name=given["name"])


def test_a_secret_is_added_replaced_and_deleted_with_a_confirmation(admin: Client) -> None:
    """S1-28: no page shows the value."""
    secret = add(admin)
    page = reverse("admin:secret_store_storedsecret_change", args=[secret.pk])
    shown = admin.get(page).content.decode()
    assert "Mail server" in shown
    assert CANARY not in shown
    replace, remove = (
        reverse(f"admin:secret_store_storedsecret_{what}", args=[secret.pk]) for what in ("replace", "remove")
    )
    assert CANARY not in admin.get(replace).content.decode()
    done = admin.post(replace, {"value": "another"}, follow=True)
    assert "has a new value" in done.content.decode()
    secret.refresh_from_db()
    assert services.use_secret(secret, by="test") == "another"
    assert "gone for good" in admin.get(remove).content.decode()
    assert StoredSecret.objects.count() == 1
    assert "is deleted" in admin.post(remove, follow=True).content.decode()
    assert not StoredSecret.objects.exists()
    assert not [entry for entry in LogEntry.objects.all() if CANARY in f"{entry.change_message}{entry.object_repr}"]


def test_a_refused_form_says_why_and_forgets_the_value(admin: Client) -> None:
    """S1-28."""
    add(admin)
    for given, words in (
        ({"name": "smtp", "purpose": "x", "value": CANARY}, "There is a secret"),
        ({"name": "a b", "purpose": "x", "value": CANARY}, "begins with a letter or digit"),
        ({"name": "new", "purpose": "x", "value": CANARY, "reference": "env:PORTAL_SECRET_A"}, "one of the two"),
        ({"name": "new", "purpose": "x", "reference": "env:SECRET_KEY"}, "PORTAL_SECRET_"),
        ({"name": "new", "purpose": "", "value": CANARY}, "required"),
    ):
        answer = admin.post(ADD, given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert CANARY not in answer.content.decode()
    assert StoredSecret.objects.count() == 1


def test_other_staff_may_neither_see_nor_change(admin: Client) -> None:
    secret = add(admin)
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    for what in ("change", "replace", "remove"):
        address = reverse(f"admin:secret_store_storedsecret_{what}", args=[secret.pk])
        assert officer.get(address).status_code == 403
        assert officer.post(address, {"value": "x"}).status_code == 403
    assert officer.get(ADD).status_code == 403
    secret.refresh_from_db()
    assert secret.replaced_count == 0


def test_an_empty_list_says_what_belongs_there_and_a_search_that_nothing_matches(admin: Client) -> None:
    """S1-28."""
    listed = reverse("admin:secret_store_storedsecret_changelist")
    empty = admin.get(listed).content.decode()
    assert "No secrets yet" in empty
    assert f'href="{ADD}"' in empty
    add(admin)
    assert "No secrets yet" not in admin.get(listed).content.decode()
    assert "smtp" in admin.get(listed, {"q": "mail"}).content.decode()
    assert "No secret matches" in admin.get(listed, {"q": "nothing-like-it"}).content.decode()
