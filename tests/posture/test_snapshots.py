"""The posture of each month: kept once, signed, given out, and checked without the portal."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.watching.declarations import access
from compliance.posture.models import PostureSnapshot
from compliance.posture.snapshots import keep_snapshot
from compliance.posture.tasks import keep_snapshot as by_the_clock
from modelops.jobs.schedule import declared
from modelops.lib.posture import controls
from tests.accounts.people import make_user, sign_in
from tests.audit.exporting.conftest import verify as verify_alone  # noqa: F401  the program as a process of its own

pytestmark = pytest.mark.django_db


def test_each_month_a_signed_snapshot_is_kept_and_can_be_checked_alone(
    tmp_path: Path,
    verify_alone: Any,  # noqa: F811
) -> None:
    """S4-122: by the schedule, once a month; downloaded by the officer; the stand-alone verifier names a change."""
    assert "posture.keep_snapshot" in {one.task for one in declared()}
    month = by_the_clock()
    assert by_the_clock() == ""
    assert keep_snapshot(date(2026, 1, 31), actor=Actor.system("tests")) is not None
    assert keep_snapshot(date(2026, 1, 1), actor=Actor.system("tests")) is None
    assert PostureSnapshot.objects.count() == 2
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    where = reverse("admin:posture-snapshot", args=[month])
    assert where in desk.get(reverse("admin:posture")).content.decode()
    answer = desk.get(where)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    file = tmp_path / "posture.jsonl"
    file.write_bytes(answer.content)
    lines = [json.loads(line) for line in answer.content.splitlines()]
    assert lines[0]["month"] == month
    assert {one["control"] for one in lines[1:-2]} == {one.key for one in controls()}
    said = verify_alone(file)
    assert said.code == 0, said.text
    assert f"{len(lines) - 1} rows, signed as a whole" in said.text
    file.write_bytes(answer.content.replace(b'"holds":false', b'"holds":true'))
    assert b'"holds":false' in answer.content
    assert verify_alone(file).code == 1
    assert desk.get(reverse("admin:posture-snapshot", args=["1999-01"])).status_code == 404
    assert Client().get(where).status_code == 302
    told = AuditEvent.objects.filter(name__startswith="posture.snapshot.").order_by("id").values_list("name", flat=True)
    assert list(told) == ["posture.snapshot.kept"] * 2 + ["posture.snapshot.given"]
    assert access["posture.PostureSnapshot"] == "append_only", "the application may add, and change nothing"
