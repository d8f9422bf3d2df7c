"""The changes stand among the details of a row as canonical JSON has them, whatever else the row tells."""

import json

import pytest
from django.db import transaction

from accounts.models import User
from compliance.audit import Actor, record
from compliance.audit.canonical import canonical_json
from compliance.audit.events import EventClass, event_classes
from compliance.audit.models import AuditEvent

SAID = 'a "quoted" \\ word,\nä 漢 \x1f \U0001f512 }'


def _telling(*, before: bool, after: bool) -> EventClass:
    """A declared event with details that sort before "diff", behind it, both or none."""
    return next(
        event
        for _, event in sorted(event_classes().items())
        if before == any(name < "diff" for name in event.details)
        and after == any(name > "diff" for name in event.details)
    )


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_changes_stand_in_their_place(db: None, before: bool, after: bool) -> None:
    """S4-93, S4-85: one statement writes the row with the diff, and its text is the canonical one."""
    account = User.objects.create_user(username="probe", email="probe@example.org", password=None)
    event = _telling(before=before, after=after)
    details = dict.fromkeys(event.details, SAID)
    with transaction.atomic():
        User.objects.filter(pk=account.pk).update(is_superuser=True)
        record(event, account, actor=Actor.system("tests"), **details)
        record(event, account, actor=Actor.system("tests"), **details)
    first, second = AuditEvent.objects.filter(name=event.name).order_by("id").extra(select={"text": "details::text"})
    told = json.loads(first.text)
    assert first.text == canonical_json(told)
    changes = told.pop("diff")
    assert told == details
    assert {change["operation"] for change in changes} <= {"insert", "update"}
    said = [row["changes"].get("is_superuser") for change in changes for row in change["rows"]]
    assert [False, True] in said
    assert json.loads(second.text) == details, "each change is told once"
