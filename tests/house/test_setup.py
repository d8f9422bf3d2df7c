"""Setting up a portal: safe to repeat, and refused under a root key that does not open the ring."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Invitation, User
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyVersion
from modelops.crypto.providers.base import forget_provider

pytestmark = pytest.mark.django_db


def set_up() -> str:
    out = io.StringIO()
    call_command("setup_portal", stdout=out)
    return out.getvalue()


def test_repeating_makes_no_second_key_and_no_second_administrator() -> None:
    keys = set(KeyVersion.objects.values_list("pk", flat=True))
    first, second = set_up(), set_up()
    assert set(KeyVersion.objects.values_list("pk", flat=True)) == keys
    assert User.objects.filter(is_superuser=True).count() == 1
    assert "/invitation/" in first
    assert first != second  # a link is shown once; the new one replaces it
    assert Invitation.objects.open().count() == 1


def test_another_root_key_is_refused_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-33: no second key ring beside one that cannot be opened."""
    keys = KeyVersion.objects.count()
    monkeypatch.setenv("MODELOPS_ROOT_KEY", "A" * 43 + "=")
    forget_provider()
    keyring.forget()
    try:
        with pytest.raises(CommandError, match="does not open the key ring"):
            set_up()
    finally:
        monkeypatch.undo()
        forget_provider()
        keyring.forget()
    assert KeyVersion.objects.count() == keys
    assert not User.objects.filter(is_superuser=True).exists()
