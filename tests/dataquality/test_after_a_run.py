"""What people do with finished runs: look into an issue, compare two, follow a dataset; portal and REST alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from compliance.subjects.providers import Subject
from dataquality.gates import QualityGate
from dataquality.models import QualityRun
from dataquality.schema_changes import changes
from registry.models import Dataset, DatasetVersion
from registry.people.digests import names_of
from registry.people.rewriting import take_out
from registry.promotion import policies
from tests.accounts.people import make_user
from tests.dataquality.datasets import ACTOR, Api, signed_in, stored, work
from tests.registry import samples
from tests.registry.people.cases import PERSON, with_people

pytestmark = pytest.mark.django_db
RUNS = "/api/v1/quality-runs/"
MAILS = ["ada@example.org", "bob@example.org", None, "not a mail"]


@pytest.fixture
def pipeline() -> Api:
    return Api(make_user("pipeline", "Pipeline"))


@pytest.fixture
def browser() -> Client:
    return signed_in(make_user("scientist", "Data scientist"))


def examined(api: Api, columns: dict[str, Any], version: int = 1) -> str:
    """The id of a finished run of the next version of `people`."""
    stored("people", columns)
    accepted = api.post(RUNS, {"dataset": "people", "version": version})
    assert accepted.status_code == 202, accepted.content
    work()
    return str(accepted.json()["id"])


def suite_for_mails(api: Api) -> None:
    stored("people", {"email": MAILS, "age": [1, 2, 3, 4]})
    rule = {"name": "mail", "rule": "pattern", "columns": ["email"], "params": {"pattern": "^[^@ ]+@[^@ ]+$"}}
    age = {"name": "age", "rule": "range", "columns": ["age"], "params": {"max": 3}, "level": "warn"}
    answer = api.post("/api/v1/rule-suites/", {"dataset": "people", "name": "usual", "rules": [rule, age]})
    assert answer.status_code == 201, answer.content


def test_an_issue_shows_masked_examples_and_where_they_are(pipeline: Api, browser: Client) -> None:
    """S3-33, S2-10: a link from each issue; a personal column shows hashes, in the portal and over REST."""
    suite_for_mails(pipeline)
    run = examined(pipeline, {"email": MAILS, "age": [1, 2, 3, 4]}, version=2)
    issues = pipeline.get(f"{RUNS}{run}/").json()["issues"]
    (broken,) = [issue for issue in issues if issue["rule"] == "rule_pattern"]
    told = pipeline.get(f"{RUNS}{run}/issues/{broken['position']}/").json()
    assert (told["column"], told["count"], told["first_rows"]) == ("email", 1, [4])
    assert len(told["examples"]) == 1
    assert told["examples"][0].startswith("#")
    (old,) = [issue["position"] for issue in issues if issue["rule"] == "rule_range"]
    assert pipeline.get(f"{RUNS}{run}/issues/{old}/").json()["filter"] == '"age" > 3'
    page = browser.get(f"/quality/{run}/").content.decode()
    address = f"/quality/{run}/issues/{broken['position']}/"
    assert f'href="{address}"' in page
    shown = browser.get(address).content.decode()
    assert told["examples"][0] in shown
    assert "not a mail" not in shown
    assert AuditEvent.objects.filter(name="dataquality.run.viewed").count() >= 3


def test_an_issue_that_is_not_there_is_not_found(pipeline: Api, browser: Client) -> None:
    run = examined(pipeline, {"a": [1, 2]})
    assert pipeline.get(f"{RUNS}{run}/issues/99/").status_code == 404
    assert browser.get(f"/quality/{run}/issues/99/").status_code == 404


def test_two_runs_side_by_side(pipeline: Api, browser: Client) -> None:
    """Issues that appeared, went, became worse or better; changes of the columns, breaking or not."""
    first = examined(pipeline, {"a": [1, None, 3, 4], "b": [1, 2, 3, None], "old": ["x", "y", "z", "v"]})
    second = examined(pipeline, {"a": [1, None, None, 4], "b": [1, 2, 3, 4], "new": ["x", None, "z", "v"]}, version=2)
    told = pipeline.get(f"{RUNS}{second}/comparison/").json()
    assert (told["before"], told["after"]) == (first, second)
    assert Decimal(told["difference"]) == Decimal(told["score_after"]) - Decimal(told["score_before"])
    missing = {pair["column"]: pair for pair in told["issues"] if pair["rule"] == "missing"}
    assert {name: pair["change"] for name, pair in missing.items()} == {"a": "worse", "b": "gone", "new": "appeared"}
    assert (missing["a"]["before"], missing["a"]["after"]) == (1, 2)
    schema = {(change["column"], change["kind"]): change["breaking"] for change in told["schema_changes"]}
    assert schema == {("old", "removed"): True, ("new", "added"): False}
    assert pipeline.get(f"{RUNS}{second}/comparison/?with={first}").json() == told
    page = browser.get(f"/quality/{second}/comparison/").content.decode()
    assert "appeared" in page
    assert "removed; it was string" in page
    assert '<span class="sub">25 %</span>' in page  # one of four values; what got worse is judged by the share
    assert '<span class="sub">50 %</span>' in page


def test_nothing_to_compare_is_said(pipeline: Api) -> None:
    run = examined(pipeline, {"a": [1, 2]})
    answer = pipeline.get(f"{RUNS}{run}/comparison/")
    assert (answer.status_code, answer.json()["code"]) == (404, "quality_run.nothing_to_compare")
    waiting = pipeline.post(RUNS, {"dataset": "people", "version": 1}).json()["id"]
    answer = pipeline.get(f"{RUNS}{waiting}/comparison/")
    assert (answer.status_code, answer.json()["code"]) == (409, "quality_run.not_finished")
    assert pipeline.get(f"{RUNS}{run}/comparison/?with=one").status_code == 400


def test_the_trend_tells_scores_and_schema_changes(pipeline: Api, browser: Client) -> None:
    """S2-60: scores of a dataset over time with the changes of its columns."""
    first = examined(pipeline, {"a": [1, None, 3, 4], "b": [1, 2, 3, 4]})
    second = examined(pipeline, {"a": [1.5, None, 3, 4], "c": [1, 2, 3, 4]}, version=2)
    told = pipeline.get(f"{RUNS}trend/?dataset=people").json()
    assert [point["run"] for point in told["points"]] == [first, second]
    assert [point["score"] for point in told["points"]] == [
        str(QualityRun.objects.get(pk=run).score) for run in (first, second)
    ]
    assert told["points"][0]["schema_changes"] == []
    kinds = [(change["column"], change["kind"]) for change in told["points"][1]["schema_changes"]]
    assert kinds == [("b", "removed"), ("a", "retyped"), ("c", "added")]
    page = browser.get("/quality/datasets/people/").content.decode()
    assert "<svg" in page
    assert "Breaking" in page
    assert 'id="trend"' in page
    assert 'hx-get="/quality/datasets/people/"' in browser.get("/datasets/people/").content.decode()
    assert browser.get("/quality/datasets/absent/").status_code == 404
    assert pipeline.get(f"{RUNS}trend/?dataset=absent").status_code == 404


@pytest.mark.parametrize(
    ("before", "after", "breaking"),
    [
        ("int32", "int64", False),
        ("int64", "int32", True),
        ("uint8", "int16", False),
        ("int8", "uint16", True),
        ("int32", "double", False),
        ("int64", "double", True),
        ("float", "double", False),
        ("double", "float", True),
        ("string", "large_string", False),
        ("string", "double", True),
    ],
)
def test_a_type_that_holds_every_earlier_value_breaks_nothing(before: str, after: str, breaking: bool) -> None:
    """S3-30: what changed between two schemas, breaking or not."""
    columns = [[{"name": "a", "type": kind, "nulls": 0}] for kind in (before, after)]
    (change,) = changes(*columns)
    assert (change.kind, change.breaking) == ("retyped", breaking)


def test_empty_cells_for_the_first_time_break() -> None:
    (change,) = changes([{"name": "a", "type": "int64", "nulls": 0}], [{"name": "a", "type": "int64", "nulls": 3}])
    assert (change.kind, change.breaking, change.words) == ("nulls", True, "3 empty cells, had none")


def test_the_gate_asks_for_no_broken_rule(pipeline: Api) -> None:
    """S3-34: a version that was trained on data which breaks a rule of level fail does not pass, whatever the score."""
    suite_for_mails(pipeline)
    run = QualityRun.objects.get(pk=examined(pipeline, {"email": MAILS, "age": [1, 2, 3, 4]}, version=2))
    owner = make_user("owner", "Data scientist")
    version = samples.make_version(samples.make_model(owner), owner, datasets=[run.dataset_version])
    passed, said = QualityGate().check(version)
    assert not passed
    assert "it breaks mail" in said


def test_the_gate_refuses_a_score_of_another_file(pipeline: Api) -> None:
    """S3-34: rows of a person were taken out since the run, so the digest of the training link is another one."""
    owner = make_user("owner", "Data scientist")
    data = with_people(Dataset.objects.create(name="flights"), owner)
    run = QualityRun.objects.get(pk=pipeline.post(RUNS, {"dataset": "flights", "version": 1}).json()["id"])
    work()
    version = samples.make_version(samples.make_model(owner), owner, datasets=[data])
    policies.set_policy(version.model, policies.Policy(min_quality=Decimal(1)), actor=ACTOR)
    passed, said = QualityGate().check(version)
    assert passed, said
    assert take_out(DatasetVersion.objects.get(pk=data.pk), names_of(Subject(email=PERSON)), actor=ACTOR) == 2
    passed, said = QualityGate().check(version)
    assert (passed, "is not the one that was examined" in said) == (False, True)
    run.refresh_from_db()
    assert run.data_sha256 != DatasetVersion.objects.select_related("artifact").get(pk=data.pk).artifact.sha256
    pipeline.post(RUNS, {"dataset": "flights", "version": 1})
    work()
    passed, said = QualityGate().check(version)
    assert passed, said
