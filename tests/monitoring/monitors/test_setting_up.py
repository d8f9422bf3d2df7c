"""Drift monitors set up, changed and asked for a run in the portal, without a line of a pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.drift.evaluation import ALPHA, FeaturePolicy, Policy
from monitoring.monitors.models import DriftMonitor
from registry.models import Dataset
from tests.accounts.people import make_user
from tests.dataquality.datasets import signed_in, stored, work
from tests.monitoring.monitors.test_monitors_api import data, monitored
from tests.monitoring.predictions.sending import MODEL, a_version, pipeline

pytestmark = pytest.mark.django_db
NEW = "/drift/monitors/new/"
THRESHOLDS = {"minimum_effect": "0.2", "alpha": "0.01", "minimum_share": "0", "why": "Small moves are weather."}


def body(reference: Any, **more: Any) -> dict[str, Any]:
    """What the form sends."""
    return {"name": "orders by day", "reference": str(reference.pk), "every_s": "86400", **THRESHOLDS, **more}


def test_a_scientist_sets_up_a_monitor_and_asks_for_a_run() -> None:
    """S3-39, S3-51: from the list's button to the verdict, in the portal alone."""
    reference = stored("orders", data(0, 0))
    version = a_version()
    person = signed_in(make_user())
    assert f'href="{NEW}"' in person.get("/drift/monitors/").text
    address = f"{NEW}?reference=orders&reference_version=1&model={MODEL}&version=1"
    form = person.get(address).text
    for chosen in (reference.pk, version.pk):
        assert f'value="{chosen}" selected' in form
    given = body(reference, model_version=str(version.pk), features="amount\n\n age \namount", segments="channel")
    made = person.post(NEW, given)
    assert made.status_code == 302, made.text
    monitor = DriftMonitor.objects.get(name="orders by day")
    assert (monitor.reference, monitor.dataset, monitor.model_version) == (reference, reference.dataset, version)
    assert (monitor.features, monitor.segments, monitor.every_s) == (["amount", "age"], ["channel"], 86_400)
    assert Policy.from_json(monitor.policy.policy) == Policy(alpha=0.01, minimum_effect=0.2)
    assert monitor.policy.why == THRESHOLDS["why"]
    page = f"/drift/monitors/{monitor.pk}/"
    assert made["Location"] == page
    assert "every day, due now" in person.get(page).text
    run = f"{page}run/"
    assert "has no version besides the reference" in person.post(run, follow=True).text
    stored("orders", data(0.9, 1))
    started = person.post(run)
    work()
    assert "Drifted" in person.get(started["Location"]).text
    assert "Drifted" in person.get(page).text


def test_what_cannot_be_watched_is_said_beside_its_field_and_nothing_is_lost() -> None:
    """S3-39: an unknown column, a name in use, too many segments, a number out of range, a dataset one may not see."""
    reference = stored("orders", data(0, 0))
    person = signed_in(make_user())
    for wrong, words in (
        ({"features": "colour"}, "has no column &#x27;colour&#x27;"),
        ({"segments": "a\nb\nc\nd\ne\nf"}, "Up to 5 columns can make segments."),
        ({"alpha": "0"}, "greater than or equal to"),
        ({"minimum_share": "nan"}, "Enter a number."),
        ({"every_s": "7"}, "7 is not one of the available choices"),
        ({"features": "x" * 200_001}, "at most 200000 characters"),
    ):
        answer = person.post(NEW, body(reference, **wrong))
        assert answer.status_code == 422, wrong
        assert words in answer.text, (wrong, words)
        assert 'value="orders by day"' in answer.text
    assert not DriftMonitor.objects.exists()
    assert person.post(NEW, body(reference)).status_code == 302
    again = person.post(NEW, body(reference))
    assert again.status_code == 422
    assert "There is a drift monitor &#x27;orders by day&#x27; already." in again.text
    Dataset.objects.update(is_restricted=True)
    other = signed_in(make_user("another"))
    assert "Select a valid choice" in other.post(NEW, body(reference, name="mine")).text
    assert other.get(f"/drift/monitors/{DriftMonitor.objects.get().pk}/policy/").status_code == 404


def test_thresholds_are_tried_on_the_last_runs_before_they_are_stored() -> None:
    """S3-45: trying changes nothing; storing keeps what it would have called, the reason, and what features have."""
    told = monitored(pipeline(), 0, 0.1, policy={"features": {"age": {"importance": 3}}})
    monitor = DriftMonitor.objects.get(pk=told["id"])
    page = f"/drift/monitors/{monitor.pk}/"
    person = signed_in(make_user("another"))
    assert f'href="{page}policy/"' in person.get(page).text
    assert f'value="{ALPHA}"' in person.get(f"{page}policy/").text
    large = {**THRESHOLDS, "minimum_effect": "0.9"}
    tried = person.post(f"{page}policy/", {**large, "try": "1"})
    assert tried.status_code == 200
    assert "<strong>0 of 2 runs</strong> would have counted as drifted; 1 did." in tried.text
    assert monitor.policies.count() == 1
    assert person.post(f"{page}policy/", {**large, "why": ""}).status_code == 422
    assert person.post(f"{page}policy/", large)["Location"] == page
    policy = Policy.from_json(monitor.policy.policy)
    assert (monitor.policy.number, policy.minimum_effect) == (2, 0.9)
    assert policy.features == {"age": FeaturePolicy(importance=3)}
    assert monitor.policy.back_test["would_alert"] == 0
    assert THRESHOLDS["why"] in person.get(page).text


def test_who_only_reads_is_offered_no_form() -> None:
    """S3-51: a viewer sees the monitor, and neither its buttons nor its forms."""
    told = monitored(pipeline(), 0)
    page = f"/drift/monitors/{told['id']}/"
    viewer = signed_in(make_user("viewer", "Viewer"))
    assert "Run now" not in viewer.get(page).text
    assert "New monitor" not in viewer.get("/drift/monitors/").text
    for refused in (viewer.get(NEW), viewer.post(f"{page}run/"), viewer.get(f"{page}policy/")):
        assert refused.status_code == 403
