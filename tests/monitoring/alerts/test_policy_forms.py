"""Silences and escalation chains in the portal: several conditions, more than three steps."""

from typing import Any

import pytest
from django.test import Client

from monitoring.models import AlertSilence, EscalationChain
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import make_channel

pytestmark = pytest.mark.django_db

SILENCE = {"field": "key", "op": "like", "value": "drift:*", "hours": "4", "reason": "work"}


@pytest.fixture
def portal(client: Client) -> Client:
    return sign_in(client, make_user())


def test_a_silence_with_several_conditions(portal: Client) -> None:
    more = {"more": "severity at_least high\n\ntitle is Two words", "while_key": "cluster:*"}
    given = {**SILENCE, **more, "while_more": "severity is critical"}
    assert portal.post("/alerts/silences/", given).status_code == 302
    made = AlertSilence.objects.get()
    assert [(one["field"], one["op"], one["value"]) for one in made.matchers] == [
        ("key", "like", "drift:*"),
        ("severity", "at_least", "high"),
        ("title", "is", "Two words"),
    ]
    assert [one["value"] for one in made.while_matchers] == ["cluster:*", "critical"]
    assert "severity at_least <code>high</code>" in portal.get("/alerts/silences/").content.decode()


@pytest.mark.parametrize(
    ("more", "said"), [("severity high", "is no condition"), ("severity regex (a+)+", "regular expressions are not")]
)
def test_a_condition_that_says_nothing_is_shown_beside_the_form(portal: Client, more: str, said: str) -> None:
    answer = portal.post("/alerts/silences/", {**SILENCE, "more": more})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AlertSilence.objects.exists()


def test_a_chain_with_more_than_three_steps(portal: Client) -> None:
    channel = make_channel()
    for name in ("second", "third"):
        make_channel(name)
    given: dict[str, Any] = {
        "name": "night",
        "minimum_severity": "high",
        "channel_1": str(channel.pk),
        "minutes_1": "5",
    }
    more = {"more_steps": "second 10\nthird 20\nhook 40\nsecond 80\n", "matchers": "group like drift:*"}
    wrong = portal.post("/alerts/escalations/", {**given, "more_steps": "nobody 10"})
    assert wrong.status_code == 422
    assert "names no channel that is on" in wrong.content.decode()
    assert portal.post("/alerts/escalations/", {**given, **more}).status_code == 302
    chain = EscalationChain.objects.get()
    steps = [(step.channel.name, step.after_s) for step in chain.steps.select_related("channel")]
    assert steps == [("hook", 300), ("second", 600), ("third", 1200), ("hook", 2400), ("second", 4800)]
    assert chain.matchers == [{"field": "group", "op": "like", "value": "drift:*"}]
