"""Who asks shows that the address is theirs: a link and a code, five tries, and a clock that stands still."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.subjects import deadlines, extending, services
from compliance.subjects.models import IdentityCheck, SubjectRequest
from compliance.subjects.posture import clock
from modelops.lib.errors import Conflict

from .cases import EMAIL, OFFICER, days_ago, open_case

pytestmark = pytest.mark.django_db


def _asked(client: Client, **said: str) -> tuple[str, str]:
    """Ask through the public form; the link's path and the code of the mail."""
    answer = client.post("/privacy/request/", {"kind": "erasure", "regime": "GDPR", "email": EMAIL, **said})
    assert answer.status_code == 200, answer.content
    text = mail.outbox[-1].body
    link = re.search(r"https?://[^/\s]+(/privacy/confirm/\S+)", text)
    code = re.search(r"Code: (\d{8})", text)
    assert link
    assert code
    return link[1], code[1]


def test_a_person_asks_and_confirms_without_an_account(client: Client) -> None:
    """S4-73: the public form, the mailed link and the code lead to a confirmed request."""
    assert client.get("/privacy/request/").status_code == 200
    link, code = _asked(client)
    request = SubjectRequest.objects.get()
    assert (request.state, request.waiting_since is not None) == ("received", True)
    due = request.due_at
    SubjectRequest.objects.update(waiting_since=timezone.now() - dt.timedelta(days=3))
    assert client.get(link).status_code == 200
    answer = client.post(link, {"code": code})
    assert request.reference in answer.content.decode()
    request.refresh_from_db()
    assert request.state == "identity_confirmed"
    # The days for which the person was asked do not count.
    assert dt.timedelta(days=3) <= request.due_at - due < dt.timedelta(days=4)
    assert request.waiting_since is None
    assert client.post(link, {"code": code}).status_code == 404
    assert EMAIL not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_five_wrong_codes_end_the_link(client: Client) -> None:
    """S4-73: brute force of the code is limited to five tries, and an unverified request goes nowhere."""
    link, code = _asked(client)
    wrong = "00000000" if code != "00000000" else "11111111"
    for left in (4, 3, 2, 1):
        answer = client.post(link, {"code": wrong})
        assert answer.status_code == 422
        assert f"{left} more" in answer.content.decode()
    assert client.post(link, {"code": wrong}).status_code == 404
    assert client.post(link, {"code": code}).status_code == 404
    request = SubjectRequest.objects.get()
    assert request.state == "received"
    assert AuditEvent.objects.filter(name="subjects.identity.failed").count() == 5
    with pytest.raises(Conflict):
        services.record_answer(request, "done", actor=OFFICER)


def test_a_forged_link_and_an_older_one_lead_nowhere(client: Client, desk: Client) -> None:
    assert client.get("/privacy/confirm/forged/").status_code == 404
    link, code = _asked(client)
    request = SubjectRequest.objects.get()
    answer = desk.post(f"/admin/subjects/subjectrequest/{request.pk}/ask/", follow=True)
    assert "Send another link" in answer.content.decode()
    assert client.post(link, {"code": code}).status_code == 404
    assert IdentityCheck.objects.filter(ended_at=None).count() == 1


def test_the_time_is_extended_once_with_a_reason(desk: Client) -> None:
    """GDPR: two more months; CCPA: 45 more days."""
    request = open_case()
    due = request.due_at
    answer = desk.post(f"/admin/subjects/subjectrequest/{request.pk}/extend/", {"extension-note": "Many."}, follow=True)
    assert "Tell the person why" in answer.content.decode()
    request.refresh_from_db()
    assert request.due_at == deadlines.add_months(due, 2)
    with pytest.raises(Conflict, match="extended already"):
        extending.extend(request, "Again.", actor=OFFICER)
    other = extending.extend(open_case(regime="CCPA"), "Many.", actor=OFFICER)
    assert (other.due_at - other.received_at).days == 90


def test_reminders_come_on_days_7_20_25_and_28_and_wait_with_the_clock() -> None:
    request = open_case(received_at=days_ago(6))
    assert clock().findings == []
    for days, day in ((7, 7), (19, 7), (20, 20), (25, 25), (28, 28), (40, 28)):
        SubjectRequest.objects.update(received_at=days_ago(days + 0.1))
        [finding] = clock().findings
        assert finding.key == f"day{day}:{request.reference}"
    SubjectRequest.objects.update(waiting_since=timezone.now())
    assert clock().findings == []


@pytest.mark.parametrize(("received", "by"), [("2026-11-20", "2026-12-04"), ("2026-11-21", "2026-12-04")])
def test_ccpa_counts_business_days(received: str, by: str) -> None:
    moment = dt.datetime.fromisoformat(f"{received}T09:00:00+00:00")
    found: Any = deadlines.confirm_by("CCPA", moment)
    assert found.date().isoformat() == by
    assert deadlines.confirm_by("GDPR", moment) is None
