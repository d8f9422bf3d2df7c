"""A rotation moves everything of its purpose to the new key, and nothing stops opening meanwhile."""

import pytest
from django.db import connection

from compliance.audit.models import AuditEvent
from compliance.keys.models import RotationState
from compliance.subjects.models import SubjectRequest
from modelops.crypto import envelope
from modelops.crypto.blind_index import blind_index
from modelops.crypto.dependents import dependents_of
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from registry.models import Artifact

from .rows import active, make_artifacts, make_device, make_requests, open_all, start, versions, work

pytestmark = pytest.mark.django_db


def test_data_keys_are_wrapped_anew_and_files_stay() -> None:
    """S0-45, S1-05, S3-03, S0-47: version N+1 at once, every data key moved, files untouched, the ledger has it."""
    keys = make_artifacts(1203)
    before = dict(Artifact.objects.values_list("pk", "storage_name"))
    old = active(Purpose.ARTIFACT)
    rotation = start(Purpose.ARTIFACT)
    assert keyring.active(Purpose.ARTIFACT).version == old.version + 1
    assert open_all(keys) == len(keys)
    assert versions() == {old.version: len(keys)}
    work(rotation)
    assert rotation.state == RotationState.SUCCEEDED
    assert (rotation.done, rotation.failed, rotation.total, rotation.percent) == (1203, 0, 1203, 100)
    assert versions() == {old.version + 1: len(keys)}
    assert open_all(keys) == len(keys)
    assert dict(Artifact.objects.values_list("pk", "storage_name")) == before
    assert not any(found.count for found in dependents_of(KeyVersion.objects.get(pk=old.pk)))
    told = AuditEvent.objects.filter(name__startswith="keys.rotation.").order_by("id")
    names = [event.name.rpartition(".")[2] for event in told]
    assert names == ["started", "begun", "moved", "moved", "moved", "finished"]
    assert {name: value for name, value in told[5].details.items() if name != "diff"} == {
        "purpose": "artifact", "old_version": old.version, "new_version": old.version + 1, "done": 1203, "failed": 0,
    }  # fmt: skip


def test_sealed_fields_move_and_say_the_same() -> None:
    """S0-45: the seed of an authenticator is under the new key and is the same seed."""
    device = make_device()
    seed, old = device.open_seed(), active(Purpose.FIELD)
    work(start(Purpose.FIELD))
    device.refresh_from_db()
    assert envelope.key_id(device.sealed_seed) == active(Purpose.FIELD).pk != old.pk
    assert device.open_seed() == seed


def test_columns_move_inside_the_database() -> None:
    """S0-45, S0-46: old and new ciphertext differ, the text does not, and no row stays behind."""
    made = make_requests(25)
    old = active(Purpose.COLUMN)
    assert sum(found.count for found in dependents_of(old)) == 25 * 5
    rotation = work(start(Purpose.COLUMN))
    assert (rotation.state, rotation.failed) == (RotationState.SUCCEEDED, 0)
    assert {request.subject_email for request in SubjectRequest.objects.all()} == {
        request.subject_email for request in made
    }
    old.refresh_from_db()
    assert not any(found.count for found in dependents_of(old))
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT substring(subject_email from 1 for 5) FROM subjects_subjectrequest")
        assert [bytes(mark) for (mark,) in cursor.fetchall()] == [b"\x01" + (old.version + 1).to_bytes(4, "big")]


def test_blind_indexes_are_computed_anew_and_search_works_all_the_time() -> None:
    """S0-45: a person is found before, during and after."""
    made = make_requests(5)
    column = "subjects.subjectrequest.subject_email"
    old = active(Purpose.BLIND_INDEX)
    digest = blind_index(column, made[0].subject_email)
    rotation = start(Purpose.BLIND_INDEX)
    from modelops.crypto.blind_index import blind_indexes

    asked = blind_indexes(column, made[0].subject_email)
    assert SubjectRequest.objects.filter(email_index__in=asked).count() == 1
    work(rotation)
    assert SubjectRequest.objects.filter(email_index__in=asked).count() == 1
    assert bytes(SubjectRequest.objects.get(pk=made[0].pk).email_index) not in (digest, b"")
    assert blind_index(column, made[0].subject_email) == bytes(SubjectRequest.objects.get(pk=made[0].pk).email_index)
    old.refresh_from_db()
    assert not any(found.count for found in dependents_of(old, in_full=True))


@pytest.mark.parametrize("purpose", [Purpose.SESSION, Purpose.API_KEY, Purpose.TOKEN_SIGNING, Purpose.SEALED_UPLOAD])
def test_what_only_its_holder_knows_runs_out(purpose: Purpose) -> None:
    """S0-45: sessions, API keys and tokens are under the new key when they are made anew; the old one still opens."""
    make_device()
    old = active(purpose)
    rotation = work(start(purpose))
    assert (rotation.state, rotation.total) == (RotationState.SUCCEEDED, 0)
    old.refresh_from_db()
    assert old.state == KeyState.DECRYPT_ONLY
    assert keyring.active(purpose).version == old.version + 1
    assert [key.version for key in keyring.readable(purpose)] == [old.version + 1, old.version]


def test_a_second_run_moves_nothing_twice() -> None:
    """S0-46: wrapped bytes are the same after the job runs again."""
    make_artifacts(30)
    rotation = work(start(Purpose.ARTIFACT))
    wrapped = dict(Artifact.objects.values_list("pk", "wrapped_key"))
    from compliance.keys.moving import run
    from modelops.jobs.models import Job
    from modelops.jobs.running import RunningJob

    job = Job.objects.get(pk=rotation.job_id)
    Job.objects.filter(pk=job.pk).update(state="running")
    run(RunningJob(job.pk, job.token, job.payload, job.actor, 2))
    assert dict(Artifact.objects.values_list("pk", "wrapped_key")) == wrapped
    rotation.refresh_from_db()
    assert (rotation.done, rotation.state) == (30, RotationState.SUCCEEDED)
