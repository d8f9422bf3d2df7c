"""Secrets: written once, used with a row in the ledger, given to nobody."""

from unittest import mock

import pytest
from django.db import DatabaseError, connection

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.protected import sealed_fields
from modelops.lib.errors import Conflict, Invalid, Unavailable
from modelops.secret_store import services
from modelops.secret_store.models import StoredSecret

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
CANARY = "canary-4411-in-a-secret"


def make_secret(name: str = "smtp", value: str = CANARY) -> StoredSecret:
    return services.set_secret(name, value, purpose="Mail server", actor=ACTOR)


def rows(name: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(name=f"secret_store.secret.{name}"))


def test_a_secret_is_sealed_and_used_by_whoever_needs_it() -> None:
    """S1-04, S1-27: one sealed row; each use is in the ledger."""
    secret = make_secret()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM secret_store_storedsecret s")
        (row,) = cursor.fetchone()
    assert CANARY not in row
    assert CANARY.encode().hex() not in row
    assert services.use_secret(secret, by="alerts") == CANARY
    (used,) = rows("used")
    assert (used.actor_ref, used.details) == ("alerts", {"name": "smtp", "by": "alerts"})
    secret.refresh_from_db()
    assert secret.last_used_by == "alerts"
    assert secret.last_used_at is not None


def test_every_use_has_its_row_and_the_secret_is_written_seldom() -> None:
    secret = make_secret()
    services.use_secret(secret, by="alerts")
    before = StoredSecret.objects.get().last_used_at
    services.use_secret(secret, by="alerts")
    assert StoredSecret.objects.get().last_used_at == before
    services.use_secret(secret, by="locations")
    assert StoredSecret.objects.get().last_used_by == "locations"
    assert len(rows("used")) == 3


def test_without_its_row_in_the_ledger_nothing_is_disclosed() -> None:
    """S1-04: a use that cannot be recorded does not happen."""
    secret = make_secret()
    with (
        mock.patch.object(services, "record", side_effect=DatabaseError("the ledger is shut")),
        mock.patch.object(services.envelope, "unseal") as opened,
        pytest.raises(Unavailable) as refusal,
    ):
        services.use_secret(secret, by="alerts")
    assert refusal.value.code == "secret.use_not_recorded"
    assert not opened.called


def test_a_replaced_value_is_the_only_one_left() -> None:
    secret = make_secret()
    services.replace_secret(secret, "another", actor=Actor.system("second"))
    secret.refresh_from_db()
    assert services.use_secret(secret, by="alerts") == "another"
    assert (secret.replaced_count, secret.set_by_ref) == (1, "second")
    assert secret.set_at > secret.created_at
    [replaced] = rows("replaced")
    replaced.details.pop("diff", None)
    assert replaced.details == {"name": "smtp", "kind": "sealed"}


def test_a_sealed_value_opens_in_its_own_row_only() -> None:
    one, other = make_secret("one", "first"), make_secret("other", "second")
    StoredSecret.objects.filter(pk=one.pk).update(sealed_value=other.sealed_value)
    one.refresh_from_db()
    with pytest.raises(DecryptionFailed):
        services.use_secret(one, by="alerts")


def test_a_secret_that_nothing_refers_to_is_deleted() -> None:
    """S4-93: its row says what was there, and nothing of the value."""
    secret = make_secret()
    services.delete_secret(secret, actor=ACTOR)
    assert not StoredSecret.objects.exists()
    [row] = rows("deleted")
    assert row.target_id == str(secret.pk)
    [change] = row.details["diff"]
    assert (change["operation"], change["rows"][0]["changes"]["name"]) == ("delete", [secret.name, None])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "a b", "value": "x"}, "name.invalid"),
        ({"name": "new", "value": ""}, "secret.value_missing"),
        ({"name": "new", "value": "x", "reference": "env:PORTAL_SECRET_X"}, "secret.value_missing"),
        ({"name": "new", "value": "x" * 32769}, "secret.too_long"),
        ({"name": "new", "value": "x", "purpose": " "}, "secret.purpose_missing"),
        ({"name": "new", "reference": "env:MODELOPS_ROOT_KEY"}, "secret.bad_reference"),
        ({"name": "new", "reference": "ldap:x"}, "secret.bad_reference"),
        ({"name": "new", "reference": "env"}, "secret.bad_reference"),
    ],
)
def test_what_is_no_secret_is_refused(given: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        services.set_secret(**{"purpose": "Mail server", **given}, actor=ACTOR)
    assert refusal.value.code == code
    assert not StoredSecret.objects.exists()


def test_a_name_is_taken_once() -> None:
    make_secret()
    with pytest.raises(Conflict) as refusal:
        make_secret()
    assert refusal.value.code == "secret.name_taken"


def test_rotation_of_the_field_key_knows_the_secrets() -> None:
    assert "secret_store.StoredSecret.sealed_value" in {field.label for field in sealed_fields()}
