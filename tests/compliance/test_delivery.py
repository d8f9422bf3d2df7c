"""The bundle on its way to the person: a link that works once, a code told apart, and a ZIP that it opens."""

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from typing import Any

import jsonschema
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.registers.services import add_activity
from compliance.subjects import services
from compliance.subjects.delivery import services as delivery
from compliance.subjects.delivery.zip_encryption import encrypted
from compliance.subjects.models import BundleDelivery, SubjectBundle, SubjectRequest
from modelops.lib.errors import Conflict
from tests.monitoring.predictions.sending import pipeline, send
from tests.registry.people.cases import with_people
from tests.registry.samples import make_dataset, make_model, make_version

from .aes_zip import Unreadable, read
from .cases import EMAIL, OFFICER, open_case, ready_case

pytestmark = [pytest.mark.django_db(transaction=True)]


def _link() -> str:
    found = re.search(r"https?://[^/\s]+(/privacy/bundle/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def _sent(desk: Client, request: SubjectRequest) -> tuple[str, str]:
    """Press the officer's button: the link of the mail, and the code on the page."""
    page = desk.post(f"/admin/subjects/subjectrequest/{request.pk}/deliver/")
    assert page.status_code == 200, page.content
    codes = re.findall(r'data-copy="([A-Z0-9-]{23})"', page.content.decode())
    assert len(codes) == 1
    return _link(), codes[0]


def _taken(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_person_gets_the_bundle_by_link_and_code_once(client: Client, desk: Client) -> None:
    """S4-67: delivered as an encrypted link that works once, with a code apart, for seven days."""
    request = ready_case()
    link, code = _sent(desk, request)
    assert mail.outbox[-1].to == [EMAIL]
    assert code not in mail.outbox[-1].body
    assert "Send another link" in desk.get(f"/admin/subjects/subjectrequest/{request.pk}/change/").content.decode()
    row = BundleDelivery.objects.get()
    assert row.expires_at <= timezone.now() + dt.timedelta(days=7)
    assert "once" in client.get(link).content.decode()
    archive = _taken(client.post(link, {"code": f" {code.lower().replace('-', ' ')} "}))
    assert EMAIL.encode() not in archive
    with pytest.raises(RuntimeError, match="encrypted"):
        zipfile.ZipFile(io.BytesIO(archive)).read("data.json")
    with pytest.raises(Unreadable):
        read(archive, "ABCDE-FGHJK-MNPQR-STUVW")
    files = read(archive, code)
    data, schema = json.loads(files["data.json"]), json.loads(files["schema.json"])
    jsonschema.validate(data, schema)
    assert data["reference"] == request.reference
    assert client.post(link, {"code": code}).status_code == 404
    assert client.get(link).status_code == 404
    told = [AuditEvent.objects.get(name=f"subjects.bundle.{name}") for name in ("sent", "fetched")]
    assert [each.actor_kind for each in told] == ["user", "anonymous"]
    assert not any(code in str(each.details) or EMAIL in str(each.details) for each in told)
    closed = services.record_answer(request, "Fetched by the person.", actor=OFFICER)
    assert closed.state == "delivered"


def test_it_tells_sources_recipients_retention_and_the_logic_of_decisions(desk: Client, client: Client) -> None:
    """S4-67: sections of Art. 15(1) stand beside the data, the logic of Art. 15(1)(h) from the model's card."""
    from accounts.actors import actor_of
    from registry.cards.services import save_card
    from tests.accounts.people import make_user

    scientist = make_user("scientist", "Data scientist")
    model = make_model(scientist)
    save_card(model, {"design": "A tree over the delay of the last leg."}, actor=actor_of(scientist))
    data = with_people(make_dataset(scientist), scientist, f"who,n\n{EMAIL},1\n".encode(), column="who")
    make_version(model, scientist, datasets=[data])
    assert send(pipeline(), [{"prediction": 1, "subject": EMAIL, "features": {"n": 1}}]).status_code == 201
    names = ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures")
    add_activity(
        {"name": "Flights", "basis": "contract", **dict.fromkeys(names, "told"), "recipients": "The airline"},
        actor=OFFICER,
    )
    link, code = _sent(desk, ready_case())
    files = read(_taken(client.post(link, {"code": code})), code)
    about = json.loads(files["data.json"])["about"]
    jsonschema.validate(json.loads(files["data.json"]), json.loads(files["schema.json"]))
    assert {"data": "Rows about you in datasets", "source": "whoever uploaded the dataset"} in about["sources"]
    assert [row["recipients"] for row in about["recipients"]] == ["The airline"]
    assert {row["data"] for row in about["retention"]} >= {"Rows about you in datasets", "Predictions about you"}
    decisions = {row["relation"][:10]: row["logic"] for row in about["automated_decisions"]}
    assert decisions == dict.fromkeys(("Versions o", "It was ask"), "A tree over the delay of the last leg.")
    page = files["index.html"].decode()
    assert "A tree over the delay of the last leg." in page
    assert "The airline" in files["csv/about.recipients.csv"].decode("utf-8-sig")
    portable = services.download_bundle(ready_case("portability"), actor=OFFICER).content
    assert "csv/about.sources.csv" not in zipfile.ZipFile(io.BytesIO(portable)).namelist()


def test_five_wrong_codes_end_the_link(client: Client) -> None:
    """S4-67, S4-73: guessing is limited to five tries, each in the ledger."""
    request = ready_case()
    sent = delivery.send(request, actor=OFFICER)
    link = _link()
    for left in (4, 3, 2, 1):
        answer = client.post(link, {"code": "WRONG"})
        assert (answer.status_code, f"{left} more" in answer.content.decode()) == (422, True)
    assert client.post(link, {"code": "WRONG"}).status_code == 404
    assert client.post(link, {"code": sent.code}).status_code == 404
    assert AuditEvent.objects.filter(name="subjects.bundle.fetch_failed", outcome="denied").count() == 5
    assert SubjectBundle.objects.get().downloads == 0


def test_a_link_ends_with_its_time_with_a_newer_one_and_with_the_bundle(client: Client) -> None:
    request = ready_case()
    first = delivery.send(request, actor=OFFICER)
    link = _link()
    delivery.send(request, actor=OFFICER)
    newer = _link()
    assert client.post(link, {"code": first.code}).status_code == 404
    assert client.get(newer).status_code == 200
    BundleDelivery.objects.update(expires_at=timezone.now())
    assert client.get(newer).status_code == 404
    delivery.send(request, actor=OFFICER)
    SubjectBundle.objects.update(sealed=None, removed_at=timezone.now())
    assert client.get(_link()).status_code == 404
    assert client.get("/privacy/bundle/forged/").status_code == 404
    with pytest.raises(Conflict, match="collect the data first"):
        delivery.send(request, actor=OFFICER)
    with pytest.raises(Conflict, match="collect the data first"):
        delivery.send(open_case(), actor=OFFICER)


def test_the_interface_answers_the_code_once(officer: User, api_of: Any, client: Client) -> None:
    """S4-67: the same over REST."""
    request = ready_case()
    answer = api_of(officer).post(f"/api/v1/subject-requests/{request.pk}/delivery/")
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert set(said) == {"sent_at", "expires_at", "code"}
    assert read(_taken(client.post(_link(), {"code": said["code"]})), said["code"])["index.html"]


def test_the_encrypted_archive_holds_what_the_plain_one_held_and_bears_no_change() -> None:
    """Over the border of a piece, with an empty file, and with every byte of the content under the tag."""
    plain = io.BytesIO()
    noise = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(33_000))
    files = {"a.bin": noise, "empty": b"", "ä.txt": b"text " * 1000}
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    locked = b"".join(encrypted(plain.getvalue(), "code"))
    assert read(locked, "code") == files
    inside = locked.index(b"a.bin") + 5 + 11 + 18 + 100
    broken = locked[:inside] + bytes([locked[inside] ^ 1]) + locked[inside + 1 :]
    with pytest.raises(Unreadable):
        read(broken, "code")
