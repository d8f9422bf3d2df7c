"""What the owner says reaches the runs: the schema, what is accepted for a while, which training asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from compliance.audit.models import AuditEvent
from dataquality.models import AcceptedIssue, QualityIssue, QualityRun, RuleSuggestion
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, signed_in, stored, work

pytestmark = pytest.mark.django_db
RUNS = "/api/v1/quality-runs/"
SCHEMA = "/api/v1/datasets/people/schema/"
GOOD = {"age": [10, 20, 30, 400], "at": ["DE", "FR", "DE", "canary-4471"], "code": ["x1", "x2", "x3", "x\x00"]}


@pytest.fixture
def api() -> Api:
    stored("people", GOOD)
    return Api(make_user())


def run(api: Api, version: int = 1, **more: Any) -> dict[str, Any]:
    accepted = api.post(RUNS, {"dataset": "people", "version": version, **more})
    assert accepted.status_code == 202, accepted.content
    work()
    told = api.get(f"{RUNS}{accepted.json()['id']}/").json()
    assert told["state"] == "succeeded", told["failure"]
    return dict(told)


def in_days(days: float) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def test_a_run_holds_the_data_against_the_confirmed_schema(api: Api) -> None:
    """S3-29: ranges, categories, keys and empty cells as the owner has confirmed them, beside the suite; a proposal
    counts for nothing."""
    assert run(api)["outcomes"] == []
    columns = [
        {"name": "age", "type": "whole", "min": 0, "max": 120},
        {"name": "at", "type": "text", "nullable": False, "categories": ["DE", "FR"]},
        {"name": "code", "type": "text", "categories": ["x1"], "confirmed": False},
        {"name": "gone", "type": "date"},
    ]
    assert api.put(SCHEMA, {"columns": columns, "keys": [["at"]]}).status_code == 200
    told = {outcome["name"]: (outcome["count"], outcome["of"]) for outcome in run(api)["outcomes"]}
    assert told == {
        "schema-columns": (1, 3), "schema-type-0": (0, 4), "schema-range-0": (1, 4), "schema-present-1": (0, 4),
        "schema-set-1": (1, 4), "schema-key-0": (1, 4),
    }  # fmt: skip


def test_what_the_owner_says_about_people_decides_what_is_masked(api: Api) -> None:
    """S2-10: a confirmed column shows hashes, one that the owner cleared shows shapes."""
    stored("people", {**GOOD, "user_name": ["a", "b", "c", "d\x00"]})
    said = [{"name": "code", "type": "text", "personal": "identifier"}, {"name": "user_name", "type": "text"}]
    assert api.put(SCHEMA, {"columns": said}).status_code == 200
    run(api, 2)
    examples = {
        issue.column: issue.detail["examples"]
        for issue in QualityIssue.objects.defer(None).filter(rule="broken_text")
        if issue.detail
    }
    assert examples["code"][0].startswith("#")
    assert examples["user_name"] == ["x?"]


def test_an_accepted_finding_takes_nothing_until_its_day(api: Api) -> None:
    """S3-33: of a check and of a rule; with who and why, for a while only, in the portal and over REST."""
    api.put(SCHEMA, {"columns": [{"name": "age", "type": "whole", "max": 120}]})
    before = run(api)
    check = next(issue for issue in before["issues"] if issue["rule"] == "broken_text")
    rule = next(issue for issue in before["issues"] if issue["rule"] == "rule_range")
    path = f"{RUNS}{before['id']}/issues/"
    answer = api.post(f"{path}{check['position']}/acceptance/", {"until": in_days(3), "reason": "The source is old."})
    assert (answer.status_code, answer.json()["rule"], answer.json()["column"]) == (201, "broken_text", "code")
    browser = signed_in(make_user("owner"))
    page = f"/quality/{before['id']}/issues/{rule['position']}/"
    form = {"until": (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"), "reason": "Being mended."}
    assert browser.post(page, {**form, "until": "2013-01-01T00:00"}).status_code == 422
    assert browser.post(page, form).status_code == 302
    assert b"Being mended." in browser.get(page).content
    after = run(api)
    assert after["score"] > before["score"]
    found = {issue["rule"]: issue for issue in after["issues"]}
    assert (found["broken_text"]["severity"], float(found["broken_text"]["deduction"])) == ("info", 0)
    assert found["broken_text"]["message"].endswith("Accepted.")
    assert float(found["rule_range"]["deduction"]) == 0
    assert next(each for each in after["outcomes"] if each["name"] == "schema-range-0")["snoozed"] is True
    assert AuditEvent.objects.filter(name="dataquality.issue.accepted").count() == 2
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        AcceptedIssue.objects.update(until=timezone.now())


def test_what_cannot_be_accepted(api: Api) -> None:
    told = run(api)
    path = f"{RUNS}{told['id']}/issues/0/acceptance/"
    for until in (in_days(-1), in_days(400)):
        assert api.post(path, {"until": until, "reason": "x"}).json()["code"] == "issue.accepted_until"
    assert api.post(path, {"until": in_days(1)}).status_code == 400
    viewer = Api(make_user("viewer", "Viewer"))
    assert viewer.post(path, {"until": in_days(1), "reason": "x"}).status_code == 403
    assert AcceptedIssue.objects.count() == 0


def test_a_run_suggests_rules_that_its_version_keeps(api: Api) -> None:
    """Over REST and on the page, as a suite that can be sent back; no value of a personal column is in it."""
    stored("people", {"age": [1, 2, 3, 4] * 30, "name": ["canary-4471", "ada"] * 60, "at": ["DE", "FR"] * 60})
    told = run(api, 2)
    found = api.get(f"{RUNS}{told['id']}/suggestion/").json()
    kinds = {(line["rule"], *line.get("columns", [])) for line in found["rules"]}
    assert {("range", "age"), ("set", "at"), ("present", "name")} <= kinds
    assert "canary-4471" not in found["text"]
    body = {"dataset": "people", "name": "kept", "text": found["text"]}
    assert api.post("/api/v1/rule-suites/", body).status_code == 201
    assert all(outcome["passed"] for outcome in run(api, 2)["outcomes"])
    page = signed_in(make_user("owner")).get(f"/quality/datasets/people/rules/?suggested={told['id']}")
    assert b"rule: range" in page.content
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        RuleSuggestion.objects.update(run=QualityRun.objects.exclude(pk=told["id"]).first())
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(t::text, ' '), '') FROM dataquality_rulesuggestion t")
        assert '"rule"' not in cursor.fetchone()[0]


def test_rules_are_tried_on_a_sample_before_they_count(api: Api) -> None:
    """The editor's live test and its call: what the first rows say, nothing stored."""
    stored("people", {"age": list(range(3000))})
    rule = {"name": "age", "rule": "range", "columns": ["age"], "params": {"min": 1, "max": 100}}
    told = api.post("/api/v1/rule-suites/trial/", {"dataset": "people", "rules": [rule]}).json()
    assert (told["version"], told["rows"]) == (2, 1000)
    assert [(each["name"], each["count"], each["of"]) for each in told["outcomes"]] == [("age", 900, 1000)]
    refused = api.post("/api/v1/rule-suites/trial/", {"dataset": "people", "rules": [{**rule, "columns": ["gone"]}]})
    assert refused.json()["code"] == "rule.column_missing"
    browser, text = signed_in(make_user("owner")), "rules: [{rule: range, columns: [age], params: {max: 100}}]"
    page = browser.post("/quality/datasets/people/rules/", {"name": "usual", "text": text, "try": "1"})
    assert page.status_code == 200
    assert b"899 of 1,000" in page.content.replace("\u202f".encode(), b",").replace("\u00a0".encode(), b",")
    assert api.get("/api/v1/rule-suites/").json()["results"] == []
    assert browser.post("/quality/datasets/people/rules/", {"name": "usual", "text": text}).status_code == 302
    assert browser.post("/quality/datasets/people/rules/", {"name": "usual", "text": "{"}).status_code == 422
    assert [row["name"] for row in api.get("/api/v1/rule-suites/").json()["results"]] == ["usual"]


def test_the_quality_of_data_is_followed_by_epoch(api: Api) -> None:
    """S3-44: runs are tagged with a training and its epoch; its chart and its call tell them in order."""
    for epoch in (2, 0, 1):
        run(api, training_run="night 12", epoch=epoch)
    run(api)
    told = api.get("/api/v1/quality-runs/trend/?dataset=people&training_run=night%2012").json()
    assert [point["epoch"] for point in told["points"]] == [0, 1, 2]
    assert len(api.get("/api/v1/quality-runs/trend/?dataset=people").json()["points"]) == 4
    page = signed_in(make_user("owner")).get("/quality/datasets/people/?training_run=night%2012")
    assert b"by epoch of night 12" in page.content
    assert api.post(RUNS, {"dataset": "people", "version": 1, "epoch": 1}).json()["code"] == "run.epoch_alone"
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        QualityRun.objects.update(epoch=7)
