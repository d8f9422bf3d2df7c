"""The officers' pages of keys: what protects what, asking, approving, and how far a rotation is."""

import pytest
from django.test import Client
from django.urls import reverse

from compliance.keys.models import Approval, Rotation
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.jobs.services import run
from tests.accounts.people import make_user, sign_in
from tests.crypto.rotation.rows import active, make_artifacts

pytestmark = pytest.mark.django_db
INVENTORY = "admin:crypto_keyversion_changelist"


def admin(name: str, role: str = "Key custodian") -> Client:
    return sign_in(Client(), make_user(name, role))


def test_two_people_rotate_a_key_and_watch_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-45, S0-47, S3-02, S3-45: version N+1 after an approval; its page shows moved of total, and its life."""
    from compliance.keys import moving

    monkeypatch.setattr(moving, "SETTLED_AFTER_S", 0.0)
    make_artifacts(12)
    first, second = admin("first"), admin("second", "Security administrator")
    page = first.get(reverse(INVENTORY)).content.decode()
    assert "registry.Artifact.wrapped_key</dt><dd>12" in page
    key = active(Purpose.ARTIFACT)
    ask = reverse("admin:crypto_keyversion_ask", args=[key.pk])
    assert first.post(ask, {"action": "rotate", "reason": "schedule"}).status_code == 302
    approval = Approval.objects.get()
    approve = reverse("admin:crypto_keyversion_approve", args=[approval.pk])
    first.post(approve)
    assert active(Purpose.ARTIFACT).pk == key.pk, "nobody approves their own request"
    assert "Approve" in second.get(reverse(INVENTORY)).content.decode()
    second.post(approve)
    assert active(Purpose.ARTIFACT).version == 2
    rotation = Rotation.objects.get()
    address = reverse("admin:keys_rotation_change", args=[rotation.pk])
    assert "0 %" in first.get(address).content.decode()
    first.post(reverse("admin:keys_rotation_act", args=[rotation.pk, "pause"]))
    assert "Resume" in first.get(address).content.decode()
    first.post(reverse("admin:keys_rotation_act", args=[rotation.pk, "resume"]))
    rotation.refresh_from_db()
    assert run(rotation.job_id)
    page = first.get(address).content.decode()
    assert "12 of 12 rows moved, 0 failed" in page
    assert "style=" not in page
    told = [event.name.rpartition(".")[2] for event in first.get(address).context["timeline"].events]
    assert told == ["finished", "moved", "begun", "resumed", "paused", "started"]
    page = first.get(reverse("admin:keys_approval_change", args=[approval.pk])).content.decode()
    assert "approved to rotate key artifact version 1" in page.lower()
    page = first.get(reverse("admin:crypto_keyversion_change", args=[key.pk])).content.decode()
    assert "Decrypt only" in page
    for row in KeyVersion.objects.all():
        assert bytes(row.wrapped).hex()[:32] not in page


def test_a_key_is_made_with_purpose_and_owner_and_a_name_is_used_once() -> None:
    """S3-02: in the admin."""
    client = admin("first")
    form = {"purpose": "field", "name": "secrets-2027", "owner": "Platform team", "max_age_days": "30"}
    add = reverse("admin:crypto_keyversion_add")
    assert client.get(add).status_code == 200
    assert client.post(add, form).status_code == 302
    refused = client.post(add, form)
    assert refused.status_code == 422
    assert "names are used once" in refused.content.decode()
    key = KeyVersion.objects.get(name="secrets-2027")
    page = client.get(reverse("admin:crypto_keyversion_change", args=[key.pk])).content.decode()
    assert "Platform team" in page
    assert key.fingerprint in page
    client.post(reverse("admin:crypto_keyversion_age", args=[key.pk]), {"age-max_age_days": "45"})
    key.refresh_from_db()
    assert key.max_age_days == 45


def test_one_person_takes_a_leaked_key_out_of_use_and_its_successor_takes_over() -> None:
    client, key = admin("first"), active(Purpose.FIELD)
    client.post(reverse("admin:crypto_keyversion_step", args=[key.pk, "compromise"]), {"stop-reason": "incident"})
    key.refresh_from_db()
    assert key.state == "compromised"
    successor = active(Purpose.FIELD)
    assert successor.version == key.version + 1
    page = client.get(reverse(INVENTORY)).content.decode()
    assert "No active key" not in page
    assert successor.name in page


@pytest.mark.parametrize("role", ["Compliance officer"])
def test_who_may_not_see_keys_sees_none(role: str) -> None:
    client, key = admin("officer", role), active(Purpose.FIELD)
    assert client.get(reverse(INVENTORY)).status_code == 403
    assert client.get(reverse("admin:crypto_keyversion_change", args=[key.pk])).status_code == 403
    ask = reverse("admin:crypto_keyversion_ask", args=[key.pk])
    assert client.post(ask, {"action": "rotate", "reason": "schedule"}).status_code == 403
    assert not Approval.objects.exists()
