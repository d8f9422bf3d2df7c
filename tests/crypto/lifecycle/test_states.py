"""The life of a key: which state leads to which, in the services and in the database itself."""

import itertools
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.utils import timezone

from compliance.audit.models import AuditEvent
from modelops.crypto import envelope, lifecycle
from modelops.crypto.decisions import Decision, by_shell
from modelops.crypto.errors import KeysUnavailable, UnknownKey
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key, fingerprint_of
from modelops.crypto.states import LEADS_TO, Reason
from modelops.lib.errors import Conflict, Invalid
from tests.crypto.rotation.rows import active, make_artifacts

pytestmark = pytest.mark.django_db
WHY = by_shell(Reason.DRILL)


def new_key(purpose: Purpose = Purpose.ARTIFACT, **said: object) -> KeyVersion:
    return create_key(purpose, decision=WHY, **said)  # type: ignore[arg-type]


def retired() -> KeyVersion:
    """A key that only opens, with nothing under it."""
    old = active(Purpose.ARTIFACT)
    lifecycle.activate(new_key(), decision=WHY)
    old.refresh_from_db()
    keyring.forget()
    return old


def test_a_new_key_is_256_random_bits_and_waits() -> None:
    """S3-01, S3-02: 32 bytes, a name, a purpose, an owner; used by nothing before it is activated."""
    key = new_key(name="weights-2027", owner="Platform team", max_age_days=30)
    assert (key.state, key.purpose, key.owner, key.max_age_days) == ("pending", "artifact", "Platform team", 30)
    material = keyring.whatever_state(key).material
    assert len(material) == 32
    assert key.fingerprint == fingerprint_of(material)
    assert material.hex() not in str(vars(key))
    assert keyring.active(Purpose.ARTIFACT).id != key.pk
    with pytest.raises(UnknownKey):
        keyring.by_id(key.pk, Purpose.ARTIFACT)


def test_a_name_is_used_once() -> None:
    """S3-02: also for a key of another purpose."""
    new_key(name="weights-2027")
    with pytest.raises(Conflict) as refused:
        new_key(Purpose.FIELD, name="weights-2027")
    assert refused.value.code == "key.name_taken"
    with pytest.raises(Invalid):
        new_key(name="with space")
    assert new_key().name == "artifact-3"


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(KeyState, 2)))
def test_the_database_allows_what_the_table_allows(before: KeyState, after: KeyState) -> None:
    """Neither a bulk update nor SQL gets past the life of a key."""
    key = new_key()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        wrapped = b"" if before == KeyState.DESTROYED else bytes(key.wrapped)
        KeyVersion.objects.filter(state=KeyState.ACTIVE, purpose="artifact").update(state=KeyState.DECRYPT_ONLY)
        KeyVersion.objects.filter(pk=key.pk).update(state=before, wrapped=wrapped)
        cursor.execute("SET session_replication_role = DEFAULT")
    change = {"state": after, "wrapped": b""} if after == KeyState.DESTROYED else {"state": after}
    if after in LEADS_TO[before]:
        KeyVersion.objects.filter(pk=key.pk).update(**change)
    else:
        with pytest.raises(IntegrityError, match="cannot go from|is destroyed"), transaction.atomic():
            KeyVersion.objects.filter(pk=key.pk).update(**change)


def test_keys_are_neither_deleted_nor_renamed_nor_doubly_active() -> None:
    key = new_key()
    for act in (
        lambda: key.delete(),
        lambda: KeyVersion.objects.filter(pk=key.pk).update(name="other"),
        lambda: KeyVersion.objects.filter(pk=key.pk).update(version=99),
        lambda: KeyVersion.objects.filter(pk=key.pk).update(fingerprint="0" * 32),
        lambda: KeyVersion.objects.filter(pk=key.pk).update(state=KeyState.ACTIVE),
        lambda: KeyVersion.objects.filter(pk=key.pk).update(wrapped=b""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_suspended_key_opens_nothing_until_it_is_resumed() -> None:
    sealed = envelope.seal(b"secret", purpose=Purpose.FIELD, context=b"x")
    key = lifecycle.suspend(active(Purpose.FIELD), decision=WHY)
    keyring.forget()
    with pytest.raises(KeysUnavailable):
        envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x")
    with pytest.raises(KeysUnavailable):
        envelope.seal(b"more", purpose=Purpose.FIELD, context=b"x")
    assert lifecycle.resume(key, decision=WHY).state == KeyState.ACTIVE
    keyring.forget()
    assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"secret"


def test_a_compromised_key_opens_but_nothing_is_written_under_it() -> None:
    sealed = envelope.seal(b"secret", purpose=Purpose.FIELD, context=b"x")
    lifecycle.mark_compromised(active(Purpose.FIELD), decision=WHY)
    keyring.forget()
    assert envelope.unseal(sealed, purpose=Purpose.FIELD, context=b"x") == b"secret"
    with pytest.raises(KeysUnavailable):
        envelope.seal(b"more", purpose=Purpose.FIELD, context=b"x")


def test_a_key_that_is_needed_is_not_destroyed_and_the_refusal_counts_what_needs_it() -> None:
    """S0-46: the gate names field and count."""
    make_artifacts(3)
    old = retired()
    with pytest.raises(Conflict) as refused:
        lifecycle.doom(old, decision=WHY)
    assert refused.value.code == "key.in_use"
    assert "3 rows of registry.Artifact.wrapped_key" in str(refused.value)


def test_destruction_waits_for_the_grace_period_and_leaves_a_tombstone() -> None:
    old = retired()
    fingerprint = old.fingerprint
    doomed = lifecycle.doom(old, decision=WHY)
    assert timedelta(days=6) < doomed.destroy_after - timezone.now() < timedelta(days=8)
    with pytest.raises(Conflict) as refused:
        lifecycle.destroy(doomed, decision=WHY)
    assert refused.value.code == "key.grace_period"
    assert lifecycle.spare(doomed, decision=WHY).destroy_after is None
    with override_settings(MODELOPS_KEY_GRACE_DAYS=0):
        lifecycle.doom(old, decision=WHY)
    gone = lifecycle.destroy(old, decision=WHY)
    gone.refresh_from_db()
    assert (gone.state, bytes(gone.wrapped), gone.fingerprint) == ("destroyed", b"", fingerprint)
    assert len(fingerprint) == 32
    assert gone.destroyed_at is not None
    keyring.forget()
    with pytest.raises(UnknownKey):
        keyring.by_id(gone.pk, Purpose.ARTIFACT)


def test_what_comes_under_the_key_during_the_grace_period_keeps_it() -> None:
    old = retired()
    with override_settings(MODELOPS_KEY_GRACE_DAYS=0):
        lifecycle.doom(old, decision=WHY)
    from registry.models import Artifact

    keys = make_artifacts(1)
    Artifact.objects.filter(pk__in=keys).update(wrapped_key=b"\x01" + old.pk.bytes + b"\x00" * 50)
    with pytest.raises(Conflict) as refused:
        lifecycle.destroy(old, decision=WHY)
    assert refused.value.code == "key.in_use"


def test_every_step_is_in_the_ledger_with_both_people_and_the_reason() -> None:
    class Person:
        kind = "user"

        def __init__(self, ref: str) -> None:
            self.ref = ref

    decision = Decision(Person("first"), Reason.PEOPLE, Person("second"))
    key = create_key(Purpose.FIELD, decision=decision)
    lifecycle.activate(key, decision=decision)
    rows = AuditEvent.objects.filter(name__startswith="crypto.key.", actor_ref="first").order_by("id")
    assert [row.name for row in rows] == ["crypto.key.created", "crypto.key.retired", "crypto.key.activated"]
    assert {(row.details["second_actor"], row.details["reason"]) for row in rows} == {("user:second", "people")}
    assert not any(re.search(r"[0-9a-f]{64}", str(row.details)) for row in rows)


def test_a_policy_is_a_number_of_days() -> None:
    """S2-39: editable for each key."""
    key = active(Purpose.ARTIFACT)
    assert lifecycle.set_max_age(key, 30, decision=WHY).max_age_days == 30
    for wrong in (0, -1, 4000):
        with pytest.raises(Invalid):
            lifecycle.set_max_age(key, wrong, decision=WHY)
