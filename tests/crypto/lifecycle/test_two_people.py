"""Changing a key takes two people: one asks, another approves, once, within a day, for the key as it was."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.keys import approvals
from compliance.keys.models import Action, Approval, ApprovalState, Rotation
from modelops.crypto import lifecycle
from modelops.crypto.decisions import by_shell
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from modelops.lib.errors import Conflict, DomainError, NotAllowed
from tests.accounts.people import fresh, make_user
from tests.crypto.rotation.rows import active, make_artifacts
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db
FIRST = Actor("user", "0194d0c0-0000-7000-8000-000000000011")
SECOND = Actor("user", "0194d0c0-0000-7000-8000-000000000012")


def ask(action: Action = Action.ROTATE, key: KeyVersion | None = None) -> Approval:
    return approvals.request(key or active(Purpose.ARTIFACT), action, reason=Reason.DRILL, actor=FIRST)


def test_a_rotation_begins_when_somebody_else_approves() -> None:
    """S0-45: nothing happens before; then the new key is active and a job runs. Both are in the ledger."""
    approval = ask()
    assert active(Purpose.ARTIFACT).version == 1
    done = approvals.approve(approval, actor=SECOND)
    assert (done.state, done.second_ref) == (ApprovalState.EXECUTED, SECOND.ref)
    assert active(Purpose.ARTIFACT).version == 2
    rotation = Rotation.objects.get()
    assert (rotation.actor_ref, rotation.second_ref, rotation.reason) == (FIRST.ref, SECOND.ref, "drill")
    row = AuditEvent.objects.get(name="crypto.key.activated", details__version=2)
    assert (row.actor_ref, row.details["second_actor"]) == (FIRST.ref, f"user:{SECOND.ref}")
    assert AuditEvent.objects.filter(name="keys.approval.executed", actor_ref=SECOND.ref).count() == 1


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (FIRST, "approval.own_request"),
        (Actor("service", "0194d0c0-0000-7000-8000-000000000013"), "approval.needs_person"),
        (Actor.system("scheduler"), "approval.needs_person"),
    ],
)
def test_neither_the_asker_nor_a_machine_approves(actor: Actor, code: str) -> None:
    approval = ask()
    with pytest.raises(NotAllowed) as refused:
        approvals.approve(approval, actor=actor)
    assert refused.value.code == code
    assert active(Purpose.ARTIFACT).version == 1


def test_a_request_is_worth_a_day() -> None:
    approval = ask()
    Approval.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict) as refused:
        approvals.approve(approval, actor=SECOND)
    assert refused.value.code == "approval.expired"
    assert approvals.expire() == 1
    approval.refresh_from_db()
    assert approval.state == ApprovalState.EXPIRED
    assert AuditEvent.objects.filter(name="keys.approval.expired").exists()
    ask()


def test_a_request_holds_for_the_key_as_it_was() -> None:
    approval = ask()
    lifecycle.suspend(active(Purpose.ARTIFACT), decision=by_shell(Reason.DRILL))
    with pytest.raises(Conflict) as refused:
        approvals.approve(approval, actor=SECOND)
    assert refused.value.code == "approval.outdated"


def test_one_request_for_one_thing_and_it_can_be_withdrawn() -> None:
    approval = ask()
    with pytest.raises(Conflict) as refused:
        ask()
    assert refused.value.code == "approval.waiting_already"
    approvals.withdraw(approval, actor=FIRST)
    with pytest.raises(Conflict) as decided:
        approvals.approve(approval, actor=SECOND)
    assert decided.value.code == "approval.decided"
    ask()


def test_a_pending_key_is_activated_and_a_needed_one_not_destroyed() -> None:
    make_artifacts(2)
    new = create_key(Purpose.ARTIFACT, name="weights-2027", decision=by_shell(Reason.DRILL))
    approvals.approve(ask(Action.ACTIVATE, new), actor=SECOND)
    assert active(Purpose.ARTIFACT).pk == new.pk
    old = KeyVersion.objects.get(purpose="artifact", version=1)
    keyring.forget()
    with pytest.raises(Conflict, match=r"2 rows of registry\.Artifact\.wrapped_key"):
        ask(Action.DESTROY, old)


def test_an_approved_destruction_happens_after_the_grace_period() -> None:
    new = create_key(Purpose.ARTIFACT, decision=by_shell(Reason.DRILL))
    approvals.approve(ask(Action.ACTIVATE, new), actor=SECOND)
    old = KeyVersion.objects.get(purpose="artifact", version=1)
    approvals.approve(ask(Action.DESTROY, old), actor=SECOND)
    assert approvals.destroy_due() == 0
    KeyVersion.objects.filter(pk=old.pk).update(destroy_after=timezone.now())
    assert approvals.destroy_due() == 1
    old.refresh_from_db()
    assert (old.state, bytes(old.wrapped)) == (KeyState.DESTROYED, b"")
    row = AuditEvent.objects.get(name="crypto.key.destroyed")
    assert (row.actor_ref, row.details["second_actor"]) == (FIRST.ref, f"user:{SECOND.ref}")


@pytest.mark.django_db(transaction=True)
def test_of_thirty_approvals_at_once_one_acts() -> None:
    approval = ask()
    codes: list[str] = []
    ready = threading.Barrier(6)

    def approve_five() -> None:
        ready.wait(10)
        for _ in range(5):
            try:
                approvals.approve(approval, actor=SECOND)
                codes.append("done")
            except DomainError as error:
                codes.append(error.code)
        connection.close()

    threads = [threading.Thread(target=approve_five) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(codes) == ["approval.decided"] * 29 + ["done"]
    assert KeyVersion.objects.filter(purpose="artifact").count() == 2
    assert Rotation.objects.count() == 1


def api(user: str, role: str = "Key custodian") -> Client:
    return Client(headers={"authorization": f"Bearer {fresh(key_for(user, role))}"})


def test_the_interface_asks_and_approves_and_shows_no_material() -> None:
    """S3-01, S3-02, S0-45: keys over REST, without anything of a key's bytes."""
    first, second = api("first_admin"), api("second_admin", "Security administrator")
    listed = first.get("/api/v1/keys/")
    assert listed.status_code == 200
    assert {row["purpose"] for row in listed.json()["results"]} == set(Purpose.values)
    made = first.post("/api/v1/keys/", {"purpose": "field", "name": "secrets-2027", "owner": "Platform"}, _JSON)
    assert (made.status_code, made.json()["state"]) == (201, "pending")
    again = first.post("/api/v1/keys/", {"purpose": "artifact", "name": "secrets-2027"}, _JSON)
    assert (again.status_code, again.json()["code"]) == (409, "key.name_taken")
    asked = first.post("/api/v1/keys/rotate/", {"purpose": "artifact", "reason": "schedule"}, _JSON)
    assert asked.status_code == 201, asked.content
    address = f"/api/v1/key-requests/{asked.json()['id']}/approve/"
    own = first.post(address)
    assert (own.status_code, own.json()["code"]) == (403, "permission.denied"), "custodians approve nothing"
    assert second.post(address).status_code == 200
    rotation = first.get("/api/v1/key-rotations/").json()["results"][0]
    detail = first.get(f"/api/v1/key-rotations/{rotation['id']}/").json()
    assert detail["steps"][0]["label"]
    assert first.post(f"/api/v1/key-rotations/{rotation['id']}/pause/").json()["state"] == "paused"
    assert second.post(f"/api/v1/key-rotations/{rotation['id']}/resume/").status_code == 403
    assert first.post(f"/api/v1/key-rotations/{rotation['id']}/resume/").json()["state"] == "queued"
    key = first.get(f"/api/v1/keys/{rotation['new_key']}/")
    assert key.json()["protects"][0]["label"]
    texts = [answer.content.decode() for answer in (listed, made, asked, key)]
    for row in KeyVersion.objects.all():
        material: Any = keyring.whatever_state(row).material
        for text in texts:
            assert material.hex() not in text
            assert "wrapped" not in text.replace("wrapped_key", "")


_JSON = "application/json"


@pytest.mark.parametrize("role", ["Data scientist", "Compliance officer", "Pipeline"])
def test_other_roles_neither_ask_nor_approve(role: str) -> None:
    client = api("somebody", role)
    assert client.post("/api/v1/keys/rotate/", {"purpose": "artifact", "reason": "schedule"}, _JSON).status_code == 403
    approval = ask()
    assert client.post(f"/api/v1/key-requests/{approval.pk}/approve/").status_code == 403
    assert User.objects.filter(username="somebody").exists()


def test_accounts_are_the_people_of_the_ledger() -> None:
    """A request through an account names it by its id alone."""
    user = make_user("key_admin", "Key custodian")
    approval = approvals.request(active(Purpose.FIELD), Action.ROTATE, reason=Reason.SCHEDULE, actor=actor_of(user))
    assert approval.actor_ref == str(user.pk)
