"""A key is made by an explicit command alone, after the question about its backup."""

import io

import pytest
from django.core.management import CommandError, call_command

from compliance.audit.models import AuditEvent
from modelops.crypto.models import KeyVersion

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    out = io.StringIO()
    call_command("keys", "create", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("answer", ["", "no\n", "y\n", "yes please\n"])
def test_without_a_yes_no_key_is_made(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-33."""
    before = KeyVersion.objects.count()
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    with pytest.raises(CommandError, match=r"backup\.unconfirmed"):
        create("spring", "--purpose", "field")
    assert KeyVersion.objects.count() == before


@pytest.mark.parametrize("way", ["typed", "flag"])
def test_with_a_yes_it_prints_the_id_and_tells_the_ledger(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-33, S3-01: 32 bytes, which no page, log or line shows."""
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n" if way == "typed" else ""))
    said = create("spring", "--purpose", "field", *(["--i-will-back-up"] if way == "flag" else []))
    key = KeyVersion.objects.get(name="spring")
    assert str(key.pk) in said
    assert ("Will you make a backup" in said) is (way == "typed")
    assert AuditEvent.objects.filter(name="crypto.key.created", target_id=str(key.pk)).exists()
    from modelops.crypto.providers import configured_provider

    material = configured_provider().unwrap(bytes(key.wrapped), key.wrap_context)
    assert len(material) == 32
    assert material.hex() not in said


def test_nothing_is_asked_where_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "Every purpose has a key already" in create()
