"""Placeholders in the texts of a channel: what they become, what is refused, and that reading one never fails."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modelops.lib.errors import Invalid
from monitoring.alerts.channels import channels
from monitoring.alerts.wording.language import Fault, Placeholder, fault_of, fill, parse
from monitoring.alerts.wording.texts import LONGEST, LONGEST_SENT, OCCASIONS, checked, worded
from monitoring.alerts.wording.variables import VARIABLES
from tests.monitoring.alerts.factories import message

SLACK, SMS = channels.get("slack"), channels.get("sms")
# Anything that somebody may type or a program may store; braces, bars and names of variables often enough to matter.
PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["{", "}", "{{", "}}", "|", "{|}", "{}", "\n", "\r\n", "\ud800", "\x00", "%s", "{0}", "{alert}"]),
    st.sampled_from([f"{{{name}}}" for name in VARIABLES]),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*OCCASIONS, "title", "body"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{severity}: {alert.title}", "high: Drift"),
        ("{ severity }", "high"),
        ("{{severity}}", "{severity}"),
        ("{{{severity}}}", "{high}"),
        ("{why|nobody knows}", "nobody knows"),
        ("{why|}", ""),
        ("{severity|low}", "high"),
        ("100 % of %s {{}}", "100 % of %s {}"),
        ("{alert.title.__class__}", "[unknown: alert.title.__class__]"),
        ("{severity!r:>10}", "[unknown: severity!r:>10]"),
        ("a } b { c", "a } b { c"),
        ("{severity", "{severity"),
    ],
)
def test_what_a_text_becomes(text: str, said: str) -> None:
    assert fill(text, {"severity": "high", "alert.title": "Drift", "why": ""}, 1000).text == said


def test_a_value_is_not_read_again() -> None:
    """A title that looks like a placeholder stays what it is."""
    assert fill("{alert.title}", {"alert.title": "{why} {{", "why": "secret"}, 100).text == "{why} {{"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Look: {alert.titel}",
            "Line 1, character 7: there is no variable {alert.titel}; the nearest is {alert.title}.",
        ),
        ("one\ntwo {sevrity}", "Line 2, character 5: there is no variable {sevrity}; the nearest is {severity}."),
        ("{owner}", "Line 1, character 1: there is no variable {owner}; the nearest is {"),
        ("{}", "Line 1, character 1: there is no variable {}; the nearest is {"),
        ('{"a": 1}', "For braces write {{ }}."),
        ("{severity", "Line 1, character 1: the brace is not closed."),
        ("a }", "Line 1, character 3: the brace closes nothing."),
        ("{alert.\ntitle}", "Line 1, character 1: the brace is not closed."),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(SLACK, {"repeated": {"body": text}})
    assert words in str(refusal.value)
    assert (refusal.value.code, refusal.value.field) == ("channel.bad_text", "texts.repeated.body")


@pytest.mark.parametrize(
    ("given_texts", "field"),
    [
        ([], "texts"),
        ("x", "texts"),
        ({"closed": {"title": "x"}}, "texts.closed"),
        ({"opened": "x"}, "texts.opened"),
        ({"opened": {"subject": "x"}}, "texts.opened.subject"),
        ({"opened": {"title": 7}}, "texts.opened.title"),
        ({"opened": {"title": "x" * (LONGEST["title"] + 1)}}, "texts.opened.title"),
        ({"opened": {"body": "x" * (LONGEST["body"] + 1)}}, "texts.opened.body"),
        ({"opened": {"title": "one\nBcc: two"}}, "texts.opened.title"),
        ({"opened": {"title": "one\u2028two"}}, "texts.opened.title"),
        ({"opened": {"body": "a \x00"}}, "texts.opened.body"),
        ({"opened": {"body": "a \ud800 b"}}, "texts.opened.body"),
    ],
)
def test_other_shapes_lengths_and_control_characters_are_refused(given_texts: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(SLACK, given_texts)
    assert refusal.value.field == field


def test_an_sms_names_neither_data_nor_people_in_its_own_words_either() -> None:
    """S3-54: a variable of another kind is refused by name, and so is a title."""
    for name in ("alert.title", "alert.body", "alert.details", "alert.key", "group.key", "why", "channel"):
        with pytest.raises(Invalid, match="this kind of channel does not send"):
            checked(SMS, {"opened": {"body": f"{{{name}}}"}})
    with pytest.raises(Invalid, match="it has: body"):
        checked(SMS, {"opened": {"title": "x"}})
    assert SMS.variables is not None
    assert set(VARIABLES) >= SMS.variables


def test_empty_texts_are_not_kept_and_line_breaks_are_the_same_everywhere() -> None:
    given_texts = {"opened": {"title": "  ", "body": " a\r\nb\t\n"}, "repeated": {"title": ""}, "resolved": {}}
    assert checked(SLACK, given_texts) == {"opened": {"body": "a\nb"}}


@patiently
@given(TEXTS)
@example("{" * 5000)
@example("{a|" * 3000)
def test_parsing_never_raises_and_loses_nothing(text: str) -> None:
    written = 0
    for part in parse(text):
        if isinstance(part, Placeholder):
            assert text[part.at] == "{"
        elif isinstance(part, Fault):
            assert text[part.at] == part.written
        else:
            written += len(part)
    assert written <= len(text)
    assert fault_of(text, VARIABLES) is None or "character" in str(fault_of(text, VARIABLES))


@patiently
@given(TEXTS, st.sampled_from(list(OCCASIONS)), st.sampled_from(sorted(channels.keys())))
def test_no_text_raises_whatever_the_kind_and_what_is_taken_is_unmarked(text: str, occasion: str, key: str) -> None:
    """What was stored at another time is sent as well as it can be; what is accepted today names nothing unknown."""
    kind = channels.get(key)
    event = {"opened": "alert.opened", "repeated": "alert.again", "resolved": "alert.resolved"}[occasion]
    said = message(event=event, state="resolved" if occasion == "resolved" else "open")
    parts = dict.fromkeys(kind.takes_texts, text)
    own = worded(said, kind, {occasion: parts}, channel="hook")
    assert "\n" not in own.own_title
    assert "\r" not in own.own_title
    assert len(own.own_title) <= LONGEST_SENT["title"]
    assert len(own.own_body) <= LONGEST_SENT["body"]
    title, body = kind.said(own)
    json.dumps([title, body])
    with contextlib.suppress(Invalid):
        checked(kind, {occasion: parts})
        assert own.unknown_variables == ()


@patiently
@given(JSON)
def test_no_stored_shape_raises(stored: Any) -> None:
    own = worded(message(), SLACK, stored, channel="hook")
    assert own.title == message().title
    SLACK.said(own)


@patiently
@given(st.text(max_size=300), st.text(max_size=300), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_value_raises_or_grows_without_bound(title: str, body: str, details: dict[str, str]) -> None:
    said = message(title=title, body=body, details=details)
    texts = {"opened": {"title": "{alert.title} {alert.details}", "body": "{alert.body}" * 300 + "{alert.details}"}}
    own = worded(said, SLACK, texts, channel="hook")
    assert len(own.own_title.splitlines()) <= 1
    assert len(own.own_body) <= LONGEST_SENT["body"]
