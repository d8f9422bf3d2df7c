"""Rule suites over REST: written, revised, snoozed, and what runs make of them (S3-29, S3-32, S3-33)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from compliance.audit.models import AuditEvent
from dataquality.models import QualityIssue, QualityRun, RuleSnooze, RuleSuite, RuleSuiteVersion
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, signed_in, stored, work

pytestmark = pytest.mark.django_db
SUITES = "/api/v1/rule-suites/"
AGE = {"name": "age", "rule": "range", "columns": ["age"], "params": {"min": 0, "max": 120}}
COUNTRY = {"name": "country", "rule": "reference", "columns": ["at"], "params": {"dataset": "places", "column": "code"}}
YAML = "rules:\n- name: age\n  rule: range\n  columns: [age]\n  params: {min: 0, max: 99}\n"


@pytest.fixture
def pipeline() -> Api:
    stored("people", {"age": [10, 20, 30, 400], "at": ["DE", "FR", "DE", "XX"]})
    return Api(make_user("pipeline", "Pipeline"))


def create(api: Api, *rules: dict[str, Any]) -> str:
    answer = api.post(SUITES, {"dataset": "people", "name": "usual", "rules": list(rules)})
    assert answer.status_code == 201, answer.content
    return f"{SUITES}{answer.json()['id']}/"


def run(api: Api, **more: Any) -> dict[str, Any]:
    accepted = api.post("/api/v1/quality-runs/", {"dataset": "people", "version": 1, **more})
    assert accepted.status_code == 202, accepted.content
    work()
    return api.get(f"/api/v1/quality-runs/{accepted.json()['id']}/").json()


def test_a_suite_is_written_read_and_revised(pipeline: Api) -> None:
    path = create(pipeline, AGE)
    shown = pipeline.get(path).json()
    assert shown["version"]["rules"] == [{**AGE, "level": "fail", "tolerate": 0.0}]
    assert pipeline.post(f"{path}versions/", {"text": shown["text"]}).json()["number"] == 1  # it says the same
    assert pipeline.post(f"{path}versions/", {"text": YAML}).json()["number"] == 2
    assert pipeline.get(path).json()["version"]["rules"][0]["params"]["max"] == 99
    assert [row["version"] for row in pipeline.get(SUITES).json()["results"]] == [2]
    names = (
        AuditEvent.objects.filter(name__startswith="dataquality.suite.").order_by("id").values_list("name", flat=True)
    )
    assert [name for name in names if not name.endswith("viewed")] == [
        "dataquality.suite.created",
        "dataquality.suite.revised",
    ]


def test_a_run_goes_by_the_suite_and_tells_each_rule(pipeline: Api) -> None:
    """S3-33: the issue has rule, column, count, share, masked examples, first rows, and a filter that finds them."""
    create(pipeline, AGE)
    told = run(pipeline)
    assert told["outcomes"] == [
        {"name": "age", "rule": "range", "level": "fail", "passed": False, "snoozed": False, "count": 1, "of": 4}
    ]
    (issue,) = [issue for issue in told["issues"] if issue["rule"] == "rule_range"]
    assert (issue["column"], issue["count"], issue["share"], issue["first_rows"]) == ("age", 1, 0.25, [4])
    stored_issue = QualityIssue.objects.defer(None).get(rule="rule_range")
    assert stored_issue.detail == {"filter": '"age" < 0 or "age" > 120', "examples": ["999"]}
    assert sum(float(each["deduction"]) for each in told["issues"]) == pytest.approx(100 - told["score"])


def test_a_snoozed_rule_takes_nothing_until_its_day(pipeline: Api) -> None:
    path = create(pipeline, AGE)
    before = run(pipeline)["score"]
    until = (timezone.now() + timedelta(days=3)).isoformat()
    answer = pipeline.post(f"{path}snoozes/", {"rule": "age", "until": until, "reason": "The source is being mended."})
    assert answer.status_code == 201
    asleep = run(pipeline)
    assert asleep["outcomes"][0]["snoozed"] is True
    assert asleep["score"] > before
    assert [row["rule"] for row in pipeline.get(path).json()["snoozes"]] == ["age"]
    for body in ({"rule": "gone", "until": until}, {"rule": "age", "until": "2013-01-01T00:00:00Z"}):
        assert pipeline.post(f"{path}snoozes/", {**body, "reason": "x"}).status_code == 400
    assert AuditEvent.objects.filter(name="dataquality.rule.snoozed").count() == 1


def test_a_rule_may_refer_to_another_dataset(pipeline: Api) -> None:
    stored("places", {"code": ["DE", "FR", "IT"]})
    create(pipeline, COUNTRY)
    told = run(pipeline)
    assert (told["outcomes"][0]["count"], told["outcomes"][0]["of"]) == (1, 4)


def test_a_rule_that_does_not_fit_fails_the_run_and_says_why(pipeline: Api) -> None:
    create(pipeline, {**AGE, "columns": ["gone"]})
    told = run(pipeline)
    assert (told["state"], told["score"]) == ("failed", None)
    assert "'gone'" in told["failure"]


def test_what_makes_no_sense_is_refused(pipeline: Api) -> None:
    create(pipeline, AGE)
    body = {"dataset": "people", "name": "usual", "rules": [AGE]}
    assert pipeline.post(SUITES, body).json()["code"] == "suite.name_taken"
    assert pipeline.post(SUITES, {**body, "name": "x", "rules": [{"rule": "no"}]}).json()["code"] == "suite.invalid"
    assert pipeline.post(SUITES, {**body, "name": "../x"}).status_code == 400
    assert pipeline.post(SUITES, {**body, "name": "x", "text": YAML}).status_code == 400
    assert pipeline.post(SUITES, {**body, "dataset": "absent"}).json()["code"] == "dataset.not_found"
    answer = pipeline.post("/api/v1/quality-runs/", {"dataset": "people", "version": 1, "suite": "absent"})
    assert answer.json()["code"] == "suite.unknown"
    assert (RuleSuite.objects.count(), QualityRun.objects.count()) == (1, 0)


def test_versions_and_outcomes_never_change(pipeline: Api) -> None:
    path = create(pipeline, AGE)
    run(pipeline)
    until = (timezone.now() + timedelta(days=3)).isoformat()
    pipeline.post(f"{path}snoozes/", {"rule": "age", "until": until, "reason": "known"})
    for rows, change in (
        (RuleSuiteVersion.objects.all(), {"number": 7}),
        (RuleSnooze.objects.all(), {"reason": "other"}),
        (QualityRun.objects.all(), {"outcomes": []}),
    ):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            rows.update(**change)
    RuleSuiteVersion.objects.update(created_by=None)


def test_rules_are_encrypted_at_rest(pipeline: Api) -> None:
    create(pipeline, {"name": "set", "rule": "set", "columns": ["at"], "params": {"values": ["canary-8713"]}})
    with connection.cursor() as cursor:
        for table in ("dataquality_rulesuite", "dataquality_rulesuiteversion", "audit_auditevent", "jobs_job"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            assert "canary-8713" not in cursor.fetchone()[0], table


def test_emails_and_ibans_are_flagged_and_only_hashes_shown(pipeline: Api) -> None:
    """S2-10: columns of people by name and by value; no value of theirs is kept, nor shown on a page or over REST."""
    browser = signed_in(make_user("reader"))
    mails = [f"person{number}@example.org" for number in range(30)] + ["broken\x00@example.org"]
    ibans = [f"DE89 3704 0044 0532 0130 {number:02}" for number in range(30)] + ["DE89\x00"]
    stored("people", {"contact": mails, "paid_to": ibans, "note": ["fine"] * 30 + ["br\x00ken"]})
    accepted = pipeline.post("/api/v1/quality-runs/", {"dataset": "people", "version": 2})
    assert accepted.status_code == 202
    work()
    examples = {
        issue.column: issue.detail["examples"]
        for issue in QualityIssue.objects.defer(None).filter(rule="broken_text")
        if issue.detail
    }
    assert examples["note"] == ["xx?xxx"]
    assert all(text.startswith("#") for column in ("contact", "paid_to") for text in examples[column])
    run_id = accepted.json()["id"]
    issues = pipeline.get(f"/api/v1/quality-runs/{run_id}/").json()["issues"]
    page = f"/quality/{run_id}/"
    shown = [browser.get(address) for address in (page, *(f"{page}issues/{one['position']}/" for one in issues))]
    shown += [pipeline.get(f"/api/v1{page.replace('quality', 'quality-runs')}{part}") for part in ("", "profile/")]
    assert {answer.status_code for answer in shown} == {200}
    given = re.compile(r"person\d+@|broken@example|DE89 3704|0532 01")
    assert [answer.request["PATH_INFO"] for answer in shown if given.search(answer.content.decode())] == []


def test_who_may_write_and_read() -> None:
    stored("people", {"age": [10, 20, 30, 400]})
    body = {"dataset": "people", "name": "usual", "rules": [AGE]}
    viewer, stranger = Api(make_user("viewer", "Viewer")), Api(make_user("secadmin", "Security administrator"))
    assert viewer.post(SUITES, body).status_code == 403
    assert stranger.get(SUITES).status_code == 403
    scientist = Api(make_user())
    path = f"{SUITES}{scientist.post(SUITES, body).json()['id']}/"
    assert viewer.get(path).status_code == 200
    assert viewer.post(f"{path}versions/", {"rules": [AGE]}).status_code == 403
    assert stranger.get(path).status_code == 403
