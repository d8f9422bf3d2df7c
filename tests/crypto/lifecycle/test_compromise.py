"""A key that leaked: its successor takes writes in the same act, and what is under it is moved away."""

from io import StringIO

import pytest
from django.core.management import call_command

from compliance.audit.models import AuditEvent
from compliance.keys import rotations
from compliance.keys.compromising import compromise
from compliance.keys.findings import findings
from compliance.keys.models import Rotation, RotationState
from compliance.subjects.models import SubjectRequest
from modelops.crypto.decisions import by_shell
from modelops.crypto.dependents import dependents_of
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from modelops.lib.errors import Unavailable
from tests.crypto.rotation.rows import active, make_artifacts, make_requests, open_all, start, work

pytestmark = pytest.mark.django_db
WHY = by_shell(Reason.INCIDENT)


def test_a_column_is_written_under_the_successor_at_once_and_moved_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-45, S0-46: nobody waits for an approval, nothing new is under the leaked key, and in the end nothing is."""
    from compliance.keys import moving

    monkeypatch.setattr(moving, "SETTLED_AFTER_S", 0.0)
    (before,) = make_requests(1)
    leaked = active(Purpose.COLUMN)
    compromise(leaked, decision=WHY)
    keyring.forget()
    (after,) = make_requests(1)
    leaked.refresh_from_db()
    assert leaked.state == KeyState.COMPROMISED
    assert active(Purpose.COLUMN).version == leaked.version + 1
    assert SubjectRequest.objects.get(pk=before.pk).subject_email == before.subject_email
    assert max(found.count for found in dependents_of(leaked)) == 1, "the row before, and not the row after"
    rotation = work(Rotation.objects.get())
    assert (rotation.state, rotation.done, rotation.reason) == (RotationState.SUCCEEDED, 1, "incident")
    assert not any(found.count for found in dependents_of(leaked))
    assert {row.subject_email for row in SubjectRequest.objects.all()} == {before.subject_email, after.subject_email}
    kinds = ["crypto.keyversion", "keys.rotation"]
    told = AuditEvent.objects.filter(target_type__in=kinds, actor_ref="operator-shell").order_by("id")
    names = [event.name.rpartition(".")[2] for event in told]
    assert names == ["compromised", "created", "activated", "started", "moved", "finished"]


def test_a_pending_key_is_taken_before_one_is_made() -> None:
    """It may be in a backup already, which a new one is not."""
    pending = create_key(Purpose.FIELD, decision=WHY)
    compromise(active(Purpose.FIELD), decision=WHY)
    assert active(Purpose.FIELD).pk == pending.pk
    assert KeyVersion.objects.filter(purpose=Purpose.FIELD).count() == 2


def test_the_rotation_to_a_leaked_key_ends_and_the_next_one_moves_what_is_left() -> None:
    keys = make_artifacts(3)
    first = start(Purpose.ARTIFACT)
    compromise(first.new_key, decision=WHY)
    keyring.forget()
    first.refresh_from_db()
    assert first.state == RotationState.FAILED
    assert "artifact-2 is compromised" in first.message
    work(Rotation.objects.exclude(pk=first.pk).get())
    assert open_all(keys) == 3
    assert [key.version for key in KeyVersion.objects.filter(state=KeyState.ACTIVE, purpose="artifact")] == [3]


def test_a_leak_does_not_wait_for_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rotation gets its job as soon as there is a broker."""

    def away(*args: object, **kwargs: object) -> None:
        raise Unavailable("The broker is away.")

    with monkeypatch.context() as patch:
        patch.setattr(rotations, "enqueue", away)
        compromise(active(Purpose.FIELD), decision=WHY)
    rotation = Rotation.objects.get()
    assert (rotation.state, rotation.job_id) == (RotationState.QUEUED, None)
    assert active(Purpose.FIELD).version == 2
    assert rotations.tend() == 1
    assert work(rotation).state == RotationState.SUCCEEDED


def test_without_the_root_key_it_is_marked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key can be made: the purpose is sealed and two findings say so, but nothing is written under a leaked key."""
    from compliance.keys import compromising

    def away(*args: object, **kwargs: object) -> None:
        raise KeysUnavailable("The root key is away.")

    leaked = active(Purpose.FIELD)
    monkeypatch.setattr(compromising, "create_key", away)
    assert compromise(leaked, decision=WHY).state == KeyState.COMPROMISED
    assert not KeyVersion.objects.filter(purpose="field", state=KeyState.ACTIVE).exists()
    assert len(findings()) == 2


def test_a_key_that_was_replaced_before_is_only_marked() -> None:
    rotation = work(start(Purpose.FIELD))
    assert rotation.old_key is not None
    compromise(rotation.old_key, decision=WHY)
    assert active(Purpose.FIELD).version == 2
    assert Rotation.objects.count() == 1


def test_the_command_says_which_key_is_active_now() -> None:
    """S0-45: keys compromise."""
    out = StringIO()
    call_command("keys", "compromise", active(Purpose.FIELD).name, "--reason", "incident", stdout=out)
    assert "field-1 is compromised. field-2 is active" in out.getvalue()
