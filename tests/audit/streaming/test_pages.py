"""Streams in the admin: an administrator adds, tries, pauses, resumes and ends one; others do not."""

import json

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from compliance.audit.streaming.delivering import deliver
from compliance.audit.streaming.models import Receiver
from tests.accounts.people import make_user, sign_in
from tests.audit.exporting.kit import write
from tests.audit.exporting.sealing import SealedLedger
from tests.receivers import HttpReceiver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_receivers")]
LIST = "/admin/audit_streaming/receiver/"
ADD = f"{LIST}add/?kind=http"


@pytest.fixture
def guard(client: Client) -> Client:
    return sign_in(client, make_user("guard", "Security administrator"))


def given(receiver: HttpReceiver, **more: str) -> dict[str, str]:
    url = f"http://127.0.0.1:{receiver.port}/rows"
    return {"name": "siem", "form": "raw", "start": "beginning", "batch_rows": "50", "url": url, "token": "t-9", **more}


def test_an_administrator_runs_a_stream_from_the_pages(guard: Client, http_receiver: HttpReceiver) -> None:
    """S4-89: from the first form to the end for good, each step in the ledger."""
    write(3)
    SealedLedger().seal()
    assert "Bearer token" in guard.get(ADD).content.decode()
    assert guard.post(ADD, given(http_receiver)).status_code == 302
    receiver = Receiver.objects.get()
    one = f"{LIST}{receiver.pk}/"
    for step in ("test", "pause", "resume"):
        assert guard.post(f"{one}{step}/").status_code == 302
    assert json.loads(http_receiver.requests[0].body)["index"] == 0
    deliver(receiver)
    page = guard.get(f"{one}change/").content.decode()
    assert f"127.0.0.1:{http_receiver.port}" in page
    assert "t-9" not in page
    assert "siem" in guard.get(LIST).content.decode()
    assert guard.post(f"{one}remove/").status_code == 302
    assert not Receiver.objects.exists()
    told = AuditEvent.objects.filter(name__startswith="audit.stream.").order_by("id")
    verbs = [row.name.rpartition(".")[2] for row in told]
    assert verbs == ["added", "tested", "paused", "resumed", "removed"]
    assert all(row.actor_kind == "user" for row in told)


def test_a_try_that_fails_is_not_told_as_a_success(guard: Client, http_receiver: HttpReceiver) -> None:
    """S4-89: in red, with the reason."""
    write(1)
    SealedLedger().seal()
    guard.post(ADD, given(http_receiver))
    http_receiver.status = 500
    page = guard.post(f"{LIST}{Receiver.objects.get().pk}/test/", follow=True)
    *_, told = page.context["messages"]
    assert (told.level_tag, "500" in str(told)) == ("error", True)


def test_what_cannot_work_is_shown_beside_its_field(guard: Client, http_receiver: HttpReceiver) -> None:
    """S4-89: and nothing is stored."""
    answer = guard.post(ADD, given(http_receiver, url="ftp://siem.test/"))
    assert answer.status_code == 422
    assert "only http and https are called" in answer.content.decode()
    assert not Receiver.objects.exists()


@pytest.mark.parametrize("role", ["Compliance officer", "Data scientist"])
def test_others_change_no_stream(client: Client, role: str, http_receiver: HttpReceiver) -> None:
    """S4-89: an officer reads how far streams are, and no more."""
    receiver = Receiver.objects.create(name="siem", kind="file", form="raw")
    sign_in(client, make_user("other", role))
    assert client.post(ADD, given(http_receiver)).status_code in {302, 403, 404}
    for step in ("test", "pause", "resume", "remove"):
        assert client.post(f"{LIST}{receiver.pk}/{step}/").status_code in {302, 403, 404}
    assert list(Receiver.objects.values_list("name", "is_paused")) == [("siem", False)]
    assert client.get(LIST).status_code == (200 if role == "Compliance officer" else 302)
